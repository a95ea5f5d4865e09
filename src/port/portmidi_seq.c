/* Who is at the sequencer, from /proc/asound/seq/clients: cheap, and it disturbs nobody.
 * SPDX-License-Identifier: MIT */
#include "port/portmidi_seq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_START 1469598103934665603ULL /* FNV-1a, 64 bits */
#define HASH_STEP 1099511628211ULL

static void add_to_sum(uint64_t *sum, const char *line)
{
    for (; *line != '\0'; line++)
        *sum = (*sum ^ (unsigned char)*line) * HASH_STEP;
}

/* Copies what stands between the first and the last '"' of a line. */
static void copy_name(char *out, const char *line)
{
    const char *begin = strchr(line, '"'), *end = strrchr(line, '"');
    int length = begin != NULL && end > begin ? (int)(end - begin - 1) : 0;

    snprintf(out, PORT_NAME_MAX, "%.*s", length, length > 0 ? begin + 1 : "");
}

/* `  Port   0 : "VirMIDI 0-0" (RWeX)`: a capital letter means that others may connect. */
static void add_device(struct seq *seq, const char *line, bool hardware)
{
    const char *may = strrchr(line, '"');
    struct device *device;
    bool input, output;

    if (may == NULL || strncmp(may, "\" (", 3) != 0 || seq->list == NULL || seq->count == DEVICES_MAX)
        return;
    input = may[3] == 'R';
    output = may[3] != '\0' && may[4] == 'W';
    if (!input && !output)
        return;
    device = &seq->list[seq->count++];
    memset(device, 0, sizeof *device);
    copy_name(device->name, line);
    device->input = input;
    device->output = output;
    device->hardware = hardware;
}

static bool is_hardware(const char *line)
{
    return strstr(line, "[Kernel") != NULL && strstr(line, "\"Midi Through\"") == NULL &&
           strstr(line, "\"Virtual Raw MIDI ") == NULL;
}

bool seq_read(struct seq *seq, int self, struct device *list)
{
    FILE *file = fopen("/proc/asound/seq/clients", "re");
    bool hardware = false, own_pool = false;
    int client = SEQ_NOBODY, port;
    unsigned long failures;
    char *line = NULL;
    size_t size = 0;

    *seq = (struct seq){.others = HASH_START, .list = list};
    if (file == NULL)
        return false;
    while (getline(&line, &size, file) > 0) {
        if (sscanf(line, "Client %d :", &client) == 1 && client >= 0 && client < SEQ_CLIENTS) {
            seq->client[client] = true;
            hardware = is_hardware(line);
            own_pool = false;
        } else if (sscanf(line, "  Port %d :", &port) == 1 && client > 0 && client != self) { /* 0 is the system */
            add_device(seq, line, hardware);
        }
        if (client != self) {
            if (strncmp(line, "Client ", 7) == 0 || strncmp(line, "  Port ", 7) == 0)
                add_to_sum(&seq->others, line);
            continue;
        }
        if (strncmp(line, "    Connect", 11) == 0)
            for (const char *at = strchr(line, ':'); at != NULL; at = strstr(at + 1, ", "))
                seq->connections++;
        if (strstr(line, " pool :") != NULL)
            own_pool = strstr(line, "Input pool") != NULL;
        if (own_pool && sscanf(line, " Alloc failures : %lu", &failures) == 1)
            seq->lost = failures;
    }
    free(line);
    fclose(file);
    return true;
}
