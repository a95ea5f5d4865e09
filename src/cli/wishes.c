/* What a file wants opened when it is reloaded: what is new is opened, what is gone stays open.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One kind of wishes, and what opens them. */
struct kind {
    bool overruled; /* by the command line */
    int (*open)(struct run *run, const char *label, const char *text);
};

static int open_input(struct run *run, const char *label, const char *text)
{
    return cli_open_port(&run->bridge, label, text, PORT_INPUT);
}

static int open_output(struct run *run, const char *label, const char *text)
{
    return cli_open_port(&run->bridge, label, text, PORT_OUTPUT);
}

static int open_dialect(struct run *run, const char *label, const char *text)
{
    (void)label;
    return run_dialect(run, text);
}

/* In the order of map_wishes_list. */
static void list_kinds(const struct run *run, struct kind kinds[MAP_WISH_KINDS])
{
    const struct cli_options *options = &run->options;
    bool outputs = run_outputs_named(run);

    kinds[0] = (struct kind){false, open_dialect};
    kinds[1] = (struct kind){options->osc.count > 0, run_listen};
    kinds[2] = (struct kind){options->midi_in.count > 0, open_input};
    kinds[3] = (struct kind){outputs, open_output};
    kinds[4] = (struct kind){outputs, run_paced};
    kinds[5] = (struct kind){options->release_after.count > 0, run_silence};
    kinds[6] = (struct kind){options->reply.count > 0, run_reply};
}

/* The index of a text; the count when it is not there. */
static unsigned find(const struct map_wish_list *list, const char *text)
{
    unsigned i = 0;

    while (i < *list->count && strcmp(list->texts[i], text) != 0)
        i++;
    return i;
}

/* Whether a wish stands in this file. */
static bool stands_in(const char *where, const char *path)
{
    size_t length = strlen(path);

    return where != NULL && strncmp(where, path, length) == 0 && where[length] == ':';
}

/* Tells of what the file does not want any more. */
static void tell_gone(const char *path, struct map_wish_list *had, const struct map_wish_list *now)
{
    for (unsigned i = 0; i < *had->count; i++) {
        if (!stands_in(had->where[i], path) || find(now, had->texts[i]) < *now->count)
            continue;
        log_warning("E452", "%s: %s \"%s\" is gone from it, and goes on. Fix: restart notewire to be rid of it", path,
                    had->word, had->texts[i]);
        free(had->where[i]);
        had->where[i] = NULL;
    }
}

/* Takes what the file wants now, and opens what nobody has wanted before. */
static void take(struct run *run, const struct kind *kind, struct map_wish_list *had, struct map_wish_list *now)
{
    for (unsigned i = 0; i < *now->count; i++) {
        unsigned at = find(had, now->texts[i]);
        char label[RUN_ORIGIN];

        if (at == MAP_WISHES_MAX) {
            log_warning("E410", "%s: all maps together have at most %d lines with %s", now->where[i], MAP_WISHES_MAX,
                        had->word);
            return;
        }
        snprintf(label, sizeof label, "%s: %s", now->where[i], had->word);
        if (at == *had->count) {
            had->texts[at] = now->texts[i];
            had->where[at] = NULL;
            now->texts[i] = NULL;
            ++*had->count;
            if (!kind->overruled)
                kind->open(run, label, had->texts[at]);
        }
        free(had->where[at]);
        had->where[at] = now->where[i];
        now->where[i] = NULL;
    }
}

void run_wished(void *user, const char *path, struct map_wishes *wishes)
{
    struct run *run = user;
    struct map_wish_list had[MAP_WISH_KINDS], now[MAP_WISH_KINDS];
    struct kind kinds[MAP_WISH_KINDS];

    map_wishes_list(&run->wishes, had);
    map_wishes_list(wishes, now);
    list_kinds(run, kinds);
    for (size_t i = 0; i < MAP_WISH_KINDS; i++) {
        tell_gone(path, &had[i], &now[i]);
        take(run, &kinds[i], &had[i], &now[i]);
    }
    if (run->bridge.server_count == 0 && run->options.osc.count + run->wishes.osc_count == 0 && run_wants_listener(run))
        run_listen(run, "--osc", "8000");
}
