/* notewire ports: the MIDI devices that are there, and what else -i and -o can name.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"
#include "port/devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_VERSION 1 /* of what --json prints (notewire(1)) */

struct list {
    struct device device[DEVICES_MAX];
    unsigned count;
};

struct ports {
    struct cli_options options;
    struct loop *loop;
    struct registry *registry;
    struct cli_signals signals;
    struct list lists[2], *shown; /* shown: what was printed last */
    bool changed, ended;
};

/* ---- JSON ---- */

static void print_bool(const char *key, bool value)
{
    printf(",\"%s\":%s", key, value ? "true" : "false");
}

static void print_device_json(const struct device *device, const char *driver)
{
    putchar('{');
    cli_print_json("name", device->name);
    putchar(',');
    cli_print_json("address", device->address);
    putchar(',');
    cli_print_json("driver", driver);
    print_bool("input", device->input);
    print_bool("output", device->output);
    print_bool("hardware", device->hardware);
    putchar(',');
    cli_print_json("users", device->users);
    putchar('}');
}

static void print_list_json(const struct list *list, const char *driver)
{
    printf("{\"version\":%d,", JSON_VERSION);
    if (driver != NULL)
        cli_print_json("driver", driver);
    else
        fputs("\"driver\":null", stdout);
    fputs(",\"devices\":[", stdout);
    for (unsigned i = 0; driver != NULL && i < list->count; i++) {
        if (i > 0)
            putchar(',');
        print_device_json(&list->device[i], driver);
    }
    puts("]}");
}

/* ---- for people ---- */

static const char *directions(bool input, bool output)
{
    return input && output ? "in out" : input ? "in" : "   out";
}

static void print_devices(const struct list *list, const char *driver)
{
    int width = 0;

    printf("MIDI devices (%s), which -i and -o find by any part of a name:\n", driver);
    for (unsigned i = 0; i < list->count; i++)
        if ((int)strlen(list->device[i].name) > width)
            width = (int)strlen(list->device[i].name);
    for (unsigned i = 0; i < list->count; i++) {
        const struct device *device = &list->device[i];

        printf("  %-6s  %-*s  %-7s %s%s%s\n", directions(device->input, device->output), width, device->name,
               device->address, device->hardware ? "hardware" : "software",
               device->users[0] != '\0' ? ", held by " : "", device->users);
    }
    if (list->count == 0)
        puts("  none is there");
}

static void print_form(const struct port_ops *ops)
{
    printf("  %-31s %-6s  %s\n", ops->syntax, directions(ops->input, ops->output), ops->help);
}

static void print_list(const struct ports *ports, const struct device_driver *driver)
{
    if (ports->options.json) {
        print_list_json(ports->shown, driver != NULL ? driver->name : NULL);
        return;
    }
    if (driver != NULL)
        print_devices(ports->shown, driver->name);
    printf("%sWhat -i and -o can name:\n", driver != NULL ? "\n" : "");
    if (driver != NULL)
        print_form(driver->ops);
    for (int i = 0; port_drivers[i] != NULL; i++)
        print_form(port_drivers[i]);
}

/* ---- what comes and goes ---- */

static void print_change(const struct ports *ports, const struct device *device, bool came)
{
    const char *driver = devices_chosen(ports->registry)->name;

    if (ports->options.json) {
        printf("{\"version\":%d,\"event\":\"%s\",\"device\":", JSON_VERSION, came ? "added" : "removed");
        print_device_json(device, driver);
        puts("}");
    } else {
        printf("%c %s\n", came ? '+' : '-', device->name);
    }
}

/* Whether a list has a device by the same name, of the same kind. */
static bool has(const struct list *list, const struct device *wanted)
{
    for (unsigned i = 0; i < list->count; i++) {
        const struct device *device = &list->device[i];

        if (strcmp(device->name, wanted->name) == 0 && device->input == wanted->input &&
            device->output == wanted->output && device->hardware == wanted->hardware)
            return true;
    }
    return false;
}

/* Lists what is there now, and prints how that differs from what was shown. */
static void show_changes(struct ports *ports)
{
    const struct list *before = ports->shown;
    struct list *now = before == &ports->lists[0] ? &ports->lists[1] : &ports->lists[0];

    now->count = devices_list(ports->registry, now->device, DEVICES_MAX);
    for (unsigned i = 0; i < before->count; i++)
        if (!has(now, &before->device[i]))
            print_change(ports, &before->device[i], false);
    for (unsigned i = 0; i < now->count; i++)
        if (!has(before, &now->device[i]))
            print_change(ports, &now->device[i], true);
    ports->shown = now;
}

static void on_change(void *user)
{
    ((struct ports *)user)->changed = true;
}

static void on_signal(void *user)
{
    ((struct ports *)user)->ended = true;
}

/* Whether all that was printed has left; a reader that has gone is no mistake. */
static int flush_output(void)
{
    errno = 0;
    if ((fflush(stdout) == 0 && ferror(stdout) == 0) || errno == EPIPE)
        return CLI_OK;
    log_fatal("E205", "ports: standard output takes no more (%s). Fix: make room, or write it elsewhere",
              strerror(errno != 0 ? errno : EIO));
    return CLI_FAILURE;
}

/* Until a signal, or until nobody reads it any more. */
static int watch(struct ports *ports)
{
    int status = CLI_OK;

    cli_signals_catch(&ports->signals, ports->loop, on_signal, NULL, ports);
    while (!ports->ended && status == CLI_OK && ferror(stdout) == 0) {
        loop_turn(ports->loop, ports->changed ? 0 : UINT64_MAX);
        if (ports->changed) {
            ports->changed = false;
            show_changes(ports);
            status = flush_output();
        }
    }
    cli_signals_free(&ports->signals);
    return status;
}

static int show(struct ports *ports)
{
    const struct device_driver *driver = devices_chosen(ports->registry);

    ports->shown = &ports->lists[0];
    ports->shown->count = devices_list(ports->registry, ports->shown->device, DEVICES_MAX);
    print_list(ports, driver);
    if (flush_output() != CLI_OK)
        return CLI_FAILURE;
    if (driver == NULL) {
        log_warning("E212", "there are no MIDI devices: %s", cli_no_devices());
        return ports->options.watch ? CLI_PORT : CLI_OK;
    }
    return ports->options.watch ? watch(ports) : CLI_OK;
}

int cli_ports(int argc, char **argv, int first)
{
    struct ports *ports = calloc(1, sizeof *ports);
    struct registry_callbacks callbacks = {.devices_changed = on_change, .user = ports};
    int status = CLI_USAGE;

    if (ports == NULL || !cli_parse(&ports->options, argc, argv, first))
        goto out;
    if (ports->options.files.count > 0) {
        log_fatal("E001", "ports takes no \"%s\". Fix: notewire ports", ports->options.files.text[0]);
        goto out;
    }
    status = CLI_FAILURE;
    ports->loop = loop_new();
    ports->registry = ports->loop != NULL ? registry_new(ports->loop, NULL, &callbacks) : NULL;
    if (ports->registry == NULL) {
        log_fatal("E003", "cannot start: the system refuses memory or descriptors. Fix: check ulimit -n");
        goto out;
    }
    status = cli_choose_devices(&ports->options, ports->registry);
    if (status == CLI_OK)
        status = show(ports);
out:
    if (ports != NULL && ports->registry != NULL)
        registry_free(ports->registry);
    if (ports != NULL && ports->loop != NULL)
        loop_free(ports->loop);
    free(ports);
    return status;
}
