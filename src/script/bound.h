/* The bound sockets of a script, which its next version takes over: nothing that is sent to them meanwhile is lost.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_BOUND_H
#define NOTEWIRE_SCRIPT_BOUND_H

#include "net/server.h"

#define BOUND_TEXT 120 /* room for the names of some sockets */

struct script;

/* A socket, as it was asked for. Embed it; zeroed it is closed. */
struct bound {
    struct bound *next; /* of the script, in the order in which they were opened */
    struct script *script;
    struct server *net;         /* owned; NULL: closed */
    struct net_addr bind;       /* port 0 too, whichever port that became */
    struct bound *elder, *heir; /* whose socket it is to take over, and who its own; NULL: nobody, or it was closed */
    bool held;                  /* it has not taken it over yet */
    /* Moves what has been heard on elder's socket and waits to the heir, which has nothing yet. Called for those that
     * have the same. May be NULL. */
    void (*inherit)(struct bound *heir, struct bound *elder);
};

/* Opens a server as server_open does; while a script is loaded beside an older version, on the socket of that version
 * that was opened with the same protocol and address, if there is one. It hears nothing then before bound_take_over. */
int bound_open(struct bound *bound, struct script *script, const struct server_options *options,
               const struct server_callbacks *callbacks);

/* Whether one of the script's own has the port that is asked for, for the same protocol. */
bool bound_has_port(const struct script *script, enum server_protocol protocol, uint16_t port);

/* Closes it, and tells what the kernel has dropped. Not from a callback of the loop. */
void bound_close(struct bound *bound);

/* What comes to the sockets that the script has of its older version, and what waits there, is its own from here on.
 * Which they are is added to text: "udp 9000, tcp 9000". Between turns. */
void bound_take_over(struct script *script, char text[BOUND_TEXT]);

#endif
