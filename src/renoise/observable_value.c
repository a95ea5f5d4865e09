/* Observables with a value: a boolean, a number or a text that tells when it changes.
 * SPDX-License-Identifier: MIT */
#include "lua/number.h"
#include "renoise/observable.h"
#include "renoise/observable_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- values ---- */

/* What a value observable of each type takes. */
static int lua_type_of(const struct object_type *type)
{
    if (type == &observable_number_type)
        return LUA_TNUMBER;
    return type == &observable_boolean_type ? LUA_TBOOLEAN : LUA_TSTRING;
}

/* Replaces the number at the top of the stack by one that prints as in Lua 5.1. */
static void make_short(lua_State *L)
{
    if (lua_isinteger(L, -1))
        return;
    number_push(L, lua_tonumber(L, -1));
    lua_replace(L, -2);
}

/* The value at index, which must be one of the type, to the top of the stack. */
static void check_value(lua_State *L, int index, const struct object_type *type)
{
    int wanted = lua_type_of(type);

    if (lua_type(L, index) != wanted)
        luaL_error(L, "%s: a %s expected, got %s", type->name, lua_typename(L, wanted), luaL_typename(L, index));
    lua_pushvalue(L, index);
    if (wanted == LUA_TNUMBER)
        make_short(L);
}

/* Pushes the value of the observable at index, which is of the type. */
static void push_value(lua_State *L, int index, const struct object_type *type)
{
    object_check(L, index, type);
    observable_push_known(L, index);
    lua_rawgeti(L, -1, STATE_VALUE);
    lua_replace(L, -2);
}

/* Sets the value of the observable at 1 to the one at the top of the stack, which it pops; tells when it changes. */
static void change_value(lua_State *L)
{
    int value = lua_gettop(L);

    observable_push_known(L, 1);
    lua_rawgeti(L, -1, STATE_VALUE);
    if (!lua_rawequal(L, -1, value)) {
        lua_pushvalue(L, value);
        lua_rawseti(L, value + 1, STATE_VALUE);
        lua_settop(L, value + 1);
        observable_fire_state(L, value + 1, 0);
    }
    lua_settop(L, value - 1);
}

static int set_value(lua_State *L, const struct object_type *type)
{
    object_check(L, 1, type);
    check_value(L, 2, type);
    change_value(L);
    return 0;
}

/* Makes one whose value is at index 1, or else what push_value pushes. */
static int construct(lua_State *L, const struct object_type *type, void (*push_default)(lua_State *L))
{
    lua_settop(L, 1);
    if (lua_isnil(L, 1))
        push_default(L);
    else
        check_value(L, 1, type);
    object_push_new(L, type, 1);
    lua_createtable(L, STATE_PLACES, 0);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, STATE_VALUE);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

/* ---- values as text ---- */

/* Lua's own text of a number leaves some digits out; this one gives the same number when it is read. */
static void push_exact(lua_State *L, lua_Number number)
{
    char text[64];

    snprintf(text, sizeof text, "%.14g", number);
    if (number == number && strtod(text, NULL) != number)
        snprintf(text, sizeof text, "%.17g", number);
    lua_pushstring(L, text);
}

/* The type of the observable at index 1, which must have a value. */
static const struct object_type *check_kind(lua_State *L)
{
    const struct object_type *type = observable_kind(L, 1);

    if (type != &observable_number_type && type != &observable_boolean_type && type != &observable_string_type)
        luaL_argerror(L, 1, "an observable with a value expected");
    return type;
}

static int tostring(lua_State *L)
{
    push_value(L, 1, check_kind(L));
    luaL_tolstring(L, -1, NULL);
    return 1;
}

static int to_string(lua_State *L)
{
    push_value(L, 1, check_kind(L));
    if (lua_type(L, -1) == LUA_TNUMBER && !lua_isinteger(L, -1))
        push_exact(L, lua_tonumber(L, -1));
    else
        luaL_tolstring(L, -1, NULL);
    return 1;
}

/* Whether the text at index, white space around it aside, is a word. */
static bool is_word(lua_State *L, int index, const char *word)
{
    const char *text = lua_tostring(L, index);
    size_t length = strlen(word);

    if (strlen(text) != lua_rawlen(L, index))
        return false;
    text += strspn(text, " \t\r\n");
    return strncmp(text, word, length) == 0 && text[length + strspn(text + length, " \t\r\n")] == '\0';
}

/* Pushes the number that the text at index says. */
static bool push_number(lua_State *L, int index)
{
    static const struct {
        const char *word;
        double number;
    } words[] = {{"inf", HUGE_VAL}, {"-inf", -HUGE_VAL}, {"nan", NAN}, {"-nan", NAN}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (is_word(L, index, words[i].word)) {
            lua_pushnumber(L, words[i].number);
            return true;
        }
    if (lua_stringtonumber(L, lua_tostring(L, index)) != lua_rawlen(L, index) + 1)
        return false;
    make_short(L);
    return true;
}

/* Pushes the value that the text at index says; false, with nothing that is of use pushed, when it says none. */
static bool push_parsed(lua_State *L, int index, const struct object_type *type)
{
    if (type == &observable_string_type) {
        lua_pushvalue(L, index);
        return true;
    }
    if (type == &observable_number_type)
        return push_number(L, index);
    lua_pushboolean(L, is_word(L, index, "true"));
    return lua_toboolean(L, -1) || is_word(L, index, "false");
}

static int from_string(lua_State *L)
{
    const struct object_type *type = check_kind(L);

    lua_settop(L, 2);
    luaL_checkstring(L, 2);
    if (push_parsed(L, 2, type))
        change_value(L);
    return 0;
}

int observable_parse(lua_State *L)
{
    const struct object_type *type = check_kind(L);

    luaL_checkstring(L, 2);
    if (!push_parsed(L, 2, type))
        lua_pushnil(L);
    return 1;
}

/* clang-format off: a list within a list */
#define VALUE_METHODS                                                                                                  \
    OBSERVABLE_METHODS, {"to_string", to_string},                                                                      \
    {                                                                                                                  \
        "from_string", from_string                                                                                     \
    }
/* clang-format on */

static const luaL_Reg value_methods[] = {VALUE_METHODS, {NULL, NULL}};
static const luaL_Reg value_metamethods[] = {{"__tostring", tostring}, {NULL, NULL}};

/* ---- ObservableBoolean ---- */

static void push_false(lua_State *L)
{
    lua_pushboolean(L, 0);
}

static int boolean_construct(lua_State *L)
{
    return construct(L, &observable_boolean_type, push_false);
}

static int boolean_value(lua_State *L)
{
    push_value(L, 1, &observable_boolean_type);
    return 1;
}

static int boolean_set_value(lua_State *L)
{
    return set_value(L, &observable_boolean_type);
}

static const struct object_property boolean_properties[] = {{"value", boolean_value, boolean_set_value},
                                                            {NULL, NULL, NULL}};

const struct object_type observable_boolean_type = {
    .name = "ObservableBoolean",
    .properties = boolean_properties,
    .methods = value_methods,
    .metamethods = value_metamethods,
    .construct = boolean_construct,
};

/* ---- ObservableString ---- */

static void push_empty(lua_State *L)
{
    lua_pushliteral(L, "");
}

static int string_construct(lua_State *L)
{
    return construct(L, &observable_string_type, push_empty);
}

static int string_value(lua_State *L)
{
    push_value(L, 1, &observable_string_type);
    return 1;
}

static int string_set_value(lua_State *L)
{
    return set_value(L, &observable_string_type);
}

static const struct object_property string_properties[] = {{"value", string_value, string_set_value},
                                                           {NULL, NULL, NULL}};

const struct object_type observable_string_type = {
    .name = "ObservableString",
    .properties = string_properties,
    .methods = value_methods,
    .metamethods = value_metamethods,
    .construct = string_construct,
};

/* ---- ObservableNumber, which calculates ---- */

static void push_zero(lua_State *L)
{
    lua_pushinteger(L, 0);
}

static int number_construct(lua_State *L)
{
    return construct(L, &observable_number_type, push_zero);
}

static int number_value(lua_State *L)
{
    push_value(L, 1, &observable_number_type);
    return 1;
}

static int number_set_value(lua_State *L)
{
    return set_value(L, &observable_number_type);
}

/* Puts the values of the operands in their places, where they are ObservableNumbers. */
static void take_values(lua_State *L)
{
    lua_settop(L, 2);
    for (int i = 1; i <= 2; i++)
        if (object_test(L, i, &observable_number_type) != NULL) {
            push_value(L, i, &observable_number_type);
            lua_replace(L, i);
        }
}

/* The first operand that is neither a number nor may have an operator of its own; 0 when there is none. Lua would raise
 * for it, without the line of the script. */
static int find_stranger(lua_State *L)
{
    for (int i = 1; i <= 2; i++)
        if (lua_type(L, i) != LUA_TNUMBER && (lua_type(L, i) == LUA_TSTRING || !lua_getmetatable(L, i)))
            return i;
    lua_settop(L, 2);
    return 0;
}

static int arithmetic(lua_State *L, int operation)
{
    int stranger;

    take_values(L);
    stranger = find_stranger(L);
    if (stranger != 0 && !lua_isnumber(L, stranger))
        return luaL_error(L, "attempt to perform arithmetic on a %s value", luaL_typename(L, stranger));
    if (operation == LUA_OPUNM)
        lua_settop(L, 1);
    lua_arith(L, operation);
    if (lua_type(L, -1) == LUA_TNUMBER)
        make_short(L);
    return 1;
}

static int number_add(lua_State *L)
{
    return arithmetic(L, LUA_OPADD);
}

static int number_subtract(lua_State *L)
{
    return arithmetic(L, LUA_OPSUB);
}

static int number_multiply(lua_State *L)
{
    return arithmetic(L, LUA_OPMUL);
}

static int number_divide(lua_State *L)
{
    return arithmetic(L, LUA_OPDIV);
}

static int number_raise(lua_State *L)
{
    return arithmetic(L, LUA_OPPOW);
}

static int number_negate(lua_State *L)
{
    return arithmetic(L, LUA_OPUNM);
}

static int compare(lua_State *L, int operation)
{
    take_values(L);
    if (find_stranger(L) != 0)
        return luaL_error(L, "attempt to compare %s with %s", luaL_typename(L, 1), luaL_typename(L, 2));
    lua_pushboolean(L, lua_compare(L, 1, 2, operation));
    return 1;
}

static int number_less(lua_State *L)
{
    return compare(L, LUA_OPLT);
}

static int number_less_or_equal(lua_State *L)
{
    return compare(L, LUA_OPLE);
}

static const struct object_property number_properties[] = {{"value", number_value, number_set_value},
                                                           {NULL, NULL, NULL}};

static const luaL_Reg number_metamethods[] = {
    {"__tostring", tostring},       {"__add", number_add},
    {"__sub", number_subtract},     {"__mul", number_multiply},
    {"__div", number_divide},       {"__pow", number_raise},
    {"__unm", number_negate},       {"__lt", number_less},
    {"__le", number_less_or_equal}, {NULL, NULL},
};

const struct object_type observable_number_type = {
    .name = "ObservableNumber",
    .properties = number_properties,
    .methods = value_methods,
    .metamethods = number_metamethods,
    .construct = number_construct,
};
