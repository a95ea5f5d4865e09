/* Texts of the error numbers.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"

const char *nw_error_text(int error)
{
    switch (error) {
    case NW_OK: return "ok";
    case NW_EMALFORMED: return "malformed";
    case NW_ETOOBIG: return "too big";
    case NW_EFULL: return "queue full";
    case NW_EMEMORY: return "out of memory";
    case NW_EINVALID: return "not usable";
    case NW_EADDRESS: return "address not usable";
    case NW_EBUSY: return "address in use";
    case NW_ECLOSED: return "closed";
    case NW_EIO: return "input or output failed";
    case NW_ENOTFOUND: return "not found";
    case NW_ENODEVICES: return "no MIDI on this machine";
    default: return "unknown error";
    }
}
