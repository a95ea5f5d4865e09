/* One script: its Lua state, its memory, and the gate that every call into it goes through.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_SCRIPT_H
#define NOTEWIRE_SCRIPT_SCRIPT_H

#include "base/log.h"
#include "file/package.h"
#include "script/host.h"
#include "script/memory.h"

#include <lauxlib.h>
#include <lua.h>
#include <stddef.h>

struct bound;
struct file_save;
struct host;
struct order;
struct routes;
struct script_files;

struct script {
    struct guard *guard; /* must be first: guard.c finds it through lua_getextraspace */
    struct host *host;
    struct script *next; /* of the host */
    lua_State *L;
    lua_State *waiting;     /* the coroutine that is inside wait, receive or connect; NULL when none is */
    unsigned nested;        /* waits inside each other */
    bool serving;           /* and that everything else is given to meanwhile */
    struct package package; /* what it came as */
    const char *path;       /* the file that runs, as messages call it: the package's */
    char *folder;           /* of the file, with a '/' at its end: "./", "tools/" */
    char *base;             /* where its relative paths begin: an absolute folder with '/' at its end */
    struct memory memory;   /* of the state */
    char warning[512];      /* lua_warning comes in pieces */
    struct log_limit warnings, slow;
    char refused[160];          /* where it asked for more than that: "tool.lua:7: " */
    bool asked_for_song;        /* since it was called last: renoise.song() is nil, and may be why it fails */
    int song_line;              /* of the call that did so last */
    bool program;               /* notewire exec: print goes to standard output, os.exit ends it */
    uint16_t plays;             /* its number as a source of MIDI */
    bool unloading;             /* its state is being closed: nothing is called any more */
    struct routes *routes;      /* of its maps; NULL: none */
    bool started;               /* its file has run, so that it is told when it ends (tool.h) */
    struct source devices;      /* ready when MIDI devices have come or gone */
    struct source document;     /* ready when app_new_document_observable is due */
    struct order *orders;       /* what people have told it to do (order.h) */
    unsigned kept;              /* running servers, timers, routes and the like, which need the state to stay */
    struct bound *bound;        /* its bound sockets, in the order in which they were opened */
    struct script *elder;       /* the older version beside which it is loaded, until it takes its place; else NULL */
    bool given_up;              /* its file has changed while it comes or goes: what waits in it is ended */
    bool deaf;                  /* its inputs hear nothing: another version of it does */
    struct file_save *saving;   /* a file of it that is being written; NULL: none */
    struct script_files *files; /* which files were read for it, for who watches them; borrowed; NULL: nobody does */
};

/* The script that a coroutine belongs to. */
static inline struct script *script_of(lua_State *L)
{
    return *(struct script **)lua_getextraspace(L);
}

/* The gate: calls body with argument as its one light userdata, on the coroutine that waits, else on the first one.
 * Everything that may raise belongs into body, pushing strings included. An error is logged as E420 with a traceback:
 * "what: error". False when body raised or was ended: then the caller disables that callback. */
bool script_call(struct script *script, lua_CFunction body, void *argument, const char *what);

/* The gate for its file, which runs on the first coroutine and is told as E422. */
bool script_run(struct script *script, lua_CFunction body, void *argument);

/* A file is about to be read for a script: its text, or whatever else it is made of (a manifest, a package). Whoever
 * opens such a file calls this with the path that is opened, so that it is watched. */
void script_note_file(struct script *script, const char *path);

/* script.path with where in it, and traceback, become lines on standard error. */
void script_report(const struct script *script, const char *code, const char *what, const char *text);

/* The handler of pcall: the error as text, with a traceback. */
int script_traceback(lua_State *L);

#endif
