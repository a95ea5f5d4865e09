/* The life cycle of a tool, and what it has registered, as the rest of the program sees them (renoise.tool() in Lua).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_TOOL_H
#define NOTEWIRE_RENOISE_TOOL_H

#include <stdbool.h>

struct script;
struct source;
typedef struct lua_State lua_State; /* as in lua.h, which the command line need not see */

/* What add_menu_entry and the like register. */
enum tool_entry { TOOL_MENU_ENTRY, TOOL_KEYBINDING, TOOL_MIDI_MAPPING, TOOL_FILE_IMPORT_HOOK, TOOL_ENTRIES };

/* "menu entry" and so on. */
const char *tool_entry_name(enum tool_entry kind);

/* All that follow call Lua through the gate (script_call): from between two turns of the loop only. */

/* The script's file has run: tool_finished_loading_observable now, app_new_document_observable once, in a later turn.
 * When the program stopped in its middle, it only gets its last words. */
void tool_started(struct script *script);

/* The script is about to be unloaded: app_release_document_observable, then tool_will_unload_observable, then its
 * preferences are saved. Nothing when it never started, and the second time. */
void tool_ending(struct script *script);

/* Saves its preferences now, for the next version of it, which reads them when it is loaded. */
void tool_save_preferences(struct script *script);

/* Calls each with what the script has registered, in the order in which it did. each must not raise, and name lives as
 * long as its call. That of a file import hook is "CATEGORY: EXTENSION, EXTENSION". */
void tool_each(struct script *script, void (*each)(void *user, enum tool_entry kind, const char *name), void *user);

/* Invokes an entry by its name; of file import hooks the first for the extension of name, which is the path of a file.
 * A key is pressed once; a MIDI mapping gets a trigger. 0; NW_ENOTFOUND when the script has none of the name;
 * NW_EINVALID, logged, when it is not active, refused the file, or failed. */
int tool_invoke(struct script *script, enum tool_entry kind, const char *name);

/* Whether something needs the state to stay: that it is a tool, what is counted in kept, or notifiers of devices.
 * Between calls. */
bool script_is_kept(const struct script *script);

/* deliver of script.document. */
bool tool_new_document(struct source *source);

/* For lua/renoise: the functions below "host" that renoise.tool() and renoise.app() are made of. At the top of the
 * stack is the table that they are added to. */
void tool_add_host_functions(lua_State *L);

#endif
