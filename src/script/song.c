/* Who asked for the song, and which global was to be it.
 * SPDX-License-Identifier: MIT */
#include "script/song.h"

#include "script/script.h"

#include <string.h>

const char song_globals = 0;

/* The line that calls a function of ours; -1 when that is no Lua. */
static int calling_line(lua_State *L)
{
    lua_Debug ar;

    return lua_getstack(L, 1, &ar) && lua_getinfo(L, "l", &ar) ? ar.currentline : -1;
}

void song_asked(lua_State *L)
{
    script_of(L)->asked_for_song = true;
    script_of(L)->song_line = calling_line(L);
}

bool song_was_asked_here(lua_State *L)
{
    const struct script *script = script_of(L);

    return script->asked_for_song && script->song_line == calling_line(L);
}

/* Whether the global that the error is about was to be the song, in this call or an earlier one. */
static bool global_is_missed(lua_State *L, const char *problem)
{
    static const char before[] = "(global '";
    const char *name = strstr(problem, before), *end;
    bool misses = false;

    if (name == NULL || (end = strchr(name += sizeof before - 1, '\'')) == NULL)
        return false;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &song_globals) == LUA_TTABLE) {
        lua_pushlstring(L, name, (size_t)(end - name));
        misses = lua_rawget(L, -2) == LUA_TBOOLEAN && !lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return misses;
}

bool song_is_missed(lua_State *L, const char *problem)
{
    return strstr(problem, "attempt to index a nil value") != NULL &&
           (script_of(L)->asked_for_song || global_is_missed(L, problem));
}
