/* Who may speak to us, as a list of prefixes.
 * SPDX-License-Identifier: MIT */
#include "net/allow.h"

#include "base/error.h"

#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>

static int add_prefix(struct allow *allow, const struct net_addr *net, unsigned bits)
{
    if (allow->count == ALLOW_MAX)
        return NW_EFULL;
    allow->prefix[allow->count].net = *net;
    allow->prefix[allow->count].bits = (uint8_t)bits;
    allow->count++;
    return NW_OK;
}

/* The length of a prefix in decimal, at most max. */
static int parse_bits(const char *text, unsigned max, unsigned *bits)
{
    unsigned value = 0;
    size_t length = strlen(text);

    if (length == 0 || length > 3)
        return NW_EADDRESS;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return NW_EADDRESS;
        value = value * 10 + (unsigned)(*text - '0');
    }
    *bits = value;
    return value <= max ? NW_OK : NW_EADDRESS;
}

int allow_add(struct allow *allow, const char *cidr)
{
    struct net_addr net;
    char host[NET_ADDR_TEXT];
    const char *slash = strchr(cidr, '/');
    size_t length = slash != NULL ? (size_t)(slash - cidr) : strlen(cidr);
    bool written_as_v6;
    unsigned bits;

    if (length >= sizeof host)
        return NW_EADDRESS;
    memcpy(host, cidr, length);
    host[length] = '\0';
    if (net_addr_parse_ip(host, &net) != NW_OK)
        return NW_EADDRESS;
    written_as_v6 = strchr(host, ':') != NULL;
    bits = written_as_v6 ? 128 : 32;
    if (slash != NULL && parse_bits(slash + 1, bits, &bits) != NW_OK)
        return NW_EADDRESS;
    if (written_as_v6 && net.family == 4) { /* ::ffff:10.0.0.0/104 */
        if (bits < 96)
            return NW_EADDRESS;
        bits -= 96;
    }
    return add_prefix(allow, &net, bits);
}

/* A netmask counted in bits; none (0) means that the whole world is on that link, which admits nobody. */
static unsigned mask_bits(const struct sockaddr *netmask)
{
    struct net_addr mask;
    unsigned bits = 0;

    if (netmask == NULL || !net_addr_from_sockaddr(&mask, netmask))
        return 0;
    while (bits < 128 && (mask.ip[bits / 8] & (0x80u >> bits % 8)) != 0)
        bits++;
    return bits;
}

/* Our own networks at this moment, public ones too: who shares a link with us shares the room. */
static void add_interfaces(struct allow *allow)
{
    struct ifaddrs *list;

    if (getifaddrs(&list) != 0)
        return;
    for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
        struct net_addr net;
        unsigned bits;

        if (at->ifa_addr == NULL || !net_addr_from_sockaddr(&net, at->ifa_addr))
            continue;
        bits = mask_bits(at->ifa_netmask);
        net.port = 0;
        /* The defaults cover most; what they cover takes no place. */
        if (bits != 0 && !allow_has(allow, &net))
            add_prefix(allow, &net, bits);
    }
    freeifaddrs(list);
}

void allow_init(struct allow *allow, bool local_only)
{
    static const char *const loopback[] = {"127.0.0.0/8", "::1"};
    static const char *const local[] = {"10.0.0.0/8",    "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
                                        "100.64.0.0/10", "fc00::/7",      "fe80::/10"};

    memset(allow, 0, sizeof *allow);
    for (size_t i = 0; i < sizeof loopback / sizeof *loopback; i++)
        allow_add(allow, loopback[i]);
    if (local_only)
        return;
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        allow_add(allow, local[i]);
    add_interfaces(allow);
}

static bool prefix_has(const struct net_addr *net, unsigned bits, const struct net_addr *addr)
{
    unsigned whole = bits / 8;

    if (net->family != addr->family || memcmp(net->ip, addr->ip, whole) != 0)
        return false;
    return bits % 8 == 0 || ((net->ip[whole] ^ addr->ip[whole]) >> (8 - bits % 8)) == 0;
}

bool allow_has(const struct allow *allow, const struct net_addr *addr)
{
    for (unsigned i = 0; i < allow->count; i++)
        if (prefix_has(&allow->prefix[i].net, allow->prefix[i].bits, addr))
            return true;
    return false;
}
