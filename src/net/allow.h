/* Who may speak to us: loopback, private, link-local, unique-local and our own on-link prefixes, and what --allow adds.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_NET_ALLOW_H
#define NOTEWIRE_NET_ALLOW_H

#include "base/addr.h"

#define ALLOW_MAX 128 /* prefixes */

struct allow {
    struct {
        struct net_addr net;
        uint8_t bits;
    } prefix[ALLOW_MAX];
    unsigned count;
};

/* The default: 127/8, 10/8, 172.16/12, 192.168/16, 169.254/16, 100.64/10, ::1, fc00::/7, fe80::/10 and the prefixes of
 * this machine's own interfaces; with local_only, loopback alone. */
void allow_init(struct allow *allow, bool local_only);

/* Adds "10.1.0.0/16", "2001:db8::/32", or one address. 0, NW_EADDRESS or NW_EFULL. */
int allow_add(struct allow *allow, const char *cidr);

bool allow_has(const struct allow *allow, const struct net_addr *addr);

#endif
