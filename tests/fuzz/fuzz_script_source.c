/* Fuzzes the repair of escapes: what compiles is left alone, and lines stay what they are, whatever the text.
 * SPDX-License-Identifier: MIT */
/* covers: src/lua/source.c */
#include "../unit/lua/source_check.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Loads it as a file, too: what is left then is a text without an escape that is wrong. */
static const char *load_as_file(lua_State *L, const char *text, size_t size)
{
    static int file = -1;
    char path[64];

    if (file < 0)
        file = memfd_create("source", 0);
    if (ftruncate(file, 0) != 0 || pwrite(file, text, size, 0) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", size == 1 ? -1 : file); /* which is not there */
    lua_settop(L, 0);
    if (!source_load_file(L, path, "@t") && source_is_escape(strchrnul(lua_tostring(L, -1), ' ') + 1))
        return "an escape is not repaired when it is loaded";
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;
    char *text = malloc(size + 1), *out = malloc(size + 1);
    const char *fault;

    if (L == NULL)
        L = luaL_newstate();
    if (L == NULL || text == NULL || out == NULL)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    fault = source_fault(L, text, size, out);
    if (fault == NULL)
        fault = load_as_file(L, text, size);
    if (fault != NULL) {
        fprintf(stderr, "%s\n", fault);
        abort();
    }
    free(text);
    free(out);
    return 0;
}
