/* notewire exec: runs one Lua file as a program; its callbacks are served while it waits.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"

#include <signal.h>
#include <stdlib.h>

struct exec {
    struct cli_options options;
    struct loop *loop;
    struct bridge bridge;
    struct host host;
    struct cli_signals signals;
};

static void stop(void *user)
{
    struct exec *exec = user;

    host_stop(&exec->host);
}

static void tell_totals(void *user)
{
    struct exec *exec = user;
    char text[COUNTERS_TEXT];

    log_answer("totals: %s", counters_text(&exec->bridge.counters, true, text));
}

static int open_ports(struct exec *exec)
{
    const struct cli_list *out = &exec->options.midi_out, *in = &exec->options.midi_in;
    int status = cli_choose_devices(&exec->options, exec->bridge.registry);

    for (unsigned i = 0; i < out->count && status == CLI_OK; i++)
        status = cli_open_port(&exec->bridge, "-o", out->text[i], PORT_OUTPUT);
    for (unsigned i = 0; i < in->count && status == CLI_OK; i++)
        status = cli_open_port(&exec->bridge, "-i", in->text[i], PORT_INPUT);
    return status;
}

/* Runs the program, then lets outputs finish. */
static int run(struct exec *exec, char **argv)
{
    char text[COUNTERS_TEXT];
    struct loop_signal *totals;
    int status = CLI_SCRIPT;

    cli_signals_catch(&exec->signals, exec->loop, stop, NULL, exec);
    totals = loop_signal_new(exec->loop, SIGUSR1, tell_totals, exec);
    if (host_load_program(&exec->host, argv[0], argv + 1) == 0)
        status = exec->host.exiting ? exec->host.exit_code : CLI_OK;
    host_end(&exec->host);
    while ((!exec->host.stopped || exec->host.exiting) && !registry_drain(exec->bridge.registry, 0))
        loop_turn(exec->loop, UINT64_MAX);
    cli_signals_free(&exec->signals);
    loop_signal_free(totals);
    host_close(&exec->host);
    log_verbose("totals: %s", counters_text(&exec->bridge.counters, true, text));
    return status;
}

int cli_exec(int argc, char **argv, int first)
{
    struct exec *exec = calloc(1, sizeof *exec);
    struct host_options script;
    int status = CLI_USAGE, file;

    if (exec == NULL || !cli_parse_program(&exec->options, argc, argv, first, &file) ||
        !cli_script_options(&exec->options, &script))
        goto out;
    if (file == argc || exec->options.osc.count > 0 || exec->options.reply.count > 0) {
        log_fatal("E001", "%s. Fix: notewire exec [OPTIONS] FILE.lua [ARGUMENTS]",
                  file == argc ? "exec needs a file"
                               : "exec opens nothing by itself, so --osc and --reply mean nothing");
        goto out;
    }
    status = CLI_FAILURE;
    exec->loop = loop_new();
    if (exec->loop == NULL || bridge_init(&exec->bridge, exec->loop, exec->options.local) != 0 ||
        host_init(&exec->host, &exec->bridge, &script) != 0) {
        log_fatal("E003",
                  "cannot start: the system refuses memory or descriptors. Fix: check ulimit -n and free memory");
        goto out;
    }
    status = CLI_USAGE;
    if (cli_add_allowed(&exec->options, &exec->bridge.allow))
        status = open_ports(exec);
    if (status == CLI_OK)
        status = run(exec, argv + file);
    else
        host_close(&exec->host);
    bridge_close(&exec->bridge);
out:
    if (exec != NULL && exec->loop != NULL)
        loop_free(exec->loop);
    free(exec);
    return status;
}
