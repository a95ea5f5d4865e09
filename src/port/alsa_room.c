/* How much room the receivers of MIDI have: asked of the kernel itself, whose header cannot stand beside libasound's.
 * SPDX-License-Identifier: MIT */
#include "port/alsa_room.h"

#include <sound/asequencer.h>
#include <string.h>
#include <sys/ioctl.h>

bool alsa_room(int fd, int client, unsigned *pool, unsigned *room)
{
    struct snd_seq_client_pool info;

    memset(&info, 0, sizeof info);
    info.client = client;
    if (ioctl(fd, SNDRV_SEQ_IOCTL_GET_CLIENT_POOL, &info) != 0 || info.input_pool <= 0)
        return false;
    *pool = (unsigned)info.input_pool;
    *room = info.input_free > 0 ? (unsigned)info.input_free : 0;
    return true;
}
