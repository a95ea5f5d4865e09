/* What UDP and TCP servers have in common: opening, the filter, answering, closing.
 * SPDX-License-Identifier: MIT */
#include "net/server.h"

#include "base/error.h"
#include "net/server_internal.h"

#include <stdlib.h>

/* Whether a refused source has to be told: each of the first 32 once, then only that there are more. */
static bool first_time(struct server *server, const struct net_addr *from)
{
    uint32_t repeated;

    for (unsigned i = 0; i < server->refused_count; i++)
        if (net_addr_same_host(&server->refused[i], from))
            return false;
    if (server->refused_count == REFUSED_MAX)
        return log_limit_pass(&server->refused_limit, &repeated);
    server->refused[server->refused_count++] = *from;
    return true;
}

bool server_allows(struct server *server, const struct net_addr *from)
{
    char who[NET_ADDR_TEXT], host[NET_ADDR_TEXT];
    struct net_addr local;

    if (server->options.allow == NULL || allow_has(server->options.allow, from))
        return true;
    if (first_time(server, from)) {
        server_local(server, &local);
        log_warning("E103", "refused %s/%s on port %u: not a local network. Fix: notewire --allow %s",
                    net_addr_text(from, who), server->udp != NULL ? "udp" : "tcp", (unsigned)local.port,
                    net_addr_host_text(from, host));
    }
    if (server->callbacks.refused != NULL)
        server->callbacks.refused(server->callbacks.user, from);
    return false;
}

int server_open(struct loop *loop, const struct server_options *options, const struct server_callbacks *callbacks,
                struct server **out)
{
    struct server *server = calloc(1, sizeof *server);
    int error;

    if (server == NULL)
        return NW_EIO;
    server->loop = loop;
    server->options = *options;
    server->callbacks = *callbacks;
    error = options->protocol == SERVER_UDP ? server_open_udp(server) : server_open_tcp(server);
    if (error != NW_OK) {
        free(server);
        return error;
    }
    server->options.elder = NULL; /* it may go now */
    *out = server;
    return NW_OK;
}

void server_take_over(struct server *server)
{
    if (server->udp != NULL)
        udp_take_over(server->udp);
    else
        tcp_listener_take_over(server->listener);
}

int server_send(struct peer *peer, const uint8_t *bytes, size_t length)
{
    if (!peer->used || peer->server == NULL)
        return NW_ECLOSED;
    if (peer->tcp != NULL)
        return server_send_tcp(peer, bytes, length);
    return udp_send(peer->server->udp, &peer->addr, &peer->local, bytes, length);
}

int server_send_to(struct server *server, const struct net_addr *to, const uint8_t *bytes, size_t length)
{
    return server->udp != NULL ? udp_send(server->udp, to, NULL, bytes, length) : NW_ECLOSED;
}

void server_pause(struct server *server, bool paused)
{
    if (server->udp == NULL)
        server_pause_tcp(server, paused);
}

enum server_protocol server_protocol(const struct server *server)
{
    return server->options.protocol;
}

void server_local(const struct server *server, struct net_addr *addr)
{
    if (server->udp != NULL)
        udp_local(server->udp, addr);
    else
        tcp_listener_local(server->listener, addr);
}

struct udp *server_udp(struct server *server)
{
    return server->udp;
}

void server_close(struct server *server)
{
    if (server == NULL)
        return;
    if (server->udp != NULL)
        udp_close(server->udp);
    else
        server_close_tcp(server);
    peers_forget_server(server->options.peers, server);
    free(server);
}
