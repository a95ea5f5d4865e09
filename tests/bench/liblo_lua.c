/* What a program on liblo and Debian's Lua takes to hand a message's arguments to Lua as tables, as notewire hands
 * them. Arguments: how many messages. Prints nanoseconds of CPU for each. For calls.py. SPDX-License-Identifier: MIT */
#include <lauxlib.h>
#include <lo/lo.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char bytes[] = "/note\0\0\0,iii\0\0\0\0\0\0\0\1\0\0\0\74\0\0\0\144"; /* and a zero byte that is not sent */
enum { LENGTH = sizeof bytes - 1, SUM = 1 + 60 + 100 };

static void push_arguments(lua_State *L, lo_message message)
{
    const char *types = lo_message_get_types(message);
    lo_arg **values = lo_message_get_argv(message);
    int count = lo_message_get_argc(message);

    lua_createtable(L, count, 0);
    for (int i = 0; i < count; i++) {
        lua_createtable(L, 0, 2);
        lua_pushlstring(L, &types[i], 1);
        lua_setfield(L, -2, "tag");
        lua_pushinteger(L, values[i]->i);
        lua_setfield(L, -2, "value");
        lua_rawseti(L, -2, i + 1);
    }
}

/* from_bytes(): the arguments, for a script that reads them in the same loop as notewire's. */
static int from_bytes(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    char copy[LENGTH]; /* liblo swaps the numbers where they are */
    lo_message message = NULL;

    if (length == LENGTH) {
        memcpy(copy, text, LENGTH);
        message = lo_message_deserialise(copy, LENGTH, NULL);
    }
    if (message == NULL)
        return luaL_error(L, "no message");
    push_arguments(L, message);
    lo_message_free(message);
    return 1;
}

static const char script[] = "local from_bytes, bytes, count, sum = ...\n"
                             "for i = 1, count do\n"
                             "  local list = from_bytes(bytes)\n"
                             "  local x = list[1].value + list[2].value + list[3].value\n"
                             "  if x ~= sum then error('wrong') end\n"
                             "end";

static double cpu(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
    lua_State *L = luaL_newstate();
    long count = argc > 1 ? atol(argv[1]) : 0;
    double began;

    if (L == NULL || count <= 0 || luaL_loadstring(L, script) != LUA_OK) {
        fprintf(stderr, "usage: liblo_lua MESSAGES\n");
        return 2;
    }
    luaL_openlibs(L); /* as every script has them */
    lua_pushcfunction(L, from_bytes);
    lua_pushlstring(L, bytes, LENGTH);
    lua_pushinteger(L, count);
    lua_pushinteger(L, SUM);
    began = cpu();
    if (lua_pcall(L, 4, 0, 0) != LUA_OK) {
        fprintf(stderr, "liblo_lua: %s\n", lua_tostring(L, -1));
        return 1;
    }
    printf("%.1f\n", (cpu() - began) / (double)count);
    lua_close(L);
    return 0;
}
