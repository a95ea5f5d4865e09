/* Reads the options that the subcommands share.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct option {
    const char *long_name, *short_name;
    struct cli_list *list; /* takes a value */
    bool *flag;
    const char *commands; /* that know it: " run exec "; NULL: all */
};

/* Whether a subcommand knows an option. */
static bool knows(const char *command, const struct option *option)
{
    char word[16];

    snprintf(word, sizeof word, " %s ", command);
    return option->commands == NULL || strstr(option->commands, word) != NULL;
}

/* Whether argument is this option, "--osc", "--osc=9000", "-i" or "-iNAME"; *value points behind "=" or "-i", or is
 * NULL. */
static bool is_option(const struct option *option, const char *argument, const char **value)
{
    size_t length = strlen(option->long_name);

    *value = NULL;
    if (strncmp(argument, option->long_name, length) == 0 && (argument[length] == '\0' || argument[length] == '=')) {
        if (argument[length] == '=')
            *value = argument + length + 1;
        return true;
    }
    if (option->short_name == NULL || strncmp(argument, option->short_name, 2) != 0)
        return false;
    if (argument[2] != '\0')
        *value = argument + 2;
    return argument[2] == '\0' || option->list != NULL;
}

static bool add(struct cli_list *list, const char *option, const char *value)
{
    if (list->count == CLI_LIST_MAX) {
        log_fatal("E002", "%s is given more than %d times. Fix: leave some out", option, CLI_LIST_MAX);
        return false;
    }
    list->text[list->count++] = value;
    return true;
}

/* Reads argv[first..], behind the subcommand's name if there is one. rest, when given, ends it behind the first file
 * and gets the index of that file. */
static bool parse(struct cli_options *options, int argc, char **argv, int first, int *rest)
{
    static const char program[] = " run exec check ", scripts[] = " run exec check tool ",
                      devices[] = " run exec check ports send panic tool ";
    const char *command = first > 1 ? argv[first - 1] : "run";
    bool quiet = false, verbose = false, files_only = false;
    const struct option table[] = {
        {"--osc", NULL, &options->osc, NULL, program},
        {"--midi-in", "-i", &options->midi_in, NULL, program},
        {"--midi-out", "-o", &options->midi_out, NULL, " run exec check panic "},
        {"--din", NULL, &options->din, NULL, " run check "},
        {"--release-after", NULL, &options->release_after, NULL, " run check "},
        {"--reply", NULL, &options->reply, NULL, program},
        {"--allow", NULL, &options->allow, NULL, scripts},
        {"--script-limit", NULL, &options->script_limit, NULL, scripts},
        {"--script-memory", NULL, &options->script_memory, NULL, scripts},
        {"--local", NULL, NULL, &options->local, program},
        {"--driver", NULL, &options->driver, NULL, devices},
        {"--name", NULL, &options->name, NULL, devices},
        {"--watch", NULL, NULL, &options->watch, " run ports "},
        {"--no-watch", NULL, NULL, &options->no_watch, " run "},
        {"--json", NULL, NULL, &options->json, " ports tool "},
        {"--menu", NULL, &options->menu, NULL, " run "},
        {"--repl", NULL, NULL, &options->repl, " run "},
        {"--quiet", "-q", NULL, &quiet, NULL},
        {"--verbose", "-v", NULL, &verbose, NULL},
        {"--help", "-h", NULL, &options->help, NULL},
        {"--version", "-V", NULL, &options->version, NULL},
    };
    const size_t count = sizeof table / sizeof table[0];

    memset(options, 0, sizeof *options);
    for (int i = first; i < argc; i++) {
        const char *value;
        size_t o = 0;

        if (files_only || argv[i][0] != '-' || argv[i][1] == '\0') {
            if (!add(&options->files, "a file", argv[i]))
                return false;
            if (rest != NULL) {
                *rest = i;
                break;
            }
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            files_only = true;
            continue;
        }
        while (o < count && !is_option(&table[o], argv[i], &value))
            o++;
        if (o == count) {
            log_fatal("E001", "unknown option %s. Fix: see notewire --help", argv[i]);
            return false;
        }
        if (!knows(command, &table[o])) {
            log_fatal("E001", "%s means nothing to notewire %s. Fix: leave it out, or see notewire --help",
                      table[o].long_name, command);
            return false;
        }
        if (table[o].list == NULL) {
            if (value != NULL) {
                log_fatal("E001", "%s takes no value. Fix: see notewire --help", table[o].long_name);
                return false;
            }
            *table[o].flag = true;
            continue;
        }
        if (value == NULL && i + 1 == argc) {
            log_fatal("E001", "%s needs a value. Fix: see notewire --help", argv[i]);
            return false;
        }
        if (!add(table[o].list, table[o].long_name, value != NULL ? value : argv[++i]))
            return false;
    }
    log_set_level(quiet ? LOG_QUIET : verbose ? LOG_VERBOSE : LOG_NORMAL);
    return true;
}

bool cli_parse(struct cli_options *options, int argc, char **argv, int first)
{
    return parse(options, argc, argv, first, NULL);
}

bool cli_parse_program(struct cli_options *options, int argc, char **argv, int first, int *file)
{
    *file = argc;
    return parse(options, argc, argv, first, file);
}

/* A whole text as a number from 0 to high. */
static bool to_number(const char *text, double high, double *value)
{
    char *end;

    *value = strtod(text, &end);
    return end != text && *end == '\0' && *value >= 0 && *value <= high;
}

/* The last value of an option as a number from 0 to high, times unit; fallback when it is not given. */
static bool read_number(const struct cli_list *list, const char *option, const char *example, double high, double unit,
                        double fallback, double *value)
{
    const char *text = list->count > 0 ? list->text[list->count - 1] : NULL;

    *value = fallback;
    if (text != NULL && !to_number(text, high, value)) {
        log_fatal("E001", "%s %s: this is no number from 0 to %.0f. Fix: write %s, or 0 for no limit", option, text,
                  high, example);
        return false;
    }
    *value *= unit;
    return true;
}

bool cli_parse_silence(const char *text, uint64_t *silence_ns)
{
    double seconds;
    bool read = to_number(text, CLI_SILENCE_MAX, &seconds);

    *silence_ns = read ? (uint64_t)(seconds * 1e9) : 0;
    return read;
}

bool cli_script_options(const struct cli_options *options, struct host_options *script)
{
    double limit, memory;

    if (!read_number(&options->script_limit, "--script-limit", "seconds, such as 2", 86400, 1e9, 2, &limit) ||
        !read_number(&options->script_memory, "--script-memory", "MiB, such as 256", 1048576, 1048576, 256, &memory))
        return false;
    script->limit_ns = (uint64_t)limit;
    script->memory_limit = (size_t)memory;
    return true;
}

int cli_parse_listener(const char *text, bool *udp, bool *tcp, struct net_addr *bind)
{
    *udp = strncmp(text, "tcp:", 4) != 0;
    *tcp = strncmp(text, "udp:", 4) != 0;
    return net_addr_parse_bind(*udp && *tcp ? text : text + 4, bind);
}

bool cli_add_allowed(const struct cli_options *options, struct allow *allow)
{
    for (unsigned i = 0; i < options->allow.count; i++)
        if (allow_add(allow, options->allow.text[i]) != 0) {
            log_fatal("E107", "--allow %s is no network. Fix: write 10.1.0.0/16, 2001:db8::/32 or one address",
                      options->allow.text[i]);
            return false;
        }
    return true;
}
