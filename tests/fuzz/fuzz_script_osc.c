/* Fuzzes renoise.Osc: any bytes are an object that keeps them and can be made anew, or nil and a text; nothing raises.
 * SPDX-License-Identifier: MIT */
/* covers: src/renoise/osc.c src/renoise/osc_message.c */
#include "lua/class.h"
#include "renoise/osc.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Asks an object for everything. What a message says of itself must give its bytes again, but for what numbers of Lua
 * do not keep (NaN, -0, parts of a time tag), and a bundle those of its elements. Returns the bytes. */
static const char check[] = "local Osc = ...\n"
                            "local function arguments_again(message)\n"
                            "  local exact = true\n"
                            "  for _, argument in ipairs(message.arguments) do\n"
                            "    local value = argument.value\n"
                            "    exact = exact and value == value and value ~= 0 and argument.tag ~= 't'\n"
                            "  end\n"
                            "  local again = Osc.Message(message.pattern, message.arguments)\n"
                            "  assert(#again.arguments == #message.arguments)\n"
                            "  assert(#again.binary_data == #message.binary_data)\n"
                            "  assert(not exact or again.binary_data == message.binary_data)\n"
                            "end\n"
                            "local function read(object)\n"
                            "  local bytes = object:to_binary_data()\n"
                            "  assert(#tostring(object) > 0)\n"
                            "  if type(object) == 'Bundle' then\n"
                            "    local parts = { bytes:sub(1, 16) }\n"
                            "    assert(object.timetag >= 0 and object.timetag <= 4294967296)\n"
                            "    for i, element in ipairs(object.elements) do\n"
                            "      parts[i + 1] = string.pack('>s4', read(element))\n"
                            "    end\n"
                            "    assert(table.concat(parts) == bytes)\n"
                            "    return bytes\n"
                            "  end\n"
                            "  assert(object.pattern:sub(1, 1) == '/' and bytes:find(object.pattern, 1, true) == 1)\n"
                            "  if bytes:byte(#object.pattern // 4 * 4 + 5) == 44 then\n"
                            "    arguments_again(object)\n"
                            "  else\n"
                            "    assert(#object.arguments == 0)\n"
                            "  end\n"
                            "  return bytes\n"
                            "end\n"
                            "return function(bytes)\n"
                            "  local object, problem = Osc.from_binary_data(bytes)\n"
                            "  if object then\n"
                            "    assert(problem == nil and read(object) == bytes)\n"
                            "  else\n"
                            "    assert(type(problem) == 'string' and #problem > 0)\n"
                            "  end\n"
                            "end";

static void must(lua_State *L, int result)
{
    if (result != LUA_OK) {
        fprintf(stderr, "broken: %s\n", lua_tostring(L, -1));
        abort();
    }
}

/* A state with the check at index 1; one for all inputs. */
static lua_State *open_state(void)
{
    lua_State *L = luaL_newstate();

    if (L == NULL)
        abort();
    *(void **)lua_getextraspace(L) = NULL; /* no script */
    luaL_openlibs(L);
    class_open(L);
    must(L, luaL_loadstring(L, check));
    osc_open(L);
    must(L, lua_pcall(L, 1, 1, 0));
    return L;
}

/* What osc_push makes of bytes that end where the sanitizer looks, osc_bytes must lend. */
static void check_push(lua_State *L, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    const uint8_t *bytes;
    size_t length = 0;

    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    if (osc_push(L, copy, size) == 1) {
        bytes = osc_bytes(L, -1, &length);
        if (bytes == NULL || length != size || memcmp(bytes, data, size) != 0)
            abort();
    }
    free(copy);
    lua_settop(L, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;

    if (L == NULL)
        L = open_state();
    check_push(L, data, size);
    lua_pushvalue(L, 1);
    lua_pushlstring(L, (const char *)data, size);
    must(L, lua_pcall(L, 1, 0, 0));
    return 0;
}
