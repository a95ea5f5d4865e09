/* notewire run: listens, translates, and says what it hears, until a signal or the end of its input.
 * SPDX-License-Identifier: MIT */
#include "cli/run.h"

#include "base/error.h"
#include "base/log.h"
#include "bridges/bridge.h"
#include "life/order.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the command line says, else what the maps say. */
static struct cli_list choose(const struct cli_list *options, char *const *wishes, char *const *where, unsigned count)
{
    struct cli_list list = *options;

    for (unsigned i = 0; options->count == 0 && i < count; i++) {
        list.where[list.count] = where[i];
        list.text[list.count++] = wishes[i];
    }
    return list;
}

/* How messages call an entry: "-o", or "tablet.lua:3: midi_out". */
static const char *origin(const struct cli_list *list, unsigned index, const char *option, const char *word,
                          char out[RUN_ORIGIN])
{
    if (list->where[index] == NULL)
        return option;
    snprintf(out, RUN_ORIGIN, "%s: %s", list->where[index], word);
    return out;
}

static void stop(void *user)
{
    struct run *run = user;

    run->interrupted = true;
    host_stop(&run->host);
}

/* Whether one of our streams is a terminal: no longer, once that has hung up. */
static bool has_terminal(void)
{
    return isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
}

/* SIGHUP. */
static void hang_up(void *user)
{
    struct run *run = user;

    if (run->on_terminal && !has_terminal())
        stop(run);
    else if (reload_count(run->reload) == 0)
        log_info("SIGHUP: there are no files to reload");
    else
        reload_all(run->reload);
}

static void tell_totals(void *user)
{
    struct run *run = user;
    char text[COUNTERS_TEXT];

    for (unsigned i = 0; i < run->bridge.server_count; i++)
        if (server_udp(run->bridge.servers[i]) != NULL)
            udp_poll_drops(server_udp(run->bridge.servers[i]));
    log_answer("totals: %s", counters_text(&run->bridge.counters, true, text));
}

/* An input came to its end: with nothing else to listen to, the work is done. */
static void input_ended(void *user, struct port *input)
{
    struct run *run = user;

    (void)input;
    if (run->bridge.server_count == 0 && registry_count(run->bridge.registry, PORT_INPUT) == 1 &&
        run->host.scripts == NULL)
        host_stop(&run->host);
}

/* Takes a map over; it is freed when it cannot be. */
static int add_map(struct run *run, struct map *map)
{
    int error = bridge_add_map(&run->bridge, map);

    if (error == 0)
        return CLI_OK;
    map_free(map);
    if (error == NW_EFULL) {
        log_fatal("E412", "there are more than %d maps and dialects. Fix: leave some out", BRIDGE_MAPS_MAX);
        return CLI_SCRIPT;
    }
    log_fatal("E003", "a map: the system refuses memory or descriptors. Fix: check ulimit -n and free memory");
    return CLI_FAILURE;
}

int run_dialect(struct run *run, const char *name)
{
    struct map *map;

    for (unsigned i = 0; i < run->bridge.map_count; i++)
        if (map_is_dialect(run->bridge.maps[i]) && strcmp(map_name(run->bridge.maps[i]), name) == 0)
            return CLI_OK;
    return map_compile_dialect(name, &map) == 0 ? add_map(run, map) : CLI_SCRIPT;
}

/* Maps and scripts of the command line first, then the dialects. */
static int load_files(struct run *run)
{
    const struct cli_list *files = &run->options.files;
    int status = CLI_OK;

    for (unsigned i = 0; i < files->count && !run->interrupted; i++) {
        struct map *map;

        if (reload_add(run->reload, files->text[i], &run->wishes, &map) != 0) {
            status = CLI_SCRIPT;
        } else if (map != NULL) {
            int added = add_map(run, map);

            if (added != CLI_OK)
                return added;
        }
    }
    for (unsigned i = 0; i < run->wishes.use_count && status == CLI_OK; i++)
        status = run_dialect(run, run->wishes.use[i]);
    for (unsigned i = 0; files->count == 0 && map_default_dialects[i] != NULL && status == CLI_OK; i++)
        status = run_dialect(run, map_default_dialects[i]);
    return status;
}

bool run_wants_listener(const struct run *run)
{
    struct cli_list midi_in =
        choose(&run->options.midi_in, run->wishes.midi_in, run->wishes.midi_in_where, run->wishes.midi_in_count);

    if (run->bridge.map_count == 0)
        return false;
    for (unsigned i = 0; i < midi_in.count; i++)
        if (strcmp(midi_in.text[i], "stdin") == 0 || strcmp(midi_in.text[i], "-") == 0 ||
            strncmp(midi_in.text[i], "udp:", 4) == 0 || strncmp(midi_in.text[i], "tcp:", 4) == 0 ||
            strncmp(midi_in.text[i], "tcp-listen:", 11) == 0)
            return false;
    return true;
}

static int open_listeners(struct run *run)
{
    struct cli_list osc = choose(&run->options.osc, run->wishes.osc, run->wishes.osc_where, run->wishes.osc_count);
    char label[RUN_ORIGIN];
    int status = CLI_OK;

    if (osc.count == 0 && run_wants_listener(run))
        osc.text[osc.count++] = "8000";
    for (unsigned i = 0; i < osc.count && status == CLI_OK; i++)
        status = run_listen(run, origin(&osc, i, "--osc", "osc", label), osc.text[i]);
    return status;
}

int cli_refuse_port(int error, const char *option, const char *name)
{
    const char *number = strrchr(name, ':');
    bool tcp = strncmp(name, "tcp", 3) == 0;

    if (error == NW_ENOTFOUND)
        log_fatal("E201", "%s %s: there is no such port. Fix: see notewire ports", option, name);
    else if (error == NW_ENODEVICES)
        log_fatal("E201", "%s %s: there is no such port, and there are no MIDI devices: %s, or see notewire ports",
                  option, name, cli_no_devices());
    else if (error == NW_EADDRESS && registry_means_device(name))
        log_fatal(
            "E202",
            "%s %s: a device's name has up to %d bytes, and NAME of virtual:NAME 1 to %d. Fix: give it such a name",
            option, name, PORT_NAME_MAX - 1, DEVICE_CLIENT_MAX - 1);
    else if (error == NW_EADDRESS)
        log_fatal("E202", "%s %s: this address cannot be used. Fix: see notewire ports for the forms", option, name);
    else if (error == NW_EBUSY && number != NULL) {
        const char *holder = cli_port_holder(tcp, (uint16_t)atoi(number + 1));

        log_fatal("E102", "%s %s: port %s is in use by %s. Fix: quit it, or take another port", option, name,
                  number + 1, holder != NULL ? holder : "another program");
    } else
        log_fatal("E203", "%s %s: %s. Fix: see notewire ports", option, name, nw_error_text(error));
    return CLI_PORT;
}

int cli_open_port(struct bridge *bridge, const char *label, const char *name, enum port_direction direction)
{
    int error = bridge_open_port(bridge, name, direction);

    return error != 0 ? cli_refuse_port(error, label, name) : CLI_OK;
}

/* --din: an output as -o opens it, at the speed of a DIN cable. */
int run_paced(struct run *run, const char *label, const char *name)
{
    int status = cli_open_port(&run->bridge, label, name, PORT_OUTPUT), error;
    struct port *port;

    if (status != CLI_OK)
        return status;
    error = registry_open(run->bridge.registry, name, PORT_OUTPUT, &port); /* finds it */
    if (error == 0)
        error = registry_pace(port);
    return error != 0 ? cli_refuse_port(error, label, name) : CLI_OK;
}

/* Whether the command line names outputs: then no map does. */
bool run_outputs_named(const struct run *run)
{
    return run->options.midi_out.count > 0 || run->options.din.count > 0;
}

static int open_outputs(struct run *run)
{
    const struct map_wishes *wishes = &run->wishes;
    bool named = run_outputs_named(run);
    struct cli_list out =
        choose(&run->options.midi_out, wishes->midi_out, wishes->midi_out_where, named ? 0 : wishes->midi_out_count);
    struct cli_list din = choose(&run->options.din, wishes->din, wishes->din_where, named ? 0 : wishes->din_count);
    char label[RUN_ORIGIN];
    int status = CLI_OK;

    if (!named && run->options.files.count == 0 && run->options.midi_in.count == 0)
        cli_open_by_itself(&run->options, &run->bridge, run->only_output);
    if (!named && run->options.files.count == 0 && run->options.reply.count == 0 &&
        registry_count(run->bridge.registry, PORT_OUTPUT) == 0)
        out.text[out.count++] = "print";
    for (unsigned i = 0; i < out.count && status == CLI_OK; i++)
        status = cli_open_port(&run->bridge, origin(&out, i, "-o", "midi_out", label), out.text[i], PORT_OUTPUT);
    for (unsigned i = 0; i < din.count && status == CLI_OK; i++)
        status = run_paced(run, origin(&din, i, "--din", "din", label), din.text[i]);
    return status;
}

static int open_inputs(struct run *run)
{
    struct cli_list in =
        choose(&run->options.midi_in, run->wishes.midi_in, run->wishes.midi_in_where, run->wishes.midi_in_count);
    char label[RUN_ORIGIN];
    int status = CLI_OK;

    for (unsigned i = 0; i < in.count && status == CLI_OK; i++)
        status = cli_open_port(&run->bridge, origin(&in, i, "-i", "midi_in", label), in.text[i], PORT_INPUT);
    return status;
}

static int open_replies(struct run *run)
{
    struct cli_list list =
        choose(&run->options.reply, run->wishes.reply, run->wishes.reply_where, run->wishes.reply_count);
    char label[RUN_ORIGIN];
    int status = CLI_OK;

    run->bridge.learn = list.count == 0;
    for (unsigned i = 0; i < list.count && status == CLI_OK; i++)
        status = run_reply(run, origin(&list, i, "--reply", "reply", label), list.text[i]);
    return status;
}

int run_silence(struct run *run, const char *label, const char *text)
{
    uint64_t silence_ns;

    if (!cli_parse_silence(text, &silence_ns)) {
        log_fatal("E001", "%s %s: this is no number from 0 to %d. Fix: write seconds, such as 10, or 0 for no limit",
                  label, text, CLI_SILENCE_MAX);
        return CLI_USAGE;
    }
    if (osc_source_release_after(&run->bridge, silence_ns) == 0)
        return CLI_OK;
    log_fatal("E003", "%s: the system refuses a timer. Fix: check ulimit -n", label);
    return CLI_FAILURE;
}

/* --release-after: the last one said. */
static int release_after(struct run *run)
{
    const struct map_wishes *wishes = &run->wishes;
    struct cli_list list = choose(&run->options.release_after, wishes->release_after, wishes->release_after_where,
                                  wishes->release_after_count);
    char label[RUN_ORIGIN];

    if (list.count == 0)
        return CLI_OK;
    return run_silence(run, origin(&list, list.count - 1, "--release-after", "release_after", label),
                       list.text[list.count - 1]);
}

/* Everything up to the first turn of the loop. */
static int start(struct run *run)
{
    bool early_out = run_outputs_named(run), early_in = run->options.midi_in.count > 0;
    bool early_silence = run->options.release_after.count > 0;
    int status = cli_add_allowed(&run->options, &run->bridge.allow) ? CLI_OK : CLI_USAGE;

    if (status == CLI_OK && early_silence)
        status = release_after(run);
    if (status == CLI_OK)
        status = cli_choose_devices(&run->options, run->bridge.registry);
    if (status == CLI_OK && early_out) /* scripts find the ports that the command line names */
        status = open_outputs(run);
    if (status == CLI_OK && early_in)
        status = open_inputs(run);
    run->host.loading = true;
    if (status == CLI_OK)
        status = load_files(run);
    run->host.loading = false;
    if (status == CLI_OK && !early_silence)
        status = release_after(run);
    if (status == CLI_OK && !run->interrupted)
        status = open_listeners(run);
    if (status == CLI_OK && !early_out)
        status = open_outputs(run);
    if (status == CLI_OK && !early_in)
        status = open_inputs(run);
    if (status == CLI_OK)
        status = open_replies(run);
    return status;
}

/* --menu and --repl. */
static int obey(struct run *run)
{
    if (run->options.menu.count > 0)
        host_settle(&run->host); /* some tools register entries when there is a new document */
    for (unsigned i = 0; i < run->options.menu.count && !run->interrupted; i++)
        if (order_invoke(&run->host, TOOL_ENTRIES, run->options.menu.text[i]) != 0)
            return CLI_SCRIPT;
    if (!run->options.repl)
        return CLI_OK;
    run->repl = cli_repl_new(run->loop, &run->host, stop, run);
    if (run->repl != NULL)
        return CLI_OK;
    log_fatal("E006", "--repl: standard input is no terminal, nor anything to wait for. Fix: leave --repl out");
    return CLI_USAGE;
}

/* Turns the loop until a signal or the end of input, then lets outputs finish. */
static void serve(struct run *run)
{
    if (run->options.watch || (!run->options.no_watch && isatty(STDERR_FILENO)))
        reload_watch(run->reload);
    host_run(&run->host);
    cli_repl_free(run->repl);
    host_end(&run->host);
    while (!run->interrupted && !registry_drain(run->bridge.registry, 0))
        loop_turn(run->loop, UINT64_MAX);
}

int cli_run(int argc, char **argv, int first)
{
    struct run *run = calloc(1, sizeof *run);
    struct host_options script;
    char text[COUNTERS_TEXT];
    int status = CLI_FAILURE;

    if (run == NULL || !cli_parse(&run->options, argc, argv, first) || !cli_script_options(&run->options, &script)) {
        free(run);
        return CLI_USAGE;
    }
    if (run->options.files.count > 0 && strchr(run->options.files.text[0], '.') == NULL &&
        access(run->options.files.text[0], F_OK) != 0) {
        log_fatal("E001", "\"%s\" is neither a command nor a file. Fix: see notewire --help",
                  run->options.files.text[0]);
        free(run);
        return CLI_USAGE;
    }
    run->loop = loop_new();
    if (run->loop == NULL || bridge_init(&run->bridge, run->loop, run->options.local) != 0 ||
        host_init(&run->host, &run->bridge, &script) != 0 ||
        (run->reload = reload_new(&run->host, run_wished, run)) == NULL) {
        log_fatal("E003",
                  "cannot start: the system refuses memory or descriptors. Fix: check ulimit -n and free memory");
        goto out;
    }
    run->bridge.ended = input_ended;
    run->bridge.user = run;
    run->on_terminal = has_terminal();
    cli_signals_catch(&run->signals, run->loop, stop, hang_up, run);
    run->totals = loop_signal_new(run->loop, SIGUSR1, tell_totals, run);
    status = start(run);
    if (status == CLI_OK) {
        cli_greet(&run->bridge, &run->host, run->only_output);
        status = obey(run);
    }
    if (status == CLI_OK)
        serve(run);
    host_close(&run->host);
    reload_free(run->reload);
    bridge_close(&run->bridge);
    if (status == CLI_OK)
        log_info("totals: %s", counters_text(&run->bridge.counters, false, text));
    cli_signals_free(&run->signals);
    loop_signal_free(run->totals);
out:
    if (run->loop != NULL)
        loop_free(run->loop);
    map_wishes_free(&run->wishes);
    free(run);
    return status;
}
