/* What the translators share: the ports, the servers' peers, the maps, and the books.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BRIDGES_BRIDGE_H
#define NOTEWIRE_BRIDGES_BRIDGE_H

#include "base/log.h"
#include "bridges/assembly.h"
#include "bridges/hint.h"
#include "bridges/osc_source.h"
#include "bridges/pulse.h"
#include "bridges/sysex.h"
#include "net/server.h"
#include "port/registry.h"
#include "route/counters.h"
#include "route/map.h"
#include "route/scheduler.h"

#define BRIDGE_MAPS_MAX 32
#define BRIDGE_SERVERS_MAX 16
#define BRIDGE_REPLIES_MAX 8

struct bridge;

/* A fixed address for what comes as MIDI (--reply HOST:PORT). */
struct bridge_reply {
    struct net_addr addr;  /* family 0 for a name */
    struct client *client; /* looks the name up, and sends where no server's socket reaches; else NULL */
};

/* What became of a message for scripts: one of these, or the drop_reason for which none took it. */
enum bridge_heard { BRIDGE_HEARD = -1, BRIDGE_UNHEARD = -2 };

struct bridge {
    struct loop *loop;
    struct registry *registry;
    struct scheduler *scheduler;
    struct allow allow;
    struct peers peers;
    struct counters counters;
    struct hints hints;
    struct log_limit overrun_limit;
    struct map *maps[BRIDGE_MAPS_MAX]; /* owned; asked in this order */
    unsigned map_count;
    struct server *servers[BRIDGE_SERVERS_MAX]; /* owned */
    unsigned server_count;
    struct bridge_reply replies[BRIDGE_REPLIES_MAX];
    unsigned reply_count;
    unsigned replies_waited;                  /* of these, names that are still being looked up */
    bool learn;                               /* answer who spoke last */
    uint16_t learn_port;                      /* at this port of theirs; 0: the one they spoke from */
    uint32_t raw_outputs[REGISTRY_PORTS_MAX]; /* where the raw bridge passes each input on */
    struct sysex_table sysex;
    bool assembles; /* a map has a rule for what several messages make; then only there is this: */
    struct assembly assembly;
    struct pulses pulses;
    struct osc_sources sources;
    uint64_t wall_distance_ns; /* from the monotonic clock to the wall clock, as time tags are read (osc_to_midi.c) */
    uint32_t scheduled_outputs, scheduled_taken;   /* of the scheduled message being played: where to, who took it */
    uint32_t scheduled_whole;                      /* that took all of its SysEx so far */
    void (*ended)(void *user, struct port *input); /* an input has come to its end */
    void *user;
    void (*devices_changed)(void *user); /* MIDI devices have come or gone; NULL: no scripts */
    void *devices_user;
    /* Scripts hear an input (port.users): offered each whole message of it, as midi_to_osc_message is. Unless it is
     * taken already they book its fate themselves: when they queue it, and when it leaves their queue. */
    int (*hear)(void *user, const struct port *from, const struct midi_msg *msg, const struct sysex *sysex, bool taken);
    void *hear_user;
    /* Queues a message for the function of a rule, with its names (rule_sink.function). counts: its fate is booked
     * where the function takes it, and it is counted as queued here when this returns true. */
    bool (*call)(const struct rule *rule, const double values[RULE_VARS_MAX],
                 const struct osc_binding bindings[OSC_PLACES_MAX], const struct osc_view *view, bool counts);
    uint8_t *out; /* SYSEX_MAX bytes to compose OSC in; touched as far as messages are long */
};

/* Sets up the translators between nothing. 0 or NW_EMEMORY. loop is borrowed for the bridge's life. */
int bridge_init(struct bridge *bridge, struct loop *loop, bool local_only);

/* Releases notes, drops what is queued (counted as exit), closes servers and ports, frees the maps. The counters stay
 * readable. */
void bridge_close(struct bridge *bridge);

/* Adds a map behind the others; takes it. 0, NW_EFULL or NW_EMEMORY. */
int bridge_add_map(struct bridge *bridge, struct map *map);

/* Puts a map in the place of another one, which is the caller's again and may be freed. old NULL: at index at, the
 * others behind it one further; map NULL: without replacing it. 0, NW_EFULL or NW_EMEMORY: then nothing has happened.
 * Between turns. */
int bridge_replace_map(struct bridge *bridge, const struct map *old, struct map *map, unsigned at);

/* Opens a server for OSC. 0 or what server_open says. */
int bridge_listen(struct bridge *bridge, enum server_protocol protocol, const struct net_addr *bind);

/* Sends what comes as MIDI to a host too. 0 or what client_open says. */
int bridge_reply_to(struct bridge *bridge, const char *host, uint16_t port);

/* The first UDP server whose socket reaches an address; NULL when none does, or the address is not known yet. */
struct server *bridge_udp_server(const struct bridge *bridge, const struct net_addr *to);

/* Opens a port and joins it to the others. 0 or what registry_open says. */
int bridge_open_port(struct bridge *bridge, const char *name, enum port_direction direction);

/* A script is done with a port that it had of registry_use. Between turns only. */
void bridge_release_port(struct bridge *bridge, struct port *port);

/* Books the fate of an input message that ports were to take. */
void bridge_settle(struct bridge *bridge, uint32_t outputs, uint32_t taken);

void bridge_drop(struct bridge *bridge, enum drop_reason reason);

/* A broken message: NW_EMALFORMED or NW_ETOOBIG. */
void bridge_malformed(struct bridge *bridge, int error);

/* The same for one that came in this packet; people are told. */
void bridge_malformed_packet(struct bridge *bridge, const struct net_addr *from, const uint8_t *bytes, size_t length,
                             int error);

#endif
