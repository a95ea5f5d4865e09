/* What people need to know about this machine's network: who holds a port, and which address to type into a tablet.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"

#include <ctype.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The inode of a socket bound to port, out of /proc/net/udp and its like; 0 when there is none. */
static unsigned long find_inode(const char *table, uint16_t port, bool tcp)
{
    FILE *file = fopen(table, "r");
    char line[512];
    unsigned long found = 0;

    while (file != NULL && found == 0 && fgets(line, sizeof line, file) != NULL) {
        unsigned local, state;
        unsigned long inode;

        if (sscanf(line, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s %*s %*s %lu", &local, &state, &inode) ==
                3 &&
            local == port && (!tcp || state == 0x0a))
            found = inode;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* Whether a process has a socket open. */
static bool has_socket(const char *pid, unsigned long inode)
{
    char path[600], link[64], wanted[64];
    struct dirent *entry;
    DIR *folder;
    bool found = false;

    snprintf(wanted, sizeof wanted, "socket:[%lu]", inode);
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    folder = opendir(path);
    while (folder != NULL && !found && (entry = readdir(folder)) != NULL) {
        ssize_t length;

        snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, entry->d_name);
        length = readlink(path, link, sizeof link - 1);
        if (length > 0) {
            link[length] = '\0';
            found = strcmp(link, wanted) == 0;
        }
    }
    if (folder != NULL)
        closedir(folder);
    return found;
}

const char *cli_port_holder(bool tcp, uint16_t port)
{
    static char holder[96];
    unsigned long inode = find_inode(tcp ? "/proc/net/tcp" : "/proc/net/udp", port, tcp);
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    bool found = false;

    if (inode == 0)
        inode = find_inode(tcp ? "/proc/net/tcp6" : "/proc/net/udp6", port, tcp);
    while (inode != 0 && processes != NULL && !found && (entry = readdir(processes)) != NULL) {
        char path[300], name[64] = "?";
        FILE *file;

        if (!isdigit((unsigned char)entry->d_name[0]) || !has_socket(entry->d_name, inode))
            continue;
        snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        file = fopen(path, "r");
        if (file != NULL) {
            if (fgets(name, sizeof name, file) != NULL)
                name[strcspn(name, "\n")] = '\0';
            fclose(file);
        }
        snprintf(holder, sizeof holder, "\"%s\" (pid %.10s)", name, entry->d_name);
        found = true;
    }
    if (processes != NULL)
        closedir(processes);
    return found ? holder : NULL;
}

/* Whether both protocols can be bound to port at this moment. */
static bool is_free(uint16_t port)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is = udp >= 0 && tcp >= 0 && bind(udp, (struct sockaddr *)&any, sizeof any) == 0 &&
              bind(tcp, (struct sockaddr *)&any, sizeof any) == 0;

    if (udp >= 0)
        close(udp);
    if (tcp >= 0)
        close(tcp);
    return is;
}

uint16_t cli_free_port(uint16_t number)
{
    for (unsigned port = number; port < number + 100u && port <= 65535; port++)
        if (is_free((uint16_t)port))
            return (uint16_t)port;
    return 0;
}

void cli_log_addresses(uint16_t port)
{
    struct ifaddrs *list = NULL;
    unsigned count = 0;

    if (getifaddrs(&list) != 0)
        return;
    for (const struct ifaddrs *at = list; at != NULL && count < 4; at = at->ifa_next) {
        struct net_addr addr;
        char text[NET_ADDR_TEXT];

        if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET || (at->ifa_flags & IFF_LOOPBACK) != 0 ||
            (at->ifa_flags & IFF_UP) == 0 || !net_addr_from_sockaddr(&addr, at->ifa_addr))
            continue;
        net_addr_text(&addr, text);
        text[strcspn(text, ":")] = '\0';
        log_info("Type this into your tablet: host %s, port %u (%s)", text, port, at->ifa_name);
        count++;
    }
    freeifaddrs(list);
}
