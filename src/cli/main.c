/* Chooses the subcommand, and prints help.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "notewire puts OSC, raw sockets and MIDI ports on one wire.\n"
    "\n"
    "  notewire [run] [FILE.lua...]             OSC on port 8000 becomes MIDI, and back\n"
    "  notewire [run] FOLDER|TOOL.xrnx...       tools of Renoise, without Renoise\n"
    "  notewire exec FILE.lua [ARGUMENTS]       a Lua file as a program: its callbacks are served while it waits\n"
    "  notewire ports [--watch] [--json]        the MIDI devices that are there, and what else -i and -o can name\n"
    "  notewire send PORT WORDS...              MIDI to a port, in SendMIDI's words; -- reads them from stdin\n"
    "  notewire send osc [udp:|tcp:]HOST:PORT /ADDRESS [TYPES] ARGS...\n"
    "  notewire panic [-o PORT...]              ends all notes and pedals there, or on every MIDI output there is\n"
    "  notewire tool [--json] TOOL...           what tools have registered: menu entries and the like\n"
    "  notewire check FILE.lua...               reads maps and scripts without opening anything\n"
    "\n"
    "options of run:\n"
    "  --osc [udp:|tcp:][HOST:]PORT   listen for OSC here (repeatable; default: 8000, unless -i is\n"
    "                                 stdin or raw bytes)\n"
    "  -i, --midi-in PORT             MIDI in from this port (repeatable)\n"
    "  -o, --midi-out PORT            MIDI out to this port (repeatable; default without a map: print)\n"
    "                                 without -i, -o and a file: a pair that other programs connect to, and\n"
    "                                 the hardware output if there is exactly one; without MIDI: print\n"
    "  --din PORT                     MIDI out to this port, never faster than a DIN cable, clock first (repeatable)\n"
    "  --driver auto|alsa|portmidi|none   which MIDI devices (default: auto, what is there)\n"
    "  --name NAME                    what other programs call this one (default: notewire)\n"
    "  --reply HOST:PORT              send what comes as MIDI here (repeatable)\n"
    "  --reply learn[:PORT]           send it to who spoke last, at their port PORT (default: learn)\n"
    "  --release-after SECONDS        release the notes of UDP peers that are silent for so long\n"
    "  --allow CIDR                   hear this network too; local ones always are (repeatable)\n"
    "  --script-limit SECONDS         end a script that computes for so long without waiting (default: 2)\n"
    "  --script-memory MIB            memory of one script at most (default: 256)\n"
    "  --menu NAME                    invoke this menu entry of a tool, after loading (repeatable)\n"
    "  --repl                         a prompt to look into the scripts that run\n"
    "  --watch, --no-watch            reload files that change (default: on a terminal); SIGHUP always does\n"
    "  --local                        hear this machine alone\n"
    "  -q, --quiet                    nothing on standard error but what stops the program\n"
    "  -v, --verbose                  every message on standard error\n"
    "  -h, --help      -V, --version\n"
    "  --driver, --name, -q and -v are for the other commands too.\n"
    "\n"
    "A first try, in two terminals:\n"
    "  notewire -o print\n"
    "  oscsend localhost 8000 /note iii 1 60 100\n"
    "\n"
    "Maps are explained in docs/maps.md and notewire-map(5), scripts in docs/api; examples of\n"
    "scripts are in lua/examples, installed as share/notewire/examples.\n";

int cli_main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv, int first);
    } commands[] = {{"run", cli_run},     {"exec", cli_exec},   {"ports", cli_ports}, {"send", cli_send},
                    {"check", cli_check}, {"panic", cli_panic}, {"tool", cli_tool}};

    for (int i = 1; i < argc; i++) { /* help and version wherever they stand, but not among words to send */
        if (strcmp(argv[i], "--") == 0 || strcmp(argv[1], "send") == 0 || strcmp(argv[1], "exec") == 0)
            break;
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            return CLI_OK;
        }
        if (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "-V") == 0) {
            puts("notewire " NOTEWIRE_VERSION);
            return CLI_OK;
        }
    }
    if (argc > 2 && (strcmp(argv[1], "send") == 0 || strcmp(argv[1], "exec") == 0) &&
        (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
        fputs(help, stdout);
        return CLI_OK;
    }
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc, argv, 2);
    return cli_run(argc, argv, 1);
}
