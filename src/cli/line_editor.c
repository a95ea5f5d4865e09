/* Editing a line on the terminal: libedit's readline interface, found by its names when it is wanted.
 * SPDX-License-Identifier: MIT */
#include "cli/line_editor.h"

#include <dlfcn.h>
#include <editline/readline.h>
#include <locale.h>
#include <stddef.h>
#include <stdio.h>

static const char *const libraries[] = {"libedit.so.2", "libedit.so.0"}; /* Debian's name, and most others' */

/* What is used of it. The types are those of its header. */
static struct {
    __typeof__(rl_callback_handler_install) *begin;
    __typeof__(rl_callback_read_char) *read;
    __typeof__(rl_callback_handler_remove) *end;
    __typeof__(add_history) *remember;
    __typeof__(rl_readline_name) *name;
    __typeof__(rl_outstream) *output;
    __typeof__(rl_catch_signals) *catch_signals;
} editor;

bool line_editor_open(void)
{
    const struct {
        const char *name;
        void *place; /* of a pointer */
    } symbols[] = {
        {"rl_callback_handler_install", &editor.begin},
        {"rl_callback_read_char", &editor.read},
        {"rl_callback_handler_remove", &editor.end},
        {"add_history", &editor.remember},
        {"rl_readline_name", &editor.name},
        {"rl_outstream", &editor.output},
        {"rl_catch_signals", &editor.catch_signals},
    };
    void *library = NULL;

    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0] && library == NULL; i++)
        library = dlopen(libraries[i], RTLD_NOW);
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        void *symbol = library != NULL ? dlsym(library, symbols[i].name) : NULL;

        if (symbol == NULL)
            return false;
        *(void **)symbols[i].place = symbol;
    }
    setlocale(LC_CTYPE, "C.UTF-8"); /* what it takes for a letter */
    *editor.name = (char *)"notewire";
    *editor.output = stderr; /* standard output is for MIDI words */
    *editor.catch_signals = 0;
    return true;
}

void line_editor_begin(const char *prompt, void (*on_line)(char *line))
{
    editor.begin(prompt, on_line);
}

void line_editor_read(void)
{
    editor.read();
}

void line_editor_end(void)
{
    editor.end();
}

void line_editor_remember(const char *line)
{
    editor.remember(line);
}
