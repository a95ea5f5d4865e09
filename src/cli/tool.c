/* notewire tool: what tools have registered, for --menu and for people who want to know what a tool can do.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"
#include "life/order.h"
#include "map/map_compile.h"

#include <stdio.h>
#include <stdlib.h>

#define JSON_VERSION 1 /* of what --json prints (notewire(1)) */
#define NAME 512       /* bytes of a name that people see at most */

struct tool {
    struct cli_options options;
    struct loop *loop;
    struct bridge bridge;
    struct host host;
    struct cli_signals signals;
    const struct package *shown; /* whose entries are being printed */
    unsigned entries;
};

static void stop(void *user)
{
    struct tool *tool = user;

    host_stop(&tool->host);
}

/* ---- printing ---- */

static void print_entry(void *user, const struct package *package, enum tool_entry kind, const char *name)
{
    struct tool *tool = user;
    char clean[NAME];

    if (package != tool->shown)
        return;
    printf("  %-16s %s\n", tool_entry_name(kind), text_clean_copy(name, clean, sizeof clean));
    tool->entries++;
}

static void print_package(struct tool *tool, const struct package *package)
{
    const struct manifest *manifest = &package->manifest;
    char clean[NAME];

    printf("%s", text_clean_copy(package_name(package), clean, sizeof clean));
    if (manifest->version != NULL)
        printf(" %s", text_clean_copy(manifest->version, clean, sizeof clean));
    if (manifest->author != NULL)
        printf(", by %s", text_clean_copy(manifest->author, clean, sizeof clean));
    putchar('\n');
    tool->entries = 0;
    order_each_entry(&tool->host, print_entry, tool);
    if (tool->entries == 0)
        puts("  no entries");
}

static void print_entry_json(void *user, const struct package *package, enum tool_entry kind, const char *name)
{
    struct tool *tool = user;

    if (package != tool->shown)
        return;
    fputs(tool->entries++ > 0 ? ",{" : "{", stdout);
    cli_print_json("kind", tool_entry_name(kind));
    putchar(',');
    cli_print_json("name", name);
    putchar('}');
}

static void print_package_json(struct tool *tool, const struct package *package)
{
    putchar('{');
    cli_print_json("path", package->path);
    putchar(',');
    cli_print_json("id", package->manifest.id);
    putchar(',');
    cli_print_json("name", package->manifest.name);
    putchar(',');
    cli_print_json("version", package->manifest.version);
    putchar(',');
    cli_print_json("author", package->manifest.author);
    fputs(",\"entries\":[", stdout);
    tool->entries = 0;
    order_each_entry(&tool->host, print_entry_json, tool);
    fputs("]}", stdout);
}

static void print_all(struct tool *tool)
{
    bool json = tool->options.json;

    if (json)
        printf("{\"version\":%d,\"tools\":[", JSON_VERSION);
    for (unsigned i = 0; host_package(&tool->host, i) != NULL; i++) {
        tool->shown = host_package(&tool->host, i);
        if (json && i > 0)
            putchar(',');
        if (json)
            print_package_json(tool, tool->shown);
        else
            print_package(tool, tool->shown);
    }
    if (json)
        puts("]}");
}

/* ---- the subcommand ---- */

static int load(struct tool *tool)
{
    int status = cli_choose_devices(&tool->options, tool->bridge.registry);

    for (unsigned i = 0; i < tool->options.files.count && status == CLI_OK; i++) {
        struct map_wishes wishes = {0};
        struct host_file file = {.path = tool->options.files.text[i], .wishes = &wishes};

        if (host_load(&tool->host, &file) != 0)
            status = CLI_SCRIPT;
        map_free(file.map);
        map_wishes_free(&wishes);
    }
    return status;
}

static int run(struct tool *tool)
{
    int status;

    cli_signals_catch(&tool->signals, tool->loop, stop, NULL, tool);
    status = load(tool);
    if (status == CLI_OK && !tool->host.stopped) {
        host_settle(&tool->host); /* many register what they have when there is a new document */
        print_all(tool);
        if (fflush(stdout) != 0 || ferror(stdout)) {
            log_fatal("E005", "the list cannot be written. Fix: make room for it");
            status = CLI_FAILURE;
        }
    }
    cli_signals_free(&tool->signals);
    return status;
}

int cli_tool(int argc, char **argv, int first)
{
    struct tool *tool = calloc(1, sizeof *tool);
    struct host_options script;
    int status = CLI_USAGE;

    if (tool == NULL || !cli_parse(&tool->options, argc, argv, first) || !cli_script_options(&tool->options, &script))
        goto out;
    if (tool->options.files.count == 0) {
        log_fatal("E001", "tool needs a tool. Fix: notewire tool NAME.xrnx");
        goto out;
    }
    status = CLI_FAILURE;
    tool->loop = loop_new();
    if (tool->loop == NULL || bridge_init(&tool->bridge, tool->loop, false) != 0 ||
        host_init(&tool->host, &tool->bridge, &script) != 0) {
        log_fatal("E003",
                  "cannot start: the system refuses memory or descriptors. Fix: check ulimit -n and free memory");
        goto out;
    }
    tool->host.looking = true;
    status = run(tool);
    host_close(&tool->host);
    bridge_close(&tool->bridge);
out:
    if (tool != NULL && tool->loop != NULL)
        loop_free(tool->loop);
    free(tool);
    return status;
}
