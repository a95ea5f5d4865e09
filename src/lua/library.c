/* The globals of scripts: Lua's libraries with their limits, and strict reading of globals.
 * SPDX-License-Identifier: MIT */
#include "lua/library.h"

#include "lua/class.h"
#include "lua/finalizer.h"
#include "lua/number.h"
#include "lua/pattern.h"
#include "script/script.h"
#include "script/song.h"

#include <lualib.h>
#include <stdbool.h>
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
        const char *text = number_push_text(L, i, &length);

        if (i > 1)
            fputc('\t', stream);
        fwrite(text, 1, length, stream);
        lua_pop(L, 1);
    }
    fputc('\n', stream);
    fflush(stream);
    return 0;
}

/* pairs and ipairs: as Lua's, which would go through texts, and say of nil that its iterator is wrong. */
static int iterate(lua_State *L)
{
    int type = lua_type(L, 1);

    if (type != LUA_TTABLE && type != LUA_TUSERDATA)
        luaL_checktype(L, 1, LUA_TTABLE);
    return library_call_original(L);
}

/* What __tostring returns is not looked at, as in Lua 5.1. */
static int tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_callmeta(L, 1, "__tostring"))
        return 1;
    if (lua_type(L, 1) == LUA_TSTRING)
        lua_settop(L, 1);
    else
        number_push_text(L, 1, NULL);
    return 1;
}

/* tonumber: as Lua 5.1's. A base of 10 is none, so that a number and "7.5" will do; hexadecimal digits may have a 0x.
 */
static int tonumber(lua_State *L)
{
    const char *digits;

    if (lua_isnoneornil(L, 2) || number_whole(L, 2) == 10) {
        lua_settop(L, lua_gettop(L) > 0);
        return library_call_original(L);
    }
    lua_pushinteger(L, number_whole(L, 2));
    lua_replace(L, 2);
    digits = luaL_checkstring(L, 1);
    digits += strspn(digits, " \f\n\r\t\v");
    if (lua_tointeger(L, 2) == 16 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
        lua_pushstring(L, digits + 2);
        lua_replace(L, 1);
    }
    return library_call_original(L);
}

/* The type of the boxes that push_arguments leaves; what people read where one comes out of "...". */
#define ARGUMENTS "arg (a function uses arg or ..., not both)"

/* Pushes what Lua 5.1 calls arg: the arguments of the function that asks, if it has "..." among its parameters, and n,
 * their number. One that uses it uses no "...", so a box with the table takes the place of the first of them, to be
 * found again. The table alone would not do: it may be passed on, and is then the first argument of another function.
 */
static bool push_arguments(lua_State *L)
{
    lua_Debug ar;
    int count = 0;

    if (!lua_getstack(L, 1, &ar) || !lua_getinfo(L, "Su", &ar) || !ar.isvararg || strcmp(ar.what, "Lua") != 0)
        return false;
    if (lua_getlocal(L, &ar, -1) != NULL && luaL_testudata(L, -1, ARGUMENTS) != NULL) {
        lua_getiuservalue(L, -1, 1);
        return true;
    }
    lua_newtable(L);
    while (lua_getlocal(L, &ar, -(count + 1)) != NULL)
        lua_rawseti(L, -2, ++count);
    lua_pushinteger(L, count);
    lua_setfield(L, -2, "n");
    if (count > 0) {
        lua_newuserdatauv(L, 0, 1);
        luaL_newmetatable(L, ARGUMENTS);
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -2);
        lua_setiuservalue(L, -2, 1);
        lua_setlocal(L, &ar, -1);
    }
    return true;
}

/* Reading a global that nobody has set: cLib and others rely on it raising. One that was set to nil has been declared
 * by that; upvalue 1 has the names of all that were set. */
static int read_undeclared(lua_State *L)
{
    if (lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "arg") == 0 && push_arguments(L))
        return 1;
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 0;
    return luaL_error(L, "variable '%s' is not declared", luaL_tolstring(L, 2, NULL));
}

/* Keeps with the name whether it was to be the song: it became nil in the line that asked for that. */
static int declare(lua_State *L)
{
    bool is_song;

    lua_settop(L, 3);
    is_song = lua_isnil(L, 3) && song_was_asked_here(L);
    lua_pushvalue(L, 2);
    lua_pushboolean(L, !is_song);
    lua_rawset(L, lua_upvalueindex(1));
    lua_rawset(L, 1);
    return 0;
}

/* A function of Lua's has one upvalue at most, and finds it where it was. */
void library_wrap_field(lua_State *L, const char *name, lua_CFunction function)
{
    lua_getfield(L, -1, name);
    if (lua_getupvalue(L, -1, 1) == NULL)
        lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushcclosure(L, function, 2);
    lua_setfield(L, -2, name);
}

void library_wrap(lua_State *L, const char *library, const char *name, lua_CFunction function)
{
    lua_getglobal(L, library);
    library_wrap_field(L, name, function);
    lua_pop(L, 1);
}

/* No call of Lua's, so that messages name the function as it was called, with the line. */
int library_call_original(lua_State *L)
{
    return lua_tocfunction(L, lua_upvalueindex(2))(L);
}

int library_call_cut(lua_State *L)
{
    number_cut_arguments(L, 1);
    return library_call_original(L);
}

/* The __gc of proxies, so that one that a script sets later counts. */
static int end_proxy(lua_State *L)
{
    (void)L;
    return 0;
}

/* newproxy(true, another proxy or nothing): an object with a metatable of its own, that of the other, or none. */
static int newproxy(lua_State *L)
{
    lua_settop(L, 1);
    lua_newuserdatauv(L, 0, 0);
    if (!lua_toboolean(L, 1))
        return 1;
    if (lua_isboolean(L, 1)) {
        lua_newtable(L);
        lua_pushcfunction(L, end_proxy);
        lua_setfield(L, -2, "__gc");
    } else if (lua_type(L, 1) != LUA_TUSERDATA || lua_rawlen(L, 1) != 0 || /* objects of ours have a name, and bytes */
               luaL_getmetafield(L, 1, "__name") != LUA_TNIL || !lua_getmetatable(L, 1)) {
        return luaL_argerror(L, 1, "boolean or proxy expected");
    }
    lua_setmetatable(L, 2);
    return 1;
}

/* debug.sethook: the hook is the guard's, and one that looped could not be ended. Who takes his away has none. */
static int debug_sethook(lua_State *L)
{
    if (lua_isnoneornil(L, lua_isthread(L, 1) ? 2 : 1))
        return 0;
    return luaL_error(L, "debug.sethook: notewire has a hook of its own");
}

/* Whether the script is being ended. */
static int is_ending(lua_State *L)
{
    lua_pushboolean(L, script_of(L)->guard->ending != GUARD_GOES_ON);
    return 1;
}

/* Gives xpcall its handler: not called any more when the script is ended, for Lua would let it run without hooks. It is
 * Lua because its tail call leaves the levels as handlers count them, what raised right below; not with one in C, and
 * of these traceback alone counts. */
static const char handler_maker[] = "local is_ending, traceback = ...\n"
                                    "return function(handler)\n"
                                    "  if handler == traceback then return handler end\n"
                                    "  return function(message)\n"
                                    "    if is_ending() then return message end\n"
                                    "    return handler(message)\n"
                                    "  end\n"
                                    "end\n";

static void make_handler_maker(lua_State *L)
{
    if (luaL_loadbufferx(L, handler_maker, sizeof(handler_maker) - 1, "=xpcall", "t") != LUA_OK)
        lua_error(L); /* memory */
    lua_pushcfunction(L, is_ending);
    lua_getglobal(L, "debug");
    lua_getfield(L, -1, "traceback");
    lua_remove(L, -2);
    lua_call(L, 2, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, handler_maker);
}

/* xpcall: as Lua's, around a handler of ours. */
static int xpcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_rawgetp(L, LUA_REGISTRYINDEX, handler_maker);
    lua_pushvalue(L, 2);
    lua_call(L, 1, 1);
    lua_replace(L, 2);
    return library_call_original(L);
}

void library_be_strict(lua_State *L)
{
    lua_pushglobaltable(L);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "_AUTO_RELOAD_DEBUG"); /* tools that set it may ask whether it is set */
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "jit"); /* libraries ask whether they run in LuaJIT */
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &song_globals);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__declared"); /* where tools declare what libraries of others ask for */
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, read_undeclared, 1);
    lua_setfield(L, -3, "__index");
    lua_pushcclosure(L, declare, 1);
    lua_setfield(L, -2, "__newindex");
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
    lua_register(L, "print", print);
    lua_register(L, "tostring", tostring);
    lua_register(L, "newproxy", newproxy);
    library_wrap(L, "_G", "tonumber", tonumber);
    library_wrap(L, "_G", "pairs", iterate);
    library_wrap(L, "_G", "ipairs", iterate);
    make_handler_maker(L);
    library_wrap(L, "_G", "xpcall", xpcall);
    library_wrap(L, "_G", "collectgarbage", library_call_cut);
    library_wrap(L, "debug", "sethook", debug_sethook);
    library_open_coroutine(L);
    pattern_open(L);
    library_open_string(L);
    library_open_table(L);
    library_open_math(L);
    library_open_bit(L);
    library_open_time(L);
    library_open_io(L);
    library_open_files(L);
    library_open_load(L);
    library_open_environment(L);
    finalizer_open(L);
    class_open(L);
}
