/* Lua's io and os: paths begin in the script's folder, and numbers may have fractions.
 * SPDX-License-Identifier: MIT */
#include "lua/library.h"
#include "lua/number.h"
#include "lua/path.h"
#include "script/guard.h"
#include "script/script.h"

#include <lauxlib.h>
#include <string.h>

/* io.open: modes such as "rt" and "rw" too, of which the system of Lua 5.1 takes what it knows. */
static int io_open(lua_State *L)
{
    const char *mode = luaL_optstring(L, 2, "r");

    path_argument(L, 1);
    lua_settop(L, 2);
    if (*mode == 'r' || *mode == 'w' || *mode == 'a') {
        lua_pushfstring(L, "%c%s", *mode, strchr(mode, '+') != NULL ? "+" : "");
        lua_replace(L, 2);
    }
    return library_call_original(L);
}

/* os.remove. */
static int call_with_path(lua_State *L)
{
    path_argument(L, 1);
    return library_call_original(L);
}

/* os.rename. */
static int call_with_two_paths(lua_State *L)
{
    path_argument(L, 1);
    path_argument(L, 2);
    return library_call_original(L);
}

/* io.lines, input and output, which take a path, a file or nothing. */
static int call_with_optional_path(lua_State *L)
{
    if (lua_isstring(L, 1))
        path_argument(L, 1);
    number_cut_arguments(L, 2);
    return library_call_original(L);
}

/* Adds a text as one word of the shell's. */
static void add_quoted(luaL_Buffer *out, const char *text)
{
    luaL_addchar(out, '\'');
    for (; *text != '\0'; text++)
        if (*text == '\'')
            luaL_addstring(out, "'\\''");
        else
            luaL_addchar(out, *text);
    luaL_addchar(out, '\'');
}

/* io.popen, and os.execute below: the command runs in that folder, too. */
static int call_in_folder(lua_State *L)
{
    const struct script *script = script_of(L);
    luaL_Buffer out;

    if (script->program || lua_isnoneornil(L, 1))
        return library_call_original(L);
    luaL_checkstring(L, 1);
    luaL_buffinit(L, &out);
    luaL_addstring(&out, "cd ");
    add_quoted(&out, script->base);
    luaL_addstring(&out, " || exit\n");
    lua_pushvalue(L, 1);
    luaL_addvalue(&out);
    luaL_pushresult(&out);
    lua_replace(L, 1);
    return library_call_original(L);
}

/* os.execute: first what the system returns, as in 5.1, where 0 is success; then how the command ended, as in 5.4. */
static int os_execute(lua_State *L)
{
    int results = call_in_folder(L);
    lua_Integer status;

    if (results == 1) { /* whether there is a shell */
        lua_pushinteger(L, lua_toboolean(L, -1));
        return 1;
    }
    if (strcmp(lua_tostring(L, -2), "exit") == 0)
        status = lua_tointeger(L, -1) << 8;
    else if (strcmp(lua_tostring(L, -2), "signal") == 0)
        status = lua_tointeger(L, -1);
    else
        status = -1; /* it has not begun */
    lua_pushinteger(L, status);
    lua_replace(L, -4);
    return results;
}

/* os.exit: ends a program; a script that runs beside others may not end them. */
static int os_exit(lua_State *L)
{
    struct script *script = script_of(L);
    int code = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) : (int)number_opt_whole(L, 1, 0);

    if (!script->program)
        return luaL_error(L, "os.exit: a script cannot end notewire");
    script->host->exiting = true;
    script->host->exit_code = code & 0xff;
    host_stop(script->host);
    guard_wait_end(script->guard, L); /* unwinds from here, whatever pcall catches */
    return 0;
}

void library_open_io(lua_State *L)
{
    static const char *const methods[] = {"read", "lines", "seek", "setvbuf", NULL};

    library_wrap(L, "io", "open", io_open);
    library_wrap(L, "io", "lines", call_with_optional_path);
    library_wrap(L, "io", "input", call_with_optional_path);
    library_wrap(L, "io", "output", call_with_optional_path);
    library_wrap(L, "io", "read", library_call_cut);
    library_wrap(L, "io", "popen", call_in_folder);
    library_wrap(L, "os", "execute", os_execute);
    library_wrap(L, "os", "remove", call_with_path);
    library_wrap(L, "os", "rename", call_with_two_paths);
    library_wrap(L, "os", "exit", os_exit);
    luaL_getmetatable(L, LUA_FILEHANDLE);
    lua_getfield(L, -1, "__index");
    for (const char *const *method = methods; *method != NULL; method++)
        library_wrap_field(L, *method, library_call_cut);
    lua_pop(L, 2);
}
