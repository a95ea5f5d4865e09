/* The command line: one file a subcommand.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_CLI_CLI_H
#define NOTEWIRE_CLI_CLI_H

#include "base/addr.h"
#include "life/life.h"
#include "port/devices.h"
#include "script/host.h"

#include <stdbool.h>
#include <stdint.h>

/* Exit codes (notewire(1)). */
enum cli_exit { CLI_OK = 0, CLI_FAILURE = 1, CLI_USAGE = 2, CLI_SCRIPT = 3, CLI_PORT = 4 };

#define CLI_LIST_MAX 32 /* times an option may be repeated */
#define CLI_DEFAULT_PORT 8000
#define CLI_SILENCE_MAX 86400 /* seconds of --release-after */

/* A repeatable option. The texts are borrowed from argv. */
struct cli_list {
    const char *text[CLI_LIST_MAX];
    const char *where[CLI_LIST_MAX]; /* "tablet.lua:3" when a map says it; NULL on the command line */
    unsigned count;
};

struct cli_options {
    struct cli_list files, osc, midi_in, midi_out, din, release_after, reply, allow, script_limit, script_memory,
        driver, name, menu;
    bool local, help, version, watch, no_watch, json, repl;
};

/* Reads options and files out of argv[first..]; sets the log level. False, with the mistake logged, when something
 * cannot be used. */
bool cli_parse(struct cli_options *options, int argc, char **argv, int first);

/* The same up to the first file: *file gets its index in argv, argc when there is none; what follows is the program's.
 */
bool cli_parse_program(struct cli_options *options, int argc, char **argv, int first, int *file);

/* --driver and --name: which MIDI devices the ports of a registry are, before the first of them opens. CLI_OK,
 * CLI_USAGE or CLI_PORT, logged. */
int cli_choose_devices(const struct cli_options *options, struct registry *registry); /* devices.c */

/* The same by the words alone: *driver is the one that is named, NULL for none. Whether it works here is not looked
 * at. CLI_OK or CLI_USAGE, logged. */
int cli_check_devices(const struct cli_options *options, const struct device_driver **driver);

/* For who names neither a file nor a port: opens a pair of ports that other programs connect to, and the hardware
 * output when there is exactly one; only_output becomes its name, else "". Opens nothing, quietly, where there is no
 * MIDI, and no pair where the driver has none. */
void cli_open_by_itself(const struct cli_options *options, struct bridge *bridge, char only_output[PORT_NAME_MAX]);

/* The first lines of run: what is heard where, and where it goes. */
void cli_greet(const struct bridge *bridge, const struct host *host, const char *only_output); /* greet.c */

/* Why this machine has no MIDI devices, and what to do about it: "... Fix: ...". Static. */
const char *cli_no_devices(void);

/* The seconds of --release-after. False when text is no number from 0 to CLI_SILENCE_MAX. */
bool cli_parse_silence(const char *text, uint64_t *silence_ns);

/* --script-limit and --script-memory. False, with the mistake logged, when one is no number. */
bool cli_script_options(const struct cli_options *options, struct host_options *script);

/* --allow, for every listener. False, with the mistake logged. */
bool cli_add_allowed(const struct cli_options *options, struct allow *allow);

/* Logs why a port named by option, or by a word such as "send", does not open. Returns CLI_PORT. */
int cli_refuse_port(int error, const char *option, const char *name); /* run.c */

/* Opens a port by the text of -i or -o, called by label in messages. CLI_OK or CLI_PORT, logged. */
int cli_open_port(struct bridge *bridge, const char *label, const char *name,
                  enum port_direction direction); /* run.c */

/* SIGINT, SIGTERM and, without hang_up, SIGHUP call stop; those that whoever started us ignores stay ignored. */
#define CLI_SIGNALS 3
struct cli_signals {
    struct loop_signal *signal[CLI_SIGNALS];
};
void cli_signals_catch(struct cli_signals *signals, struct loop *loop, void (*stop)(void *user),
                       void (*hang_up)(void *user), void *user);
void cli_signals_free(struct cli_signals *signals); /* signals.c */

/* The subcommands: argv[first] is behind the subcommand's name. Each returns an enum cli_exit. */
int cli_run(int argc, char **argv, int first);   /* run.c */
int cli_exec(int argc, char **argv, int first);  /* exec.c */
int cli_ports(int argc, char **argv, int first); /* ports.c */
int cli_send(int argc, char **argv, int first);  /* send.c */
int cli_check(int argc, char **argv, int first); /* check.c */
int cli_panic(int argc, char **argv, int first); /* panic.c */
int cli_tool(int argc, char **argv, int first);  /* tool.c */

/* --repl: reads lines of standard input and runs them in the scripts, between turns; .quit calls quit. Returned owned;
 * NULL when standard input cannot be waited for. One at a time. */
struct cli_repl;
struct cli_repl *cli_repl_new(struct loop *loop, struct host *host, void (*quit)(void *user), void *user);
void cli_repl_free(struct cli_repl *repl); /* repl.c */

/* Prints "key":"text" as JSON has it, or null for NULL. key needs no quoting; what is no UTF-8 in
 * text is '?'. */
void cli_print_json(const char *key, const char *text); /* json.c */

/* Chooses the subcommand; what main calls. */
int cli_main(int argc, char **argv);

/* "[udp:|tcp:][HOST:]PORT": udp and tcp say which protocols are meant (both without a prefix). bind gets family 0
 * without a host. 0 or NW_EADDRESS. */
int cli_parse_listener(const char *text, bool *udp, bool *tcp, struct net_addr *bind);

/* Who holds a port on this machine: "REAPER (pid 4711)", or NULL when that cannot be seen. Borrowed until the next
 * call. */
const char *cli_port_holder(bool tcp, uint16_t port);

/* The first port from number on that is free for both protocols; 0 when none is. */
uint16_t cli_free_port(uint16_t number);

/* Logs the addresses under which this machine is heard, for people to type into a tablet. */
void cli_log_addresses(uint16_t port);

#endif
