/* One peer by name: looked up, connected, lost and found again.
 * SPDX-License-Identifier: MIT */
#include "net/client.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX 256
#define LABEL_MAX 320
#define MS 1000000ULL
#define RETRY_FIRST_NS (100 * MS)
#define RETRY_MAX_NS (5000 * MS)
#define STAYED_NS (1000 * MS)
#define CONNECT_MAX_NS (5000 * MS) /* a machine that is off does not refuse, it is silent */

/* What happens next comes from exactly one of them: resolve (name asked for), tcp or udp (open or connecting), or the
 * timer alone (trying again later). */
struct client {
    struct loop *loop;
    enum server_protocol protocol;
    char host[HOST_MAX], label[LABEL_MAX];
    uint16_t port;
    bool numeric; /* host is an address: addr is final */
    struct net_addr addr;
    struct client_callbacks callbacks;
    enum client_state state;
    bool opening; /* client_open has not returned: no callbacks yet */
    bool paused;
    struct loop_resolve *resolve;
    struct tcp *tcp;
    struct udp *udp;
    struct loop_timer *timer; /* the next attempt, or the limit of the one that runs */
    uint64_t retry_ns;        /* the next pause */
    uint64_t ready_ns;        /* when it became ready */
    char reason[128];         /* why the last try came to nothing */
    bool cut;                 /* the last connection ended with bytes that the kernel had not taken */
    bool missing;             /* people have been told that it is not there */
    uint64_t missing_ns;      /* since when */
};

static void attempt(struct client *client);

/* The last thing its caller does: the owner may close the client in it. */
static void tell_state(struct client *client)
{
    if (!client->opening && client->callbacks.state != NULL)
        client->callbacks.state(client->callbacks.user, client->state);
}

static void become_ready(struct client *client)
{
    client->state = CLIENT_READY;
    client->ready_ns = clock_mono_ns();
    loop_timer_set(client->timer, 0);
    if (client->missing)
        log_info("%s is back after %.1f s", client->label, (double)(client->ready_ns - client->missing_ns) / 1e9);
    client->missing = false;
    tell_state(client);
}

/* Said once, until it is there again. */
static void report_missing(struct client *client, const char *reason, uint64_t now)
{
    if (client->missing)
        return;
    client->missing = true;
    client->missing_ns = now;
    log_warning("E305", "%s %s is not there (%s); trying again", client->protocol == SERVER_UDP ? "udp" : "tcp",
                client->label, reason);
}

/* An attempt came to nothing, or a connection to its end: later again. The pauses start short again only for a peer
 * that had stayed for a while, so that one who always hangs up is not called ten times a second. */
static void fail(struct client *client, const char *reason)
{
    bool was_ready = client->state == CLIENT_READY, news = !client->missing;
    uint64_t now = clock_mono_ns();

    client->cut = client_queued(client) > 0;
    tcp_close(client->tcp);
    client->tcp = NULL;
    client->state = CLIENT_MISSING;
    snprintf(client->reason, sizeof client->reason, "%s", reason);
    report_missing(client, reason, now);
    if (was_ready && now - client->ready_ns >= STAYED_NS)
        client->retry_ns = RETRY_FIRST_NS;
    loop_timer_set(client->timer, now + client->retry_ns);
    client->retry_ns = client->retry_ns * 2 < RETRY_MAX_NS ? client->retry_ns * 2 : RETRY_MAX_NS;
    if (was_ready || news)
        tell_state(client);
}

/* The system's words, as the middle of a sentence. */
static void fail_errno(struct client *client, int errno_value)
{
    char reason[128];

    snprintf(reason, sizeof reason, "%s", strerror(errno_value));
    reason[0] = (char)tolower((unsigned char)reason[0]);
    fail(client, reason);
}

static void on_tcp_data(void *user, const uint8_t *bytes, size_t length)
{
    struct client *client = user;

    if (client->callbacks.data != NULL)
        client->callbacks.data(client->callbacks.user, bytes, length);
}

static void on_tcp_closed(void *user, int error)
{
    fail(user, error == NW_OK ? "it closed the connection" : "the connection broke");
}

static void on_tcp_writable(void *user)
{
    struct client *client = user;

    if (client->callbacks.writable != NULL)
        client->callbacks.writable(client->callbacks.user);
}

static void on_tcp_connected(void *user, int error, int errno_value)
{
    struct client *client = user;
    struct tcp_callbacks callbacks = {
        .data = on_tcp_data, .closed = on_tcp_closed, .writable = on_tcp_writable, .user = client};

    if (error != NW_OK) {
        fail_errno(client, errno_value);
        return;
    }
    tcp_pause(client->tcp, client->paused);
    tcp_start(client->tcp, &callbacks);
    become_ready(client);
}

static void on_datagram(void *user, const struct net_addr *from, const struct net_addr *local, const uint8_t *bytes,
                        size_t length)
{
    (void)from;
    (void)local;
    on_tcp_data(user, bytes, length);
}

/* The address is known. */
static void connect_now(struct client *client)
{
    struct udp_callbacks callbacks = {.datagram = on_datagram, .user = client};

    if (client->protocol == SERVER_UDP) {
        if (udp_connect(client->loop, &client->addr, &callbacks, &client->udp) == NW_OK)
            become_ready(client);
        else
            fail_errno(client, errno);
        return;
    }
    if (tcp_connect(client->loop, &client->addr, on_tcp_connected, client, &client->tcp) != NW_OK) {
        fail_errno(client, errno);
        return;
    }
    loop_timer_set(client->timer, clock_mono_ns() + CONNECT_MAX_NS);
}

static void on_resolved(void *user, int error, const struct net_addr *addr)
{
    struct client *client = user;

    client->resolve = NULL;
    if (error != NW_OK) {
        fail(client, "name not found");
        return;
    }
    client->addr = *addr;
    connect_now(client);
}

/* A name is looked up anew each time: its owner may have got another address meanwhile. */
static void attempt(struct client *client)
{
    if (client->numeric) {
        connect_now(client);
        return;
    }
    client->resolve = loop_resolve(client->loop, client->host, client->port, on_resolved, client);
    if (client->resolve == NULL)
        fail(client, "out of memory");
}

static void on_timer(void *user)
{
    struct client *client = user;

    if (client->tcp != NULL)
        fail(client, "no answer");
    else
        attempt(client);
}

int client_open(struct loop *loop, enum server_protocol protocol, const char *host, uint16_t port, const char *label,
                const struct client_callbacks *callbacks, struct client **out)
{
    struct client *client;

    if (host[0] == '\0' || strlen(host) >= HOST_MAX || port == 0)
        return NW_EADDRESS;
    client = calloc(1, sizeof *client);
    if (client == NULL)
        return NW_EMEMORY;
    client->timer = loop_timer_new(loop, on_timer, client);
    if (client->timer == NULL) {
        free(client);
        return NW_EMEMORY;
    }
    client->loop = loop;
    client->protocol = protocol;
    client->port = port;
    client->callbacks = *callbacks;
    client->retry_ns = RETRY_FIRST_NS;
    snprintf(client->host, sizeof client->host, "%s", host);
    snprintf(client->label, sizeof client->label, "%s", label);
    client->numeric = net_addr_parse_ip(host, &client->addr) == NW_OK;
    client->addr.port = port;
    client->opening = true;
    attempt(client);
    client->opening = false;
    *out = client;
    return NW_OK;
}

int client_send(struct client *client, const uint8_t *bytes, size_t length)
{
    if (client->state != CLIENT_READY)
        return NW_ECLOSED;
    if (client->udp != NULL)
        return udp_send(client->udp, NULL, NULL, bytes, length);
    return tcp_send(client->tcp, bytes, length);
}

void client_flush(struct client *client)
{
    if (client->udp != NULL)
        udp_flush(client->udp);
    else if (client->tcp != NULL)
        tcp_flush(client->tcp);
}

void client_pause(struct client *client, bool paused)
{
    client->paused = paused;
    if (client->tcp != NULL && client->state == CLIENT_READY)
        tcp_pause(client->tcp, paused);
}

enum client_state client_state(const struct client *client)
{
    return client->state;
}

void client_peer(const struct client *client, struct net_addr *addr)
{
    *addr = client->addr;
}

const char *client_reason(const struct client *client)
{
    return client->reason;
}

struct udp *client_udp(struct client *client)
{
    return client->udp;
}

size_t client_queued(const struct client *client)
{
    return client->tcp != NULL ? tcp_queued(client->tcp) : 0;
}

bool client_cut(const struct client *client)
{
    return client->cut;
}

void client_close(struct client *client)
{
    if (client == NULL)
        return;
    loop_resolve_cancel(client->resolve);
    tcp_close(client->tcp);
    udp_close(client->udp);
    loop_timer_free(client->timer);
    free(client);
}
