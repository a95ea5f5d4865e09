/* Compiles maps: a Lua file of rules becomes a struct map and a list of what it wants opened. Lua is gone when it
 * returns. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MAP_MAP_COMPILE_H
#define NOTEWIRE_MAP_MAP_COMPILE_H

#include "route/map.h"

#define MAP_WISHES_MAX 32 /* of each kind */

/* What a map says beside its rules, as texts of the command line, and where it says so ("tablet.lua:3"). Owned:
 * map_wishes_free. */
struct map_wishes {
    char *use[MAP_WISHES_MAX], *osc[MAP_WISHES_MAX], *midi_in[MAP_WISHES_MAX], *midi_out[MAP_WISHES_MAX],
        *din[MAP_WISHES_MAX], *release_after[MAP_WISHES_MAX], *reply[MAP_WISHES_MAX];
    char *use_where[MAP_WISHES_MAX], *osc_where[MAP_WISHES_MAX], *midi_in_where[MAP_WISHES_MAX],
        *midi_out_where[MAP_WISHES_MAX], *din_where[MAP_WISHES_MAX], *release_after_where[MAP_WISHES_MAX],
        *reply_where[MAP_WISHES_MAX];
    unsigned use_count, osc_count, midi_in_count, midi_out_count, din_count, release_after_count, reply_count;
    int script_line; /* where the last file stopped being nothing but a map; 0: nowhere */
};

void map_wishes_free(struct map_wishes *wishes);

/* The wishes of one kind, as a view. */
struct map_wish_list {
    const char *word;      /* that says them in a map */
    const char *field;     /* of the result of lua/maps/map.lua */
    char **texts, **where; /* MAP_WISHES_MAX places */
    unsigned *count;
};

#define MAP_WISH_KINDS 7
void map_wishes_list(struct map_wishes *wishes, struct map_wish_list lists[MAP_WISH_KINDS]);

/* Reads a file as a map, as far as it is one, for checking. *map is returned owned; wishes are added to (they may hold
 * those of other maps). Returns 0, or, with every mistake logged as E410 with file, line and column, NW_EINVALID;
 * NW_EIO when the file cannot be read (logged too), or NW_EMEMORY. */
int map_compile_file(const char *path, struct map **map, struct map_wishes *wishes);

/* Compiles a dialect of lua/dialects by its name. The same, and NW_ENOTFOUND when there is none (logged as E411). */
int map_compile_dialect(const char *name, struct map **map);

/* The names of all dialects, one after the other: index from 0, NULL behind the last. Borrowed; valid until the next
 * call. */
const char *map_dialect_name(unsigned index);

/* The dialects that are on when no map is named, in the order they are asked; NULL-terminated. */
extern const char *const map_default_dialects[];

#endif
