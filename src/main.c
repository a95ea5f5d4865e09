/* notewire: OSC, raw sockets and MIDI ports on one wire. Only dispatches.
 * SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <fcntl.h>
#include <unistd.h>

/* A standard descriptor that is closed would be given to the next socket, and words would be printed into it. */
static void fill_closed_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
            _exit(1);
}

int main(int argc, char **argv)
{
    fill_closed_descriptors();
    return cli_main(argc, argv);
}
