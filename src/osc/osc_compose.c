/* Composes OSC messages through liblo, and helps it where version 0.31 falls short: tag r and empty blobs.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_compose.h"

#include "base/error.h"

#include <lo/lo.h>
#include <stdlib.h>
#include <string.h>

struct osc_compose {
    lo_message message;
    char tags[OSC_ARGS_MAX]; /* what the tags shall be; liblo's own may differ, for one of the same size */
    size_t count;
    size_t size; /* bytes of the arguments */
};

struct osc_compose *osc_compose_new(void)
{
    struct osc_compose *compose = calloc(1, sizeof *compose);

    if (compose == NULL)
        return NULL;
    compose->message = lo_message_new();
    if (compose->message == NULL) {
        free(compose);
        return NULL;
    }
    return compose;
}

void osc_compose_free(struct osc_compose *compose)
{
    if (compose == NULL)
        return;
    lo_message_free(compose->message);
    free(compose);
}

/* Adds a string or symbol. liblo wants a NUL behind it, which a caller's bytes need not have; one inside it would
 * silently cut the text. */
static int add_text(lo_message message, const struct osc_arg *arg)
{
    size_t length = arg->v.s.length;
    char *text;
    int result;

    if (length > 0 && memchr(arg->v.s.bytes, '\0', length) != NULL)
        return NW_EINVALID;
    text = malloc(length + 1);
    if (text == NULL)
        return NW_EMEMORY;
    if (length > 0)
        memcpy(text, arg->v.s.bytes, length);
    text[length] = '\0';
    result = arg->tag == 's' ? lo_message_add_string(message, text) : lo_message_add_symbol(message, text);
    free(text);
    return result == 0 ? NW_OK : NW_EMEMORY;
}

/* Adds a blob. liblo has no empty one; the integer 0 has its bytes. */
static int add_blob(lo_message message, const struct osc_arg *arg)
{
    lo_blob blob;
    int result;

    if (arg->v.s.length == 0)
        return lo_message_add_int32(message, 0) == 0 ? NW_OK : NW_EMEMORY;
    blob = lo_blob_new((int32_t)arg->v.s.length, arg->v.s.bytes);
    if (blob == NULL)
        return NW_EMEMORY;
    result = lo_message_add_blob(message, blob);
    lo_blob_free(blob);
    return result == 0 ? NW_OK : NW_EMEMORY;
}

/* Adds an argument of fixed size, or none. A colour and a character are composed as the integer whose bytes they have:
 * liblo's character has 8 bits only. */
static int add_plain(lo_message message, const struct osc_arg *arg)
{
    lo_timetag timetag = {(uint32_t)(arg->v.t >> 32), (uint32_t)arg->v.t};
    uint8_t midi[4];
    int result;

    switch (arg->tag) {
    case 'i':
    case 'c':
    case 'r': result = lo_message_add_int32(message, arg->v.i); break;
    case 'h': result = lo_message_add_int64(message, arg->v.h); break;
    case 't': result = lo_message_add_timetag(message, timetag); break;
    case 'f': result = lo_message_add_float(message, arg->v.f); break;
    case 'd': result = lo_message_add_double(message, arg->v.d); break;
    case 'm':
        memcpy(midi, arg->v.m, sizeof midi);
        result = lo_message_add_midi(message, midi);
        break;
    case 'T': result = lo_message_add_true(message); break;
    case 'F': result = lo_message_add_false(message); break;
    case 'N': result = lo_message_add_nil(message); break;
    case 'I': result = lo_message_add_infinitum(message); break;
    default: return NW_EINVALID;
    }
    return result == 0 ? NW_OK : NW_EMEMORY;
}

int osc_compose_add(struct osc_compose *compose, const struct osc_arg *arg)
{
    bool sized = arg->tag == 's' || arg->tag == 'S' || arg->tag == 'b';
    size_t size = sized ? (arg->v.s.length < OSC_COMPOSE_MAX ? arg->v.s.length : OSC_COMPOSE_MAX) + 8 : 8;
    int result;

    if (compose->count == OSC_ARGS_MAX)
        return NW_EINVALID;
    /* liblo 0.31 rounds the size of its buffer down above 128 KiB, and writes behind it. */
    if (compose->size + size > OSC_COMPOSE_MAX)
        return NW_ETOOBIG;
    switch (arg->tag) {
    case 's':
    case 'S': result = add_text(compose->message, arg); break;
    case 'b': result = add_blob(compose->message, arg); break;
    default: result = add_plain(compose->message, arg); break;
    }
    compose->size += size;
    if (result == NW_OK)
        compose->tags[compose->count++] = arg->tag;
    return result;
}

/* Whether the reader would take this address, and a message for others begin with it. */
static bool address_usable(const char *address)
{
    size_t length = strlen(address);

    if (address[0] != '/' || length > OSC_ADDRESS_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)address[i];

        if (c < 0x20 || c == 0x7f)
            return false;
    }
    return true;
}

int osc_compose_message(const struct osc_compose *compose, const char *address, uint8_t **bytes, size_t *length)
{
    size_t size, tags;
    uint8_t *out;

    if (!address_usable(address))
        return NW_EINVALID;
    size = lo_message_length(compose->message, address);
    out = calloc(1, size);
    if (out == NULL)
        return NW_EMEMORY;
    lo_message_serialise(compose->message, address, out, &size);
    tags = strlen(address) / 4 * 4 + 4;
    memcpy(out + tags + 1, compose->tags, compose->count); /* behind the comma */
    *bytes = out;
    *length = size;
    return NW_OK;
}
