/* The SocketServer core: listens on UDP or TCP, filters and remembers who speaks, hands over messages, and answers from
 * the socket spoken to. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_NET_SERVER_H
#define NOTEWIRE_NET_SERVER_H

#include "loop/tcp.h"
#include "loop/udp.h"
#include "net/allow.h"
#include "net/peer.h"

#define SERVER_CLIENTS_MAX 64 /* TCP connections a server holds */

enum server_protocol { SERVER_UDP, SERVER_TCP };
enum server_framing {
    SERVER_RAW, /* TCP: each chunk as it is read */
    SERVER_OSC, /* TCP: each packet out of its size prefix or SLIP frame */
};

struct server;

struct server_callbacks {
    /* UDP: one datagram. TCP: one chunk or packet. The sender has been allowed; bytes are borrowed until it returns. A
     * UDP sender for whom the table has no place (64 TCP connections fill it) can be answered only until it returns. */
    void (*message)(void *user, struct peer *from, const uint8_t *bytes, size_t length);
    /* Something that never became a message: NW_EMALFORMED or NW_ETOOBIG for a broken or cut-off frame. from may be
     * NULL. */
    void (*malformed)(void *user, struct peer *from, int error);
    /* A datagram or connection from somebody who is not allowed; the server has logged it once per source. */
    void (*refused)(void *user, const struct net_addr *from);
    void (*accepted)(void *user, struct peer *peer); /* TCP; may be NULL */
    /* TCP: the connection has ended: error 0 when the peer closed it, NW_EIO, or why the server closed it
     * (NW_EMALFORMED, NW_ETOOBIG, NW_EMEMORY); the peer is forgotten when it returns. May be NULL. */
    void (*closed)(void *user, struct peer *peer, int error);
    /* TCP: a connection whose send buffer was half full, or refused a send with NW_EFULL, has room again. May be NULL.
     */
    void (*writable)(void *user);
    /* UDP: datagrams that the kernel threw away (struct udp_callbacks). May be NULL. */
    void (*kernel_drops)(void *user, uint32_t count);
    /* TCP: a connection could not be taken, and why; the server has logged it. It goes on listening. May be NULL. */
    void (*failed)(void *user, const char *text);
    void *user;
};

struct server_options {
    enum server_protocol protocol;
    enum server_framing framing;
    struct net_addr bind;      /* family 0: every address; port 0: any free port */
    const struct allow *allow; /* borrowed for the server's life; NULL: everybody */
    struct peers *peers;       /* borrowed for the server's life */
    /* TCP: who has ended its sending may still be answered: after closed with 0 the peer stays until server_disconnect,
     * or until answering it fails (closed with NW_EIO). */
    bool half_open;
    bool shared; /* UDP: as udp_open_shared */
    /* A server of this protocol whose socket it is to take over (server_take_over) instead of binding one; bind does
     * not matter then. NULL: none. */
    struct server *elder;
};

/* Starts listening. *out is returned owned. 0, NW_EBUSY, NW_EADDRESS or NW_EIO. */
int server_open(struct loop *loop, const struct server_options *options, const struct server_callbacks *callbacks,
                struct server **out);

/* From here on what comes to the socket of options.elder comes here; who is connected to elder stays there. elder may
 * have been closed before. Between turns. */
void server_take_over(struct server *server);

/* Sends to a peer through the socket it spoke to, from the address it spoke to; TCP answers use the peer's own framing.
 * 0, NW_ETOOBIG, NW_EFULL or NW_ECLOSED. */
int server_send(struct peer *peer, const uint8_t *bytes, size_t length);

/* Sends to any address through a UDP server's socket. */
int server_send_to(struct server *server, const struct net_addr *to, const uint8_t *bytes, size_t length);

void server_disconnect(struct peer *peer); /* TCP: closes and forgets; no closed callback. Legal inside callbacks. */
void server_pause(struct server *server, bool paused); /* TCP: stops reading from every connection; UDP: nothing */

enum server_protocol server_protocol(const struct server *server);
void server_local(const struct server *server, struct net_addr *addr);
struct udp *server_udp(struct server *server); /* NULL for TCP */

/* Closes the socket and its connections, forgets its peers, frees. Legal inside its own callbacks. */
void server_close(struct server *server);

#endif
