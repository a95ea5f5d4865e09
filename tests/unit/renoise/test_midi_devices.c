/* Tests of renoise.Midi with devices that come and go, with a driver whose list the test writes.
 * SPDX-License-Identifier: MIT */
#include "../port/fake_devices.h"
#include "base/clock.h"
#include "base/log.h"
#include "life/life.h"
#include "map/map_compile.h"
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#define MS 1000000ULL

struct fixture {
    struct loop *loop;
    struct loop_timer *timer;
    struct bridge bridge;
    struct host host;
    char path[32];
    unsigned step; /* of what the timer does */
};

/* Every 20 ms: the synth goes, it comes back, two more come at once, then nothing. */
static void change(void *user)
{
    struct fixture *f = user;

    switch (f->step++) {
    case 0: fake.count = 1; break;
    case 1: fake_add("Synth", "21:0", false, true); break;
    case 2:
        fake_add("Third", "22:0", true, false);
        fake_changed();
        fake_add("Fourth", "23:0", true, true);
        break;
    default: return;
    }
    fake_changed();
    loop_timer_set(f->timer, clock_mono_ns() + 20 * MS);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct host_options options = {0};

    log_set_level(LOG_QUIET);
    memset(&fake, 0, sizeof fake);
    fake_add("Keys", "20:0", true, false);
    fake_add("Synth", "21:0", false, true);
    strcpy(f->path, "/tmp/notewire-test-XXXXXX");
    close(mkstemp(f->path));
    f->loop = loop_new();
    f->timer = loop_timer_new(f->loop, change, f);
    *state = f;
    if (bridge_init(&f->bridge, f->loop, true) != 0 || host_init(&f->host, &f->bridge, &options) != 0)
        return -1;
    devices_choose(f->bridge.registry, &fake_driver, "notewire");
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    host_close(&f->host);
    bridge_close(&f->bridge);
    loop_timer_free(f->timer);
    loop_free(f->loop);
    unlink(f->path);
    free(f);
    return 0;
}

#define MIDI_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void write_script(const struct fixture *f, const char *text)
{
    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Runs the text as a program, which raises when something is not as it should be. */
static void run_program(struct fixture *f, const char *text)
{
    char *const argv[] = {NULL};

    write_script(f, text);
    assert_int_equal(host_load_program(&f->host, f->path, argv), 0);
}

static void lists_devices(void **state)
{
    run_program(*state, "local Midi = renoise.Midi\n"
                        "assert(table.concat(Midi.available_input_devices(), ',') == 'Keys,loopback')\n"
                        "assert(table.concat(Midi.available_output_devices(), ',') == 'Synth,print,loopback')\n");
}

static void opens_what_is_there(void **state)
{
    run_program(*state, "local Midi = renoise.Midi\n"
                        "local good, why = pcall(Midi.create_output_device, 'Piano')\n"
                        "assert(not good and why:find(\"no MIDI output device named 'Piano'\", 1, true), why)\n"
                        "assert(not pcall(Midi.create_output_device, 'Keys'))\n" /* it is an input */
                        "assert(not pcall(Midi.create_input_device, 'Synth', print))\n"
                        "assert(Midi.create_output_device('Synth').name == 'Synth')\n"
                        "assert(Midi.create_input_device('Keys', print).name == 'Keys')\n"
                        "assert(Midi.create_output_device('virtual:mine').name == 'virtual:mine')\n");
}

/* The list inside a notifier is the new one; what comes in one turn is told once; a device that is gone is open,
 * quiet, and plays again. */
static void tells_of_changes(void **state)
{
    struct fixture *f = *state;

    loop_timer_set(f->timer, clock_mono_ns() + 20 * MS);
    run_program(f, "local Midi, seen = renoise.Midi, {}\n"
                   "local output = Midi.create_output_device('Synth')\n"
                   "Midi.devices_changed_observable():add_notifier(function()\n"
                   "  output:send { 0x90, 60, 100 }\n"
                   "  seen[#seen + 1] = table.concat(Midi.available_output_devices(), ',')\n"
                   "  assert(output.is_open and output.name == 'Synth')\n"
                   "end)\n"
                   "Midi.devices_changed_observable():add_notifier(function() seen.other = (seen.other or 0) + 1 end)\n"
                   "while #seen < 3 do notewire.wait(10) end\n"
                   "notewire.wait(30)\n"
                   "assert(#seen == 3 and seen.other == 3, #seen)\n"
                   "assert(seen[1] == 'print,loopback', seen[1])\n"
                   "assert(seen[2] == 'Synth,print,loopback', seen[2])\n"
                   "assert(seen[3] == 'Synth,Fourth,print,loopback', seen[3])\n"
                   "assert(notewire.counters()['output-lost'] == 1)\n");
    assert_int_equal(fake.sent, 2); /* while it was there */
}

/* Notifiers may raise, remove themselves, open and close devices, collect, and wait; what changes meanwhile is told. */
static void notifiers_may_do_anything(void **state)
{
    struct fixture *f = *state;

    loop_timer_set(f->timer, clock_mono_ns() + 20 * MS);
    run_program(f,
                "local Midi, calls, input, last = renoise.Midi, { bad = 0, once = 0, late = 0, waited = 0 }, nil, ''\n"
                "local changed = Midi.devices_changed_observable()\n"
                "local function count(what) calls[what] = calls[what] + 1 end\n"
                "local function once() count('once') changed:remove_notifier(once) end\n"
                "local function late() count('late') end\n"
                "changed:add_notifier(function() count('bad') error('on purpose') end)\n"
                "changed:add_notifier(once)\n"
                "changed:add_notifier(function()\n"
                "  if not changed:has_notifier(late) then changed:add_notifier(late) end\n"
                "  if input then input:close() end\n"
                "  input = Midi.create_input_device('Keys', print)\n"
                "  Midi.create_output_device('virtual:mine'):close()\n"
                "  Midi.create_output_device('loopback')\n"
                "  collectgarbage()\n"
                "  last = table.concat(Midi.available_output_devices(), ',')\n"
                "  notewire.wait(30)\n"
                "  count('waited')\n"
                "end)\n"
                "while last ~= 'Synth,Fourth,print,loopback' do notewire.wait(10) end\n"
                "notewire.wait(100)\n"
                "assert(calls.bad == 1 and calls.once == 1 and calls.waited >= 1 and calls.waited <= 3)\n"
                "assert(calls.late <= calls.waited)\n"
                "input:close()\n"
                "assert(#Midi.available_input_devices() == 4)\n"); /* Keys, Third, Fourth, loopback */
}

/* A port that is open is known, although its device is not there. */
static void opens_again_what_is_gone(void **state)
{
    struct fixture *f = *state;

    loop_timer_set(f->timer, clock_mono_ns() + 20 * MS);
    run_program(f, "local output, gone = renoise.Midi.create_output_device('Synth'), false\n"
                   "renoise.Midi.devices_changed_observable():add_notifier(function() gone = true end)\n"
                   "while not gone do notewire.wait(1) end\n"
                   "local again = renoise.Midi.create_output_device('Synth')\n"
                   "again:send { 0x90, 60, 100 }\n"
                   "output:close()\n"
                   "again:close()\n"
                   "if #renoise.Midi.available_output_devices() == 2 then\n"
                   "  assert(not pcall(renoise.Midi.create_output_device, 'Synth'))\n"
                   "end\n");
}

static void a_notifier_keeps_a_script(void **state)
{
    struct fixture *f = *state;
    struct map_wishes wishes = {0};
    struct host_file file = {.path = f->path, .wishes = &wishes};

    write_script(f, "local changed = renoise.Midi.devices_changed_observable()\n"
                    "local function tell() end\n"
                    "changed:add_notifier(tell)\n");
    assert_int_equal(host_load(&f->host, &file), 0);
    assert_string_equal(host_package(&f->host, 0)->path, f->path);
    write_script(f, "local changed = renoise.Midi.devices_changed_observable()\n"
                    "local function tell() end\n"
                    "changed:add_notifier(tell)\n"
                    "changed:remove_notifier(tell)\n");
    assert_int_equal(host_load(&f->host, &file), 0);
    assert_null(host_package(&f->host, 1));
    map_wishes_free(&wishes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MIDI_TEST(lists_devices),
                                       MIDI_TEST(opens_what_is_there),
                                       MIDI_TEST(tells_of_changes),
                                       MIDI_TEST(notifiers_may_do_anything),
                                       MIDI_TEST(opens_again_what_is_gone),
                                       MIDI_TEST(a_notifier_keeps_a_script)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
