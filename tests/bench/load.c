/* Sends numbered messages at a pace, receives what becomes of them, and says what was lost, wrong or late, as JSON.
 * SPDX-License-Identifier: MIT */
#include "wire.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define TICK_NS 250000U    /* messages that fall due within a tick leave together */
#define QUIET_NS 60000000U /* nothing for so long: all has arrived */
#define PATIENCE_NS 5000000000U

static struct {
    int to, at, pid, in, out;
    double rate, seconds;
    uint32_t warmup;
    bool blind, bulk, expect_osc, start;
    const char *counter_path;
    const struct wire_form *form;
} options = {.rate = 1000, .seconds = 1, .warmup = 500};

/* Written by the sender before a message leaves, read by the receiver. */
static _Atomic uint64_t sent_at[WIRE_NUMBERS];

/* Written by the receiver alone; the atomic ones are looked at meanwhile. */
static struct {
    _Atomic uint64_t counted, uncounted, last_ns, first_ns;
    uint64_t wrong, disordered, next;
    uint32_t *latency; /* ns, one per counted message */
    size_t latency_max;
    uint8_t sample[WIRE_MAX];
} seen;

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
    struct timespec t = {(time_t)(ns / 1000000000U), (long)(ns % 1000000000U)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

static void stop(const char *why)
{
    fprintf(stderr, "load: %s\n", why);
    exit(1);
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return addr;
}

static void take(const uint8_t *bytes, size_t length, uint64_t now)
{
    int64_t number = wire_read(bytes, length, options.expect_osc);
    uint64_t count = seen.counted;

    if (number == WIRE_WRONG) {
        seen.wrong++;
    } else if (number == WIRE_UNCOUNTED) {
        memcpy(seen.sample, bytes, length < WIRE_MAX ? length : WIRE_MAX);
        if (seen.uncounted == 0)
            seen.first_ns = now;
        seen.uncounted++;
    } else {
        uint64_t ahead = ((uint64_t)number + WIRE_NUMBERS - seen.next) % WIRE_NUMBERS;

        if (ahead < WIRE_NUMBERS / 2) /* what was skipped shows as lost at the end */
            seen.next = ((uint64_t)number + 1) % WIRE_NUMBERS;
        else
            seen.disordered++;
        if (count < seen.latency_max)
            seen.latency[count] = (uint32_t)(now - sent_at[number]);
        seen.counted = count + 1;
    }
    seen.last_ns = now;
}

static void *receive(void *unused)
{
    static uint8_t bytes[BATCH][WIRE_MAX * 4];
    struct iovec iov[BATCH];
    struct mmsghdr msg[BATCH];

    (void)unused;
    for (int i = 0; i < BATCH; i++) {
        iov[i] = (struct iovec){bytes[i], sizeof bytes[i]};
        msg[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &iov[i], .msg_iovlen = 1}};
    }
    for (;;) {
        int got = recvmmsg(options.in, msg, BATCH, MSG_WAITFORONE, NULL);
        uint64_t now = now_ns();

        for (int i = 0; i < got; i++)
            take(bytes[i], msg[i].msg_len, now);
    }
    return NULL;
}

/* Opens both sockets; the receiver's buffer is large, for its losses would be taken for the program's. */
static void open_sockets(void)
{
    struct sockaddr_in to = loopback(options.to), at = loopback(options.at);
    int bytes = 32 << 20;

    options.out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    options.in = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (setsockopt(options.in, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(options.in, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (connect(options.out, (struct sockaddr *)&to, sizeof to) != 0)
        stop("no socket to send from");
    if (!options.blind && bind(options.in, (struct sockaddr *)&at, sizeof at) != 0)
        stop("no socket to receive with");
}

/* Datagrams that the kernel took from our own receiver. */
static uint32_t own_drops(void)
{
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof info;

    getsockopt(options.in, SOL_SOCKET, SO_MEMINFO, info, &length);
    return info[SK_MEMINFO_DROPS];
}

/* Sends n messages of one size, in one call each or, as bulk, all in one that the kernel cuts up: that costs the load
 * so little that the program becomes the bottleneck. A refusal (the program does not listen yet) loses them. */
static void send_batch(uint8_t *bytes, size_t size, unsigned n)
{
    struct iovec iov[BATCH] = {{bytes, size * n}};
    struct mmsghdr msg[BATCH];
    alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(uint16_t))] = {0};
    unsigned calls = options.bulk ? 1 : n;

    for (unsigned i = 0; i < calls; i++) {
        if (!options.bulk)
            iov[i] = (struct iovec){bytes + i * size, size};
        msg[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &iov[i], .msg_iovlen = 1}};
    }
    if (options.bulk) {
        struct cmsghdr *segment = (struct cmsghdr *)control;

        *segment = (struct cmsghdr){CMSG_LEN(sizeof(uint16_t)), SOL_UDP, UDP_SEGMENT};
        memcpy(CMSG_DATA(segment), &(uint16_t){(uint16_t)size}, sizeof(uint16_t));
        msg[0].msg_hdr.msg_control = control;
        msg[0].msg_hdr.msg_controllen = sizeof control;
    }
    for (unsigned i = 0; i < calls;) {
        int sent = sendmmsg(options.out, msg + i, calls - i, 0);

        if (sent > 0)
            i += (unsigned)sent;
        else if (errno != ECONNREFUSED && errno != EINTR)
            stop(strerror(errno));
    }
}

/* Sends count messages, numbered on from first. */
static void send_some(uint64_t first, unsigned count, bool uncounted)
{
    uint8_t bytes[BATCH * WIRE_MAX];

    for (unsigned done = 0; done < count;) {
        unsigned n = count - done < BATCH ? count - done : BATCH;
        size_t size = 0;
        uint64_t now;

        for (unsigned i = 0; i < n; i++) {
            uint32_t number = (uint32_t)((first + done + i) % WIRE_NUMBERS);

            size = wire_write(options.form, number, uncounted, bytes + i * size);
        }
        now = now_ns();
        for (unsigned i = 0; i < n && !uncounted; i++)
            sent_at[(first + done + i) % WIRE_NUMBERS] = now;
        send_batch(bytes, size, n);
        done += n;
    }
}

/* Sends total messages at the pace; behind time it catches up, but by one tick's worth at most. Returns ns taken. */
static uint64_t send_paced(uint64_t total, bool uncounted)
{
    double tick_ns = 1e9 / options.rate > TICK_NS ? 1e9 / options.rate : TICK_NS;
    double per_tick = options.rate * tick_ns / 1e9, due = 0;
    uint64_t began = now_ns(), tick = began;

    for (uint64_t sent = 0; sent < total;) {
        uint64_t now = now_ns();
        unsigned n;

        due += per_tick;
        if ((double)(now - tick) > 2 * tick_ns)
            tick = now; /* the schedule slips rather than bursts */
        n = (unsigned)due;
        if (n > total - sent)
            n = (unsigned)(total - sent);
        send_some(sent, n, uncounted);
        due -= n;
        sent += n;
        tick += (uint64_t)tick_ns;
        sleep_until(tick);
    }
    return now_ns() - began;
}

static void wait_quiet(void)
{
    uint64_t began = now_ns();

    if (began > seen.last_ns)
        seen.last_ns = began;
    while (now_ns() < seen.last_ns + QUIET_NS && now_ns() < began + PATIENCE_NS)
        sleep_until(now_ns() + QUIET_NS / 10);
}

/* Nanoseconds that the program has run so far, all threads. */
static uint64_t cpu_ns(void)
{
    char path[64];
    uint64_t sum = 0;
    struct dirent *entry;
    DIR *tasks;

    snprintf(path, sizeof path, "/proc/%d/task", options.pid);
    tasks = options.pid ? opendir(path) : NULL;
    while (tasks && (entry = readdir(tasks))) {
        char file[384];
        uint64_t ns;
        FILE *stat;

        snprintf(file, sizeof file, "%s/%s/schedstat", path, entry->d_name);
        stat = entry->d_name[0] == '.' ? NULL : fopen(file, "r");
        if (stat && fscanf(stat, "%" SCNu64, &ns) == 1)
            sum += ns;
        if (stat)
            fclose(stat);
    }
    if (tasks)
        closedir(tasks);
    return sum;
}

static const _Atomic uint64_t *map_counter(void)
{
    static const _Atomic uint64_t none;
    int fd = options.counter_path ? open(options.counter_path, O_RDONLY | O_CLOEXEC) : -1;
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(uint64_t), PROT_READ, MAP_SHARED, fd, 0);

    if (options.counter_path && map == MAP_FAILED)
        stop("no counter");
    return map == MAP_FAILED ? &none : (const _Atomic uint64_t *)map;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static double percentile_us(double part)
{
    size_t n = seen.counted < seen.latency_max ? seen.counted : seen.latency_max;

    return n ? seen.latency[(size_t)((double)(n - 1) * part)] / 1e3 : 0;
}

/* Knocks until the first message comes through, so that the program may still be starting. */
static void wait_ready(void)
{
    uint64_t began = now_ns();

    while (!seen.uncounted && !options.blind) {
        if (now_ns() > began + PATIENCE_NS)
            stop("nothing comes through");
        send_some(0, 1, true);
        sleep_until(now_ns() + 2000000);
    }
}

static int run(void)
{
    uint64_t total = (uint64_t)(options.rate * options.seconds);
    const _Atomic uint64_t *counter = map_counter();
    uint64_t cpu, allocations, took;

    seen.latency_max = total;
    seen.latency = calloc(total + 1, sizeof *seen.latency);
    if (!seen.latency)
        stop("no memory");
    memset(seen.latency, 1, total * sizeof *seen.latency); /* touched now, not while measuring */
    wait_ready();
    send_paced(options.warmup, true);
    wait_quiet();
    seen.wrong = 0;

    cpu = cpu_ns();
    allocations = *counter;
    took = send_paced(total, false);
    wait_quiet();
    allocations = *counter - allocations;
    cpu = cpu_ns() - cpu;

    qsort(seen.latency, seen.counted < total ? seen.counted : total, sizeof *seen.latency, by_size);
    printf("{\"sent\": %" PRIu64 ", \"received\": %" PRIu64 ", \"wrong\": %" PRIu64 ", \"disordered\": %" PRIu64
           ", \"own_drops\": %" PRIu32
           ", \"rate\": %.0f, \"p50_us\": %.2f, \"p99_us\": %.2f, \"max_us\": %.2f, \"cpu_ns\": %.0f"
           ", \"allocations\": %" PRIu64 ", \"sample\": \"%.60s\"}\n",
           total, (uint64_t)seen.counted, seen.wrong, seen.disordered, own_drops(),
           (double)total / ((double)took / 1e9), percentile_us(0.5), percentile_us(0.99), percentile_us(1),
           (double)cpu / (double)total, allocations, seen.sample[0] == '/' ? (const char *)seen.sample : "");
    return 0;
}

/* Starts the command under a steady stream of messages: from before its exec to the first that comes through. */
static int run_start(char **command)
{
    uint64_t began = now_ns();
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execv(command[0], command);
        _exit(127);
    }
    while (!seen.uncounted && now_ns() < began + PATIENCE_NS) {
        send_some(0, 1, true);
        sleep_until(now_ns() + 100000);
    }
    kill(pid, SIGTERM);
    for (int i = 0; i < 200 && waitpid(pid, &status, WNOHANG) == 0; i++) {
        if (i == 199)
            kill(pid, SIGKILL);
        sleep_until(now_ns() + 10000000);
    }
    if (!seen.uncounted)
        stop("nothing comes through");
    printf("{\"start_ms\": %.2f}\n", (double)(seen.first_ns - began) / 1e6);
    return 0;
}

static void read_options(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"to", 1, 0, 't'},     {"at", 1, 0, 'a'},    {"rate", 1, 0, 'r'},  {"seconds", 1, 0, 's'},
        {"send", 1, 0, 'f'},   {"osc", 0, 0, 'o'},   {"pid", 1, 0, 'p'},   {"counter", 1, 0, 'c'},
        {"warmup", 1, 0, 'w'}, {"blind", 0, 0, 'b'}, {"start", 0, 0, 'S'}, {"bulk", 0, 0, 'g'},
        {0, 0, 0, 0}};

    options.form = wire_form_find("note");
    for (int letter; (letter = getopt_long(argc, argv, "+", long_options, NULL)) != -1;) {
        switch (letter) {
        case 't': options.to = atoi(optarg); break;
        case 'a': options.at = atoi(optarg); break;
        case 'r': options.rate = atof(optarg); break;
        case 's': options.seconds = atof(optarg); break;
        case 'f': options.form = wire_form_find(optarg); break;
        case 'o': options.expect_osc = true; break;
        case 'p': options.pid = atoi(optarg); break;
        case 'c': options.counter_path = optarg; break;
        case 'w': options.warmup = (uint32_t)atoi(optarg); break;
        case 'b': options.blind = true; break;
        case 'g': options.bulk = true; break;
        case 'S': options.start = true; break;
        default: exit(2);
        }
    }
    if (!options.form || options.rate < 1 || options.to == 0)
        stop("which form, rate and port?");
}

int main(int argc, char **argv)
{
    pthread_t receiver;

    read_options(argc, argv);
    open_sockets();
    if (pthread_create(&receiver, NULL, receive, NULL) != 0)
        stop("no thread");
    return options.start ? run_start(argv + optind) : run();
}
