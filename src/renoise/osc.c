/* renoise.Osc itself: from_binary_data, which checks all bytes before an object holds them, and its class object.
 * SPDX-License-Identifier: MIT */
#include "renoise/osc.h"

#include "base/error.h"
#include "osc/osc_bundle.h"
#include "osc/osc_frame.h"
#include "renoise/osc_object.h"

#include <string.h>

/* What is wrong with a bundle: the first message in it that is, counted over all nested bundles. */
struct inspection {
    const char *problem; /* NULL: nothing so far */
    int number;
};

static const char *error_problem(int error)
{
    return error == NW_ETOOBIG ? "a pattern, a list of arguments, or a nesting of arrays or bundles is too large"
                               : "not a well-formed OSC message or bundle";
}

/* What is wrong for a script with a message that the reader took; NULL when nothing is. */
static const char *view_problem(const struct osc_view *view)
{
    if (view->address[0] != '/')
        return "the pattern does not start with '/'";
    if (view->tags != NULL && memchr(view->tags, '[', view->tag_count) != NULL)
        return "arrays ('[' and ']') are not supported";
    return NULL;
}

static void inspect_message(void *user, const struct osc_view *view, uint64_t timetag)
{
    struct inspection *inspection = user;

    (void)timetag;
    if (inspection->problem != NULL)
        return;
    inspection->number++;
    inspection->problem = view_problem(view);
}

static void inspect_malformed(void *user, int error)
{
    struct inspection *inspection = user;

    if (inspection->problem != NULL)
        return;
    inspection->number++;
    inspection->problem = error_problem(error);
}

static int push_failure(lua_State *L, const char *problem)
{
    lua_pushnil(L);
    lua_pushstring(L, problem);
    return 2;
}

int osc_push(lua_State *L, const uint8_t *bytes, size_t length)
{
    struct inspection inspection = {NULL, 0};
    struct osc_packet_sink sink = {inspect_message, inspect_malformed, &inspection};
    struct osc_view view;
    int error;

    if (length > OSC_FRAME_MAX)
        return push_failure(L, "larger than an OSC packet may be");
    if (osc_bundle_begins(bytes, length)) {
        osc_packet_walk(bytes, length, &sink);
        if (inspection.problem != NULL) {
            lua_pushnil(L);
            lua_pushfstring(L, "message %d of a bundle: %s", inspection.number, inspection.problem);
            return 2;
        }
        osc_bundle_push(L, bytes, length);
        return 1;
    }
    error = osc_view_parse(&view, bytes, length);
    if (error != NW_OK)
        return push_failure(L, error_problem(error));
    if (view_problem(&view) != NULL)
        return push_failure(L, view_problem(&view));
    osc_message_push(L, &view, length);
    return 1;
}

static int from_binary_data(lua_State *L)
{
    size_t length;
    const char *bytes;

    if (lua_type(L, 1) != LUA_TSTRING)
        return luaL_error(L, "renoise.Osc.from_binary_data: the data must be a string, not a %s", luaL_typename(L, 1));
    bytes = lua_tolstring(L, 1, &length);
    return osc_push(L, (const uint8_t *)bytes, length);
}

static const struct object_type osc_type = {
    .name = "Osc",
    .statics = (const luaL_Reg[]){{"from_binary_data", from_binary_data}, {NULL, NULL}},
};

void osc_open(lua_State *L)
{
    object_push_class(L, &osc_type);
    object_push_class(L, &osc_message_type);
    lua_setfield(L, -2, "Message");
    object_push_class(L, &osc_bundle_type);
    lua_setfield(L, -2, "Bundle");
}
