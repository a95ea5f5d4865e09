/* Reads XML: elements with the text in them, within bounds, and nothing that a text could make grow.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_XML_H
#define NOTEWIRE_FILE_XML_H

#include <stddef.h>

#define XML_BYTES_MAX (4u * 1024u * 1024u)
#define XML_DEPTH_MAX 64 /* elements inside each other */

/* What is called for each element; user is what xml_read was given. Names and attributes are UTF-8, texts too unless
 * other bytes stand there; all are borrowed for the call, and end with a 0. A call that returns other than 0 ends the
 * reading: xml_read returns that. */
struct xml_callbacks {
    /* May be NULL. attributes: name, value, name, value, ..., NULL. */
    int (*begin)(void *user, const char *name, const char *const *attributes);
    /* text: what stands right in the element, not in those inside it, entities of XML replaced, white space kept. */
    int (*end)(void *user, const char *name, const char *text, size_t length);
};

/* Why and where, when it is not 0 that is returned; else all 0. */
struct xml_problem {
    char text[160];
    unsigned line, column; /* from 1; 0: it has no place */
};

/* Reads a whole text, in UTF-8, or whatever of UTF-16, ISO-8859-1 and ASCII its declaration says, and calls for each
 * element in it. In UTF-8, texts may have any bytes (xml_bytes.h), and are given them as they are. 0; NW_EMALFORMED: no
 * well-formed XML, or a document type declaration, which is not read for what entities could make of it; NW_ETOOBIG:
 * beyond the bounds; NW_EMEMORY; or what a callback returned, for which problem has the place alone. Callbacks may have
 * been called before a problem is found. problem may be NULL. Needs no Lua. */
int xml_read(const char *text, size_t length, const struct xml_callbacks *callbacks, void *user,
             struct xml_problem *problem);

#endif
