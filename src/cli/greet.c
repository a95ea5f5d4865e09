/* The first lines of notewire run: what is heard where, and where it goes.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"
#include "port/devices.h"

#include <string.h>

/* A port by the name that the user gave it, and which device that is. What is not there has been told already. */
static void greet_port(const struct port *port, const char *only_output)
{
    const char *label = port->direction == PORT_INPUT ? "MIDI in" : "MIDI out";

    if (strncmp(port->name, DEVICE_VIRTUAL, strlen(DEVICE_VIRTUAL)) == 0)
        log_info("%s: %s (for other programs to connect to)", label, port->name);
    else if (port->direction == PORT_OUTPUT && strcmp(port->name, only_output) == 0)
        log_info("%s: %s (the only hardware output)", label, port->name);
    else if (port->there && strcmp(port->name, port->device) != 0)
        log_info("%s: %s (%s)", label, port->name, port->device);
    else
        log_info("%s: %s", label, port->name);
}

static void greet_script(const struct package *package)
{
    const char *version = package->manifest.version;

    if (!package->is_tool)
        log_info("Script: %s", package->path);
    else if (package->manifest.name == NULL)
        log_info("Tool: %s", package->path);
    else
        log_info("Tool: %s%s%s (%s)", package->manifest.name, version != NULL ? " " : "",
                 version != NULL ? version : "", package->path);
}

void cli_greet(const struct bridge *bridge, const struct host *host, const char *only_output)
{
    const struct registry *registry = bridge->registry;
    uint16_t shown = 0;

    if (log_level() < LOG_NORMAL)
        return;
    log_info("notewire " NOTEWIRE_VERSION);
    for (unsigned i = 0; i < bridge->server_count; i++) {
        struct server *server = bridge->servers[i];
        struct net_addr local;
        char text[NET_ADDR_TEXT];

        server_local(server, &local);
        log_info("OSC in: %s/%s", net_addr_text(&local, text), server_protocol(server) == SERVER_UDP ? "udp" : "tcp");
        if (server_protocol(server) == SERVER_UDP && net_addr_is_any(&local) && shown != local.port) {
            shown = local.port;
            cli_log_addresses(local.port);
        }
        if (server_udp(server) != NULL && udp_receive_buffer(server_udp(server)) < 1024 * 1024)
            log_info("The receive buffer is %d KiB only. Fix: sudo sysctl -w net.core.rmem_max=4194304",
                     udp_receive_buffer(server_udp(server)) / 1024);
    }
    for (int direction = PORT_INPUT; direction <= PORT_OUTPUT; direction++)
        for (unsigned i = 0; i < registry_count(registry, direction); i++)
            if (registry_port(registry, direction, i)->joined)
                greet_port(registry_port(registry, direction, i), only_output);
    for (unsigned i = 0; host_package(host, i) != NULL; i++)
        greet_script(host_package(host, i));
    if (registry_count(registry, PORT_OUTPUT) == 0 && registry_count(registry, PORT_INPUT) == 0 &&
        bridge->map_count > 0 && host->scripts == NULL)
        log_warning("E204", "no MIDI output is named, so nothing can be played. Fix: add -o print");
}
