/* Reads XML with expat: what is asked for is the text in elements, so that is what is kept.
 * SPDX-License-Identifier: MIT */
#include "file/xml.h"

#include "base/error.h"
#include "file/xml_bytes.h"

#include <expat.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    XML_Parser parser;
    const struct xml_callbacks *callbacks;
    void *user;
    int result; /* why it stops, when it is not expat that says so */
    struct xml_problem problem;
    char *text; /* of all elements that are open, one behind the other; owned */
    size_t length, capacity;
    size_t starts[XML_DEPTH_MAX]; /* where in it the text of each begins */
    unsigned depth;
    bool hides; /* some of its bytes are hidden (xml_bytes.h) */
};

/* Why, and where the parser is. Returns result. */
static int describe(struct reader *reader, int result, const char *why)
{
    snprintf(reader->problem.text, sizeof reader->problem.text, "%s", why);
    if (reader->parser != NULL) {
        reader->problem.line = (unsigned)XML_GetCurrentLineNumber(reader->parser);
        reader->problem.column = (unsigned)XML_GetCurrentColumnNumber(reader->parser) + 1;
    }
    return result;
}

/* Returns false, for whoever cannot go on. */
static bool stop(struct reader *reader, int result, const char *why)
{
    if (reader->result == 0)
        reader->result = describe(reader, result, why);
    XML_StopParser(reader->parser, XML_FALSE);
    return false;
}

/* Whether there is room for that many bytes, and a 0 behind them; if not, reading stops. */
static bool reserve(struct reader *reader, size_t length)
{
    size_t capacity = reader->capacity > 0 ? reader->capacity : 256;
    char *text = reader->text;

    while (capacity - reader->length <= length)
        capacity *= 2; /* a text is at most four times as long as the bytes that it is read from */
    if (capacity > reader->capacity && (text = realloc(reader->text, capacity)) == NULL)
        return stop(reader, NW_EMEMORY, "not enough memory");
    reader->text = text;
    reader->capacity = capacity;
    return true;
}

/* ---- what expat calls; more text, and the end of an empty element, also after it was told to stop ---- */

static void XMLCALL begin_element(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = user;
    int result;

    if (reader->depth == XML_DEPTH_MAX) {
        stop(reader, NW_ETOOBIG, "too many elements inside each other");
        return;
    }
    reader->starts[reader->depth++] = reader->length;
    if (reader->callbacks->begin == NULL)
        return;
    result = reader->callbacks->begin(reader->user, name, (const char *const *)attributes);
    if (result != 0)
        stop(reader, result, "");
}

static void XMLCALL add_text(void *user, const XML_Char *text, int length)
{
    struct reader *reader = user;

    if (reader->result != 0 || !reserve(reader, (size_t)length))
        return;
    memcpy(reader->text + reader->length, text, (size_t)length);
    reader->length += (size_t)length;
}

static void XMLCALL end_element(void *user, const XML_Char *name)
{
    struct reader *reader = user;
    char *text;
    size_t length;
    int result;

    if (reader->result != 0 || !reserve(reader, 0))
        return;
    text = reader->text + reader->starts[--reader->depth];
    length = (size_t)(reader->text + reader->length - text);
    if (reader->hides)
        length = xml_bytes_show(text, length);
    text[length] = '\0';
    reader->length = reader->starts[reader->depth];
    result = reader->callbacks->end(reader->user, name, text, length);
    if (result != 0)
        stop(reader, result, "");
}

/* Entities come with it, and with them texts that grow without end, and files of this machine. */
static void XMLCALL begin_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                                  int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    stop(user, NW_EMALFORMED, "a document type declaration is not read");
}

/* ---- reading ---- */

static int parse(struct reader *reader, const char *text, size_t length)
{
    enum XML_Error error;

    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(reader->parser, add_text);
    XML_SetStartDoctypeDeclHandler(reader->parser, begin_doctype);
    if (XML_Parse(reader->parser, text, (int)length, XML_TRUE) == XML_STATUS_OK || reader->result != 0)
        return reader->result;
    error = XML_GetErrorCode(reader->parser);
    return describe(reader, error == XML_ERROR_NO_MEMORY ? NW_EMEMORY : NW_EMALFORMED, XML_ErrorString(error));
}

int xml_read(const char *text, size_t length, const struct xml_callbacks *callbacks, void *user,
             struct xml_problem *problem)
{
    struct reader reader = {.callbacks = callbacks, .user = user};
    char *hidden = NULL;
    int result;

    if (length > XML_BYTES_MAX)
        result = describe(&reader, NW_ETOOBIG, "it is too long");
    else if ((reader.parser = XML_ParserCreate(NULL)) == NULL)
        result = describe(&reader, NW_EMEMORY, "not enough memory");
    else {
        hidden = xml_bytes_hide(text, &length);
        reader.hides = hidden != NULL;
        result = parse(&reader, hidden != NULL ? hidden : text, length);
    }
    if (problem != NULL)
        *problem = reader.problem;
    free(hidden);
    free(reader.text);
    XML_ParserFree(reader.parser);
    return result;
}
