/* The bytes behind OSC objects, held while Lua may run.
 * SPDX-License-Identifier: MIT */
#include "renoise/osc_object.h"

#include "lua/class_internal.h"
#include "renoise/osc.h"

void *osc_hold_test(lua_State *L, int index, const struct object_type *type)
{
    void *bytes = object_test(L, index, type);

    if (bytes != NULL && bytes != lua_touserdata(L, index)) {
        index = lua_absindex(L, index);
        lua_getiuservalue(L, index, CLASS_BASE);
        lua_replace(L, index);
    }
    return bytes;
}

void *osc_hold(lua_State *L, int index, const struct object_type *type)
{
    void *bytes = osc_hold_test(L, index, type);

    return bytes != NULL ? bytes : object_check(L, index, type);
}

const uint8_t *osc_bytes(lua_State *L, int index, size_t *length)
{
    const struct osc_message *message = osc_hold_test(L, index, &osc_message_type);
    const struct osc_bundle *bundle;

    if (message != NULL) {
        *length = message->length;
        return message->bytes;
    }
    bundle = osc_hold_test(L, index, &osc_bundle_type);
    if (bundle == NULL)
        return NULL;
    *length = bundle->length;
    return bundle->bytes;
}
