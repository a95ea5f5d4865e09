/* notewire ports: what -i and -o can name.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"
#include "port/registry.h"

#include <stdio.h>

int cli_ports(int argc, char **argv, int first)
{
    struct cli_options options;

    if (!cli_parse(&options, argc, argv, first))
        return CLI_USAGE;
    if (options.files.count > 0) {
        log_fatal("E001", "ports takes no \"%s\". Fix: notewire ports", options.files.text[0]);
        return CLI_USAGE;
    }
    for (int i = 0; port_drivers[i] != NULL; i++) {
        const struct port_ops *ops = port_drivers[i];

        printf("%-31s %-6s  %s\n", ops->syntax,
               ops->input && ops->output ? "in out"
               : ops->input              ? "in"
                                         : "   out",
               ops->help);
    }
    return CLI_OK;
}
