/* The calls of PortMidi (portmidi_host.h). Never Pm_Abort: it prints on standard output.
 * SPDX-License-Identifier: MIT */
#include "port/portmidi_host.h"

#include "base/error.h"

#include <portmidi.h>
#include <stdio.h>
#include <string.h>

#define INPUT_EVENTS 8192 /* PortMidi keeps for us between two reads */

void pmhost_begin(void)
{
    Pm_Initialize();
}

void pmhost_end(void)
{
    Pm_Terminate();
}

/* PortMidi lists the two directions of a device one behind the other; here they are one. */
unsigned pmhost_list(struct device *list, int (*id)[2])
{
    int devices = Pm_CountDevices();
    unsigned count = 0;

    for (int i = 0; i < devices && count < DEVICES_MAX; i++) {
        const PmDeviceInfo *info = Pm_GetDeviceInfo(i);
        struct device *device;

        if (info == NULL || info->name == NULL)
            continue;
        device = count > 0 ? &list[count - 1] : NULL;
        if (device == NULL || !info->input || device->input || strcmp(device->name, info->name) != 0) {
            device = &list[count++];
            memset(device, 0, sizeof *device);
            snprintf(device->name, sizeof device->name, "%s", info->name);
        }
        if (info->input) {
            device->input = true;
            id[count - 1][PORT_INPUT] = i;
        } else {
            device->output = true;
            id[count - 1][PORT_OUTPUT] = i;
        }
    }
    return count;
}

int pmhost_open_input(void **stream, int id)
{
    if (Pm_OpenInput(stream, id, NULL, INPUT_EVENTS, NULL, NULL) != pmNoError)
        return NW_EIO;
    Pm_SetFilter(*stream, 0); /* active sensing is filtered unless one says so */
    return 0;
}

/* With latency 0 PortMidi plays at once; any other adds a millisecond or two. */
int pmhost_open_output(void **stream, int id)
{
    return Pm_OpenOutput(stream, id, NULL, 0, NULL, NULL, 0) == pmNoError ? 0 : NW_EIO;
}

void pmhost_close(void *stream)
{
    Pm_Close(stream);
}

int pmhost_make_virtual(const char *name, enum port_direction direction)
{
#ifdef NOTEWIRE_PORTMIDI_VIRTUAL
    return direction == PORT_INPUT ? Pm_CreateVirtualInput(name, NULL, NULL) : Pm_CreateVirtualOutput(name, NULL, NULL);
#else
    (void)name, (void)direction;
    return -1;
#endif
}

int pmhost_read(void *stream, uint32_t *events)
{
    PmEvent read[HOST_READ_MAX];
    int count = Pm_Read(stream, read, HOST_READ_MAX);

    if (count < 0)
        return count == pmBufferOverflow ? NW_EFULL : NW_EIO;
    for (int i = 0; i < count; i++)
        events[i] = (uint32_t)read[i].message;
    return count;
}

int pmhost_write_short(void *stream, const uint8_t *bytes)
{
    return Pm_WriteShort(stream, 0, Pm_Message(bytes[0], bytes[1], bytes[2])) == pmNoError ? 0 : NW_EIO;
}

int pmhost_write_sysex(void *stream, uint8_t *bytes)
{
    return Pm_WriteSysEx(stream, 0, bytes) == pmNoError ? 0 : NW_EIO;
}

int pmhost_flush(void *stream)
{
    PmEvent none = {0};

    return Pm_Write(stream, &none, 0) == pmNoError ? 0 : NW_EIO;
}
