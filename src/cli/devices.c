/* Which MIDI devices a subcommand's ports are: --driver and --name; and why there are none.
 * SPDX-License-Identifier: MIT */
#include "port/devices.h"

#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEQUENCER "/dev/snd/seq"

const char *cli_no_devices(void)
{
    if (devices_auto() != NULL)
        return "--driver none leaves them out. Fix: leave that option out";
    if (device_drivers[0] == NULL)
        return "this build has no driver for MIDI devices. Fix: install libasound2-dev and build it again";
    if (access(SEQUENCER, F_OK) != 0)
        return "there is no " SEQUENCER ". Fix: sudo modprobe snd-seq";
    if (access(SEQUENCER, R_OK | W_OK) != 0)
        return SEQUENCER " is closed to this user. Fix: sudo usermod -aG audio $USER, and log in again";
    return "it does not answer. Fix: sudo modprobe snd-seq, or another --driver";
}

/* "auto, alsa, portmidi or none", of what is built in. */
static const char *driver_names(char *out, size_t size)
{
    int used = snprintf(out, size, "auto");

    for (int i = 0; device_drivers[i] != NULL && used < (int)size; i++)
        used += snprintf(out + used, size - (size_t)used, ", %s", device_drivers[i]->name);
    if (used < (int)size)
        snprintf(out + used, size - (size_t)used, " or none");
    return out;
}

static const char *client_name(const struct cli_options *options)
{
    return options->name.count > 0 ? options->name.text[options->name.count - 1] : "notewire";
}

static bool is_client_name(const char *name)
{
    char clean[DEVICE_CLIENT_MAX];

    if (name[0] == '\0' || strlen(name) >= sizeof clean)
        return false;
    memcpy(clean, name, strlen(name) + 1);
    text_clean(clean);
    return strcmp(clean, name) == 0;
}

static const char *driver_name(const struct cli_options *options)
{
    return options->driver.count > 0 ? options->driver.text[options->driver.count - 1] : "auto";
}

int cli_check_devices(const struct cli_options *options, const struct device_driver **driver)
{
    const char *wanted = driver_name(options), *client = client_name(options);
    bool automatic = strcmp(wanted, "auto") == 0;
    char names[128];

    *driver = automatic ? devices_auto() : devices_driver(wanted);
    if (!is_client_name(client)) {
        log_fatal("E001", "--name \"%s\": a name has 1 to %d bytes of printable text. Fix: choose another", client,
                  DEVICE_CLIENT_MAX - 1);
        return CLI_USAGE;
    }
    if (*driver != NULL || automatic || strcmp(wanted, "none") == 0)
        return CLI_OK;
    log_fatal("E001", "--driver %s: there is no such driver here. Fix: choose %s", wanted,
              driver_names(names, sizeof names));
    return CLI_USAGE;
}

int cli_choose_devices(const struct cli_options *options, struct registry *registry)
{
    const struct device_driver *driver;
    int status = cli_check_devices(options, &driver);

    if (status != CLI_OK)
        return status;
    if (driver != NULL && !driver->present()) {
        log_fatal("E212", "--driver %s: %s", driver_name(options), cli_no_devices());
        return CLI_PORT;
    }
    devices_choose(registry, driver, client_name(options));
    return CLI_OK;
}

void cli_open_by_itself(const struct cli_options *options, struct bridge *bridge, char only_output[PORT_NAME_MAX])
{
    const struct device_driver *driver = devices_chosen(bridge->registry);
    struct device *list = calloc(DEVICES_MAX, sizeof *list);
    unsigned count = list != NULL ? devices_list(bridge->registry, list, DEVICES_MAX) : 0, outputs = 0;
    char pair[sizeof DEVICE_VIRTUAL + DEVICE_CLIENT_MAX];

    for (unsigned i = 0; i < count; i++)
        if (list[i].output && list[i].hardware && outputs++ == 0)
            snprintf(only_output, PORT_NAME_MAX, "%s", list[i].name);
    free(list);
    snprintf(pair, sizeof pair, DEVICE_VIRTUAL "%s", client_name(options));
    if (driver != NULL && driver->virtual_ports && bridge_open_port(bridge, pair, PORT_OUTPUT) == 0)
        (void)bridge_open_port(bridge, pair, PORT_INPUT);
    if (outputs != 1 || bridge_open_port(bridge, only_output, PORT_OUTPUT) != 0)
        only_output[0] = '\0';
}
