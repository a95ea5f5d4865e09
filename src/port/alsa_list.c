/* What is on the sequencer: devices, who they are, and who hears whom.
 * SPDX-License-Identifier: MIT */
#include "port/alsa_internal.h"

#include <stdio.h>
#include <string.h>

#define CAN_HEAR (SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ)
#define CAN_PLAY (SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_SUBS_WRITE)

bool alsa_is_hardware(struct alsa *alsa, snd_seq_addr_t address)
{
    snd_seq_port_info_t *port;

    snd_seq_port_info_alloca(&port);
    return snd_seq_get_any_port_info(alsa->seq, address.client, address.port, port) == 0 &&
           (snd_seq_port_info_get_type(port) & SND_SEQ_PORT_TYPE_HARDWARE) != 0;
}

bool alsa_is_kernel(struct alsa *alsa, int number)
{
    snd_seq_client_info_t *client;

    snd_seq_client_info_alloca(&client);
    return snd_seq_get_any_client_info(alsa->seq, number, client) == 0 &&
           snd_seq_client_info_get_type(client) == SND_SEQ_KERNEL_CLIENT;
}

/* Those at the other end of a port's connections of one direction. */
static void each_connection(struct alsa *alsa, snd_seq_addr_t address, snd_seq_query_subs_type_t type,
                            void (*found)(void *user, snd_seq_addr_t other), void *user)
{
    snd_seq_query_subscribe_t *query;

    snd_seq_query_subscribe_alloca(&query);
    snd_seq_query_subscribe_set_root(query, &address);
    snd_seq_query_subscribe_set_type(query, type);
    for (int index = 0;; index++) {
        snd_seq_query_subscribe_set_index(query, index);
        if (snd_seq_query_port_subscribers(alsa->seq, query) < 0)
            return;
        found(user, *snd_seq_query_subscribe_get_addr(query));
    }
}

void alsa_each_reader(struct alsa *alsa, snd_seq_addr_t address, void (*reader)(void *user, snd_seq_addr_t address),
                      void *user)
{
    each_connection(alsa, address, SND_SEQ_QUERY_SUBS_READ, reader, user);
}

/* The names of those who use a device, behind each other. */
struct users {
    struct alsa *alsa;
    char *out;
};

static void add_user(void *context, snd_seq_addr_t other)
{
    struct users *users = context;
    snd_seq_client_info_t *client;
    const char *name;
    size_t used = strlen(users->out);

    snd_seq_client_info_alloca(&client);
    if (other.client == users->alsa->client || other.client == SND_SEQ_CLIENT_SYSTEM ||
        snd_seq_get_any_client_info(users->alsa->seq, other.client, client) < 0)
        return;
    name = snd_seq_client_info_get_name(client);
    if (strstr(users->out, name) == NULL)
        snprintf(users->out + used, PORT_NAME_MAX - used, "%s%s", used > 0 ? ", " : "", name);
}

/* Whether a port is a device, and what we say of it. */
static bool describe(struct alsa *alsa, snd_seq_client_info_t *client, snd_seq_port_info_t *port, struct device *out)
{
    unsigned caps = snd_seq_port_info_get_capability(port);
    snd_seq_addr_t address = *snd_seq_port_info_get_addr(port);
    struct users users = {alsa, out->users};

    memset(out, 0, sizeof *out);
    out->input = (caps & CAN_HEAR) == CAN_HEAR;
    out->output = (caps & CAN_PLAY) == CAN_PLAY;
    if ((!out->input && !out->output) || (caps & SND_SEQ_PORT_CAP_NO_EXPORT) != 0)
        return false;
    out->hardware = (snd_seq_port_info_get_type(port) & SND_SEQ_PORT_TYPE_HARDWARE) != 0;
    snprintf(out->name, sizeof out->name, "%.63s:%.63s", snd_seq_client_info_get_name(client),
             snd_seq_port_info_get_name(port));
    snprintf(out->address, sizeof out->address, "%u:%u", address.client, address.port);
    each_connection(alsa, address, SND_SEQ_QUERY_SUBS_READ, add_user, &users);
    each_connection(alsa, address, SND_SEQ_QUERY_SUBS_WRITE, add_user, &users);
    return true;
}

unsigned alsa_list(struct alsa *alsa, struct device *out, unsigned max)
{
    snd_seq_client_info_t *client;
    snd_seq_port_info_t *port;
    unsigned count = 0;

    if (alsa->seq == NULL)
        return 0;
    snd_seq_client_info_alloca(&client);
    snd_seq_port_info_alloca(&port);
    snd_seq_client_info_set_client(client, -1);
    while (snd_seq_query_next_client(alsa->seq, client) >= 0) {
        int number = snd_seq_client_info_get_client(client);

        if (number == SND_SEQ_CLIENT_SYSTEM || number == alsa->client)
            continue;
        snd_seq_port_info_set_client(port, number);
        snd_seq_port_info_set_port(port, -1);
        while (count < max && snd_seq_query_next_port(alsa->seq, port) >= 0)
            if (describe(alsa, client, port, &out[count]))
                count++;
    }
    return count;
}
