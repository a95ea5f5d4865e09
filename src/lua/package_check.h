/* Compiles the Lua files of a tool without running any.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_PACKAGE_CHECK_H
#define NOTEWIRE_LUA_PACKAGE_CHECK_H

struct package;

/* Compiles all Lua files in the folder of a tool. 0, or NW_EINVALID with each mistake logged as E410, or NW_EMEMORY.
 * *files is how many there are. */
int package_check(const struct package *package, unsigned *files);

#endif
