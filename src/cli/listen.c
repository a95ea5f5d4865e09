/* Opens what OSC is heard on, and where what comes as MIDI is sent as OSC.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "cli/run.h"

#include <errno.h>
#include <string.h>

/* The failed start of a listener: what, who, and one thing to do. */
static int refuse_listener(int error, bool tcp, const struct net_addr *bind)
{
    const char *protocol = tcp ? "tcp" : "udp", *holder = cli_port_holder(tcp, bind->port);
    uint16_t free_port = cli_free_port(bind->port < 65535 ? (uint16_t)(bind->port + 1) : CLI_DEFAULT_PORT);

    if (error == NW_EFULL)
        log_fatal("E104", "more than %d listeners are named. Fix: leave some out", BRIDGE_SERVERS_MAX);
    else if (error == NW_EBUSY)
        log_fatal("E102", "port %u/%s is in use by %s. Fix: quit it, or run notewire --osc %u", bind->port, protocol,
                  holder != NULL ? holder : "another program", free_port);
    else if (errno == EACCES)
        log_fatal("E104", "port %u/%s needs root. Fix: use a port above 1023, such as --osc %u", bind->port, protocol,
                  free_port);
    else
        log_fatal("E104", "cannot listen on port %u/%s (%s). Fix: check the address, or leave the host out", bind->port,
                  protocol, errno != 0 ? strerror(errno) : nw_error_text(error));
    return CLI_PORT;
}

/* Listens on one address with one protocol. With --local and no host that is loopback, IPv6's too where it is there. */
static int listen_on(struct run *run, enum server_protocol protocol, struct net_addr bind)
{
    bool local = run->options.local && bind.family == 0;
    uint16_t port = bind.port;
    int error;

    if (local) {
        net_addr_parse_ip("127.0.0.1", &bind);
        bind.port = port;
    }
    errno = 0;
    error = bridge_listen(&run->bridge, protocol, &bind);
    if (error != 0)
        return refuse_listener(error, protocol == SERVER_TCP, &bind);
    if (local) {
        net_addr_parse_ip("::1", &bind);
        bind.port = port;
        (void)bridge_listen(&run->bridge, protocol, &bind);
    }
    return CLI_OK;
}

int run_listen(struct run *run, const char *label, const char *text)
{
    struct net_addr bind;
    bool udp, tcp;
    int status = CLI_OK;

    if (cli_parse_listener(text, &udp, &tcp, &bind) != 0) {
        log_fatal("E105", "%s %s is no listener. Fix: write [udp:|tcp:][HOST:]PORT, such as 8000 or udp:127.0.0.1:9000",
                  label, text);
        return CLI_USAGE;
    }
    if (udp)
        status = listen_on(run, SERVER_UDP, bind);
    if (tcp && status == CLI_OK)
        status = listen_on(run, SERVER_TCP, bind);
    return status;
}

int run_reply(struct run *run, const char *label, const char *text)
{
    char host[256];
    uint16_t port = 0;
    int error = 0;

    if (strcmp(text, "learn") == 0) {
        run->bridge.learn = true;
        return CLI_OK;
    }
    if (net_addr_split(text, host, sizeof host, &port) != 0 || host[0] == '\0' || port == 0) {
        error = NW_EADDRESS;
    } else if (strcmp(host, "learn") == 0) {
        run->bridge.learn = true;
        run->bridge.learn_port = port;
    } else {
        error = bridge_reply_to(&run->bridge, host, port);
    }
    if (error == 0)
        return CLI_OK;
    if (error == NW_EFULL)
        log_fatal("E106", "more than %d addresses are named to reply to. Fix: leave some out", BRIDGE_REPLIES_MAX);
    else
        log_fatal("E106", "%s %s: %s. Fix: write HOST:PORT, learn or learn:PORT", label, text, nw_error_text(error));
    return CLI_USAGE;
}
