/* The globals of scripts: Lua's libraries with their limits, strict reading of globals, and the renoise namespace.
 * SPDX-License-Identifier: MIT */
#include "script/library.h"

#include "script/class.h"
#include "script/files.h"
#include "script/finalizer.h"
#include "script/host.h"
#include "script/notewire.h"
#include "script/pattern.h"
#include "script/renoise.h"
#include "script/script.h"

#include <limits.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* print goes to standard error, because standard output is for MIDI words; a program's goes to standard output. */
static int print(lua_State *L)
{
    FILE *stream = script_of(L)->program ? stdout : stderr;
    int count = lua_gettop(L);

    for (int i = 1; i <= count; i++) {
        size_t length;
        const char *text = luaL_tolstring(L, i, &length);

        if (i > 1)
            fputc('\t', stream);
        fwrite(text, 1, length, stream);
        lua_pop(L, 1);
    }
    fputc('\n', stream);
    fflush(stream);
    return 0;
}

/* Reading a global that nobody has set: cLib and others rely on it raising. */
static int undeclared(lua_State *L)
{
    const char *name = luaL_tolstring(L, 2, NULL);

    return luaL_error(L, "variable '%s' is not declared", name);
}

/* What a function of ours ends with: the function of Lua that it stands for, upvalue 1, with all arguments. */
static int call_original(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* string.rep: as Lua's, but an empty text is not repeated in a loop that nobody can interrupt. */
static int string_rep(lua_State *L)
{
    size_t length, separator;

    luaL_checklstring(L, 1, &length);
    luaL_checknumber(L, 2);
    luaL_optlstring(L, 3, "", &separator);
    if (length + separator == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    return call_original(L);
}

#define LIST_MAX 20000000 /* elements: more than --script-memory holds; beyond it a table is no list but a mistake */

static void check_count(lua_State *L, lua_Integer first, lua_Integer last, int argument)
{
    luaL_argcheck(L, last < first || (lua_Unsigned)last - (lua_Unsigned)first < LIST_MAX, argument,
                  "too many elements");
}

/* table.move: as Lua's, for counts that come to an end. */
static int table_move(lua_State *L)
{
    check_count(L, luaL_checkinteger(L, 2), luaL_checkinteger(L, 3), 3);
    return call_original(L);
}

/* table.concat: the same. */
static int table_concat(lua_State *L)
{
    lua_Integer last = lua_isnoneornil(L, 4) ? luaL_len(L, 1) : luaL_checkinteger(L, 4);

    check_count(L, luaL_optinteger(L, 3, 1), last, 1);
    return call_original(L);
}

/* table.insert, remove and sort: the same, for tables that say themselves how long they are. */
static int table_change(lua_State *L)
{
    if (luaL_getmetafield(L, 1, "__len") != LUA_TNIL) {
        lua_pop(L, 1);
        check_count(L, 1, luaL_len(L, 1), 1);
    }
    return call_original(L);
}

/* debug.sethook: the hook is the guard's, and one that looped could not be ended. */
static int debug_sethook(lua_State *L)
{
    return luaL_error(L, "debug.sethook: notewire has a hook of its own");
}

/* load: as Lua's, but text alone, for broken bytecode crashes Lua. */
static int load_text(lua_State *L)
{
    lua_settop(L, lua_isnone(L, 4) ? 3 : 4);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    return call_original(L);
}

/* loadfile: the same. */
static int loadfile_text(lua_State *L)
{
    lua_settop(L, lua_isnone(L, 3) ? 2 : 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 2);
    return call_original(L);
}

/* The handler that xpcall is given, upvalue 1: not called any more when the script is ended, for Lua would let it run
 * without hooks. */
static int handle_error(lua_State *L)
{
    if (script_of(L)->guard->ending != GUARD_GOES_ON)
        return 1;
    return call_original(L);
}

/* What xpcall returned, when its function yielded. */
static int after_xpcall(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return lua_gettop(L);
}

/* xpcall: as Lua's, around a handler of ours. */
static int xpcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, handle_error, 1);
    lua_replace(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, after_xpcall);
    return lua_gettop(L);
}

/* os.exit: ends a program; a script that runs beside others may not end them. */
static int os_exit(lua_State *L)
{
    struct script *script = script_of(L);
    int code = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) : (int)luaL_optinteger(L, 1, 0);

    if (!script->program)
        return luaL_error(L, "os.exit: a script cannot end notewire");
    script->host->exiting = true;
    script->host->exit_code = code & 0xff;
    host_stop(script->host);
    guard_wait_end(script->guard, L); /* unwinds from here, whatever pcall catches */
    return 0;
}

/* Wraps a library function: ours gets the original as its upvalue. */
static void wrap(lua_State *L, const char *library, const char *name, lua_CFunction function)
{
    lua_getglobal(L, library);
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

/* require finds what lies beside the script first. */
static void set_package_path(lua_State *L)
{
    const char *folder = script_of(L)->folder;

    lua_getglobal(L, "package");
    lua_getfield(L, -1, "path");
    lua_pushfstring(L, "%s?.lua;%s?/init.lua;%s", folder, folder, lua_tostring(L, -1));
    lua_setfield(L, -3, "path");
    lua_pop(L, 2);
}

static void be_strict(lua_State *L)
{
    lua_pushglobaltable(L);
    lua_newtable(L);
    lua_pushcfunction(L, undeclared);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

/* The collector goes on 9 times as fast as memory is asked for, which ends each cycle before the heap has grown by
 * half; at Lua's own 100 times it stops a script that holds 64 MiB for 50 ms and more, and saves nothing. */
#define GC_SPEED 8 /* Lua keeps a multiple of 4, and adds 1 */

/* Incremental, for the generational one of 5.4.4 pauses for 200 ms. NOTEWIRE_GC=stress, for tests, lets it run at every
 * chance, so that what is not held is gone at once. */
static void set_collector(lua_State *L)
{
    const char *mode = getenv("NOTEWIRE_GC");

    lua_gc(L, LUA_GCINC, 0, GC_SPEED, 0);
    if (mode != NULL && strcmp(mode, "stress") == 0) {
        lua_gc(L, LUA_GCSETPAUSE, 0);
        lua_gc(L, LUA_GCSETSTEPMUL, 1000);
    }
}

/* Lua 5.4.4 makes the metatable of its large buffers with the first of them, and should memory end just then, fails
 * with a message of its own making. */
static void make_first_buffer(lua_State *L)
{
    luaL_Buffer buffer;

    luaL_buffinitsize(L, &buffer, 2 * LUAL_BUFFERSIZE);
    luaL_pushresultsize(&buffer, 0);
    lua_pop(L, 1);
}

void library_open(lua_State *L)
{
    make_first_buffer(L);
    luaL_openlibs(L);
    set_collector(L);
    lua_pushcfunction(L, print);
    lua_setglobal(L, "print");
    wrap(L, "_G", "xpcall", xpcall);
    wrap(L, "string", "rep", string_rep);
    wrap(L, "table", "move", table_move);
    wrap(L, "table", "concat", table_concat);
    wrap(L, "table", "insert", table_change);
    wrap(L, "table", "remove", table_change);
    wrap(L, "table", "sort", table_change);
    wrap(L, "debug", "sethook", debug_sethook);
    wrap(L, "_G", "load", load_text);
    wrap(L, "_G", "loadfile", loadfile_text);
    wrap(L, "os", "exit", os_exit);
    library_open_coroutine(L);
    files_open(L);
    pattern_open(L);
    finalizer_open(L);
    class_open(L);
    notewire_open(L);
    renoise_open(L);
    set_package_path(L);
    be_strict(L);
}
