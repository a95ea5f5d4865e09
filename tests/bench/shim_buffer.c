/* Preloaded, it makes a machine that grants only the usual 208 KiB of receive buffer.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GRANTED 212992

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    int bytes;

    if (level == SOL_SOCKET && name == SO_RCVBUFFORCE) {
        errno = EPERM;
        return -1;
    }
    if (level == SOL_SOCKET && name == SO_RCVBUF && length >= sizeof bytes) {
        memcpy(&bytes, value, sizeof bytes);
        if (bytes > GRANTED)
            bytes = GRANTED;
        return (int)syscall(SYS_setsockopt, fd, level, name, &bytes, sizeof bytes);
    }
    return (int)syscall(SYS_setsockopt, fd, level, name, value, length);
}
