/* What every figure is compared with: the least that can forward "/note iii" as raw MIDI, without a single check; or,
 * without MIDI-PORT, the least that can receive datagrams: it counts them, and says how many when one has one byte.
 * SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define BATCH 32
#define ARGS 16 /* behind "/note" and ",iii", both padded */

static int udp_socket(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        perror("baseline: socket");
        exit(1);
    }
    return fd;
}

static struct sockaddr_in loopback(const char *port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return addr;
}

static void count(const struct mmsghdr *in, int got)
{
    static unsigned long counted;

    for (int i = 0; i < got; i++) {
        if (in[i].msg_len > 1) {
            counted++;
        } else {
            printf("%lu\n", counted);
            fflush(stdout);
        }
    }
}

int main(int argc, char **argv)
{
    static uint8_t in[BATCH][2048], out[BATCH][3];
    static struct sockaddr_in from[BATCH];
    struct iovec in_iov[BATCH], out_iov[BATCH];
    struct mmsghdr in_msg[BATCH], out_msg[BATCH];
    struct sockaddr_in here, there;
    struct epoll_event event = {.events = EPOLLIN};
    int bytes = 4 << 20, in_fd, out_fd, epoll;
    bool counts = argc == 2;

    if (argc != 2 && argc != 3) {
        fprintf(stderr, "usage: baseline OSC-PORT [MIDI-PORT]\n");
        return 2;
    }
    here = loopback(argv[1]);
    there = loopback(argv[argc - 1]);
    in_fd = udp_socket();
    out_fd = udp_socket();
    if (setsockopt(in_fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(in_fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (bind(in_fd, (struct sockaddr *)&here, sizeof here) != 0 ||
        connect(out_fd, (struct sockaddr *)&there, sizeof there) != 0 ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, in_fd, &event) != 0) {
        perror("baseline");
        return 1;
    }
    for (int i = 0; i < BATCH; i++) {
        in_iov[i] = (struct iovec){in[i], sizeof in[i]};
        out_iov[i] = (struct iovec){out[i], sizeof out[i]};
        in_msg[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &in_iov[i], .msg_iovlen = 1}};
        out_msg[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &out_iov[i], .msg_iovlen = 1}};
    }
    /* Who only counts asks who sent, for a server must know whom to answer. */
    for (int i = 0; i < BATCH && counts; i++) {
        in_msg[i].msg_hdr.msg_name = &from[i];
        in_msg[i].msg_hdr.msg_namelen = sizeof from[i];
    }
    for (;;) {
        int got;

        epoll_wait(epoll, &event, 1, -1);
        while ((got = recvmmsg(in_fd, in_msg, BATCH, 0, NULL)) > 0) {
            if (counts)
                count(in_msg, got);
            for (int i = 0; i < got && !counts; i++) {
                const uint8_t *args = in[i] + ARGS;

                out[i][0] = (uint8_t)(0x90 | (args[3] - 1));
                out[i][1] = args[7];
                out[i][2] = args[11];
            }
            for (int sent = 0, n; sent < got && !counts; sent += n) {
                n = sendmmsg(out_fd, out_msg + sent, (unsigned)(got - sent), 0);
                if (n < 0)
                    n = 1; /* refused: given up, as notewire does */
            }
            if (got < BATCH)
                break;
        }
    }
}
