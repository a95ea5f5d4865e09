/* Bound sockets for UDP and for TCP listeners: dual-stack where the machine has IPv6.
 * SPDX-License-Identifier: MIT */
#include "base/addr.h"
#include "base/error.h"
#include "loop/loop_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

int socket_error(int errno_value)
{
    switch (errno_value) {
    case EADDRINUSE: return NW_EBUSY;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case ENETUNREACH:
    case EHOSTUNREACH: return NW_EADDRESS;
    default: return NW_EIO;
    }
}

int socket_reuse(int fd, bool reuse)
{
    int value = reuse;

    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value);
}

/* One attempt in one family; errno tells why it failed. */
static int bound_in_family(int type, int family, const struct net_addr *bind_to, bool reuse)
{
    struct sockaddr_storage sa;
    socklen_t length;
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int off = 0, saved;

    if (fd < 0)
        return -1;
    if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0)
        goto err;
    if (reuse && socket_reuse(fd, true) != 0)
        goto err;
    length = net_addr_to_sockaddr(bind_to, false, &sa);
    if (bind(fd, (struct sockaddr *)&sa, length) != 0)
        goto err;
    return fd;

err:
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

int socket_bound(int type, const struct net_addr *bind_to, bool reuse, bool *is_v6)
{
    struct net_addr addr = *bind_to;
    int fd;

    if (bind_to->family == 0) {
        memset(addr.ip, 0, sizeof addr.ip);
        addr.family = 6;
        fd = bound_in_family(type, AF_INET6, &addr, reuse);
        *is_v6 = fd >= 0;
        if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL && errno != EPROTONOSUPPORT))
            return fd >= 0 ? fd : socket_error(errno);
        addr.family = 4; /* a machine without IPv6 */
    }
    *is_v6 = addr.family == 6;
    fd = bound_in_family(type, *is_v6 ? AF_INET6 : AF_INET, &addr, reuse);
    return fd >= 0 ? fd : socket_error(errno);
}

void socket_local(int fd, struct net_addr *addr)
{
    struct sockaddr_storage sa;
    socklen_t length = sizeof sa;

    memset(addr, 0, sizeof *addr);
    memset(&sa, 0, sizeof sa);
    if (getsockname(fd, (struct sockaddr *)&sa, &length) == 0)
        net_addr_from_sockaddr(addr, (struct sockaddr *)&sa);
}
