/* notewire run: listens, translates, and says what it hears, until a signal or the end of its input.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "bridges/bridge.h"
#include "cli/cli.h"
#include "script/map_compile.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
    struct cli_options options;
    struct map_wishes wishes;
    struct loop *loop;
    struct bridge bridge;
    struct host host;
    struct cli_signals signals;
    struct loop_signal *totals;
    char only_output[PORT_NAME_MAX]; /* the one hardware output, opened by itself; "" */
    bool interrupted;
};

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

#define ORIGIN_TEXT 300

/* How messages call an entry: "-o", or "tablet.lua:3: midi_out". */
static const char *origin(const struct cli_list *list, unsigned index, const char *option, const char *word,
                          char out[ORIGIN_TEXT])
{
    if (list->where[index] == NULL)
        return option;
    snprintf(out, ORIGIN_TEXT, "%s: %s", list->where[index], word);
    return out;
}

static void stop(void *user)
{
    struct run *run = user;

    run->interrupted = true;
    host_stop(&run->host);
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

static int load_dialect(struct run *run, const char *name)
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

        if (host_load(&run->host, files->text[i], &map, &run->wishes) != 0) {
            status = CLI_SCRIPT;
        } else if (map != NULL) {
            int added = add_map(run, map);

            if (added != CLI_OK)
                return added;
        }
    }
    for (unsigned i = 0; i < run->wishes.use_count && status == CLI_OK; i++)
        status = load_dialect(run, run->wishes.use[i]);
    for (unsigned i = 0; files->count == 0 && map_default_dialects[i] != NULL && status == CLI_OK; i++)
        status = load_dialect(run, map_default_dialects[i]);
    return status;
}

/* The failed start of a listener: what, who, and one thing to do. */
static int refuse_listener(int error, bool tcp, const struct net_addr *bind)
{
    const char *protocol = tcp ? "tcp" : "udp", *holder = cli_port_holder(tcp, bind->port);
    uint16_t free_port = cli_free_port(bind->port < 65535 ? (uint16_t)(bind->port + 1) : CLI_DEFAULT_PORT);

    if (error == NW_EFULL)
        log_fatal("E104", "more than %d listeners are named. Fix: leave some out", BRIDGE_SERVERS_MAX);
    else if (error == NW_EBUSY)
        log_fatal("E102", "port %u/%s is in use by %s. Fix: quit it, or run notewire --osc %u", bind->port, protocol,
                  holder != NULL ? holder : "another program", free_port);
    else if (errno == EACCES)
        log_fatal("E104", "port %u/%s needs root. Fix: use a port above 1023, such as --osc %u", bind->port, protocol,
                  free_port);
    else
        log_fatal("E104", "cannot listen on port %u/%s (%s). Fix: check the address, or leave the host out", bind->port,
                  protocol, errno != 0 ? strerror(errno) : nw_error_text(error));
    return CLI_PORT;
}

/* Listens on one address with one protocol. With --local and no host that is loopback, IPv6's too where it is there. */
static int listen_on(struct run *run, enum server_protocol protocol, struct net_addr bind)
{
    bool local = run->options.local && bind.family == 0;
    uint16_t port = bind.port;
    int error;

    if (local) {
        net_addr_parse_ip("127.0.0.1", &bind);
        bind.port = port;
    }
    errno = 0;
    error = bridge_listen(&run->bridge, protocol, &bind);
    if (error != 0)
        return refuse_listener(error, protocol == SERVER_TCP, &bind);
    if (local) {
        net_addr_parse_ip("::1", &bind);
        bind.port = port;
        (void)bridge_listen(&run->bridge, protocol, &bind);
    }
    return CLI_OK;
}

/* Whether OSC is heard although nobody named a listener: not without maps (scripts open what they need), and not where
 * the inputs are words or raw MIDI. */
static bool wants_default_listener(const struct run *run, const struct cli_list *midi_in)
{
    if (run->bridge.map_count == 0)
        return false;
    for (unsigned i = 0; i < midi_in->count; i++)
        if (strcmp(midi_in->text[i], "stdin") == 0 || strcmp(midi_in->text[i], "-") == 0 ||
            strncmp(midi_in->text[i], "udp:", 4) == 0 || strncmp(midi_in->text[i], "tcp:", 4) == 0 ||
            strncmp(midi_in->text[i], "tcp-listen:", 11) == 0)
            return false;
    return true;
}

static int open_listeners(struct run *run)
{
    struct cli_list osc = choose(&run->options.osc, run->wishes.osc, run->wishes.osc_where, run->wishes.osc_count);
    struct cli_list midi_in =
        choose(&run->options.midi_in, run->wishes.midi_in, run->wishes.midi_in_where, run->wishes.midi_in_count);

    if (osc.count == 0 && wants_default_listener(run, &midi_in))
        osc.text[osc.count++] = "8000";
    for (unsigned i = 0; i < osc.count; i++) {
        struct net_addr bind;
        char label[ORIGIN_TEXT];
        bool udp, tcp;
        int status = CLI_OK;

        if (cli_parse_listener(osc.text[i], &udp, &tcp, &bind) != 0) {
            log_fatal("E105",
                      "%s %s is no listener. Fix: write [udp:|tcp:][HOST:]PORT, such as 8000 or udp:127.0.0.1:9000",
                      origin(&osc, i, "--osc", "osc", label), osc.text[i]);
            return CLI_USAGE;
        }
        if (udp)
            status = listen_on(run, SERVER_UDP, bind);
        if (tcp && status == CLI_OK)
            status = listen_on(run, SERVER_TCP, bind);
        if (status != CLI_OK)
            return status;
    }
    return CLI_OK;
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
static int open_paced(struct run *run, const char *label, const char *name)
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
static bool outputs_named(const struct run *run)
{
    return run->options.midi_out.count > 0 || run->options.din.count > 0;
}

static int open_outputs(struct run *run)
{
    const struct map_wishes *wishes = &run->wishes;
    bool named = outputs_named(run);
    struct cli_list out =
        choose(&run->options.midi_out, wishes->midi_out, wishes->midi_out_where, named ? 0 : wishes->midi_out_count);
    struct cli_list din = choose(&run->options.din, wishes->din, wishes->din_where, named ? 0 : wishes->din_count);
    char label[ORIGIN_TEXT];
    int status = CLI_OK;

    if (!named && run->options.files.count == 0 && run->options.midi_in.count == 0)
        cli_open_by_itself(&run->options, &run->bridge, run->only_output);
    if (!named && run->options.files.count == 0 && run->options.reply.count == 0 &&
        registry_count(run->bridge.registry, PORT_OUTPUT) == 0)
        out.text[out.count++] = "print";
    for (unsigned i = 0; i < out.count && status == CLI_OK; i++)
        status = cli_open_port(&run->bridge, origin(&out, i, "-o", "midi_out", label), out.text[i], PORT_OUTPUT);
    for (unsigned i = 0; i < din.count && status == CLI_OK; i++)
        status = open_paced(run, origin(&din, i, "--din", "din", label), din.text[i]);
    return status;
}

static int open_inputs(struct run *run)
{
    struct cli_list in =
        choose(&run->options.midi_in, run->wishes.midi_in, run->wishes.midi_in_where, run->wishes.midi_in_count);
    char label[ORIGIN_TEXT];
    int status = CLI_OK;

    for (unsigned i = 0; i < in.count && status == CLI_OK; i++)
        status = cli_open_port(&run->bridge, origin(&in, i, "-i", "midi_in", label), in.text[i], PORT_INPUT);
    return status;
}

/* --reply HOST:PORT or learn[:PORT]. */
static int open_replies(struct run *run)
{
    struct cli_list list =
        choose(&run->options.reply, run->wishes.reply, run->wishes.reply_where, run->wishes.reply_count);

    run->bridge.learn = list.count == 0;
    for (unsigned i = 0; i < list.count; i++) {
        const char *text = list.text[i];
        char host[256], label[ORIGIN_TEXT];
        uint16_t port = 0;
        int error = 0;

        if (strcmp(text, "learn") == 0) {
            run->bridge.learn = true;
            continue;
        }
        if (net_addr_split(text, host, sizeof host, &port) != 0 || host[0] == '\0' || port == 0)
            error = NW_EADDRESS;
        else if (strcmp(host, "learn") == 0) {
            run->bridge.learn = true;
            run->bridge.learn_port = port;
        } else {
            error = bridge_reply_to(&run->bridge, host, port);
        }
        if (error == NW_EFULL) {
            log_fatal("E106", "more than %d addresses are named to reply to. Fix: leave some out", BRIDGE_REPLIES_MAX);
            return CLI_USAGE;
        }
        if (error != 0) {
            log_fatal("E106", "%s %s: %s. Fix: write HOST:PORT, learn or learn:PORT",
                      origin(&list, i, "--reply", "reply", label), text, nw_error_text(error));
            return CLI_USAGE;
        }
    }
    return CLI_OK;
}

/* --release-after: the last one said. */
static int release_after(struct run *run)
{
    const struct map_wishes *wishes = &run->wishes;
    struct cli_list list = choose(&run->options.release_after, wishes->release_after, wishes->release_after_where,
                                  wishes->release_after_count);
    char label[ORIGIN_TEXT];
    uint64_t silence_ns = 0;

    if (list.count > 0 && !cli_parse_silence(list.text[list.count - 1], &silence_ns)) {
        log_fatal("E001", "%s %s: this is no number from 0 to %d. Fix: write seconds, such as 10, or 0 for no limit",
                  origin(&list, list.count - 1, "--release-after", "release_after", label), list.text[list.count - 1],
                  CLI_SILENCE_MAX);
        return CLI_USAGE;
    }
    if (silence_ns == 0 || osc_source_release_after(&run->bridge, silence_ns) == 0)
        return CLI_OK;
    log_fatal("E003", "--release-after: the system refuses a timer. Fix: check ulimit -n");
    return CLI_FAILURE;
}

/* Everything up to the first turn of the loop. */
static int start(struct run *run)
{
    bool early_out = outputs_named(run), early_in = run->options.midi_in.count > 0;
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

/* Turns the loop until a signal or the end of input, then lets outputs finish. */
static void serve(struct run *run)
{
    cli_greet(&run->bridge, &run->host, run->only_output);
    host_run(&run->host);
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
        host_init(&run->host, &run->bridge, &script) != 0) {
        log_fatal("E003",
                  "cannot start: the system refuses memory or descriptors. Fix: check ulimit -n and free memory");
        goto out;
    }
    run->bridge.ended = input_ended;
    run->bridge.user = run;
    cli_signals_catch(&run->signals, run->loop, stop, run);
    run->totals = loop_signal_new(run->loop, SIGUSR1, tell_totals, run);
    status = start(run);
    if (status == CLI_OK)
        serve(run);
    host_close(&run->host);
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
