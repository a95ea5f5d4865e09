/* notewire check: reads maps without opening anything.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"
#include "lua/package_check.h"
#include "map/map_compile.h"
#include "port/registry.h"

#include <stdio.h>
#include <string.h>

/* Whether every dialect that a map uses is there. */
static bool check_uses(const struct map_wishes *wishes)
{
    bool found = true;

    for (unsigned i = 0; i < wishes->use_count; i++) {
        struct map *map;

        if (map_compile_dialect(wishes->use[i], &map) == 0)
            map_free(map);
        else
            found = false;
    }
    return found;
}

static bool check_osc(const struct map_wishes *wishes)
{
    bool right = true;

    for (unsigned i = 0; i < wishes->osc_count; i++) {
        struct net_addr bind;
        bool udp, tcp;

        if (cli_parse_listener(wishes->osc[i], &udp, &tcp, &bind) == 0)
            continue;
        log_fatal("E410",
                  "%s: osc \"%s\" is no listener. Fix: write [udp:|tcp:][HOST:]PORT, such as 8000 or "
                  "udp:127.0.0.1:9000",
                  wishes->osc_where[i], wishes->osc[i]);
        right = false;
    }
    return right;
}

/* What --driver keeps from being a port, NULL: nothing. Whether a device is there shows when it is opened. */
static const char *driver_refuses(const struct cli_options *options, const char *name)
{
    const struct device_driver *driver;

    if (options->driver.count == 0 || !registry_means_device(name) || cli_check_devices(options, &driver) != CLI_OK)
        return NULL;
    if (driver == NULL)
        return strcmp(options->driver.text[options->driver.count - 1], "none") == 0
                   ? "there is no such port, and --driver none leaves MIDI devices out"
                   : NULL;
    return !driver->virtual_ports && strncmp(name, DEVICE_VIRTUAL, strlen(DEVICE_VIRTUAL)) == 0
               ? "this --driver makes no ports of its own"
               : NULL;
}

/* The ports of one direction. Whether they can be opened shows when they are. */
static bool check_ports(const struct cli_options *options, const char *word, enum port_direction direction,
                        char *const *texts, char *const *where, unsigned count)
{
    enum port_direction other = direction == PORT_INPUT ? PORT_OUTPUT : PORT_INPUT;
    bool right = true;

    for (unsigned i = 0; i < count; i++) {
        int error = registry_check(texts[i], direction);
        const char *problem = error == 0 ? driver_refuses(options, texts[i]) : "there is no such port";

        if (problem == NULL)
            continue;
        if (error == NW_EADDRESS)
            problem = registry_means_device(texts[i]) ? "no port has such a name" : "this address cannot be used";
        else if (error != 0 && registry_check(texts[i], other) != NW_ENOTFOUND)
            problem = direction == PORT_INPUT ? "this port is only an output" : "this port is only an input";
        log_fatal("E410", "%s: %s \"%s\": %s. Fix: see notewire ports", where[i], word, texts[i], problem);
        right = false;
    }
    return right;
}

static bool check_silences(const struct map_wishes *wishes)
{
    bool right = true;

    for (unsigned i = 0; i < wishes->release_after_count; i++) {
        uint64_t silence_ns;

        if (cli_parse_silence(wishes->release_after[i], &silence_ns))
            continue;
        log_fatal("E410", "%s: release_after \"%s\" is no number from 0 to %d. Fix: write seconds, such as 10",
                  wishes->release_after_where[i], wishes->release_after[i], CLI_SILENCE_MAX);
        right = false;
    }
    return right;
}

static bool check_replies(const struct map_wishes *wishes)
{
    bool right = true;

    for (unsigned i = 0; i < wishes->reply_count; i++) {
        char host[256];
        uint16_t port = 0;

        if (strcmp(wishes->reply[i], "learn") == 0 ||
            (net_addr_split(wishes->reply[i], host, sizeof host, &port) == 0 && host[0] != '\0' && port != 0))
            continue;
        log_fatal("E410", "%s: reply \"%s\" is no address. Fix: write HOST:PORT, learn or learn:PORT",
                  wishes->reply_where[i], wishes->reply[i]);
        right = false;
    }
    return right;
}

static bool check_wishes(const struct cli_options *options, const struct map_wishes *wishes)
{
    bool right = check_uses(wishes);

    right = check_osc(wishes) && right;
    right =
        check_ports(options, "midi_in", PORT_INPUT, wishes->midi_in, wishes->midi_in_where, wishes->midi_in_count) &&
        right;
    right = check_ports(options, "midi_out", PORT_OUTPUT, wishes->midi_out, wishes->midi_out_where,
                        wishes->midi_out_count) &&
            right;
    right = check_ports(options, "din", PORT_OUTPUT, wishes->din, wishes->din_where, wishes->din_count) && right;
    right = check_silences(wishes) && right;
    return check_replies(wishes) && right;
}

/* A script is compiled, and its rules are read up to the line where it begins to be one: what it does then would open
 * things. */
static void tell(const char *file, unsigned rules, int script_line)
{
    printf("%s: %u rule%s%s, no mistakes", file, rules, rules == 1 ? "" : "s", script_line > 0 ? " or more" : "");
    if (script_line > 0)
        printf(" (a script from line %d on, which is not run)", script_line);
    putchar('\n');
}

static bool check_map(const struct cli_options *options, const char *path)
{
    struct map_wishes wishes = {0};
    struct map *map;
    bool right = map_compile_file(path, &map, &wishes) == 0;

    if (right) {
        right = check_wishes(options, &wishes);
        if (right)
            tell(path, map_rules(map), wishes.script_line);
        map_free(map);
    }
    map_wishes_free(&wishes);
    return right;
}

/* A tool's manifest has been read; its files are only compiled. */
static bool check_tool(const struct package *package)
{
    unsigned files;
    char clean[512];

    if (package_check(package, &files) != 0)
        return false;
    printf("%s: %s, %u Lua file%s, no mistakes (they are not run)\n", package->path,
           text_clean_copy(package_name(package), clean, sizeof clean), files, files == 1 ? "" : "s");
    return true;
}

/* Returns whether what is named has no mistakes. */
static bool check_file(const struct cli_options *options, const char *path)
{
    struct package package;
    bool right = package_open(&package, path) == 0;

    if (right)
        right = package.is_tool ? check_tool(&package) : check_map(options, path);
    package_free(&package);
    return right;
}

int cli_check(int argc, char **argv, int first)
{
    const struct device_driver *driver;
    struct cli_options options;
    int status = CLI_OK;

    if (!cli_parse(&options, argc, argv, first) || cli_check_devices(&options, &driver) != CLI_OK)
        return CLI_USAGE;
    if (options.files.count == 0) {
        log_fatal("E001", "check needs a file. Fix: notewire check FILE.lua");
        return CLI_USAGE;
    }
    for (unsigned i = 0; i < options.files.count; i++)
        if (!check_file(&options, options.files.text[i]))
            status = CLI_SCRIPT;
    return status;
}
