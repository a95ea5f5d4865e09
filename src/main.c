/* notewire: OSC, raw sockets and MIDI ports on one wire. Only dispatches.
 * SPDX-License-Identifier: MIT */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
