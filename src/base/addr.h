/* Network addresses as values: parse, print, compare. IPv4-mapped IPv6 addresses become plain IPv4.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BASE_ADDR_H
#define NOTEWIRE_BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Room for "[ffff:...:ffff%interface]:65535" and a NUL. */
#define NET_ADDR_TEXT 80

struct net_addr {
    uint8_t ip[16]; /* IPv4 in the first four bytes, the rest zero */
    uint32_t scope; /* IPv6 interface index, else 0 */
    uint16_t port;  /* host byte order */
    uint8_t family; /* 0 unset, 4 or 6 */
};

/* From the kernel's form; false when the family is neither AF_INET nor AF_INET6. */
bool net_addr_from_sockaddr(struct net_addr *addr, const struct sockaddr *sa);

/* To the kernel's form; returns its length. With mapped, IPv4 is written as ::ffff:a.b.c.d for a dual-stack socket. */
socklen_t net_addr_to_sockaddr(const struct net_addr *addr, bool mapped, struct sockaddr_storage *out);

bool net_addr_equal(const struct net_addr *a, const struct net_addr *b);     /* with port */
bool net_addr_same_host(const struct net_addr *a, const struct net_addr *b); /* without port */

/* Text as people write it: "192.168.1.7:9000", "[::1]:9000". out has NET_ADDR_TEXT bytes. Returns out. */
const char *net_addr_text(const struct net_addr *addr, char *out);

/* The same without port and brackets: "192.168.1.7", "fe80::1%eth0". out has NET_ADDR_TEXT bytes. Returns out. */
const char *net_addr_host_text(const struct net_addr *addr, char *out);

/* Whether it is 0.0.0.0, :: or unset: as a bind address, every address of this machine. */
bool net_addr_is_any(const struct net_addr *addr);

/* A numeric IP (no name, no brackets) without port. 0 or NW_EADDRESS. */
int net_addr_parse_ip(const char *ip, struct net_addr *addr);

/* Splits "[HOST:]PORT" (IPv6 in brackets, '*' or nothing for any host; ":PORT" too). host gets the host part, "" when
 * there is none. 0 or NW_EADDRESS. */
int net_addr_split(const char *text, char *host, size_t host_size, uint16_t *port);

/* Where to listen, out of "[HOST:]PORT": family 0 without a host; "localhost" is 127.0.0.1, other names are refused. 0
 * or NW_EADDRESS. */
int net_addr_parse_bind(const char *text, struct net_addr *addr);

#endif
