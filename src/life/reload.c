/* The files that notewire runs: loaded, and loaded again beside the version that runs.
 * SPDX-License-Identifier: MIT */
#include "life/reload.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "file/file_watch.h"
#include "file/files.h"
#include "life/life.h"
#include "map/map_compile.h"
#include "renoise/tool.h"
#include "script/bound.h"
#include "script/script.h"

#include <stdlib.h>

/* For what waits for the older version and that nobody takes over: so long it may compute, and this is the end of it on
 * a machine that is too busy to let it. */
#define HEAR_OUT_CPU_NS 250000000ULL
#define HEAR_OUT_NS 5000000000ULL

/* One file of the command line. */
struct reload_file {
    const char *path;          /* borrowed */
    struct script *script;     /* the host's; NULL: nothing of it had to stay */
    struct map *map;           /* the bridge's; NULL: it has no rules */
    struct script_files files; /* what it was made of */
    bool due;                  /* it is to be reloaded */
    bool put_off;              /* and people know that it cannot be yet */
};

struct reload {
    struct host *host;
    struct reload_file file[RELOAD_FILES_MAX];
    unsigned count;
    bool busy;                /* one is being reloaded */
    struct reload_file *at;   /* this one; NULL: none is */
    struct host_file *next;   /* its next version, which is being loaded and may wait; else NULL */
    struct script *leaving;   /* the older one, which says farewell and may wait, too; else NULL */
    struct file_watch *watch; /* NULL: nobody watches */
    void (*wished)(void *user, const char *path, struct map_wishes *wishes);
    void *user;
};

/* ---- one file ---- */

/* Where the rules of a file without any are to be: behind those of the files before it. */
static unsigned place_of(const struct reload *reload, const struct reload_file *file)
{
    unsigned place = 0;

    for (const struct reload_file *other = reload->file; other < file; other++)
        place += other->map != NULL;
    return place;
}

/* Runs protected: a function of this name, if the script has one, is what its author wants to see after a reload. */
static int call_debug(lua_State *L)
{
    lua_pushglobaltable(L);
    lua_pushliteral(L, "_AUTO_RELOAD_DEBUG");
    if (lua_rawget(L, -2) == LUA_TFUNCTION)
        lua_call(L, 0, 0);
    return 0;
}

/* The older version hears what waits for it alone, says farewell and goes; the new one begins. What it has of the
 * older one is its own already, but for sockets that it opens while that one waits. */
static void replace_script(struct reload *reload, struct reload_file *file, struct script *script,
                           char kept[BOUND_TEXT])
{
    struct host *host = reload->host;
    struct script *elder = file->script;

    file->script = script;
    if (elder != NULL) {
        elder->deaf = true;
        if (script != NULL) {
            script->deaf = false;
            host_move(host, script, elder);
        }
        reload->leaving = elder;
        host_hear_out(host, elder, HEAR_OUT_CPU_NS, clock_mono_ns() + HEAR_OUT_NS);
        host_unload(host, elder);
        reload->leaving = NULL;
        if (script != NULL) {
            bound_take_over(script, kept);
            file->script = host_start(host, script);
        }
    }
    if (file->script != NULL)
        script_call(file->script, call_debug, NULL, "_AUTO_RELOAD_DEBUG");
}

/* Lets the new version take the place of the older one. 0, or what bridge_replace_map says: then nothing has happened.
 */
static int commit(struct reload *reload, struct reload_file *file, const struct host_file *next, char kept[BOUND_TEXT])
{
    struct map *elder = file->map;
    int error = bridge_replace_map(reload->host->bridge, elder, next->map, place_of(reload, file));

    if (error != 0)
        return error;
    file->map = next->map;
    kept[0] = '\0';
    if (next->script != NULL)
        bound_take_over(next->script, kept);
    replace_script(reload, file, next->script, kept);
    map_free(elder); /* what waited for its functions is gone */
    return 0;
}

/* Why a new version did not come about has been said, unless it is for want of room. */
static void tell_refusal(const struct reload_file *file, int error)
{
    if (error == NW_EFULL)
        log_fatal("E412", "there are more than %d maps and dialects. Fix: leave some out", BRIDGE_MAPS_MAX);
    if (error == NW_EMEMORY)
        log_fatal("E003", "%s: the system refuses memory or descriptors. Fix: check ulimit -n and free memory",
                  file->path);
    log_warning("E450", "%s: the version before goes on. Fix: what is said above, and save it again", file->path);
}

/* The new version runs. */
static void tell_done(const struct reload_file *file, uint64_t begin_ns, const char *kept)
{
    log_info("reloaded %s in %.1f ms%s%s", file->path, (double)(clock_mono_ns() - begin_ns) / 1e6,
             kept[0] != '\0' ? ", with its sockets: " : "", kept);
}

/* Loads the next version, and lets it take over; or the older one goes on. */
static void reload_file(struct reload *reload, struct reload_file *file)
{
    struct host *host = reload->host;
    struct script_files files = {0};
    struct map_wishes wishes = {0};
    struct host_file next = {.path = file->path, .elder = file->script, .files = &files, .wishes = &wishes};
    uint64_t begin_ns = clock_mono_ns();
    char kept[BOUND_TEXT];
    int error;

    files_accept(&file->files); /* whatever comes of it, only a further change brings another version */
    if (file->script != NULL)
        tool_save_preferences(file->script);
    reload->at = file;
    reload->next = &next;
    error = host_load(host, &next);
    files_merge(&file->files, &files); /* as they were read they are no further change; some are unpacked only now */
    reload->next = NULL;
    if (next.script != NULL)
        next.script->given_up = false; /* one that is there was in its first callbacks already, and may stay */
    if (error == 0)
        error = host->stopped ? NW_ECLOSED : commit(reload, file, &next, kept);
    if (error == 0) {
        files_free(&file->files);
        file->files = files;
        if (file->script != NULL)
            file->script->files = &file->files;
        tell_done(file, begin_ns, kept);
        reload->wished(reload->user, file->path, &wishes);
    } else {
        if (next.script != NULL)
            host_unload(host, next.script);
        map_free(next.map);
        files_free(&files);
        if (!host->stopped && !file->due)
            tell_refusal(file, error);
    }
    map_wishes_free(&wishes);
    reload->at = NULL;
}

/* ---- which ones, and when ---- */

/* A file that is to be reloaded and can be now: a script that is in a call cannot. */
static struct reload_file *next_due(struct reload *reload)
{
    for (struct reload_file *file = reload->file; file < reload->file + reload->count; file++) {
        if (!file->due)
            continue;
        if (file->script == NULL || file->script->nested == 0)
            return file;
        reload->host->between_due = true; /* until it has returned */
        if (!file->put_off)
            log_info("%s is reloaded when the call that it waits in has returned", file->path);
        file->put_off = true;
    }
    return NULL;
}

/* The folders of all files that are there now, when there are others than before. */
static void watch_files(struct reload *reload)
{
    bool grown = false;

    for (unsigned i = 0; i < reload->count; i++)
        grown = grown || reload->file[i].files.grown;
    if (!grown)
        return;
    file_watch_begin(reload->watch);
    for (unsigned i = 0; i < reload->count; i++) {
        file_watch_add(reload->watch, &reload->file[i].files);
        reload->file[i].files.grown = false;
    }
    file_watch_end(reload->watch);
}

/* The host's hook. What is due while one is reloaded, in a wait of its own, is reloaded behind it; unless it is just
 * that one: then what waits in it is ended, for that may be for ever. */
static void between(void *user)
{
    struct reload *reload = user;
    struct reload_file *file;

    if (reload->at != NULL && reload->at->due && reload->next != NULL && reload->next->script != NULL)
        reload->next->script->given_up = true;
    if (reload->at != NULL && reload->at->due && reload->leaving != NULL)
        reload->leaving->given_up = true;
    if (reload->busy)
        return;
    reload->busy = true;
    while (!reload->host->stopped && (file = next_due(reload)) != NULL) {
        file->due = file->put_off = false;
        reload_file(reload, file);
    }
    if (reload->watch != NULL && !reload->host->stopped)
        watch_files(reload);
    reload->busy = false;
}

/* The watch's hook: something has happened in the folders. */
static bool look(void *user)
{
    struct reload *reload = user;
    bool changing = false;

    for (unsigned i = 0; i < reload->count; i++) {
        struct reload_file *file = &reload->file[i];
        enum files_state state;

        if (file == reload->at && reload->next != NULL)
            files_merge(&file->files, reload->next->files);
        state = files_look(&file->files);
        changing = changing || state == FILES_CHANGING;
        if (state == FILES_CHANGED) {
            file->due = true;
            reload->host->between_due = true;
        }
    }
    return changing;
}

void reload_all(struct reload *reload)
{
    for (unsigned i = 0; i < reload->count; i++)
        reload->file[i].due = true;
    reload->host->between_due = true;
}

/* ---- life ---- */

struct reload *reload_new(struct host *host, void (*wished)(void *user, const char *path, struct map_wishes *wishes),
                          void *user)
{
    struct reload *reload = calloc(1, sizeof *reload);

    if (reload == NULL)
        return NULL;
    reload->host = host;
    reload->wished = wished;
    reload->user = user;
    host->between = between;
    host->between_user = reload;
    return reload;
}

void reload_free(struct reload *reload)
{
    if (reload == NULL)
        return;
    file_watch_free(reload->watch);
    for (unsigned i = 0; i < reload->count; i++)
        files_free(&reload->file[i].files);
    free(reload);
}

int reload_add(struct reload *reload, const char *path, struct map_wishes *wishes, struct map **map)
{
    struct reload_file *file = &reload->file[reload->count];
    struct host_file first = {.path = path, .files = &file->files, .wishes = wishes};
    int error;

    *map = NULL;
    if (reload->count == RELOAD_FILES_MAX)
        return NW_EFULL;
    reload->count++;
    file->path = path;
    error = host_load(reload->host, &first);
    file->script = first.script;
    file->map = *map = first.map;
    return error;
}

unsigned reload_count(const struct reload *reload)
{
    return reload->count;
}

void reload_watch(struct reload *reload)
{
    reload->watch = file_watch_new(reload->host->loop, look, reload);
    if (reload->watch != NULL)
        watch_files(reload);
}
