/* notewire send: MIDI to a port in SendMIDI's words, or one OSC message to a host.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/cli.h"
#include "midi/midi_words.h"
#include "net/client.h"
#include "osc/osc_compose.h"
#include "port/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_NS 3000000000ULL /* how long a name or connection may take */
#define ANSWER_NS 20000000ULL    /* how long a host may take to say that nobody listens */
#define DAY_NS (24ULL * 3600 * 1000000000)

/* MIDI being sent. */
struct send {
    struct loop *loop;
    struct registry *registry;
    uint64_t due_ns;   /* when the next command is due; 0 before the first time stamp */
    uint64_t stamp_ns; /* last absolute time stamp; UINT64_MAX before the first */
    bool congested;    /* the port's queue is filling up */
    bool refused;
    bool lost; /* the port did not send what it had taken */
};

static void on_pressure(void *user, bool paused)
{
    struct send *send = user;

    send->congested = paused;
}

static void on_lost(void *user, struct port *output)
{
    (void)output;
    ((struct send *)user)->lost = true;
}

/* Gives a message to the port, waiting a while for a connection or for room. */
static void send_message(void *user, const struct midi_msg *msg)
{
    struct send *send = user;
    uint64_t deadline = clock_mono_ns() + CONNECT_NS;
    struct midi_msg copy = *msg;

    copy.port = REGISTRY_SOURCE_OSC;
    while (send->congested && clock_mono_ns() < deadline)
        loop_turn(send->loop, deadline);
    while (!send->refused && registry_send(send->registry, registry_all(send->registry), &copy) == 0) {
        if (clock_mono_ns() >= deadline)
            send->refused = true;
        loop_turn(send->loop, clock_mono_ns() + 5000000);
    }
}

static void send_wait(void *user, uint64_t ns, bool absolute)
{
    struct send *send = user;
    uint64_t by = ns;

    if (absolute) {
        by = send->stamp_ns == UINT64_MAX ? 0 : (ns + DAY_NS - send->stamp_ns) % DAY_NS;
        send->stamp_ns = ns;
    }
    if (send->due_ns == 0)
        send->due_ns = clock_mono_ns();
    send->due_ns += by;
    do
        loop_turn(send->loop, send->due_ns);
    while (clock_mono_ns() < send->due_ns);
}

/* All words as one line, returned owned. */
static char *join(int argc, char **argv, int first)
{
    size_t size = 1, used = 0;
    char *line;

    for (int i = first; i < argc; i++)
        size += strlen(argv[i]) + 1;
    line = calloc(1, size);
    for (int i = first; line != NULL && i < argc; i++)
        used += (size_t)snprintf(line + used, size - used, "%s%s", used > 0 ? " " : "", argv[i]);
    return line;
}

/* The words of the command line, or of standard input behind "--". */
static int send_words(struct send *send, int argc, char **argv, int first)
{
    struct midi_words_sink sink = {.message = send_message, .wait = send_wait, .user = send};
    struct midi_words words;
    struct midi_words_error error;
    bool from_stdin = argc == first + 1 && strcmp(argv[first], "--") == 0;
    char *line = from_stdin ? NULL : join(argc, argv, first);
    size_t capacity = 0;
    unsigned long number = 1;
    int result = 0;
    ssize_t length;

    midi_words_init(&words);
    if (line != NULL)
        result = midi_words_read(&words, line, strlen(line), &sink, &error);
    while (from_stdin && result >= 0 && (length = getline(&line, &capacity, stdin)) >= 0) {
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
            length--;
        result = midi_words_read(&words, line, (size_t)length, &sink, &error);
        number += result >= 0;
    }
    free(line);
    if (result < 0) {
        log_fatal("E207", "send:%lu:%zu: %s. Fix: see the words in notewire(1)", number, error.column, error.text);
        return CLI_USAGE;
    }
    return CLI_OK;
}

/* send PORT WORDS... */
static int send_midi(const struct cli_options *options, int argc, char **argv, int first)
{
    struct send send = {.stamp_ns = UINT64_MAX};
    struct registry_callbacks callbacks = {.pressure = on_pressure, .lost = on_lost, .user = &send};
    struct port *port;
    int error, status = CLI_FAILURE;

    if (argc < first + 2) {
        log_fatal("E001", "send needs a port and words. Fix: notewire send print channel 1 note-on 60 100");
        return CLI_USAGE;
    }
    send.loop = loop_new();
    send.registry = send.loop != NULL ? registry_new(send.loop, NULL, &callbacks) : NULL;
    if (send.registry == NULL)
        goto out;
    status = cli_choose_devices(options, send.registry);
    if (status != CLI_OK)
        goto out;
    error = registry_open(send.registry, argv[first], PORT_OUTPUT, &port);
    if (error != 0) {
        status = cli_refuse_port(error, "send", argv[first]);
        goto out;
    }
    status = send_words(&send, argc, argv, first + 1);
    if (send.refused) {
        log_fatal("E209", "send: %s takes nothing. Fix: check that its other end is there", argv[first]);
        status = CLI_PORT;
    } else if (!registry_drain(send.registry, clock_mono_ns() + CONNECT_NS) || send.lost) {
        log_fatal("E209", "send: %s does not take everything. Fix: check its other end", argv[first]);
        status = CLI_PORT;
    }
    registry_keep_notes(send.registry);
out:
    registry_free(send.registry);
    if (send.loop != NULL)
        loop_free(send.loop);
    return status;
}

/* Whether a word can be the type tags of the words that follow: each letter a tag, and as many words as the tags need.
 */
static bool is_types(const char *word, int words)
{
    int needed = 0;

    if (word[0] == ',')
        return true;
    if (word[0] == '\0' || word[strspn(word, "ifsbhtdScrmTFNI")] != '\0')
        return false;
    for (const char *tag = word; *tag != '\0'; tag++)
        needed += strchr("TFNI", *tag) == NULL;
    return needed == words;
}

/* Composes the message of "/ADDRESS [TYPES] ARGS...". */
static int compose(int argc, char **argv, int first, uint8_t **bytes, size_t *length)
{
    struct osc_compose *compose = osc_compose_new();
    int at = first + 1, error = compose != NULL ? 0 : NW_EMEMORY;

    if (at < argc && is_types(argv[at], argc - at - 1)) {
        const char *types = argv[at][0] == ',' ? argv[at] + 1 : argv[at];

        at++;
        for (; *types != '\0' && error == 0; types++) {
            const char *word = strchr("TFNI", *types) != NULL ? NULL : at < argc ? argv[at++] : "";

            error = osc_compose_add_word(compose, *types, word);
            if (error == NW_EINVALID)
                log_fatal("E108", "send: \"%s\" does not fit type %c. Fix: check the types", word != NULL ? word : "",
                          *types);
        }
    }
    for (; at < argc && error == 0; at++)
        error = osc_compose_add_word(compose, 0, argv[at]);
    if (error == NW_ETOOBIG)
        log_fatal("E108", "send: more than %u KiB of arguments. Fix: send less at once", OSC_COMPOSE_MAX / 1024);
    if (error == 0) {
        error = osc_compose_message(compose, argv[first], bytes, length);
        if (error == NW_EINVALID)
            log_fatal("E108", "send: \"%s\" is no OSC address. Fix: it starts with /", argv[first]);
    }
    if (compose != NULL)
        osc_compose_free(compose);
    return error;
}

/* One packet on its way to a host. */
struct delivery {
    struct loop *loop;
    struct client *client;
};

/* Turns the loop until the client is ready, is missing, or time is up. */
static bool reach(struct delivery *delivery)
{
    uint64_t deadline = clock_mono_ns() + CONNECT_NS;

    while (client_state(delivery->client) == CLIENT_WAITING && clock_mono_ns() < deadline)
        loop_turn(delivery->loop, deadline);
    return client_state(delivery->client) == CLIENT_READY;
}

/* Turns the loop until TCP's bytes have left, or a UDP host has had time to say that nobody listens. */
static bool leave(struct delivery *delivery, bool tcp)
{
    uint64_t deadline = clock_mono_ns() + (tcp ? CONNECT_NS : ANSWER_NS);
    struct udp *udp;

    for (client_flush(delivery->client); clock_mono_ns() < deadline; client_flush(delivery->client)) {
        if (tcp && client_queued(delivery->client) == 0)
            return client_state(delivery->client) == CLIENT_READY;
        loop_turn(delivery->loop, deadline);
    }
    udp = client_udp(delivery->client);
    return udp != NULL && udp_figures(udp)->send_refused == 0;
}

/* Sends a packet to a host and waits until it has left. */
static int deliver(const char *target, const uint8_t *bytes, size_t length)
{
    bool tcp = strncmp(target, "tcp:", 4) == 0, udp = strncmp(target, "udp:", 4) == 0;
    struct delivery delivery = {.loop = loop_new()};
    struct client_callbacks callbacks = {0};
    uint8_t *framed = malloc(osc_frame_bound(OSC_FRAMING_SIZE, length));
    char host[256];
    uint16_t port;
    int error = NW_EMEMORY, status = CLI_FAILURE;

    if (delivery.loop == NULL || framed == NULL)
        goto out;
    status = CLI_USAGE;
    if (net_addr_split(target + (tcp || udp ? 4 : 0), host, sizeof host, &port) != 0 || host[0] == '\0' || port == 0) {
        log_fatal("E105", "send: %s is no host and port. Fix: write HOST:PORT, such as 192.168.1.7:8000", target);
        goto out;
    }
    status = CLI_PORT;
    log_set_level(LOG_QUIET); /* what the client would say about trying again is no news here */
    error = client_open(delivery.loop, tcp ? SERVER_TCP : SERVER_UDP, host, port, target, &callbacks, &delivery.client);
    if (error != 0 || !reach(&delivery)) {
        log_fatal("E301", "send: %s is not there (%s). Fix: check host and port", target,
                  error == 0 ? client_reason(delivery.client) : nw_error_text(error));
        goto out;
    }
    if (tcp)
        length = osc_frame_write(OSC_FRAMING_SIZE, bytes, length, framed);
    error = client_send(delivery.client, tcp ? framed : bytes, length);
    if (error == 0 && leave(&delivery, tcp))
        status = CLI_OK;
    else if (error == NW_ETOOBIG)
        log_fatal("E108", "send: the message has %zu bytes, too many for one packet. Fix: send less", length);
    else
        log_fatal("E301", "send: nobody listens at %s (%s). Fix: check host and port", target,
                  error == 0 ? "it does not take it" : nw_error_text(error));
out:
    client_close(delivery.client);
    if (delivery.loop != NULL)
        loop_free(delivery.loop);
    free(framed);
    return status;
}

/* send osc HOST:PORT /ADDRESS [TYPES] ARGS... */
static int send_osc(int argc, char **argv, int first)
{
    uint8_t *bytes = NULL;
    size_t length;
    int status = CLI_USAGE;

    if (argc < first + 2) {
        log_fatal("E001",
                  "send osc needs a host and an address. Fix: notewire send osc 192.168.1.7:8000 /note iii 1 60 100");
        return CLI_USAGE;
    }
    if (compose(argc, argv, first + 1, &bytes, &length) == 0)
        status = deliver(argv[first], bytes, length);
    free(bytes);
    return status;
}

int cli_send(int argc, char **argv, int first)
{
    struct cli_options options;

    if (!cli_parse_program(&options, argc, argv, first, &first))
        return CLI_USAGE;
    if (first < argc && strcmp(argv[first], "osc") == 0)
        return send_osc(argc, argv, first + 1);
    if (first < argc && strcmp(argv[first], "midi") == 0)
        first++;
    return send_midi(&options, argc, argv, first);
}
