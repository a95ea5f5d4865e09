/* Host names, looked up on detached threads. Not by uv_getaddrinfo: a lookup that runs cannot be cancelled, and libuv
 * joins its pool at exit, so that a dead name server would hold up Ctrl-C (measured). SPDX-License-Identifier: MIT */
#include "base/addr.h"
#include "base/error.h"
#include "loop/loop_internal.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESOLVE_THREADS 4 /* lookups at once; one dead name does not hold up the others */
#define RESOLVE_HOST_MAX 256

enum resolve_state { RESOLVE_WAITING, RESOLVE_RUNNING, RESOLVE_DONE };

struct loop_resolve {
    struct loop_resolve *next;
    struct resolver *resolver;
    void (*done)(void *user, int error, const struct net_addr *addr);
    void *user;
    char host[RESOLVE_HOST_MAX];
    uint16_t port;
    enum resolve_state state;
    bool cancelled; /* while running: its thread frees it */
    int error;
    struct net_addr addr;
};

/* Shared by the loop and its lookup threads; the last one frees it. */
struct resolver {
    pthread_mutex_t lock;
    struct loop_resolve *waiting, *finished;
    unsigned threads;
    bool orphan; /* the loop is gone: nobody listens any more */
    uv_async_t *wake;
};

static void append(struct loop_resolve **list, struct loop_resolve *resolve)
{
    while (*list != NULL)
        list = &(*list)->next;
    resolve->next = NULL;
    *list = resolve;
}

static struct loop_resolve *take_first(struct loop_resolve **list)
{
    struct loop_resolve *first = *list;

    if (first != NULL)
        *list = first->next;
    return first;
}

static void remove_from(struct loop_resolve **list, struct loop_resolve *resolve)
{
    while (*list != NULL && *list != resolve)
        list = &(*list)->next;
    if (*list != NULL)
        *list = resolve->next;
}

static void resolver_free(struct resolver *resolver)
{
    pthread_mutex_destroy(&resolver->lock);
    free(resolver);
}

/* Blocks as long as the system's resolver likes. Writes the answer into resolve, which nobody else reads meanwhile. */
static void look_up(struct loop_resolve *resolve)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *list = NULL;
    bool found = false;
    int status = getaddrinfo(resolve->host, NULL, &hints, &list);

    if (status != 0 && hints.ai_flags != 0) {
        hints.ai_flags = 0; /* AI_ADDRCONFIG hides "localhost" on a machine that has no network yet */
        if (status == EAI_NONAME || status == EAI_ADDRFAMILY)
            status = getaddrinfo(resolve->host, NULL, &hints, &list);
    }
    resolve->error = NW_EADDRESS;
    if (status != 0)
        return;
    for (const struct addrinfo *at = list; at != NULL && !(found && resolve->addr.family == 4); at = at->ai_next) {
        struct net_addr addr;

        if (!net_addr_from_sockaddr(&addr, at->ai_addr) || (found && addr.family != 4))
            continue;
        resolve->addr = addr;
        found = true;
    }
    freeaddrinfo(list);
    if (found) {
        resolve->addr.port = resolve->port;
        resolve->error = NW_OK;
    }
}

/* One lookup after the other until none waits. */
static void *run_lookups(void *user)
{
    struct resolver *resolver = user;
    struct loop_resolve *resolve;
    bool last;

    pthread_mutex_lock(&resolver->lock);
    while ((resolve = take_first(&resolver->waiting)) != NULL) {
        resolve->state = RESOLVE_RUNNING;
        pthread_mutex_unlock(&resolver->lock);
        look_up(resolve);
        pthread_mutex_lock(&resolver->lock);
        if (resolve->cancelled || resolver->orphan) {
            free(resolve);
            continue;
        }
        resolve->state = RESOLVE_DONE;
        append(&resolver->finished, resolve);
        uv_async_send(resolver->wake);
    }
    resolver->threads--;
    last = resolver->orphan && resolver->threads == 0;
    pthread_mutex_unlock(&resolver->lock);
    if (last)
        resolver_free(resolver);
    return NULL;
}

/* Called with the lock held. The thread takes no signals: those are the loop's. */
static int start_thread(struct resolver *resolver)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;
    int status;

    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = pthread_create(&thread, &attributes, run_lookups, resolver);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (status == 0)
        resolver->threads++;
    return status;
}

/* Gives out the answers; a callback may start, or cancel, other lookups, so the list is entered anew each time. */
static void on_wake(uv_async_t *wake)
{
    struct resolver *resolver = wake->data;

    for (;;) {
        struct loop_resolve *resolve;

        pthread_mutex_lock(&resolver->lock);
        resolve = take_first(&resolver->finished);
        pthread_mutex_unlock(&resolver->lock);
        if (resolve == NULL)
            return;
        resolve->done(resolve->user, resolve->error, resolve->error == NW_OK ? &resolve->addr : NULL);
        free(resolve);
    }
}

static void on_wake_closed(uv_handle_t *handle)
{
    free(handle);
}

static struct resolver *resolver_new(struct loop *loop)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);

    if (resolver == NULL)
        return NULL;
    resolver->wake = calloc(1, sizeof *resolver->wake);
    if (resolver->wake == NULL || uv_async_init(&loop->uv, resolver->wake, on_wake) != 0) {
        free(resolver->wake);
        free(resolver);
        return NULL;
    }
    resolver->wake->data = resolver;
    pthread_mutex_init(&resolver->lock, NULL);
    return resolver;
}

struct loop_resolve *loop_resolve(struct loop *loop, const char *host, uint16_t port,
                                  void (*done)(void *user, int error, const struct net_addr *addr), void *user)
{
    struct loop_resolve *resolve;
    struct resolver *resolver;
    bool started = true;

    if (loop->resolver == NULL)
        loop->resolver = resolver_new(loop);
    resolver = loop->resolver;
    resolve = resolver != NULL ? calloc(1, sizeof *resolve) : NULL;
    if (resolve == NULL)
        return NULL;
    resolve->resolver = resolver;
    resolve->done = done;
    resolve->user = user;
    resolve->port = port;
    resolve->error = NW_EADDRESS;
    /* A longer name exists nowhere; cut, it will not be found. */
    snprintf(resolve->host, sizeof resolve->host, "%s", host);
    pthread_mutex_lock(&resolver->lock);
    append(&resolver->waiting, resolve);
    if (resolver->threads < RESOLVE_THREADS)
        started = start_thread(resolver) == 0 || resolver->threads > 0;
    if (!started) {
        remove_from(&resolver->waiting, resolve);
        resolve->state = RESOLVE_DONE;
        append(&resolver->finished, resolve);
        uv_async_send(resolver->wake);
    }
    pthread_mutex_unlock(&resolver->lock);
    return resolve;
}

void loop_resolve_cancel(struct loop_resolve *resolve)
{
    struct resolver *resolver;

    if (resolve == NULL)
        return;
    resolver = resolve->resolver;
    pthread_mutex_lock(&resolver->lock);
    if (resolve->state == RESOLVE_RUNNING) {
        resolve->cancelled = true;
        resolve = NULL;
    } else {
        remove_from(resolve->state == RESOLVE_WAITING ? &resolver->waiting : &resolver->finished, resolve);
    }
    pthread_mutex_unlock(&resolver->lock);
    free(resolve);
}

void resolver_close(struct loop *loop)
{
    struct resolver *resolver = loop->resolver;
    struct loop_resolve *resolve;
    uv_async_t *wake;
    bool last;

    if (resolver == NULL)
        return;
    loop->resolver = NULL;
    pthread_mutex_lock(&resolver->lock);
    while ((resolve = take_first(&resolver->waiting)) != NULL)
        free(resolve);
    while ((resolve = take_first(&resolver->finished)) != NULL)
        free(resolve);
    resolver->orphan = true;
    last = resolver->threads == 0;
    wake = resolver->wake;
    pthread_mutex_unlock(&resolver->lock); /* from here on it is the last thread's, if there is one */
    uv_close((uv_handle_t *)wake, on_wake_closed);
    if (last)
        resolver_free(resolver);
}
