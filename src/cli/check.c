/* notewire check: reads maps without opening anything.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"
#include "script/map_compile.h"

#include <stdio.h>

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

int cli_check(int argc, char **argv, int first)
{
    struct cli_options options;
    int status = CLI_OK;

    if (!cli_parse(&options, argc, argv, first))
        return CLI_USAGE;
    if (options.files.count == 0) {
        log_fatal("E001", "check needs a map. Fix: notewire check MAP.lua");
        return CLI_USAGE;
    }
    for (unsigned i = 0; i < options.files.count; i++) {
        struct map_wishes wishes = {0};
        struct map *map;

        if (map_compile_file(options.files.text[i], &map, &wishes) != 0) {
            status = CLI_SCRIPT;
        } else {
            if (check_uses(&wishes))
                printf("%s: %u rule%s, no mistakes\n", options.files.text[i], map_rules(map),
                       map_rules(map) == 1 ? "" : "s");
            else
                status = CLI_SCRIPT;
            map_free(map);
        }
        map_wishes_free(&wishes);
    }
    return status;
}
