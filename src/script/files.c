/* The files that a script is made of: noted when they are read, and looked at for changes.
 * SPDX-License-Identifier: MIT */
#include "script/files.h"

#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NS_PER_S 1000000000LL

static struct file_stamp stamp_of(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return (struct file_stamp){0};
    return (struct file_stamp){.device = status.st_dev,
                               .node = status.st_ino,
                               .size = status.st_size,
                               .changed_ns = status.st_mtim.tv_sec * NS_PER_S + status.st_mtim.tv_nsec};
}

static bool same(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->device == b->device && a->node == b->node && a->size == b->size && a->changed_ns == b->changed_ns;
}

static void note(struct script_files *files, const char *path, const struct file_stamp *stamp)
{
    struct script_file **link = &files->first;

    while (*link != NULL && strcmp((*link)->path, path) != 0)
        link = &(*link)->next;
    if (*link == NULL && files->count < SCRIPT_FILES_MAX) {
        struct script_file *file = calloc(1, sizeof *file);

        if (file == NULL || (file->path = strdup(path)) == NULL) {
            free(file);
            return;
        }
        *link = file;
        files->count++;
        files->grown = true;
    }
    if (*link != NULL)
        (*link)->read = (*link)->seen = *stamp;
}

void files_note(struct script_files *files, const char *path)
{
    struct file_stamp stamp = stamp_of(path);

    note(files, path, &stamp);
}

void script_note_file(struct script *script, const char *path)
{
    if (script->files == NULL)
        return;
    files_note(script->files, path);
    if (script->files->grown)
        script->host->between_due = true; /* whoever watches wants to know */
}

/* A folder itself is none of them: whatever is written into it changes it. One that is not there yet may come. */
void files_note_package(struct script_files *files, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    struct stat status;
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    char *manifest = NULL;

    if (!folder)
        files_note(files, path);
    if (folder || strcmp(name, "main.lua") == 0) {
        int length = folder ? (int)strlen(path) : (int)(name - path);

        if (asprintf(&manifest, "%.*s%smanifest.xml", length, path, folder ? "/" : "") >= 0)
            files_note(files, manifest);
        free(manifest);
    }
}

void files_accept(struct script_files *files)
{
    for (struct script_file *file = files->first; file != NULL; file = file->next)
        file->read = file->seen = stamp_of(file->path);
}

void files_merge(struct script_files *files, const struct script_files *other)
{
    for (const struct script_file *file = other->first; file != NULL; file = file->next)
        note(files, file->path, &file->read);
}

enum files_state files_look(struct script_files *files)
{
    enum files_state state = FILES_SAME;

    for (struct script_file *file = files->first; file != NULL; file = file->next) {
        struct file_stamp stamp = stamp_of(file->path);

        if (stamp.node != 0 && !same(&stamp, &file->seen))
            state = FILES_CHANGING;
        else if (stamp.node != 0 && !same(&stamp, &file->read) && state == FILES_SAME)
            state = FILES_CHANGED;
        file->seen = stamp;
    }
    return state;
}

void files_free(struct script_files *files)
{
    while (files->first != NULL) {
        struct script_file *file = files->first;

        files->first = file->next;
        free(file->path);
        free(file);
    }
    *files = (struct script_files){0};
}

/* ---- the functions of Lua ---- */

static int after_original(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return lua_gettop(L);
}

/* Calls the function of Lua that ours stands for, upvalue 1, with all arguments. What it runs may yield. */
static int call_original(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, after_original);
    return lua_gettop(L);
}

/* loadfile and dofile. */
static int read_file(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TSTRING)
        script_note_file(script_of(L), lua_tostring(L, 1));
    return call_original(L);
}

/* The searcher of require that finds files of Lua. Upvalues 2 and 3 are package and its searchpath: the file is noted
 * before it is read, or a change in between would never be seen. */
static int search(lua_State *L)
{
    lua_settop(L, 1);
    if (lua_getfield(L, lua_upvalueindex(2), "path") == LUA_TSTRING) {
        lua_pushvalue(L, lua_upvalueindex(3));
        lua_pushvalue(L, 1);
        lua_pushvalue(L, 2);
        lua_call(L, 2, 1);
        if (lua_type(L, -1) == LUA_TSTRING)
            script_note_file(script_of(L), lua_tostring(L, -1));
    }
    lua_settop(L, 1);
    return call_original(L);
}

static void wrap(lua_State *L, const char *name)
{
    lua_getglobal(L, name);
    lua_pushcclosure(L, read_file, 1);
    lua_setglobal(L, name);
}

void files_open(lua_State *L)
{
    wrap(L, "loadfile");
    wrap(L, "dofile");
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers");
    lua_rawgeti(L, -1, 2);
    lua_pushvalue(L, -3);
    lua_getfield(L, -4, "searchpath");
    lua_pushcclosure(L, search, 3);
    lua_rawseti(L, -2, 2);
    lua_pop(L, 2);
}
