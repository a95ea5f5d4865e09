/* notewire panic: ends every note and pedal, on outputs that are named or on every MIDI output that there is.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/cli.h"
#include "port/devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_NS 1000000000ULL /* with an output that takes nothing */
#define LIMIT_NS 15000000000ULL   /* for all; the speed of a DIN cable needs 2 s */

struct panic {
    struct cli_options options;
    struct loop *loop;
    struct registry *registry;
    struct port *port[REGISTRY_PORTS_MAX];
    unsigned count;
    uint32_t failed; /* outputs that did not take or send everything */
};

static void on_lost(void *user, struct port *output)
{
    ((struct panic *)user)->failed |= 1u << output->index;
}

/* Gives a message to every output, waiting a while for connections and for room, until end_ns at most. */
static void send_message(struct panic *panic, uint8_t status, unsigned data1, uint8_t data2, uint64_t end_ns)
{
    struct midi_msg msg = midi_short(status, (uint8_t)data1, data2);
    uint32_t left = registry_all(panic->registry) & ~panic->failed;
    uint64_t deadline_ns = clock_mono_ns() + PATIENCE_NS;

    deadline_ns = deadline_ns < end_ns ? deadline_ns : end_ns;
    msg.port = REGISTRY_SOURCE_OSC;
    while ((left &= ~registry_send(panic->registry, left, &msg)) != 0) {
        if (clock_mono_ns() >= deadline_ns) {
            panic->failed |= left;
            return;
        }
        loop_turn(panic->loop, clock_mono_ns() + 5000000);
    }
}

/* Silence on all channels first. The note-offs are for instruments that know nothing of the rest. */
static void send_all(struct panic *panic)
{
    static const uint8_t controllers[] = {120, 64, 66, 69, 121, 123}; /* sound, pedals, controllers, notes */
    uint64_t end_ns = clock_mono_ns() + LIMIT_NS;

    for (uint8_t channel = 0; channel < 16; channel++)
        for (size_t i = 0; i < sizeof controllers; i++)
            send_message(panic, (uint8_t)(MIDI_CONTROL_CHANGE | channel), controllers[i], 0, end_ns);
    for (uint8_t channel = 0; channel < 16; channel++)
        for (unsigned note = 0; note < 128; note++)
            send_message(panic, (uint8_t)(MIDI_NOTE_OFF | channel), note, 64, end_ns);
}

/* Opens an output by name. CLI_OK or CLI_PORT, logged. */
static int open_output(struct panic *panic, const char *name)
{
    struct port *port;
    int error = NW_ENOTFOUND;

    if (devices_chosen(panic->registry) == NULL || !registry_means_device(name) ||
        devices_has(panic->registry, name, PORT_OUTPUT)) /* what is not there is not waited for */
        error = registry_open(panic->registry, name, PORT_OUTPUT, &port);
    if (error != 0)
        return cli_refuse_port(error, "panic", name);
    for (unsigned i = 0; i < panic->count; i++)
        if (panic->port[i] == port)
            return CLI_OK;
    panic->port[panic->count++] = port;
    return CLI_OK;
}

/* Every MIDI output that there is, as many as there is room for. */
static int open_all(struct panic *panic)
{
    struct device *list = calloc(DEVICES_MAX, sizeof *list);
    unsigned count = list != NULL ? devices_list(panic->registry, list, DEVICES_MAX) : 0;

    for (unsigned i = 0; i < count && panic->count < REGISTRY_PORTS_MAX; i++)
        if (list[i].output)
            (void)open_output(panic, list[i].name); /* it may have gone just now; it is told */
    free(list);
    if (panic->count > 0)
        return CLI_OK;
    if (devices_chosen(panic->registry) == NULL)
        log_fatal("E212", "panic: %s", cli_no_devices());
    else
        log_fatal("E201", "panic: there is no MIDI output. Fix: plug one in, or name one with -o");
    return CLI_PORT;
}

/* Sends, waits until everything has left, and says where it went. */
static int play(struct panic *panic)
{
    send_all(panic);
    if (!registry_drain(panic->registry, clock_mono_ns() + 3 * PATIENCE_NS))
        for (unsigned i = 0; i < panic->count; i++)
            if (panic->port[i]->ops->drained != NULL && !panic->port[i]->ops->drained(panic->port[i]))
                panic->failed |= 1u << panic->port[i]->index;
    for (unsigned i = 0; i < panic->count; i++)
        if ((panic->failed >> panic->port[i]->index & 1) != 0)
            log_fatal("E209", "panic: %s does not take everything. Fix: check its other end", panic->port[i]->name);
        else
            log_info("all notes and pedals off: %s", panic->port[i]->name);
    return panic->failed != 0 ? CLI_PORT : CLI_OK;
}

int cli_panic(int argc, char **argv, int first)
{
    struct panic *panic = calloc(1, sizeof *panic);
    struct registry_callbacks callbacks = {.lost = on_lost, .user = panic};
    int status = CLI_USAGE;

    if (panic == NULL || !cli_parse(&panic->options, argc, argv, first))
        goto out;
    if (panic->options.files.count > 0) {
        log_fatal("E001", "panic takes no \"%s\". Fix: notewire panic -o \"%s\"", panic->options.files.text[0],
                  panic->options.files.text[0]);
        goto out;
    }
    status = CLI_FAILURE;
    panic->loop = loop_new();
    panic->registry = panic->loop != NULL ? registry_new(panic->loop, NULL, &callbacks) : NULL;
    if (panic->registry == NULL) {
        log_fatal("E003", "cannot start: the system refuses memory or descriptors. Fix: check ulimit -n");
        goto out;
    }
    status = cli_choose_devices(&panic->options, panic->registry);
    for (unsigned i = 0; i < panic->options.midi_out.count && status == CLI_OK; i++)
        status = open_output(panic, panic->options.midi_out.text[i]);
    if (status == CLI_OK && panic->options.midi_out.count == 0)
        status = open_all(panic);
    if (status == CLI_OK)
        status = play(panic);
out:
    if (panic != NULL && panic->registry != NULL)
        registry_free(panic->registry);
    if (panic != NULL && panic->loop != NULL)
        loop_free(panic->loop);
    free(panic);
    return status;
}
