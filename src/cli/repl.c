/* notewire run --repl: a prompt to look into the scripts that run. On a terminal with libedit, else line by line.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/line_editor.h"
#include "life/order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES_MAX 65536u

struct cli_repl {
    struct host *host;
    struct loop_fd *input;
    bool terminal;              /* one that the line editor is open for */
    bool reading;               /* and that it has */
    unsigned script;            /* whom lines are given to: its index in the host */
    char *text;                 /* the lines so far of what is not complete; owned, NULL: none */
    char *line;                 /* the one that is being done; owned */
    char plain[LINE_BYTES_MAX]; /* no terminal: what has been read of the next one */
    size_t used;
    void (*quit)(void *user);
    void *user;
};

/* The line editor tells its callback nothing but the line, and there is one terminal: the prompt that has it. */
static struct cli_repl *prompting;

static const char help[] = "A line of Lua runs in the script; the values of an expression are printed.\n"
                           "  .scripts     what runs here, and which one lines are given to\n"
                           "  .use N       gives them to another\n"
                           "  .entries     menu entries, keybindings and MIDI mappings\n"
                           "  .menu NAME   invokes a menu entry; .key and .midi do so with the other two\n"
                           "  .quit        ends notewire; Ctrl-D ends the prompt alone\n";

static void on_line(char *line);

/* Reads on. */
static void prompt(struct cli_repl *repl)
{
    if (repl->input == NULL)
        return;
    loop_fd_watch(repl->input, LOOP_READABLE);
    if (!repl->terminal || repl->reading)
        return;
    repl->reading = true;
    line_editor_begin(repl->text != NULL ? ">> " : "> ", on_line);
}

static void rest(struct cli_repl *repl)
{
    if (repl->reading)
        line_editor_end();
    repl->reading = false;
}

/* ---- commands ---- */

static void tell_scripts(const struct cli_repl *repl)
{
    const struct package *package;
    char clean[512];

    for (unsigned i = 0; (package = host_package(repl->host, i)) != NULL; i++)
        fprintf(stderr, "%c %u  %s\n", i == repl->script ? '*' : ' ', i + 1,
                text_clean_copy(package_name(package), clean, sizeof clean));
}

static void tell_entry(void *user, const struct package *package, enum tool_entry kind, const char *name)
{
    char clean[512];

    (void)user;
    (void)package;
    fprintf(stderr, "  %-16s %s\n", tool_entry_name(kind), text_clean_copy(name, clean, sizeof clean));
}

static void use(struct cli_repl *repl, const char *number)
{
    unsigned index = (unsigned)strtoul(number, NULL, 10);

    if (index == 0 || host_package(repl->host, index - 1) == NULL)
        fputs("There is no such script; .scripts lists them\n", stderr);
    else
        repl->script = index - 1;
}

/* A line that begins with '.'. */
static void command(struct cli_repl *repl, const char *line)
{
    static const struct {
        const char *word;
        enum tool_entry kind;
    } invoking[] = {{".menu ", TOOL_MENU_ENTRY}, {".key ", TOOL_KEYBINDING}, {".midi ", TOOL_MIDI_MAPPING}};

    for (size_t i = 0; i < sizeof invoking / sizeof invoking[0]; i++)
        if (strncmp(line, invoking[i].word, strlen(invoking[i].word)) == 0) {
            (void)order_invoke(repl->host, invoking[i].kind, line + strlen(invoking[i].word));
            return;
        }
    if (strcmp(line, ".quit") == 0)
        repl->quit(repl->user);
    else if (strcmp(line, ".scripts") == 0)
        tell_scripts(repl);
    else if (strncmp(line, ".use ", 5) == 0)
        use(repl, line + 5);
    else if (strcmp(line, ".entries") == 0)
        order_each_entry(repl->host, tell_entry, NULL);
    else if (strcmp(line, ".help") == 0)
        fputs(help, stderr);
    else
        fprintf(stderr, "%s: there is no such command; .help lists them\n", line);
}

/* ---- lines ---- */

static void on_done(void *user, enum order_outcome outcome)
{
    struct cli_repl *repl = user;

    if (outcome == ORDER_LOST)
        fputs("The script was unloaded before it got to this line\n", stderr);
    if (outcome != ORDER_INCOMPLETE) {
        free(repl->text);
        repl->text = NULL;
    }
    prompt(repl);
}

/* Adds a line to what is not complete. An empty one gives up on that. */
static void take(struct cli_repl *repl, const char *line)
{
    size_t before = repl->text != NULL ? strlen(repl->text) : 0, length = strlen(line);
    char *grown;

    if (before > 0 && length == 0) {
        free(repl->text);
        repl->text = NULL;
        return;
    }
    grown = before + length < LINE_BYTES_MAX ? realloc(repl->text, before + length + 2) : NULL;
    if (grown == NULL)
        return;
    repl->text = grown;
    snprintf(grown + before, length + 2, "%s%s", before > 0 ? "\n" : "", line);
}

/* What was read, between turns. */
static void give(void *user)
{
    struct cli_repl *repl = user;

    if (repl->text == NULL && repl->line[0] == '.') {
        command(repl, repl->line);
        on_done(repl, ORDER_DONE);
        return;
    }
    take(repl, repl->line);
    if (repl->text == NULL || *repl->text == '\0') {
        on_done(repl, ORDER_DONE);
    } else if (order_evaluate(repl->host, repl->script, repl->text, on_done, repl) != 0) {
        fputs("This script runs no more; .scripts lists those that do\n", stderr);
        repl->script = 0;
        on_done(repl, ORDER_DONE);
    }
}

/* A whole line has been read, inside a turn: until it has been done no other is. Takes it; NULL: there was no memory.
 */
static void read_line(struct cli_repl *repl, char *line)
{
    if (line == NULL)
        return;
    free(repl->line);
    repl->line = line;
    rest(repl);
    loop_fd_watch(repl->input, 0);
    if (order_later(repl->host, give, repl) == 0)
        return;
    if (strcmp(line, ".quit") == 0) {
        repl->quit(repl->user);
        return;
    }
    fputs("No script runs here\n", stderr);
    prompt(repl);
}

/* The user has ended the prompt, or whoever writes into the pipe has. */
static void leave(struct cli_repl *repl)
{
    rest(repl);
    loop_fd_free(repl->input);
    repl->input = NULL;
}

/* The line editor's. */
static void on_line(char *line)
{
    if (line == NULL) {
        fputs("\nThe prompt is gone; notewire goes on until Ctrl-C\n", stderr);
        leave(prompting);
        return;
    }
    if (*line != '\0')
        line_editor_remember(line);
    read_line(prompting, line);
}

/* Reads a line byte by byte, so that the next one stays for the next time. */
static void read_plainly(struct cli_repl *repl)
{
    char c;
    ssize_t got = read(STDIN_FILENO, &c, 1);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        leave(repl);
        return;
    }
    if (c != '\n' && repl->used < sizeof repl->plain - 1) {
        repl->plain[repl->used++] = c;
        return;
    }
    repl->plain[repl->used] = '\0';
    repl->used = 0;
    read_line(repl, strdup(repl->plain));
}

static void on_readable(void *user, int events)
{
    struct cli_repl *repl = user;

    (void)events;
    if (repl->terminal)
        line_editor_read();
    else
        read_plainly(repl);
}

struct cli_repl *cli_repl_new(struct loop *loop, struct host *host, void (*quit)(void *user), void *user)
{
    struct cli_repl *repl = calloc(1, sizeof *repl);
    bool somebody = isatty(STDIN_FILENO) == 1;

    if (repl == NULL)
        return NULL;
    repl->host = host;
    repl->quit = quit;
    repl->user = user;
    repl->terminal = somebody && line_editor_open();
    repl->input = loop_fd_new(loop, STDIN_FILENO, on_readable, repl);
    if (repl->input == NULL) {
        free(repl);
        return NULL;
    }
    prompting = repl;
    if (somebody)
        fputs("Lua, or .help\n", stderr);
    prompt(repl);
    return repl;
}

void cli_repl_free(struct cli_repl *repl)
{
    if (repl == NULL)
        return;
    order_cancel(repl->host, repl);
    rest(repl);
    if (repl->input != NULL)
        loop_fd_free(repl->input);
    free(repl->text);
    free(repl->line);
    free(repl);
}
