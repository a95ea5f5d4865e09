/* Fuzzes the map language: any text of rules is a map or a list of mistakes with their places, never a Lua error.
 * SPDX-License-Identifier: MIT */
/* covers: src/map/map_load.c src/map/map_check.c src/map/map_tail.c */
#include "base/error.h"
#include "map/map_compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Input: rules. They stand as they are in a level of brackets that they do not close. */
#define RULES_MAX 4096

static void must(bool holds, const char *what)
{
    if (!holds) {
        dprintf(STDOUT_FILENO, "broken: %s\n", what);
        abort();
    }
}

/* What the map language says of mistakes begins so; an error of Lua's own does not. */
static bool is_mistake(const char *text)
{
    static const char *const begins[] = {"\"",          "a ",    "an ",      "this ",     "write ",
                                         "backwards, ", "type ", "to turn ", "two names "};

    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (strncmp(text, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

/* Every line on standard error is a mistake with line and column, the rule, or the mark below it. */
static void check_said(char *said)
{
    char *rest;
    unsigned mistakes = 0;

    for (char *line = strtok_r(said, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        unsigned at_line, column;
        int end = 0;

        if (line[0] != 'E')
            continue;
        must(sscanf(line, "E410 /proc/self/fd/%*d:%u:%u: %n", &at_line, &column, &end) == 2 && end > 0,
             "a mistake has its place");
        must(at_line > 0 && column > 0, "lines and columns begin at 1");
        must(is_mistake(line + end), "no Lua error");
        mistakes++;
    }
    must(mistakes > 0, "a map that fails says why");
}

/* Standard error goes to a file of ours; what libFuzzer says goes there too, until the input has been read. */
static size_t compile(const char *path, int said_fd, char *said, size_t size)
{
    struct map_wishes wishes = {0};
    struct map *map = NULL;
    int before = dup(STDERR_FILENO), error;
    ssize_t length;

    must(before >= 0 && ftruncate(said_fd, 0) == 0 && lseek(said_fd, 0, SEEK_SET) == 0, "file for messages");
    dup2(said_fd, STDERR_FILENO);
    error = map_compile_file(path, &map, &wishes);
    dup2(before, STDERR_FILENO);
    close(before);
    if (error == 0)
        map_free(map);
    map_wishes_free(&wishes);
    must(error == 0 || error == NW_EINVALID, "result");
    length = pread(said_fd, said, size - 1, 0);
    must(length >= 0 && (error == 0) == (length == 0), "mistakes are told");
    said[length] = '\0';
    return (size_t)length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char begin[] =
        "use 'osmid' osc '9000' midi_in 'stdin' midi_out 'print' reply '::1:9001' map [=====[\n",
                      end[] = "\n]=====]\n";
    static char said[256 * 1024];
    static int map_fd = -1, said_fd = -1;
    char path[64];

    if (size > RULES_MAX || memchr(data, ']', size) != NULL)
        return 0;
    if (map_fd < 0) {
        map_fd = memfd_create("map", MFD_CLOEXEC);
        said_fd = memfd_create("said", MFD_CLOEXEC);
    }
    must(ftruncate(map_fd, 0) == 0 && lseek(map_fd, 0, SEEK_SET) == 0, "file for the map");
    must(write(map_fd, begin, sizeof begin - 1) > 0, "begin");
    must(size == 0 || write(map_fd, data, size) == (ssize_t)size, "rules");
    must(write(map_fd, end, sizeof end - 1) > 0, "end");
    snprintf(path, sizeof path, "/proc/self/fd/%d", map_fd);
    if (compile(path, said_fd, said, sizeof said) > 0)
        check_said(said);
    return 0;
}
