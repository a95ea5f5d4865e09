/* Network addresses as values: conversion from and to the kernel's form and people's.
 * SPDX-License-Identifier: MIT */
#include "base/addr.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* Takes 16 bytes of IPv6, which may be IPv4 in disguise: it is unmasked here so that nobody else ever meets it. */
static void set_ip6(struct net_addr *addr, const uint8_t *ip, uint32_t scope)
{
    if (memcmp(ip, mapped_prefix, sizeof mapped_prefix) == 0) {
        addr->family = 4;
        memcpy(addr->ip, ip + 12, 4);
        memset(addr->ip + 4, 0, 12);
        addr->scope = 0;
    } else {
        addr->family = 6;
        memcpy(addr->ip, ip, 16);
        addr->scope = scope;
    }
}

/* Called once per datagram: no branches but the family's. */
bool net_addr_from_sockaddr(struct net_addr *addr, const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, sa, sizeof in);
        memcpy(addr->ip, &in.sin_addr, 4);
        memset(addr->ip + 4, 0, 12);
        addr->scope = 0;
        addr->port = ntohs(in.sin_port);
        addr->family = 4;
        return true;
    }
    if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, sa, sizeof in6);
        set_ip6(addr, in6.sin6_addr.s6_addr, in6.sin6_scope_id);
        addr->port = ntohs(in6.sin6_port);
        return true;
    }
    memset(addr, 0, sizeof *addr);
    return false;
}

/* Only the bytes of the family in question are written, for this too runs once per datagram. */
socklen_t net_addr_to_sockaddr(const struct net_addr *addr, bool mapped, struct sockaddr_storage *out)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (addr->family == 4 && !mapped) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(addr->port)};

        memcpy(&in.sin_addr, addr->ip, 4);
        memcpy(out, &in, sizeof in);
        return sizeof in;
    }
    in6.sin6_port = htons(addr->port);
    if (addr->family == 4) {
        memcpy(in6.sin6_addr.s6_addr, mapped_prefix, sizeof mapped_prefix);
        memcpy(in6.sin6_addr.s6_addr + 12, addr->ip, 4);
    } else {
        memcpy(in6.sin6_addr.s6_addr, addr->ip, 16);
        in6.sin6_scope_id = addr->scope;
    }
    memcpy(out, &in6, sizeof in6);
    return sizeof in6;
}

bool net_addr_equal(const struct net_addr *a, const struct net_addr *b)
{
    return a->port == b->port && net_addr_same_host(a, b);
}

bool net_addr_same_host(const struct net_addr *a, const struct net_addr *b)
{
    return a->family == b->family && a->scope == b->scope && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

bool net_addr_is_any(const struct net_addr *addr)
{
    static const uint8_t zero[16];

    return addr->family == 0 || memcmp(addr->ip, zero, sizeof zero) == 0;
}

const char *net_addr_host_text(const struct net_addr *addr, char *out)
{
    char ip[INET6_ADDRSTRLEN] = "";
    char name[IF_NAMESIZE];

    if (addr->family == 4) {
        inet_ntop(AF_INET, addr->ip, ip, sizeof ip);
        snprintf(out, NET_ADDR_TEXT, "%s", ip);
    } else if (addr->family == 6) {
        inet_ntop(AF_INET6, addr->ip, ip, sizeof ip);
        if (addr->scope == 0)
            snprintf(out, NET_ADDR_TEXT, "%s", ip);
        else if (if_indextoname(addr->scope, name) != NULL)
            snprintf(out, NET_ADDR_TEXT, "%s%%%s", ip, name);
        else
            snprintf(out, NET_ADDR_TEXT, "%s%%%u", ip, (unsigned)addr->scope);
    } else {
        snprintf(out, NET_ADDR_TEXT, "*");
    }
    return out;
}

const char *net_addr_text(const struct net_addr *addr, char *out)
{
    char host[NET_ADDR_TEXT];

    net_addr_host_text(addr, host);
    /* The longest host is 39 + 1 + 15 characters; brackets and port fit. */
    if (addr->family == 6)
        snprintf(out, NET_ADDR_TEXT, "[%.62s]:%u", host, (unsigned)addr->port);
    else
        snprintf(out, NET_ADDR_TEXT, "%.62s:%u", host, (unsigned)addr->port);
    return out;
}

/* An interface by name or index; 0 when there is none such. */
static uint32_t parse_scope(const char *text)
{
    char *end;
    unsigned long number;
    uint32_t scope = if_nametoindex(text);

    if (scope != 0 || *text < '0' || *text > '9')
        return scope;
    number = strtoul(text, &end, 10);
    return *end == '\0' && number <= UINT32_MAX ? (uint32_t)number : 0;
}

int net_addr_parse_ip(const char *ip, struct net_addr *addr)
{
    uint8_t bytes[16] = {0};
    char host[INET6_ADDRSTRLEN];
    const char *percent = strchr(ip, '%');
    size_t length = percent != NULL ? (size_t)(percent - ip) : strlen(ip);
    uint32_t scope = 0;

    memset(addr, 0, sizeof *addr);
    if (length >= sizeof host)
        return NW_EADDRESS;
    memcpy(host, ip, length);
    host[length] = '\0';
    if (percent == NULL && inet_pton(AF_INET, host, bytes) == 1) {
        memcpy(addr->ip, bytes, 4);
        addr->family = 4;
        return NW_OK;
    }
    if (inet_pton(AF_INET6, host, bytes) != 1)
        return NW_EADDRESS;
    if (percent != NULL) {
        scope = parse_scope(percent + 1);
        if (scope == 0)
            return NW_EADDRESS;
    }
    set_ip6(addr, bytes, scope);
    return NW_OK;
}

static int parse_port(const char *text, uint16_t *port)
{
    uint32_t value = 0;

    if (*text == '\0' || strlen(text) > 5)
        return NW_EADDRESS;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return NW_EADDRESS;
        value = value * 10 + (uint32_t)(*text - '0');
    }
    if (value > UINT16_MAX)
        return NW_EADDRESS;
    *port = (uint16_t)value;
    return NW_OK;
}

int net_addr_split(const char *text, char *host, size_t host_size, uint16_t *port)
{
    const char *begin = text, *end, *colon;
    size_t length;

    if (host_size == 0)
        return NW_EADDRESS;
    host[0] = '\0';
    if (*text == '[') {
        begin = text + 1;
        end = strchr(begin, ']');
        if (end == NULL || end == begin || end[1] != ':')
            return NW_EADDRESS;
        colon = end + 1;
    } else {
        colon = strchr(text, ':');
        if (colon == NULL)
            return parse_port(text, port);
        if (strchr(colon + 1, ':') != NULL)
            return NW_EADDRESS; /* bare IPv6: where would the port begin? */
        end = colon;
    }
    length = (size_t)(end - begin);
    if (length == 1 && *begin == '*')
        length = 0;
    if (length >= host_size)
        return NW_EADDRESS;
    if (parse_port(colon + 1, port) != NW_OK)
        return NW_EADDRESS;
    memcpy(host, begin, length);
    host[length] = '\0';
    return NW_OK;
}

int net_addr_parse_bind(const char *text, struct net_addr *addr)
{
    char host[NET_ADDR_TEXT];
    uint16_t port;

    memset(addr, 0, sizeof *addr);
    if (net_addr_split(text, host, sizeof host, &port) != NW_OK)
        return NW_EADDRESS;
    if (host[0] != '\0' && net_addr_parse_ip(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, addr) != NW_OK)
        return NW_EADDRESS;
    addr->port = port;
    return NW_OK;
}
