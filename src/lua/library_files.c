/* What Renoise adds to io and os: files and folders, and where a script is.
 * SPDX-License-Identifier: MIT */
#include "file/file.h"
#include "lua/library.h"
#include "lua/number.h"
#include "lua/path.h"
#include "script/script.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- files ---- */

static int io_exists(lua_State *L)
{
    struct stat st;

    lua_pushboolean(L, lstat(path_argument(L, 1), &st) == 0);
    return 1;
}

static const char *type_name(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return "file";
    case S_IFDIR: return "directory";
    case S_IFLNK: return "link";
    case S_IFSOCK: return "socket";
    case S_IFIFO: return "named pipe";
    case S_IFCHR: return "char device";
    default: return "block device";
    }
}

static void set_number(lua_State *L, const char *name, lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

/* Permissions as people write them, rwxr-xr-x as the decimal number 755, and back. */
static int to_decimal(mode_t mode)
{
    return (int)(mode >> 9 & 7) * 1000 + (int)(mode >> 6 & 7) * 100 + (int)(mode >> 3 & 7) * 10 + (int)(mode & 7);
}

/* -1 when the number has other digits than 0 to 7, or more than four. */
static int from_decimal(lua_Integer decimal)
{
    int mode = 0;

    if (decimal < 0 || decimal > 7777)
        return -1;
    for (int unit = 1000; unit > 0; unit /= 10) {
        int digit = (int)decimal / unit % 10;

        if (digit > 7)
            return -1;
        mode = mode * 8 + digit;
    }
    return mode;
}

/* io.stat: a table, or nil, why not, and the number of the error. A link is told of as itself. */
static int io_stat(lua_State *L)
{
    struct stat st;
    const char *path = path_argument(L, 1);

    if (lstat(path, &st) != 0)
        return luaL_fileresult(L, 0, path);
    lua_createtable(L, 0, 12);
    set_number(L, "dev", (lua_Integer)st.st_dev);
    set_number(L, "ino", (lua_Integer)st.st_ino);
    set_number(L, "mode", to_decimal(st.st_mode));
    lua_pushstring(L, type_name(st.st_mode));
    lua_setfield(L, -2, "type");
    set_number(L, "nlink", (lua_Integer)st.st_nlink);
    set_number(L, "uid", st.st_uid);
    set_number(L, "gid", st.st_gid);
    set_number(L, "rdev", (lua_Integer)st.st_rdev);
    set_number(L, "size", st.st_size);
    set_number(L, "atime", st.st_atime);
    set_number(L, "mtime", st.st_mtime);
    set_number(L, "ctime", st.st_ctime);
    return 1;
}

static int io_chmod(lua_State *L)
{
    const char *path = path_argument(L, 1);
    int mode = from_decimal(number_whole(L, 2));

    luaL_argcheck(L, mode >= 0, 2, "permissions are digits from 0 to 7, such as 755");
    return luaL_fileresult(L, chmod(path, (mode_t)mode) == 0, path);
}

/* ---- folders ---- */

static int os_mkdir(lua_State *L)
{
    const char *path = path_argument(L, 1);

    return luaL_fileresult(L, mkdir(path, 0777) == 0, path);
}

/* Moves between two file systems by the command for it. Whether it could. */
static bool move_far(const char *from, const char *to)
{
    char *argv[] = {"mv", "-f", "--", (char *)from, (char *)to, NULL};
    posix_spawn_file_actions_t quiet;
    int status = -1;
    pid_t child;

    if (posix_spawn_file_actions_init(&quiet) != 0)
        return false;
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&child, "mv", &quiet, NULL, argv, environ) == 0)
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    posix_spawn_file_actions_destroy(&quiet);
    return status == 0;
}

static int os_move(lua_State *L)
{
    const char *from = path_argument(L, 1), *to = path_argument(L, 2);
    bool moved = rename(from, to) == 0;

    if (!moved && errno == EXDEV) {
        moved = move_far(from, to);
        errno = moved ? 0 : EXDEV;
    }
    return luaL_fileresult(L, moved, from);
}

/* What is in a folder, sorted. */
struct listing {
    struct dirent **entries;
    int count;
};

static const char listing_mark[] = "notewire listing";

static int listing_gc(lua_State *L)
{
    struct listing *listing = luaL_checkudata(L, 1, listing_mark);

    while (listing->count > 0)
        free(listing->entries[--listing->count]);
    free(listing->entries);
    listing->entries = NULL;
    return 0;
}

/* Pushes the listing of a folder, which frees itself. */
static struct listing *push_listing(lua_State *L, const char *path)
{
    struct listing *listing = lua_newuserdatauv(L, sizeof *listing, 0);

    *listing = (struct listing){NULL, 0};
    luaL_newmetatable(L, listing_mark); /* memory may have ended in the middle of it the last time */
    lua_pushcfunction(L, listing_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    listing->count = scandir(path, &listing->entries, NULL, alphasort);
    if (listing->count < 0) {
        listing->count = 0;
        luaL_error(L, "%s: %s", path, strerror(errno));
    }
    return listing;
}

static bool is_folder(lua_State *L, const char *folder, const char *name)
{
    struct stat st;
    bool is = stat(lua_pushfstring(L, "%s/%s", folder, name), &st) == 0 && S_ISDIR(st.st_mode);

    lua_pop(L, 1);
    return is;
}

/* Whether a name fits one of the patterns in the table at index 2; when there is none, each does. */
static bool is_wanted(lua_State *L, const char *name)
{
    lua_Unsigned count;
    bool wanted = false;

    if (!lua_istable(L, 2))
        return true;
    count = lua_rawlen(L, 2);
    for (lua_Unsigned i = 1; i <= count && !wanted; i++) {
        lua_rawgeti(L, 2, (lua_Integer)i);
        wanted = lua_isstring(L, -1) && fnmatch(lua_tostring(L, -1), name, FNM_CASEFOLD) == 0;
        lua_pop(L, 1);
    }
    return wanted || count == 0;
}

/* Returns the names of the folders, or else of the files, in the one at index 1. */
static int list(lua_State *L, bool folders)
{
    const char *path = path_argument(L, 1);
    struct listing *listing;
    lua_Integer found = 0;

    lua_settop(L, 2);
    listing = push_listing(L, path);
    lua_newtable(L);
    for (int i = 0; i < listing->count; i++) {
        const char *name = listing->entries[i]->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || is_folder(L, path, name) != folders ||
            (!folders && !is_wanted(L, name)))
            continue;
        lua_pushstring(L, name);
        lua_rawseti(L, -2, ++found);
    }
    return 1;
}

static int os_dirnames(lua_State *L)
{
    return list(L, true);
}

static int os_filenames(lua_State *L)
{
    if (!lua_isnoneornil(L, 2) && !lua_isstring(L, 2))
        luaL_checktype(L, 2, LUA_TTABLE);
    if (lua_isstring(L, 2)) {
        lua_newtable(L);
        lua_pushvalue(L, 2);
        lua_rawseti(L, -2, 1);
        lua_replace(L, 2);
    }
    return list(L, false);
}

/* ---- temporary files ---- */

static const char temporary_mark[] = "notewire temporary folder"; /* key of the registry, by its address, too */

/* The __gc of a script's folder: it goes with the script. */
static int temporary_gc(lua_State *L)
{
    char *folder = luaL_checkudata(L, 1, temporary_mark);

    if (*folder != '\0')
        file_remove_folder(folder);
    *folder = '\0';
    return 0;
}

/* Pushes the holder of the script's folder for temporary files, which is made when it is first asked for. */
static const char *push_temporary(lua_State *L)
{
    const char *place = getenv("TMPDIR");
    char *folder;

    if (script_of(L)->unloading)
        luaL_error(L, "the script is being unloaded");
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, temporary_mark) == LUA_TUSERDATA)
        return lua_touserdata(L, -1);
    lua_pop(L, 1);
    folder = lua_newuserdatauv(L, PATH_MAX, 0);
    *folder = '\0';
    luaL_newmetatable(L, temporary_mark); /* memory may have ended in the middle of it the last time */
    lua_pushcfunction(L, temporary_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, temporary_mark);
    if (place == NULL || *place != '/' || strlen(place) > PATH_MAX / 2)
        place = "/tmp";
    snprintf(folder, PATH_MAX, "%s/notewire-XXXXXX", place);
    if (mkdtemp(folder) == NULL) {
        *folder = '\0';
        lua_pushnil(L);
        lua_rawsetp(L, LUA_REGISTRYINDEX, temporary_mark);
        luaL_error(L, "no folder for temporary files in %s: %s", place, strerror(errno));
    }
    return folder;
}

/* os.tmpname: an empty file of that extension, which is removed when the script ends. */
static int os_tmpname(lua_State *L)
{
    const char *extension = luaL_optstring(L, 1, ".tmp"), *folder;
    char path[PATH_MAX];
    int file;

    luaL_argcheck(L, strchr(extension, '/') == NULL && strlen(extension) < 100, 1, "an extension such as \".wav\"");
    folder = push_temporary(L);
    snprintf(path, sizeof path, "%.*s/XXXXXX%s%s", PATH_MAX / 2 + 32, folder,
             *extension != '\0' && *extension != '.' ? "." : "", extension);
    file = mkstemps(path, (int)(strlen(path) - strlen(folder) - 7));
    if (file < 0)
        return luaL_error(L, "no temporary file in %s: %s", folder, strerror(errno));
    close(file);
    lua_pushstring(L, path);
    return 1;
}

/* ---- where a script is ---- */

static int os_currentdir(lua_State *L)
{
    lua_pushstring(L, script_of(L)->base);
    return 1;
}

static int os_platform(lua_State *L)
{
#ifdef __APPLE__
    lua_pushliteral(L, "MACINTOSH");
#else
    lua_pushliteral(L, "LINUX");
#endif
    return 1;
}

void library_open_files(lua_State *L)
{
    static const luaL_Reg files[] = {{"exists", io_exists}, {"stat", io_stat}, {"chmod", io_chmod}, {NULL, NULL}};
    static const luaL_Reg folders[] = {{"mkdir", os_mkdir},       {"move", os_move},
                                       {"dirnames", os_dirnames}, {"filenames", os_filenames},
                                       {"tmpname", os_tmpname},   {"currentdir", os_currentdir},
                                       {"platform", os_platform}, {NULL, NULL}};

    lua_getglobal(L, "io");
    luaL_setfuncs(L, files, 0);
    lua_getglobal(L, "os");
    luaL_setfuncs(L, folders, 0);
    lua_pop(L, 2);
}
