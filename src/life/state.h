/* The state of a script: opened with everything in it, and closed.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LIFE_STATE_H
#define NOTEWIRE_LIFE_STATE_H

#include "script/script.h"

/* Opens a state with the libraries, the globals and the limits of scripts; runs nothing. Takes the package. Returns
 * owned; NULL without memory. */
struct script *script_new(struct host *host, struct package *package, size_t memory_limit, bool program);

/* Closes the state; everything the script had open is closed by its finalizers. */
void script_free(struct script *script);

#endif
