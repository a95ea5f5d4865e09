/* Sends numbered notes at a pace into a bridge between OSC (or raw MIDI over UDP) and the ALSA sequencer, takes what
 * comes out at the other side, and says how much arrived and how late, as JSON. For the virtual machine (bench_vm.py).
 * SPDX-License-Identifier: MIT */
#include <alsa/asoundlib.h>
#include <arpa/inet.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define KEYS 128U
#define VELOCITIES 127U             /* 1 to 127: none is a note-off */
#define NUMBERS (KEYS * VELOCITIES) /* told apart; many more than are ever on their way */
#define QUIET_NS 700000000U         /* nothing for so long: all has arrived */
#define POOL 2000                   /* cells of the receiving client, the most that the kernel grants */

static struct {
    const char *address, *seq, *udp;
    bool from_seq, raw;
    double rate; /* a second; 0: as fast as it goes */
    unsigned count;
} options = {.rate = 1000, .count = 1000};

static snd_seq_t *seq;
static int own_port, udp_fd;
static struct sockaddr_in udp_addr;
static _Atomic uint64_t sent_at[NUMBERS], last_ns;
static _Atomic unsigned seen;
static unsigned overruns;
static uint32_t *latency;

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void stop(const char *why)
{
    fprintf(stderr, "seq_load: %s\n", why);
    exit(1);
}

/* ---- sending ---- */

static size_t put_text(uint8_t *out, const char *text)
{
    size_t length = strlen(text), padded = (length + 4) & ~(size_t)3;

    memset(out, 0, padded);
    memcpy(out, text, length);
    return padded;
}

static size_t put_int(uint8_t *out, uint32_t value)
{
    uint32_t big = htonl(value);

    memcpy(out, &big, sizeof big);
    return sizeof big;
}

static void send_udp(unsigned key, unsigned velocity)
{
    uint8_t bytes[256] = {0x90, (uint8_t)key, (uint8_t)velocity};
    size_t length = 3;

    if (!options.raw) {
        length = put_text(bytes, options.address);
        length += put_text(bytes + length, ",iii");
        length += put_int(bytes + length, 1);
        length += put_int(bytes + length, key);
        length += put_int(bytes + length, velocity);
    }
    (void)sendto(udp_fd, bytes, length, 0, (struct sockaddr *)&udp_addr, sizeof udp_addr);
}

static void send_seq(unsigned key, unsigned velocity)
{
    snd_seq_event_t event;

    snd_seq_ev_clear(&event);
    snd_seq_ev_set_source(&event, (unsigned char)own_port);
    snd_seq_ev_set_subs(&event);
    snd_seq_ev_set_direct(&event);
    event.type = SND_SEQ_EVENT_NOTEON;
    event.data.note.note = (unsigned char)key;
    event.data.note.velocity = (unsigned char)velocity;
    (void)snd_seq_event_output_direct(seq, &event);
}

static void sleep_until(uint64_t ns)
{
    struct timespec t = {(time_t)(ns / 1000000000U), (long)(ns % 1000000000U)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
        ;
}

static void send_all(void)
{
    uint64_t began = now_ns();

    for (unsigned i = 0; i < options.count; i++) {
        unsigned number = i % NUMBERS;

        if (options.rate > 0) {
            uint64_t due = began + (uint64_t)((double)i * 1e9 / options.rate);

            if (due > now_ns())
                sleep_until(due);
        }
        sent_at[number] = now_ns();
        (options.from_seq ? send_seq : send_udp)(number % KEYS, 1 + number / KEYS);
    }
}

/* ---- receiving ---- */

static void take(unsigned key, unsigned velocity)
{
    uint64_t now = now_ns();

    if (key >= KEYS || velocity == 0 || velocity > VELOCITIES || seen >= options.count)
        return;
    latency[seen] = (uint32_t)((now - sent_at[(velocity - 1) * KEYS + key]) / 1000);
    seen++;
    last_ns = now;
}

static void *receive_seq(void *unused)
{
    (void)unused;
    for (;;) {
        snd_seq_event_t *event;
        int result = snd_seq_event_input(seq, &event);

        if (result == -ENOSPC)
            overruns++;
        else if (result >= 0 && event->type == SND_SEQ_EVENT_NOTEON)
            take(event->data.note.note, event->data.note.velocity);
    }
    return NULL;
}

/* The numbers of a message; the last two are key and velocity, whatever stands before them. */
static void take_osc(const uint8_t *bytes, size_t length)
{
    size_t at = (strnlen((const char *)bytes, length) + 4) & ~(size_t)3;
    unsigned values[8] = {0}, count = 0;
    const char *tags = (const char *)bytes + at + 1;

    if (at + 4 > length || bytes[at] != ',')
        return;
    at = (at + strnlen((const char *)bytes + at, length - at) + 4) & ~(size_t)3;
    for (; *tags != '\0' && at + 4 <= length && count < 8; tags++, at += 4) {
        uint32_t word;
        float number;

        memcpy(&word, bytes + at, sizeof word);
        word = ntohl(word);
        memcpy(&number, &word, sizeof number);
        values[count++] = *tags == 'f' ? (unsigned)number : word;
    }
    if (count >= 2)
        take(values[count - 2], values[count - 1]);
}

static void *receive_udp(void *unused)
{
    (void)unused;
    for (;;) {
        uint8_t bytes[2048];
        ssize_t length = recv(udp_fd, bytes, sizeof bytes - 4, 0);

        if (length <= 0)
            continue;
        memset(bytes + length, 0, 4);
        if (!options.raw)
            take_osc(bytes, (size_t)length);
        for (ssize_t i = 0; options.raw && i + 2 < length; i++)
            if (bytes[i] == 0x90)
                take(bytes[i + 1], bytes[i + 2]);
    }
    return NULL;
}

/* ---- the ends ---- */

static void open_seq(void)
{
    unsigned caps = options.from_seq ? SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ
                                     : SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_SUBS_WRITE;
    snd_seq_addr_t there;

    if (snd_seq_open(&seq, "default", SND_SEQ_OPEN_DUPLEX, 0) < 0)
        stop("no sequencer");
    snd_seq_set_client_name(seq, "seq_load");
    snd_seq_set_client_pool_input(seq, POOL);
    snd_seq_set_client_pool_output(seq, POOL);
    own_port = snd_seq_create_simple_port(seq, "seq_load", caps, SND_SEQ_PORT_TYPE_APPLICATION);
    if (snd_seq_parse_address(seq, &there, options.seq) < 0)
        stop("no such sequencer port");
    if ((options.from_seq ? snd_seq_connect_to : snd_seq_connect_from)(seq, own_port, there.client, there.port) < 0)
        stop("the sequencer port cannot be connected");
}

static void open_udp(void)
{
    char host[64];
    const char *colon = strrchr(options.udp, ':');
    int bytes = 4 << 20, yes = 1;
    struct ip_mreqn group = {.imr_ifindex = 1}; /* lo */

    if (colon == NULL || (size_t)(colon - options.udp) >= sizeof host)
        stop("--udp wants HOST:PORT");
    snprintf(host, sizeof host, "%.*s", (int)(colon - options.udp), options.udp);
    udp_addr = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    udp_addr.sin_addr.s_addr = inet_addr(host);
    udp_fd = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(udp_fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    group.imr_multiaddr = udp_addr.sin_addr;
    if (IN_MULTICAST(ntohl(udp_addr.sin_addr.s_addr))) {
        setsockopt(udp_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        setsockopt(udp_fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group);
        setsockopt(udp_fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
    }
    if (options.from_seq && bind(udp_fd, (struct sockaddr *)&udp_addr, sizeof udp_addr) != 0)
        stop("the UDP port cannot be bound");
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static double percentile_ms(double part)
{
    return seen > 0 ? latency[(unsigned)((double)(seen - 1) * part)] / 1e3 : 0;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"address", required_argument, NULL, 'a'}, {"seq", required_argument, NULL, 's'},
        {"udp", required_argument, NULL, 'u'},     {"from-seq", no_argument, NULL, 'f'},
        {"raw", no_argument, NULL, 'w'},           {"rate", required_argument, NULL, 'r'},
        {"count", required_argument, NULL, 'n'},   {NULL, 0, NULL, 0}};
    pthread_t thread;
    int option;

    options.address = "/note";
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (option) {
        case 'a': options.address = optarg; break;
        case 's': options.seq = optarg; break;
        case 'u': options.udp = optarg; break;
        case 'f': options.from_seq = true; break;
        case 'w': options.raw = true; break;
        case 'r': options.rate = atof(optarg); break;
        case 'n': options.count = (unsigned)atoi(optarg); break;
        default: return 2;
        }
    }
    if (options.seq == NULL || options.udp == NULL)
        stop("--seq and --udp are needed");
    latency = calloc(options.count, sizeof *latency);
    if (latency == NULL)
        stop("no memory");
    memset(latency, 1, options.count * sizeof *latency); /* touched now, not while measuring */
    open_seq();
    open_udp();
    if (pthread_create(&thread, NULL, options.from_seq ? receive_udp : receive_seq, NULL) != 0)
        stop("no thread");
    send_all();
    for (last_ns = now_ns(); now_ns() < last_ns + QUIET_NS && seen < options.count;)
        sleep_until(now_ns() + 10000000);
    qsort(latency, seen, sizeof *latency, by_size);
    printf("{\"sent\": %u, \"received\": %u, \"receiver_overruns\": %u, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
           "\"max_ms\": %.3f}\n",
           options.count, seen, overruns, percentile_ms(0.5), percentile_ms(0.99), percentile_ms(1));
    return 0;
}
