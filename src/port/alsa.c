/* The alsa driver: the machine's MIDI ports through the kernel's sequencer, as one client of it, on the loop.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "port/alsa_internal.h"
#include "port/drivers.h"
#include "port/registry_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ALSA_ANNOUNCE 253       /* the last number that a port can have */
#define REOPEN_NS 1000000000ULL /* between tries to open a sequencer that was lost */
#define AT_ONCE 128             /* events given out in a turn: others have theirs before the next */
#define LOOK_AFTER 8            /* events, before the kernel is looked at again */
#define ALSA_BUFFER ((ALSA_POOL + 1) * sizeof(snd_seq_event_t)) /* for the largest event that the kernel can hold */

static bool alsa_present(void)
{
    return access("/dev/snd/seq", R_OK | W_OK) == 0;
}

/* The library writes its mind to standard error; what fails is told by us. */
static void keep_quiet(const char *file, int line, const char *function, int error, const char *format, ...)
{
    (void)file, (void)line, (void)function, (void)error, (void)format;
}

static void run_rescan(struct loop_flush *flush)
{
    struct alsa *alsa = (struct alsa *)((char *)flush - offsetof(struct alsa, rescan));

    alsa->listed = false;
    for (struct alsa_port *own = alsa->ports; own != NULL; own = own->next)
        alsa_port_look(own);
    devices_changed(alsa->registry);
}

void alsa_rescan(struct alsa *alsa)
{
    loop_flush_schedule(alsa->loop, &alsa->rescan);
}

/* The input or output whose sequencer port this is. */
static struct alsa_port *find_port(struct alsa *alsa, int number, enum port_direction direction)
{
    for (struct alsa_port *own = alsa->ports; own != NULL; own = own->next)
        if (own->number == number && own->port->direction == direction)
            return own;
    return NULL;
}

/* The sequencer is gone from under us: nothing is there until it can be opened again. */
static void lose(struct alsa *alsa)
{
    loop_fd_free(alsa->watch);
    snd_seq_close(alsa->seq);
    alsa->watch = NULL;
    alsa->seq = NULL;
    for (struct alsa_port *own = alsa->ports; own != NULL; own = own->next)
        alsa_port_lose(own);
    loop_timer_set(alsa->reopen, clock_mono_ns() + REOPEN_NS);
}

/* Whether an event says who came or went, or what somebody did not get: it is no message to an input. */
static bool is_notice(const snd_seq_event_t *event)
{
    return event->type == SND_SEQ_EVENT_BOUNCE || event->type == ALSA_KERNEL_ERROR ||
           (event->type >= SND_SEQ_EVENT_CLIENT_START && event->type <= SND_SEQ_EVENT_PORT_UNSUBSCRIBED);
}

static void take_notice(struct alsa *alsa, const snd_seq_event_t *event)
{
    struct alsa_port *own;

    switch (event->type) {
    case SND_SEQ_EVENT_CLIENT_START:
    case SND_SEQ_EVENT_CLIENT_EXIT:
    case SND_SEQ_EVENT_CLIENT_CHANGE:
    case SND_SEQ_EVENT_PORT_START:
    case SND_SEQ_EVENT_PORT_EXIT:
    case SND_SEQ_EVENT_PORT_CHANGE:
        if (event->data.addr.client == alsa->client)
            break;
        alsa_rescan(alsa);
        /* Some programs take their name when they have made their ports, and Linux 6.1 tells nobody. */
        if (event->type == SND_SEQ_EVENT_PORT_START)
            loop_timer_set(alsa->again, loop_now(alsa->loop) + ALSA_AGAIN_NS);
        break;
    case SND_SEQ_EVENT_PORT_SUBSCRIBED:
    case SND_SEQ_EVENT_PORT_UNSUBSCRIBED: alsa_rescan(alsa); break;
    default:
        own = find_port(alsa, event->dest.port, PORT_OUTPUT);
        if (own != NULL)
            port_missed(own->port);
        break;
    }
}

static void take_item(struct alsa *alsa, struct alsa_item *item)
{
    struct alsa_port *own;

    if (snd_seq_ev_is_variable(&item->event))
        item->event.data.ext.ptr = item + 1;
    if (item->kind == ALSA_OVERRUN) {
        for (own = alsa->ports; own != NULL; own = own->next)
            if (own->port->direction == PORT_INPUT)
                alsa_port_overrun(own);
    } else if (item->kind == ALSA_EVENT && is_notice(&item->event)) {
        take_notice(alsa, &item->event);
    } else if (item->kind == ALSA_EVENT) {
        own = find_port(alsa, item->event.dest.port, PORT_INPUT);
        if (own != NULL)
            alsa_port_event(own, &item->event, item->time_us);
    }
}

unsigned alsa_forget_unread(struct alsa_port *own)
{
    struct alsa_inbox *inbox = &own->alsa->inbox;
    unsigned count = 0;

    for (struct alsa_item *item = alsa_inbox_first(inbox); item != NULL; item = alsa_inbox_next(inbox, item)) {
        const snd_seq_event_t *event = &item->event;

        if (item->kind != ALSA_EVENT || is_notice(event) || event->dest.port != own->number)
            continue;
        item->kind = ALSA_FORGOTTEN;
        if (event->type != SND_SEQ_EVENT_SYSEX ||
            (event->data.ext.len > 0 && *(const uint8_t *)(item + 1) == MIDI_SYSEX))
            count++; /* the beginning of a SysEx stands for all of it */
    }
    return count;
}

/* Copies an event, whose bytes are in the library's buffer, into the inbox, which has room. */
static void keep(struct alsa *alsa, const snd_seq_event_t *event)
{
    size_t bytes = event != NULL && snd_seq_ev_is_variable(event) ? event->data.ext.len : 0;
    struct alsa_item *item = alsa_inbox_put(&alsa->inbox, sizeof *item + bytes);

    *item = (struct alsa_item){.kind = event != NULL ? ALSA_EVENT : ALSA_OVERRUN,
                               .time_us = (uint32_t)(loop_now(alsa->loop) / 1000)};
    if (event == NULL)
        return;
    item->event = *event;
    if (bytes > 0)
        memcpy(item + 1, event->data.ext.ptr, bytes);
}

/* Reads what one look at the kernel gives into the inbox, as far as there is room. False when the sequencer is gone. */
static bool look(struct alsa *alsa)
{
    do {
        snd_seq_event_t *event = NULL;
        int error;

        if (!alsa_inbox_room(&alsa->inbox, sizeof(struct alsa_item) + ALSA_BUFFER))
            return true;
        error = snd_seq_event_input(alsa->seq, &event);
        if (error == -EAGAIN || error == -EINTR)
            return true;
        if (error < 0 && error != -ENOSPC)
            return false;
        if (error == -ENOSPC || event != NULL)
            keep(alsa, error == -ENOSPC ? NULL : event);
    } while (snd_seq_event_input_pending(alsa->seq, 0) > 0);
    return true;
}

/* Gives out what there is, as much as is good in one turn. The kernel throws all away when it holds too much for us, so
 * it is looked at again and again meanwhile. */
static void read_events(void *user, int events)
{
    struct alsa *alsa = user;
    struct alsa_item *item = NULL;
    bool there = true;

    (void)events;
    for (unsigned given = 0; given < AT_ONCE || !there; given++) {
        if (given % LOOK_AFTER == 0 && there)
            there = look(alsa);
        item = alsa_inbox_first(&alsa->inbox);
        if (item == NULL)
            break;
        take_item(alsa, item);
        alsa_inbox_drop(&alsa->inbox);
    }
    if (!there)
        lose(alsa);
    else if (alsa_inbox_first(&alsa->inbox) != NULL)
        loop_timer_set(alsa->go_on, loop_now(alsa->loop));
}

static void go_on(void *user)
{
    struct alsa *alsa = user;

    if (alsa->seq != NULL)
        read_events(alsa, LOOP_READABLE);
}

/* The port on which we hear what comes and goes. Behind all others: who connects to our name without a number means
 * port 0, which is the first port that people know of. Negative when the system refuses. */
static int make_announce(snd_seq_t *seq)
{
    snd_seq_port_info_t *info;

    snd_seq_port_info_alloca(&info);
    snd_seq_port_info_set_name(info, "announce");
    snd_seq_port_info_set_capability(info, SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_NO_EXPORT);
    snd_seq_port_info_set_type(info, SND_SEQ_PORT_TYPE_APPLICATION);
    snd_seq_port_info_set_port_specified(info, 1);
    snd_seq_port_info_set_port(info, ALSA_ANNOUNCE);
    return snd_seq_create_port(seq, info) < 0 ? -1 : ALSA_ANNOUNCE;
}

/* What our client is like: its name, room for bursts, and that it is told of events which somebody lost. */
static int set_up_client(struct alsa *alsa)
{
    snd_seq_client_info_t *info;

    snd_seq_client_info_alloca(&info);
    if (snd_seq_get_client_info(alsa->seq, info) < 0)
        return NW_EIO;
    snd_seq_client_info_set_name(info, alsa->name);
    snd_seq_client_info_set_error_bounce(info, 1);
    if (snd_seq_set_client_info(alsa->seq, info) < 0)
        return NW_EIO;
    snd_seq_set_client_pool_input(alsa->seq, ALSA_POOL);
    /* An event larger than this buffer could never be read, and the descriptor would stay ready for ever. */
    snd_seq_set_input_buffer_size(alsa->seq, ALSA_BUFFER);
    alsa->client = snd_seq_client_id(alsa->seq);
    alsa->announce = make_announce(alsa->seq);
    if (alsa->announce < 0 ||
        snd_seq_connect_from(alsa->seq, alsa->announce, SND_SEQ_CLIENT_SYSTEM, SND_SEQ_PORT_SYSTEM_ANNOUNCE) < 0)
        return NW_EIO;
    return 0;
}

static int open_client(struct alsa *alsa)
{
    struct pollfd poll;

    snd_lib_error_set_handler(keep_quiet);
    if (snd_seq_open(&alsa->seq, "default", SND_SEQ_OPEN_DUPLEX, SND_SEQ_NONBLOCK) < 0) {
        alsa->seq = NULL;
        return NW_EIO;
    }
    if (set_up_client(alsa) != 0)
        goto fail;
    snd_seq_poll_descriptors(alsa->seq, &poll, 1, POLLIN);
    alsa->fd = poll.fd;
    alsa->watch = loop_fd_new(alsa->loop, poll.fd, read_events, alsa);
    if (alsa->watch == NULL)
        goto fail;
    loop_fd_watch(alsa->watch, LOOP_READABLE);
    return 0;

fail:
    snd_seq_close(alsa->seq);
    alsa->seq = NULL;
    return NW_EIO;
}

static void reopen(void *user)
{
    struct alsa *alsa = user;

    if (open_client(alsa) != 0) {
        loop_timer_set(alsa->reopen, clock_mono_ns() + REOPEN_NS);
        return;
    }
    for (struct alsa_port *own = alsa->ports; own != NULL; own = own->next)
        if (alsa_port_make(own) != 0) {
            lose(alsa);
            return;
        }
    alsa_rescan(alsa);
}

static void look_again(void *user)
{
    alsa_rescan(user);
}

static void free_alsa(struct alsa *alsa)
{
    loop_timer_free(alsa->reopen);
    loop_timer_free(alsa->again);
    loop_timer_free(alsa->pace);
    loop_timer_free(alsa->go_on);
    alsa_inbox_free(&alsa->inbox);
    free(alsa);
}

static void alsa_stop(void *state)
{
    struct alsa *alsa = state;

    loop_flush_cancel(alsa->loop, &alsa->rescan);
    loop_fd_free(alsa->watch);
    if (alsa->seq != NULL)
        snd_seq_close(alsa->seq);
    snd_config_update_free_global();
    free_alsa(alsa);
}

static int alsa_start(struct registry *registry, const char *client, void **state)
{
    struct alsa *alsa = calloc(1, sizeof *alsa);
    int error = NW_EMEMORY;

    if (alsa == NULL)
        return NW_EMEMORY;
    alsa->registry = registry;
    alsa->loop = registry->loop;
    alsa->rescan.run = run_rescan;
    snprintf(alsa->name, sizeof alsa->name, "%s", client);
    alsa->reopen = loop_timer_new(alsa->loop, reopen, alsa);
    alsa->again = loop_timer_new(alsa->loop, look_again, alsa);
    alsa->pace = loop_timer_new(alsa->loop, alsa_output_pace, alsa);
    alsa->go_on = loop_timer_new(alsa->loop, go_on, alsa);
    if (alsa->reopen != NULL && alsa->again != NULL && alsa->pace != NULL && alsa->go_on != NULL &&
        alsa_inbox_init(&alsa->inbox) == 0)
        error = open_client(alsa);
    if (error != 0) {
        free_alsa(alsa);
        return error;
    }
    *state = alsa;
    return 0;
}

static unsigned list(void *state, struct device *out, unsigned max)
{
    return alsa_list(state, out, max);
}

const struct device_driver device_alsa = {
    .name = "alsa",
    .virtual_ports = true,
    .ops = &alsa_ops,
    .present = alsa_present,
    .start = alsa_start,
    .stop = alsa_stop,
    .list = list,
};
