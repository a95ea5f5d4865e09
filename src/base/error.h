/* Error numbers shared by every folder: 0 is success, failures are negative.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BASE_ERROR_H
#define NOTEWIRE_BASE_ERROR_H

enum nw_error {
    NW_OK = 0,
    NW_EMALFORMED = -1,  /* bytes that break their format */
    NW_ETOOBIG = -2,     /* a stated bound is exceeded */
    NW_EFULL = -3,       /* a bounded queue or table has no room */
    NW_EMEMORY = -4,     /* allocation failed, at start or at map-compile time only */
    NW_EINVALID = -5,    /* an argument or a text cannot be used */
    NW_EADDRESS = -6,    /* a host or port cannot be used or resolved */
    NW_EBUSY = -7,       /* the address is in use */
    NW_ECLOSED = -8,     /* the peer or port is gone */
    NW_EIO = -9,         /* the system refused a read or write */
    NW_ENOTFOUND = -10,  /* no such thing by that name */
    NW_ENODEVICES = -11, /* this machine has no MIDI devices, or no driver for them */
};

/* A short English phrase for an enum nw_error; never NULL, static. */
const char *nw_error_text(int error);

#endif
