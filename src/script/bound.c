/* The bound sockets of a script: opened, or taken over from its older version.
 * SPDX-License-Identifier: MIT */
#include "script/bound.h"

#include "base/error.h"
#include "script/script.h"

#include <stdio.h>
#include <string.h>

/* The socket of the older version that is meant, and that nobody has yet. */
static struct bound *find_elder(const struct script *script, const struct server_options *options)
{
    struct bound *bound = script->elder != NULL ? script->elder->bound : NULL;

    while (bound != NULL && (bound->heir != NULL || server_protocol(bound->net) != options->protocol ||
                             !net_addr_equal(&bound->bind, &options->bind)))
        bound = bound->next;
    return bound;
}

int bound_open(struct bound *bound, struct script *script, const struct server_options *options,
               const struct server_callbacks *callbacks)
{
    struct bound *elder = find_elder(script, options), **link = &script->bound;
    struct server_options with_elder = *options;
    int error;

    with_elder.elder = elder != NULL ? elder->net : NULL;
    error = server_open(script->host->loop, &with_elder, callbacks, &bound->net);
    if (error != NW_OK)
        return error;
    bound->script = script;
    bound->bind = options->bind;
    bound->elder = elder;
    bound->held = elder != NULL;
    if (elder != NULL)
        elder->heir = bound;
    while (*link != NULL)
        link = &(*link)->next;
    bound->next = NULL;
    *link = bound;
    return NW_OK;
}

bool bound_has_port(const struct script *script, enum server_protocol protocol, uint16_t port)
{
    for (const struct bound *bound = script->bound; bound != NULL; bound = bound->next) {
        struct net_addr local;

        server_local(bound->net, &local);
        if (server_protocol(bound->net) == protocol && local.port == port)
            return true;
    }
    return false;
}

/* Neither knows the other any more. */
static void part(struct bound *elder, struct bound *heir)
{
    if (elder == NULL || heir == NULL)
        return;
    elder->heir = NULL;
    heir->elder = NULL;
}

void bound_close(struct bound *bound)
{
    struct server *net = bound->net;
    struct bound **link;

    if (net == NULL)
        return;
    for (link = &bound->script->bound; *link != bound; link = &(*link)->next)
        ;
    *link = bound->next;
    part(bound, bound->heir);
    part(bound->elder, bound);
    bound->net = NULL;
    if (server_udp(net) != NULL)
        udp_poll_drops(server_udp(net));
    server_close(net);
}

/* Adds "udp 9000" to a list. */
static void append_name(char text[BOUND_TEXT], const struct server *net)
{
    size_t used = strlen(text);
    struct net_addr local;

    server_local(net, &local);
    snprintf(text + used, BOUND_TEXT - used, "%s%s %u", used > 0 ? ", " : "",
             server_protocol(net) == SERVER_UDP ? "udp" : "tcp", (unsigned)local.port);
}

void bound_take_over(struct script *script, char text[BOUND_TEXT])
{
    for (struct bound *bound = script->bound; bound != NULL; bound = bound->next) {
        struct bound *elder = bound->elder;

        if (!bound->held)
            continue;
        bound->held = false;
        server_take_over(bound->net);
        if (elder != NULL && bound->inherit != NULL && bound->inherit == elder->inherit)
            bound->inherit(bound, elder);
        part(elder, bound);
        append_name(text, bound->net);
    }
}
