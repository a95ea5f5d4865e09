/* Bytes that XML has no place for: control characters, and what is no UTF-8. Renoise's tools keep such texts in their
 * preferences, and old manifests are Latin-1 without saying so. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_XML_BYTES_H
#define NOTEWIRE_FILE_XML_BYTES_H

#include <stddef.h>

/* Puts a character that nobody uses in the place of each such byte, so that expat takes the text, and sets its length.
 * Returns it owned; NULL when there is nothing to be done, when the text says that it is in another encoding than
 * UTF-8, or without memory. */
char *xml_bytes_hide(const char *text, size_t *length);

/* Puts the bytes back, in the text itself. Returns its length then. */
size_t xml_bytes_show(char *text, size_t length);

#endif
