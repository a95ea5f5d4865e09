/* What is behind a SocketServer: from the callbacks of the loop into bounded queues, and the end.
 * SPDX-License-Identifier: MIT */
#include "renoise/socket_server.h"

#include "base/error.h"
#include "script/script.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STREAMS_MAX (2u * SERVER_CLIENTS_MAX) /* with those that have ended and that nobody has been told of */

/* ---- connections ---- */

/* Takes a connection out of the list, and the server's reference from it. */
static void remove_stream(struct socket_server *server, struct stream **link)
{
    struct stream *stream = *link;

    *link = stream->next;
    stream->next = NULL;
    stream->server = NULL;
    server->stream_count--;
    stream_release(stream);
}

void socket_server_forget(struct socket_server *server, struct stream *stream)
{
    struct stream **link = &server->streams;

    while (*link != NULL && *link != stream)
        link = &(*link)->next;
    if (*link != NULL)
        remove_stream(server, link);
}

/* While the server does not run, connections that came, said nothing and went are not kept for it. */
static void purge(struct socket_server *server)
{
    struct stream **link = &server->streams;

    while (*link != NULL) {
        const struct stream *stream = *link;

        if (stream->ended && !stream->told && stream->received.used == 0)
            remove_stream(server, link);
        else
            link = &(*link)->next;
    }
}

static void fail(struct socket_server *server, const char *text)
{
    size_t length = strlen(text);
    char *room = inbox_put(&server->errors, length);

    if (room != NULL)
        memcpy(room, text, length);
    socket_server_wake(server);
}

static void on_accepted(void *user, struct peer *peer)
{
    struct socket_server *server = user;
    struct stream **link = &server->streams, *stream;

    if (server->stream_count >= SERVER_CLIENTS_MAX)
        purge(server);
    stream = server->stream_count < STREAMS_MAX ? stream_new(server->source.script->host) : NULL;
    if (stream == NULL) {
        server_disconnect(peer);
        fail(server, "turned a connection away: there is no room for it");
        return;
    }
    stream->accepted = true;
    stream->server = server;
    stream->peer = peer;
    stream->tcp = peer->tcp;
    stream->peer_addr = peer->addr;
    stream->local_addr = peer->local;
    peer->user = stream;
    while (*link != NULL)
        link = &(*link)->next;
    *link = stream;
    server->stream_count++;
    socket_server_wake(server);
}

static void on_closed(void *user, struct peer *peer, int error)
{
    struct socket_server *server = user;

    stream_ended(peer->user, error);
    socket_server_wake(server);
}

/* ---- what comes ---- */

void socket_server_hear(struct socket_server *server, const struct net_addr *from, const struct net_addr *local,
                        const uint8_t *bytes, size_t length)
{
    struct host *host = server->source.script->host;
    struct socket_datagram *datagram;

    host_queued(host);
    if (!server->running) {
        host_dropped(host, DROP_DISABLED);
        return;
    }
    datagram = inbox_put(&server->datagrams, sizeof *datagram + length);
    if (datagram == NULL) {
        host_dropped(host, DROP_QUEUE);
        return;
    }
    datagram->from = *from;
    datagram->local = *local;
    if (length > 0)
        memcpy(datagram + 1, bytes, length);
    source_ready(&server->source);
}

static void on_message(void *user, struct peer *from, const uint8_t *bytes, size_t length)
{
    struct socket_server *server = user;

    if (from->tcp == NULL) {
        socket_server_hear(server, &from->addr, &from->local, bytes, length);
        return;
    }
    stream_received(from->user, bytes, length);
    socket_server_wake(server);
}

static void on_malformed(void *user, struct peer *from, int error)
{
    (void)user; /* raw bytes have no form */
    (void)from;
    (void)error;
}

static void on_refused(void *user, const struct net_addr *from)
{
    struct socket_server *server = user;
    struct host *host = server->source.script->host;

    (void)from;
    host_queued(host);
    host_dropped(host, DROP_REFUSED);
}

static void on_kernel_drops(void *user, uint32_t count)
{
    struct socket_server *server = user;

    server->source.script->host->bridge->counters.kernel_drops += count;
}

static void on_failed(void *user, const char *text)
{
    fail(user, text);
}

void socket_server_wake(struct socket_server *server)
{
    if (server->running)
        source_ready(&server->source);
}

static struct socket_server *server_of(struct bound *bound)
{
    return (struct socket_server *)(void *)((char *)bound - offsetof(struct socket_server, bound));
}

/* The datagrams that wait for the older version are the next one's, if that runs. */
static void inherit(struct bound *heir, struct bound *elder)
{
    struct socket_server *server = server_of(heir), *from = server_of(elder);

    if (!server->running)
        return;
    server->datagrams = from->datagrams;
    from->datagrams = (struct inbox){0};
    from->turns++;
    socket_server_wake(server);
}

/* ---- life ---- */

struct socket_server *socket_server_new(struct script *script, enum server_protocol protocol,
                                        const struct net_addr *bind, bool shared, int *error)
{
    static const char *const names[CALLBACKS] = {"socket_error", "socket_accepted", "socket_message"};
    struct socket_server *server = calloc(1, sizeof *server);
    struct server_options options = {.protocol = protocol,
                                     .framing = SERVER_RAW,
                                     .bind = *bind,
                                     .allow = &script->host->bridge->allow,
                                     .half_open = true,
                                     .shared = shared};
    struct server_callbacks callbacks = {.message = on_message,
                                         .malformed = on_malformed,
                                         .refused = on_refused,
                                         .accepted = on_accepted,
                                         .closed = on_closed,
                                         .kernel_drops = on_kernel_drops,
                                         .failed = on_failed};

    *error = NW_EMEMORY;
    if (server == NULL)
        return NULL;
    peers_init(&server->peers);
    options.peers = &server->peers;
    callbacks.user = server;
    server->bound.inherit = inherit;
    *error = bound_open(&server->bound, script, &options, &callbacks);
    if (*error != NW_OK) {
        int saved = errno;

        free(server);
        errno = saved;
        return NULL;
    }
    server->source.script = script;
    server->source.deliver = socket_server_deliver;
    server->references = 1;
    server->protocol = protocol;
    server->errors.limit = SOCKET_ERRORS_MAX;
    server->self_ref = server->notifier_ref = server->sender_ref = LUA_NOREF;
    server_local(server->bound.net, &server->local);
    for (int i = 0; i < CALLBACKS; i++)
        snprintf(server->what[i], sizeof server->what[i], "%s (%s port %u)", names[i],
                 protocol == SERVER_UDP ? "udp" : "tcp", (unsigned)server->local.port);
    return server;
}

void socket_server_release(struct socket_server *server)
{
    if (server != NULL && --server->references == 0)
        free(server);
}

void socket_server_stop(lua_State *L, struct socket_server *server)
{
    struct host *host = server->source.script->host;

    if (!server->running)
        return;
    server->running = false;
    server->runs++;
    server->source.script->kept--;
    source_forget(&server->source);
    for (uint32_t left = server->datagrams.count; left > 0; left--)
        host_dropped(host, server->source.script->unloading ? DROP_EXIT : DROP_DISABLED);
    inbox_free(&server->datagrams);
    inbox_free(&server->errors);
    luaL_unref(L, LUA_REGISTRYINDEX, server->sender_ref);
    luaL_unref(L, LUA_REGISTRYINDEX, server->notifier_ref);
    luaL_unref(L, LUA_REGISTRYINDEX, server->self_ref);
    server->self_ref = server->notifier_ref = server->sender_ref = LUA_NOREF;
}

void socket_server_close(lua_State *L, struct socket_server *server)
{
    if (server->bound.net == NULL)
        return;
    socket_server_stop(L, server);
    while (server->streams != NULL) {
        stream_close(server->streams);
        remove_stream(server, &server->streams);
    }
    inbox_free(&server->errors);
    bound_close(&server->bound);
    peers_free(&server->peers);
}
