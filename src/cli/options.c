/* Reads the options that the subcommands share.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"

#include <string.h>

struct option {
    const char *long_name, *short_name;
    struct cli_list *list; /* takes a value */
    bool *flag;
};

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

bool cli_parse(struct cli_options *options, int argc, char **argv, int first)
{
    bool quiet = false, verbose = false, files_only = false;
    const struct option table[] = {
        {"--osc", NULL, &options->osc, NULL},
        {"--midi-in", "-i", &options->midi_in, NULL},
        {"--midi-out", "-o", &options->midi_out, NULL},
        {"--reply", NULL, &options->reply, NULL},
        {"--allow", NULL, &options->allow, NULL},
        {"--local", NULL, NULL, &options->local},
        {"--quiet", "-q", NULL, &quiet},
        {"--verbose", "-v", NULL, &verbose},
        {"--help", "-h", NULL, &options->help},
        {"--version", "-V", NULL, &options->version},
    };
    const size_t count = sizeof table / sizeof table[0];

    memset(options, 0, sizeof *options);
    for (int i = first; i < argc; i++) {
        const char *value;
        size_t o = 0;

        if (files_only || argv[i][0] != '-' || argv[i][1] == '\0') {
            if (!add(&options->files, "a map", argv[i]))
                return false;
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

int cli_parse_listener(const char *text, bool *udp, bool *tcp, struct net_addr *bind)
{
    *udp = strncmp(text, "tcp:", 4) != 0;
    *tcp = strncmp(text, "udp:", 4) != 0;
    return net_addr_parse_bind(*udp && *tcp ? text : text + 4, bind);
}
