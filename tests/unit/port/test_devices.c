/* Tests of MIDI devices: names, wishes for them, and what people are told, with a driver whose list the test writes.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "fake_devices.h"
#include "port_test.h"

/* A registry with the fake driver, and what goes to standard error meanwhile. */
static int setup_fake(void **state)
{
    int failed = setup(state);

    memset(&fake, 0, sizeof fake);
    if (failed == 0)
        devices_choose(((struct fixture *)*state)->registry, &fake_driver, "a name");
    return failed;
}

#define DEVICES_TEST(f) cmocka_unit_test_setup_teardown(f, setup_fake, teardown)

/* Standard error from here on goes into a pipe. Returns its reading end. */
static int catch_log(int *saved)
{
    int ends[2];

    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    *saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    log_set_level(LOG_NORMAL);
    return ends[0];
}

/* The end of that; text gets what was written. */
static void release_log(int end, int saved, char *text, size_t size)
{
    ssize_t length;

    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    length = read(end, text, size - 1);
    text[length > 0 ? length : 0] = '\0';
    close(end);
    log_set_level(LOG_QUIET);
}

static void lists_printable_names_that_are_unique(void **state)
{
    struct fixture *f = *state;
    struct device list[8];

    fake_add("Keys", "20:0", true, true);
    fake_add("Keys", "21:0", true, true);
    fake_add("bad\n\x1b[2J", "22:0", true, false);
    fake_add("Keys", "23:0", false, true);
    assert_int_equal(devices_list(f->registry, NULL, 0), 0); /* only starts the driver */
    assert_ptr_equal(fake.registry, f->registry);
    assert_string_equal(fake.client, "a name");
    assert_int_equal(devices_list(f->registry, list, 8), 4);
    assert_string_equal(list[0].name, "Keys");
    assert_string_equal(list[1].name, "Keys (2)");
    assert_string_equal(list[2].name, "bad??[2J");
    assert_string_equal(list[3].name, "Keys (3)");
    assert_int_equal(devices_list(f->registry, list, 2), 2);
}

static void numbers_beside_names_that_look_numbered(void **state)
{
    struct fixture *f = *state;
    struct device list[8];

    fake_add("Keys (2)", "20:0", true, true);
    fake_add("Keys", "21:0", true, true);
    fake_add("Keys", "22:0", true, true);
    fake_add("Keys (3)", "23:0", true, true);
    fake_add("Keys", "24:0", true, true);
    assert_int_equal(devices_list(f->registry, list, 8), 5);
    assert_string_equal(list[0].name, "Keys (2)");
    assert_string_equal(list[1].name, "Keys");
    assert_string_equal(list[2].name, "Keys (4)");
    assert_string_equal(list[3].name, "Keys (3)");
    assert_string_equal(list[4].name, "Keys (5)");
}

static void numbers_long_names_between_characters(void **state)
{
    struct fixture *f = *state;
    char name[PORT_NAME_MAX] = "x", clean[PORT_NAME_MAX];
    struct device list[2];

    for (size_t i = 0; i < 63; i++)
        strcat(name, "\xc3\xa4");
    fake_add(name, "20:0", true, true);
    fake_add(name, "21:0", true, true);
    assert_int_equal(devices_list(f->registry, list, 2), 2);
    assert_string_equal(list[0].name, name);
    assert_string_not_equal(list[1].name, name);
    assert_non_null(strstr(list[1].name, " (2)"));
    strcpy(clean, list[1].name);
    text_clean(clean);
    assert_string_equal(list[1].name, clean);
}

static void finds_by_name_address_or_part(void **state)
{
    struct fixture *f = *state;
    struct device list[8];
    unsigned count;

    fake_add("Big Synth:Port 1", "20:0", false, true);
    fake_add("Synth", "21:0", true, true);
    count = devices_list(f->registry, list, 8);
    assert_ptr_equal(devices_find(list, count, "Synth", PORT_OUTPUT), &list[1]); /* exactly, before a part */
    assert_ptr_equal(devices_find(list, count, "synth", PORT_OUTPUT), &list[0]);
    assert_ptr_equal(devices_find(list, count, "synth", PORT_INPUT), &list[1]);
    assert_ptr_equal(devices_find(list, count, "20:0", PORT_OUTPUT), &list[0]);
    assert_null(devices_find(list, count, "20:0", PORT_INPUT));
    assert_null(devices_find(list, count, "piano", PORT_OUTPUT));
    assert_true(devices_has(f->registry, "port 1", PORT_OUTPUT));
    assert_false(devices_has(f->registry, "port 1", PORT_INPUT));
    assert_true(devices_has(f->registry, "virtual:any", PORT_INPUT));
    assert_true(registry_means_device("port 1"));
    assert_false(registry_means_device("stdin"));
    assert_false(registry_means_device("udp:7000"));
    assert_false(registry_means_device(""));
}

/* A port of ours is seen under its whole name: the sequencer keeps 63 bytes. */
static void bounds_the_name_of_a_port_of_ours(void **state)
{
    struct fixture *f = *state;
    char name[] = "virtual:................................................................";
    struct port *port;

    assert_int_equal(strlen(name), 8 + 64);
    assert_int_equal(registry_check(name, PORT_INPUT), NW_EADDRESS);
    assert_int_equal(registry_open(f->registry, name, PORT_OUTPUT, &port), NW_EADDRESS);
    name[8 + 63] = '\0';
    assert_string_equal(open_port(f, name, PORT_OUTPUT)->name, name);
    assert_int_equal(registry_check("virtual:", PORT_OUTPUT), NW_EADDRESS);
}

static void says_what_else_a_name_fits(void **state)
{
    struct fixture *f = *state;
    char text[1024];
    int saved, end = catch_log(&saved);

    fake_add("Deep A", "20:0", true, true);
    fake_add("Deep B", "21:0", false, true);
    fake_add("Deep in", "22:0", true, false);
    fake_add("Other", "23:0", true, true);
    open_port(f, "deep", PORT_OUTPUT);
    open_port(f, "Deep A", PORT_OUTPUT);
    open_port(f, "21:0", PORT_OUTPUT);
    open_port(f, "other", PORT_INPUT);
    open_port(f, "virtual:deep", PORT_OUTPUT);
    release_log(end, saved, text, sizeof text);
    assert_string_equal(text, "E213 MIDI out: deep is Deep A, but fits Deep B too. Fix: write more of the name\n");
}

static void says_what_is_there_instead(void **state)
{
    struct fixture *f = *state;
    char text[1024], name[PORT_NAME_MAX];
    int saved, end = catch_log(&saved);

    fake_add("Deep A", "20:0", false, true);
    fake_add("Deep in", "22:0", true, false);
    open_port(f, "piano", PORT_OUTPUT);
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    fake_add(name, "1:0", false, true);
    fake_add(name, "1:1", false, true);
    open_port(f, "organ", PORT_OUTPUT);
    release_log(end, saved, text, sizeof text);
    assert_non_null(strstr(text, "E210 MIDI out: piano is not there (there are: Deep A); it is waited for. Fix: "));
    assert_non_null(strstr(text, "organ is not there (there are: Deep A, xxxxx"));
    assert_non_null(strstr(text, "xx, ...); it is waited for. Fix: "));
}

/* A name that is there in the other direction alone is no misspelling. */
static void says_that_it_is_the_other_direction(void **state)
{
    struct fixture *f = *state;
    char text[1024];
    int saved, end = catch_log(&saved);

    fake_add("Deep A", "20:0", false, true);
    fake_add("Keys", "22:0", true, false);
    open_port(f, "key", PORT_OUTPUT);
    open_port(f, "20:0", PORT_INPUT);
    release_log(end, saved, text, sizeof text);
    assert_string_equal(text, "E210 MIDI out: key is there only as an input (Keys); an output is waited for. "
                              "Fix: name another, or see notewire ports\n"
                              "E210 MIDI in: 20:0 is there only as an output (Deep A); an input is waited for. "
                              "Fix: name another, or see notewire ports\n");
}

static void heals(void **state)
{
    struct fixture *f = *state;
    struct midi_msg on = {.len = 3, .port = REGISTRY_SOURCE_OSC, .b = {0x90, 60, 100}};
    char text[1024];
    int saved, end = catch_log(&saved);
    struct port *port;

    fake_add("Deep A", "20:0", false, true);
    stop_clock();
    port = open_port(f, "deep", PORT_OUTPUT);
    assert_int_equal(registry_send(f->registry, registry_all(f->registry), &on), 1);
    fake.count = 0;
    fake_changed();
    assert_int_equal(registry_send(f->registry, registry_all(f->registry), &on), 0);
    fake_add("Deep A", "24:0", false, true);
    fake_changed();
    assert_true(port->there);
    assert_int_equal(registry_send(f->registry, registry_all(f->registry), &on), 1);
    release_log(end, saved, text, sizeof text);
    assert_non_null(strstr(text, "E211 MIDI out: deep is gone (Deep A); it is waited for. Fix: plug it in again\n"));
    assert_non_null(strstr(text, "MIDI out: deep is there (Deep A), after 0.0 s\n"));
}

static void count_change(void *user)
{
    (*(unsigned *)user)++;
}

static void tells_of_names_alone(void **state)
{
    struct fixture *f = *state;
    unsigned changes = 0;
    struct registry_callbacks callbacks = {.devices_changed = count_change, .user = &changes};
    struct registry *registry = registry_new(f->loop, NULL, &callbacks);
    struct device list[8], *keys = fake_add("Keys", "20:0", true, false);

    assert_non_null(registry);
    devices_choose(registry, &fake_driver, "a name");
    assert_int_equal(devices_list(registry, list, 8), 1);
    fake_changed(); /* as drivers call it when somebody, we too, has opened one */
    strcpy(keys->users, "Somebody");
    strcpy(keys->address, "21:0");
    fake_changed();
    assert_int_equal(changes, 0);
    keys->output = true;
    fake_changed();
    assert_int_equal(changes, 1);
    strcpy(keys->name, "Keyz");
    fake_changed();
    assert_int_equal(changes, 2);
    fake_add("Keys", "22:0", true, true);
    fake_changed();
    fake_changed();
    assert_int_equal(changes, 3);
    fake.count = 0;
    fake_changed();
    assert_int_equal(changes, 4);
    registry_free(registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {DEVICES_TEST(lists_printable_names_that_are_unique),
                                       DEVICES_TEST(numbers_beside_names_that_look_numbered),
                                       DEVICES_TEST(numbers_long_names_between_characters),
                                       DEVICES_TEST(finds_by_name_address_or_part),
                                       DEVICES_TEST(bounds_the_name_of_a_port_of_ours),
                                       DEVICES_TEST(says_what_else_a_name_fits),
                                       DEVICES_TEST(says_what_is_there_instead),
                                       DEVICES_TEST(says_that_it_is_the_other_direction),
                                       DEVICES_TEST(heals),
                                       DEVICES_TEST(tells_of_names_alone)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
