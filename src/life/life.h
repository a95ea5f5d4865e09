/* The life of scripts in a host: loaded, started, told that it ends, unloaded.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LIFE_LIFE_H
#define NOTEWIRE_LIFE_LIFE_H

#include "script/host.h"

struct map;
struct map_wishes;
struct script_files;

/* A file to be loaded, and what has become of it. */
struct host_file {
    const char *path;
    struct script *elder;       /* the version that goes on until the caller lets this one take its place; NULL: none */
    struct script_files *files; /* get what is read for it, as long as its script is there; NULL: nobody watches */
    struct map_wishes *wishes;  /* what it wants opened is added to them */
    struct script *script;      /* out, and while it is loaded: the host's; NULL: nothing of it needs to stay */
    struct map *map; /* out: its rules, owned by the caller; NULL: none. It must not play once the script is gone */
};

/* Loads and runs a file: a script, a map, or both, and starts it unless it has an elder. As script_load says, all
 * mistakes logged. */
int host_load(struct host *host, struct host_file *file);

/* A script that has been loaded is on its own from here on. Returns it, or NULL when nothing of it needs to stay: then
 * it has been closed. */
struct script *host_start(struct host *host, struct script *script);

/* Closes a script that is in no call. Between turns. */
void host_unload(struct host *host, struct script *script);

/* Loads and runs a file as a program (notewire exec), which knows no maps. */
int host_load_program(struct host *host, const char *path, char *const *argv);

/* The last words of all scripts (tool_ending), each call bounded by the limit. Also after host_stop: then nothing waits
 * in them. Whoever lets outputs finish calls it before; host_close does, too. */
void host_end(struct host *host);

/* Unloads every script. Before bridge_close. */
void host_close(struct host *host);

#endif
