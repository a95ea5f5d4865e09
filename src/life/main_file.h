/* Runs the file of a script: with the words of the map language, or as a program.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LIFE_MAIN_FILE_H
#define NOTEWIRE_LIFE_MAIN_FILE_H

struct map;
struct map_wishes;
struct script;

/* Runs the file, with the words of the map language (docs/maps.md) among its globals; *map and wishes as host_load has
 * them. 0; NW_EIO when it cannot be read, NW_EINVALID when it failed or has mistakes in its rules, NW_EMEMORY: logged.
 */
int script_load(struct script *script, struct map **map, struct map_wishes *wishes);

/* Runs the file as a program. argv, NULL-terminated, becomes the global arg and the arguments of the chunk. 0, also
 * when os.exit or a signal ended it, or as script_load. */
int script_run_program(struct script *script, char *const *argv);

#endif
