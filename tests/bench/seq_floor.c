/* The least that a bridge between OSC and the ALSA sequencer can do: one thread that waits in a blocking read, one
 * system call in and one out for each note. What it needs is what the machine needs. For bench_vm.py.
 * SPDX-License-Identifier: MIT */
#include <alsa/asoundlib.h>
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define POOL 2000  /* cells of our pool, the most that the kernel grants */
#define NUMBERS 12 /* bytes of key and velocity and the channel, at the end of ",iii" */

static snd_seq_t *seq;
static int port, udp;

static void stop(const char *why)
{
    fprintf(stderr, "seq_floor: %s\n", why);
    exit(1);
}

/* "/note" ,iii channel key velocity: nothing else is expected, and nothing looked at but the two. */
static void osc_to_seq(void)
{
    uint8_t bytes[2048];

    for (;;) {
        ssize_t length = recv(udp, bytes, sizeof bytes, 0);
        snd_seq_event_t event;

        if (length < NUMBERS)
            continue;
        snd_seq_ev_clear(&event);
        snd_seq_ev_set_source(&event, (unsigned char)port);
        snd_seq_ev_set_subs(&event);
        snd_seq_ev_set_direct(&event);
        event.type = SND_SEQ_EVENT_NOTEON;
        event.data.note.note = bytes[length - 5];
        event.data.note.velocity = bytes[length - 1];
        (void)snd_seq_event_output_direct(seq, &event);
    }
}

static void seq_to_osc(const struct sockaddr_in *to)
{
    uint8_t bytes[] = "/note\0\0\0,iii\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"; /* and the NUL of the text */

    for (;;) {
        snd_seq_event_t *event;

        if (snd_seq_event_input(seq, &event) < 0 || event->type != SND_SEQ_EVENT_NOTEON)
            continue;
        bytes[sizeof bytes - 5] = event->data.note.note;
        bytes[sizeof bytes - 1] = event->data.note.velocity;
        (void)sendto(udp, bytes, sizeof bytes, 0, (const struct sockaddr *)to, sizeof *to);
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    bool from_seq = argc == 4 && strcmp(argv[1], "from-seq") == 0;
    snd_seq_addr_t there;

    if (argc != 4)
        stop("usage: seq_floor to-seq|from-seq SEQUENCER_PORT UDP_PORT");
    address.sin_port = htons((uint16_t)atoi(argv[3]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    udp = socket(AF_INET, SOCK_DGRAM, 0);
    if (!from_seq && bind(udp, (struct sockaddr *)&address, sizeof address) != 0)
        stop("the UDP port cannot be bound");
    if (snd_seq_open(&seq, "default", SND_SEQ_OPEN_DUPLEX, 0) < 0)
        stop("no sequencer");
    snd_seq_set_client_name(seq, "seq_floor");
    snd_seq_set_client_pool_input(seq, POOL);
    port = snd_seq_create_simple_port(seq, "seq_floor",
                                      SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ | SND_SEQ_PORT_CAP_WRITE |
                                          SND_SEQ_PORT_CAP_SUBS_WRITE,
                                      SND_SEQ_PORT_TYPE_APPLICATION);
    if (snd_seq_parse_address(seq, &there, argv[2]) < 0 ||
        (from_seq ? snd_seq_connect_from : snd_seq_connect_to)(seq, port, there.client, there.port) < 0)
        stop("the sequencer port cannot be connected");
    if (from_seq)
        seq_to_osc(&address);
    osc_to_seq();
}
