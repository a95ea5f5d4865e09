/* os.date, time, difftime and clock: as Lua 5.1's, and the clock is that of the wall.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "lua/library.h"
#include "lua/number.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define TEXT_MAX 65536 /* bytes of a date: a conversion may give nothing, so that only its size tells failure */

/* Pushes what the format says of a time; whatever the system does not know in it stays as it is. */
static void push_date(lua_State *L, const char *format, const struct tm *when)
{
    size_t room = 256 + strlen(format) * 8, length;
    luaL_Buffer out;

    do {
        length = strftime(luaL_buffinitsize(L, &out, room), room, format, when);
        luaL_pushresultsize(&out, length);
        if (length > 0 || *format == '\0')
            return;
        lua_pop(L, 1);
        room *= 4;
    } while (room < TEXT_MAX);
    lua_pushliteral(L, "");
}

/* os.date: texts in any format; tables are Lua's own. */
static int os_date(lua_State *L)
{
    const char *format = luaL_optstring(L, 1, "%c");
    time_t now = (time_t)number_opt_whole(L, 2, (lua_Integer)time(NULL));
    bool utc = *format == '!';
    struct tm when;

    if (strncmp(format + (utc ? 1 : 0), "*t", 2) == 0) {
        number_cut_arguments(L, 2);
        return library_call_original(L);
    }
    if ((utc ? gmtime_r(&now, &when) : localtime_r(&now, &when)) == NULL)
        return luaL_error(L, "date result cannot be represented in this installation");
    push_date(L, format + (utc ? 1 : 0), &when);
    return 1;
}

/* os.time: fields with fractions are cut in a copy, for the table itself is the script's. */
static int os_time(lua_State *L)
{
    static const char *const fields[] = {"year", "month", "day", "hour", "min", "sec", NULL};
    bool cut = false;

    if (!lua_istable(L, 1))
        return library_call_original(L);
    lua_settop(L, 1);
    lua_createtable(L, 0, 7);
    for (const char *const *field = fields; *field != NULL; field++) {
        bool is_number = (lua_getfield(L, 1, *field), lua_isnumber(L, -1));

        if (is_number && !lua_isinteger(L, -1)) {
            lua_pushinteger(L, number_whole(L, -1));
            lua_replace(L, -2);
            cut = true;
        }
        lua_setfield(L, 2, *field);
    }
    lua_getfield(L, 1, "isdst");
    lua_setfield(L, 2, "isdst");
    if (cut)
        lua_replace(L, 1);
    lua_settop(L, 1);
    return library_call_original(L);
}

static int os_difftime(lua_State *L)
{
    lua_pushnumber(L, luaL_checknumber(L, 1) - luaL_optnumber(L, 2, 0));
    return 1;
}

/* os.clock: seconds that pass, whether the script computes or waits. */
static int os_clock(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)clock_mono_ns() / 1e9);
    return 1;
}

void library_open_time(lua_State *L)
{
    library_wrap(L, "os", "date", os_date);
    library_wrap(L, "os", "time", os_time);
    lua_getglobal(L, "os");
    lua_pushcfunction(L, os_difftime);
    lua_setfield(L, -2, "difftime");
    lua_pushcfunction(L, os_clock);
    lua_setfield(L, -2, "clock");
    lua_pop(L, 1);
}
