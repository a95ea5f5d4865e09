/* The files that notewire runs, and their next versions: each is loaded beside the one that runs, and takes its place.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LIFE_RELOAD_H
#define NOTEWIRE_LIFE_RELOAD_H

#include "script/host.h"

#define RELOAD_FILES_MAX 32

struct map_wishes;
struct reload;

/* Borrows the host, whose between it becomes. wished is called after a file's place has been taken, with what the new
 * version wants opened; it may take texts out of them. Returns owned; NULL without memory. */
struct reload *reload_new(struct host *host, void (*wished)(void *user, const char *path, struct map_wishes *wishes),
                          void *user);

/* After host_close. */
void reload_free(struct reload *reload);

/* Loads a file for the first time, as host_load; its rules, if it has any, become *map, the caller's, who gives them to
 * the bridge. path is borrowed. 0, or what host_load says, or NW_EFULL. */
int reload_add(struct reload *reload, const char *path, struct map_wishes *wishes, struct map **map);

unsigned reload_count(const struct reload *reload); /* files */

/* From here on a file that has changed, or one that it has read, is reloaded by itself. */
void reload_watch(struct reload *reload);

/* Reloads every file between the next turns. From anywhere. */
void reload_all(struct reload *reload);

#endif
