/* The global table notewire: what scripts can do here that Renoise has not (docs/api/notewire.md).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_NOTEWIRE_NOTEWIRE_H
#define NOTEWIRE_NOTEWIRE_NOTEWIRE_H

#include "lua/object.h"

/* Sets the global. */
void notewire_open(lua_State *L);

/* The functions that have files of their own. */
int osc_listener_create(lua_State *L); /* notewire.listen */
int osc_client_create(lua_State *L);   /* notewire.connect */
int framer_create(lua_State *L);       /* notewire.framer */

#endif
