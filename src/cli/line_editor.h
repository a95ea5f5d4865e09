/* Editing a line on the terminal: libedit, which is loaded when somebody wants it, for it and the three libraries that
 * it needs take an eighth of the time in which everything else starts. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_CLI_LINE_EDITOR_H
#define NOTEWIRE_CLI_LINE_EDITOR_H

#include <stdbool.h>

/* Loads it, for standard input and error. False when the system has none. The rest may be called only after true. */
bool line_editor_open(void);

/* Takes the terminal and shows the prompt. on_line gets each line, which it owns, and NULL at the end of input. */
void line_editor_begin(const char *prompt, void (*on_line)(char *line));

/* Reads what has come; may call on_line. */
void line_editor_read(void);

/* Gives the terminal back. */
void line_editor_end(void);

/* Keeps a line for the arrow keys. */
void line_editor_remember(const char *line);

#endif
