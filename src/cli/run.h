/* What run.c and wishes.c share: one notewire run.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_CLI_RUN_H
#define NOTEWIRE_CLI_RUN_H

#include "bridges/bridge.h"
#include "cli/cli.h"
#include "life/reload.h"
#include "map/map_compile.h"

#define RUN_ORIGIN 300 /* room for "tablet.lua:3: midi_out" */

struct run {
    struct cli_options options;
    struct map_wishes wishes; /* what files want opened, and what they once wanted; where NULL: no more */
    struct loop *loop;
    struct bridge bridge;
    struct host host;
    struct reload *reload;
    struct cli_signals signals;
    struct loop_signal *totals;
    struct cli_repl *repl;
    char only_output[PORT_NAME_MAX]; /* the one hardware output, opened by itself; "" */
    bool interrupted;
    bool on_terminal; /* it was started on one */
};

/* Each opens what a text of the command line, or of a file, wants, called by label in messages. An enum cli_exit,
 * logged.
 */
int run_listen(struct run *run, const char *label, const char *text);
int run_reply(struct run *run, const char *label, const char *text); /* HOST:PORT or learn[:PORT] */
int run_dialect(struct run *run, const char *name);
int run_paced(struct run *run, const char *label, const char *name);   /* an output at the speed of a DIN cable */
int run_silence(struct run *run, const char *label, const char *text); /* --release-after */

/* Whether the command line says which outputs there are, with or without pace: then files do not. */
bool run_outputs_named(const struct run *run);

/* Whether OSC is heard although nobody named a listener: not without maps (scripts open what they need), and not where
 * the inputs are words or raw MIDI. */
bool run_wants_listener(const struct run *run);

/* A file has been reloaded: opens what it newly wants (reload.h). */
void run_wished(void *user, const char *path, struct map_wishes *wishes); /* wishes.c */

#endif
