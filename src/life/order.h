/* What people tell scripts to do from outside: invoke an entry of a tool, run a line. It is done between turns, in the
 * order in which it was told. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LIFE_ORDER_H
#define NOTEWIRE_LIFE_ORDER_H

#include "renoise/tool.h"
#include "script/host.h"

/* Calls each with what every tool has registered; as tool_each. package is whose it is. */
void order_each_entry(struct host *host,
                      void (*each)(void *user, const struct package *package, enum tool_entry kind, const char *name),
                      void *user);

/* Invokes the entry of a kind that is called name, else the only one that has name in it, however it is written. With
 * TOOL_ENTRIES as kind it is a menu entry, else a keybinding, else a MIDI mapping: the first kind that has one. Done
 * when what waits for the tool now has been given to it. 0; NW_ENOTFOUND when there is none or more than one, logged;
 * NW_EMEMORY. Between turns. */
int order_invoke(struct host *host, enum tool_entry kind, const char *name);

enum order_outcome {
    ORDER_DONE,       /* it has run, or its failure has been told */
    ORDER_INCOMPLETE, /* it needs more lines to be Lua */
    ORDER_LOST,       /* its script was unloaded before */
};

/* Runs a text as Lua in the script of index (host_package): as an expression, whose values are printed, else as it is.
 * done is called when it has, between turns. 0, NW_ENOTFOUND or NW_EMEMORY: then it is not called. */
int order_evaluate(struct host *host, unsigned index, const char *text,
                   void (*done)(void *user, enum order_outcome outcome), void *user);

/* Makes this call between turns, for who may not ask for entries or invoke them where he is. 0; NW_ENOTFOUND when no
 * script runs, NW_EMEMORY. At any time. */
int order_later(struct host *host, void (*call)(void *user), void *user);

/* Forgets what a user wants to be called for: he goes. */
void order_cancel(struct host *host, const void *user);

/* Forgets what a script was told, for it is unloaded, and is none of the host's any more. */
void order_forget(struct script *script);

#endif
