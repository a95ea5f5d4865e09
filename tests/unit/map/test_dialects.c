/* Tests of what clients send: each row of the dialects that look like MIDI, as rules, both ways.
 * SPDX-License-Identifier: MIT */
#include "map_test.h"

/* An OSC message, the MIDI it gives, and what that MIDI gives back: NULL is not asked, "=" the same message. */
struct row {
    const char *osc, *midi, *back;
};

/* The message as osc_view_text shows it: text arguments in quotes. */
static void expect_back(const char *midi, const char *osc, const char *back)
{
    char hex[4096];
    uint8_t bytes[4096];
    size_t length;

    if (back == NULL)
        return;
    snprintf(hex, sizeof hex, "%s", strchr(midi, ':') != NULL ? strchr(midi, ':') + 1 : midi);
    reverse_of(compiled.map, hex);
    if (strcmp(back, "=") != 0) {
        assert_string_equal(told.text, back);
        return;
    }
    length = message_bytes(osc, bytes);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.used, length);
    assert_memory_equal(told.bytes, bytes, length);
}

static void check_rows(const struct row *rows)
{
    for (; rows->osc != NULL; rows++) {
        assert_forward(rows->osc, rows->midi);
        expect_back(rows->midi, rows->osc, rows->back);
    }
}

static void use_dialect(const char *name)
{
    compiled_free();
    assert_int_equal(map_compile_dialect(name, &compiled.map), 0);
    assert_true(map_is_dialect(compiled.map));
    assert_string_equal(map_name(compiled.map), name);
}

static void osc_midi(void **state)
{
    static const struct row rows[] = {
        {"/midi m 00903c64", "90 3C 64", "="}, /* once, though two rules would fit */
        {"/midi m 00643c90", "90 3C 64", "/midi m MIDI [0x00 0x90 0x3c 0x64]"},
        {"midi m 00c00500", "C0 05", "/midi m MIDI [0x00 0xc0 0x05 0x00]"},
        {"/renoise/trigger/midi m 00803c40", "80 3C 40", "/midi m MIDI [0x00 0x80 0x3c 0x40]"},
        {"/midi/* m 00903c64", "90 3C 64", NULL},
        {"/m* m 00903c64", "90 3C 64", NULL},
        {"/midi m 003c3c64", "bad data", NULL},
        {"/midi ib 0 903c64", "none", NULL},
        {NULL, NULL, NULL}};

    (void)state;
    use_dialect("osc-midi");
    check_rows(rows);
    assert_reverse("F0 7E 09 F7", "/sysex s \"f0 7e 09 f7\"");
}

static void open_stage_control(void **state)
{
    static const struct row rows[] = {
        {"/note iii 1 60 100", "90 3C 64", "="},
        {"/note fff 1 60 100", "90 3C 64", "/note iii 1 60 100"},
        {"/note iii 1 60 0", "80 3C 00", "="},
        {"/note ii 1 60", "90 3C 64", NULL},
        {"/note_off iii 1 60 5", "80 3C 05", "/note iii 1 60 0"},
        {"/note_off ff 16 60", "8F 3C 40", NULL},
        {"/control iii 10 7 127", "B9 07 7F", "="},
        {"/control fff 10 7 64.5", "B9 07 41", NULL},
        {"/program ii 1 5", "C0 05", "="},
        {"/pitch ii 1 8192", "E0 00 40", "="},
        {"/channel_pressure ii 2 77", "D1 4D", "="},
        {"/key_pressure iii 2 60 77", "A1 3C 4D", "="},
        {"/nrpn iii 1 130 300", "B0 63 01|B0 62 02|B0 06 02|B0 26 2C|B0 65 7F|B0 64 7F", NULL},
        {"/rpn iii 1 0 256", "B0 65 00|B0 64 00|B0 06 02|B0 26 00|B0 65 7F|B0 64 7F", NULL},
        {"/sysex s f0_7e_09_f7", "F0 7E 09 F7", "="},
        {"/sysex s f07e09f7", "F0 7E 09 F7", NULL},
        {"/sysex sii f0_7e 9 1", "F0 7E 09 01 F7", NULL},
        {"/sysex sii f0_7f_nn_01_nn_f7 12 34", "F0 7F 0C 01 22 F7", "/sysex s \"f0 7f 0c 01 22 f7\""},
        {"/sysex sss F0_7E_7F_nn_nn_F7 06 01", "F0 7E 7F 06 01 F7", NULL},
        {"/sysex si nn 128", "range", NULL},
        {"/sysex s nn", "bad data", NULL},
        {"/mtc s 01:02:03:04", "F0 7F 7F 01 01 01 02 03 04 F7", "="}, /* and not as /sysex too */
        {"/mtc s 24:02:03:04", "range", NULL},
        {"/mtc s now", "bad data", NULL},
        {"/note iii 60 100 1", "range", NULL}, /* another dialect's order: never guessed */
        {NULL, NULL, NULL}};

    (void)state;
    use_dialect("open-stage-control");
    check_rows(rows);
    assert_reverse("F0 7F 7F 01 01 61 02 03 04 F7", "/mtc s \"01:02:03:04\"");
}

static void osmid(void **state)
{
    static const struct row rows[] = {
        {"/*/note_on iii 1 60 100", "*:90 3C 64", "/midi/nano_key/2/1/note_on ii 60 100"},
        {"/nano_key/note_on iii 16 60 100", "nano_key:9F 3C 64", NULL},
        {"/usb/note_on ii 1 60", "usb:90 3C 64", NULL},
        {"/usb/note_on iii 1 60 0", "usb:80 3C 00", "/midi/nano_key/2/1/note_off ii 60 0"},
        {"/usb/note_off iii 2 60 5", "usb:81 3C 05", "/midi/nano_key/2/2/note_off ii 60 5"},
        {"/usb/note_off ii 2 60", "usb:81 3C 40", NULL},
        {"/usb/control_change iii 1 7 127", "usb:B0 07 7F", "/midi/nano_key/2/1/control_change ii 7 127"},
        {"/usb/program_change ii 1 5", "usb:C0 05", "/midi/nano_key/2/1/program_change i 5"},
        {"/usb/pitch_bend ii 1 8192", "usb:E0 00 40", "/midi/nano_key/2/1/pitch_bend i 8192"},
        {"/usb/channel_pressure ii 1 9", "usb:D0 09", "/midi/nano_key/2/1/channel_pressure i 9"},
        {"/usb/poly_pressure iii 1 60 9", "usb:A0 3C 09", "/midi/nano_key/2/1/polyphonic_key_pressure ii 60 9"},
        {"/usb/raw b 903c64", "usb:90 3C 64", NULL},
        {"/usb/raw iii 144 60 100", "usb:90 3C 64", NULL},
        {"/usb/raw b f07e09f7", "usb:F0 7E 09 F7", "/midi/nano_key/2/sysex ii 126 9"},
        {"/usb/clock", "usb:F8", "/midi/nano_key/2/clock"},
        {"/usb/start", "usb:FA", "/midi/nano_key/2/start"},
        {"/usb/continue", "usb:FB", "/midi/nano_key/2/continue"},
        {"/usb/stop", "usb:FC", "/midi/nano_key/2/stop"},
        {"/usb/active_sensing", "usb:FE", "/midi/nano_key/2/active_sensing"},
        {"/usb/active_sense", "usb:FE", NULL},
        {"/usb/nothing i 1", "none", NULL},
        {NULL, NULL, NULL}};

    (void)state;
    use_dialect("osmid");
    check_rows(rows);
    assert_forward("/usb/program_change ii 0 5",
                   "usb:C0 05|usb:C1 05|usb:C2 05|usb:C3 05|usb:C4 05|usb:C5 05|usb:C6 05|usb:C7 05|usb:C8 05|"
                   "usb:C9 05|usb:CA 05|usb:CB 05|usb:CC 05|usb:CD 05|usb:CE 05|usb:CF 05");
    assert_reverse("F2 01 08", "/midi/nano_key/2/song_position i 1025");
    assert_reverse("F1 75", "/midi/nano_key/2/MTC i 117");
    assert_reverse("F3 05", "/midi/nano_key/2/song_select i 5");
    assert_reverse("F6", "/midi/nano_key/2/tune_request");
}

static void osmid_raw_and_sonic_pi(void **state)
{
    static const struct row rows[] = {
        {"/midi/usb/0/1/note_on b 903c64", "usb:90 3C 64", "/midi:nano_key:2:1/note_on ii 60 100"},
        {"/midi/usb/0/1/sysex b f07e09f7", "usb:F0 7E 09 F7", ""},
        {"/midi/usb/0/16/control_change b bf0705", "usb:BF 07 05", "/midi:nano_key:2:16/control_change ii 7 5"},
        {NULL, NULL, NULL}};

    (void)state;
    compile_rules("/midi/{dev}/{id}/{ch}/{type} data:b -> port dev raw data\n"
                  "/midi:{dev}:{id}:{ch}/note_on n v <- port dev port-id id channel ch note-on n v\n"
                  "/midi:{dev}:{id}:{ch}/control_change n v <- port dev port-id id channel ch cc n v");
    check_rows(rows);
}

static void rd_midi_osc(void **state)
{
    (void)state;
    compile_rules("/midi source data:b -> raw data");
    assert_forward("/midi ib 3 903c64", "90 3C 64");
    assert_forward("/midi ib 3 f07e09f7", "F0 7E 09 F7");
}

static void osc2midi_generic(void **state)
{
    static const struct row rows[] = {{"/midi/cc7 i 64", "B0 07 40", "="},
                                      {"/midi/cc7 f 64", "B0 07 40", NULL},
                                      {"/midi/cc127.0 i 64", "B0 7F 40", NULL},
                                      {"/midi/pc f 5", "C0 05", "/midi/pc i 5"},
                                      {"/midi/pitch f 8192", "E0 00 40", "/midi/pitch i 8192"},
                                      {"/midi/noteon60 i 100", "90 3C 64", "="},
                                      {"/midi/noteon60", "90 3C 64", NULL},
                                      {"/midi/noteoff60 i 5", "80 3C 05", "="},
                                      {"/midi/noteoff60", "80 3C 40", NULL},
                                      {"/midi/noteon128 i 5", "range", NULL},
                                      {NULL, NULL, NULL}};

    (void)state;
    compile_rules("/midi/cc{n} v <-> cc n v\n"
                  "/midi/pc n <-> pc n\n"
                  "/midi/pitch v <-> bend v\n"
                  "/midi/noteon{n} v=100 <-> note-on n v\n"
                  "/midi/noteoff{n} v=64 <-> note-off n v");
    check_rows(rows);
}

static void osc2midi_touchosc(void **state)
{
    static const struct row rows[] = {{"/ctl iii 64 7 0", "B0 07 40", "="},
                                      {"/ctl iii 64 7 15", "BF 07 40", "="},
                                      {"/ctl iii 64 7 16", "range", NULL},
                                      {"/note iii 60 100 9", "99 3C 64", "="},
                                      {"/note iii 60 0 9", "89 3C 00", "="},
                                      {"/pgm ii 5 0", "C0 05", "="},
                                      {"/polytouch iii 9 60 0", "A0 3C 09", "="},
                                      {"/touch ii 9 0", "D0 09", "="},
                                      {"/bend ii 8192 0", "E0 00 40", "="},
                                      {"/start", "FA", "="},
                                      {"/cont", "FB", "="},
                                      {"/stop", "FC", "="},
                                      {NULL, NULL, NULL}};

    (void)state;
    compile_rules("/ctl v n ch:0-15 <-> channel ch:1-16 cc n v\n"
                  "/note n v ch:0-15 <-> channel ch:1-16 note n v\n"
                  "/pgm n ch:0-15 <-> channel ch:1-16 pc n\n"
                  "/polytouch v n ch:0-15 <-> channel ch:1-16 pp n v\n"
                  "/touch v ch:0-15 <-> channel ch:1-16 cp v\n"
                  "/bend v ch:0-15 <-> channel ch:1-16 bend v\n"
                  "/start <-> start\n/cont <-> continue\n/stop <-> stop");
    check_rows(rows);
}

static void vkb_midi_driven_by_moss(void **state)
{
    static const struct row rows[] = {{"/vkb_midi/1/note/60 i 100", "90 3C 64", "="},
                                      {"/vkb_midi/1/note/60 i 0", "80 3C 00", "="},
                                      {"/vkb_midi/16/note/60.0 f 100", "9F 3C 64", NULL},
                                      {"/vkb_midi/2/note ii 60 100", "91 3C 64", "/vkb_midi/2/note/60 i 100"},
                                      {"/vkb_midi/10/drum/36 i 100", "99 24 64", NULL},
                                      {"/vkb_midi/1/cc/7 i 127", "B0 07 7F", "="},
                                      {"/vkb_midi/1/aftertouch/60 i 9", "A0 3C 09", "="},
                                      {"/vkb_midi/1/aftertouch i 9", "D0 09", "="},
                                      {"/vkb_midi/1/pitchbend i 64", "E0 00 40", "="},
                                      {"/vkb_midi/1/pitchbend i 0", "E0 00 00", "="},
                                      {"/vkb_midi/1/pitchbend i 127", "E0 00 7F", "="},
                                      {"/vkb_midi/0/note/60 i 100", "none", NULL},
                                      {"/vkb_midi/17/note/60 i 100", "none", NULL},
                                      {"/vkb_midi/{1,2}/cc/7 i 1", "B0 07 01|B1 07 01", NULL},
                                      {NULL, NULL, NULL}};

    (void)state;
    compile_rules("/vkb_midi/{ch:1-16}/note/{n} v <-> channel ch note n v\n"
                  "/vkb_midi/{ch:1-16}/note n v -> channel ch note n v\n"
                  "/vkb_midi/{ch:1-16}/drum/{n} v -> channel ch note n v\n"
                  "/vkb_midi/{ch:1-16}/cc/{n} v <-> channel ch cc n v\n"
                  "/vkb_midi/{ch:1-16}/aftertouch/{n} v <-> channel ch pp n v\n"
                  "/vkb_midi/{ch:1-16}/aftertouch v <-> channel ch cp v\n"
                  "/vkb_midi/{ch:1-16}/pitchbend v:0-127 <-> channel ch bend v:0-16256");
    check_rows(rows);
}

static void vkb_midi_reaper(void **state)
{
    static const struct row rows[] = {{"/vkb_midi/0/note/60 i 100", "90 3C 64", "="},
                                      {"/vkb_midi/15/note/60 i 0", "8F 3C 00", "="},
                                      {"/vkb_midi/0/cc/7 i 127", "B0 07 7F", "="},
                                      {"/vkb_midi/0/pitch i 8192", "E0 00 40", "="},
                                      {"/vkb_midi/0/pitch i 16383", "E0 7F 7F", "="},
                                      {"/vkb_midi/0/channelpressure i 9", "D0 09", "="},
                                      {"/vkb_midi/0/polyaftertouch/60 i 9", "A0 3C 09", "="},
                                      {"/vkb_midi/0/program i 5", "C0 05", "="},
                                      {"/vkb_midi/16/note/60 i 100", "none", NULL},
                                      {"/f/vkb_midi/0/cc/7 f 1", "B0 07 7F", NULL},
                                      {NULL, NULL, NULL}};

    (void)state;
    compile_rules("/vkb_midi/{ch:0-15}/note/{n} v <-> channel ch:1-16 note n v\n"
                  "/vkb_midi/{ch:0-15}/cc/{n} v <-> channel ch:1-16 cc n v\n"
                  "/f/vkb_midi/{ch:0-15}/cc/{n} v:0-1 -> channel ch:1-16 cc n v\n"
                  "/vkb_midi/{ch:0-15}/pitch v <-> channel ch:1-16 bend v\n"
                  "/vkb_midi/{ch:0-15}/channelpressure v <-> channel ch:1-16 cp v\n"
                  "/vkb_midi/{ch:0-15}/polyaftertouch/{n} v <-> channel ch:1-16 pp n v\n"
                  "/vkb_midi/{ch:0-15}/program n <-> channel ch:1-16 pc n");
    check_rows(rows);
}

static void midi_osc(void **state)
{
    static const struct row rows[] = {{"/midi/nano_key/0 sii note=on 60 100", "nano_key:90 3C 64", "="},
                                      {"/midi/nano_key/15 sii note=off 60 64", "nano_key:8F 3C 40", "="},
                                      {"/midi/nano_key/0 sii key=pressure 60 9", "nano_key:A0 3C 09", "="},
                                      {"/midi/nano_key/0 sii controller=change 7 127", "nano_key:B0 07 7F", "="},
                                      {"/midi/nano_key/0 si program=change 5", "nano_key:C0 05", "="},
                                      {"/midi/nano_key/0 si channel=pressure 9", "nano_key:D0 09", "="},
                                      {"/midi/nano_key/0 si pitch=bend 8192", "nano_key:E0 00 40", "="},
                                      {"/midi/nano_key si song=position 1025", "nano_key:F2 01 08", "="},
                                      {"/midi/nano_key si song=select 5", "nano_key:F3 05", "="},
                                      {"/midi/nano_key s tune=request", "nano_key:F6", "="},
                                      {"/midi/nano_key s timing=tick", "nano_key:F8", "="},
                                      {"/midi/nano_key s start=song", "nano_key:FA", "="},
                                      {"/midi/nano_key s continue=song", "nano_key:FB", "="},
                                      {"/midi/nano_key s stop=song", "nano_key:FC", "="},
                                      {"/midi/nano_key s mmc=stop", "nano_key:F0 7F 7F 06 01 F7", "="},
                                      {"/midi/nano_key/0 s start=song", "none", NULL},
                                      {"/midi/nano_key/16 sii note=on 60 100", "none", NULL},
                                      {NULL, NULL, NULL}};

    (void)state; /* '_' is a space in these tests, so '=' stands for it here */
    compile_rules("/midi/{d}/{ch:0-15} \"note=on\" n v <-> port d channel ch:1-16 note-on n v\n"
                  "/midi/{d}/{ch:0-15} \"note=off\" n v <-> port d channel ch:1-16 note-off n v\n"
                  "/midi/{d}/{ch:0-15} \"key=pressure\" n v <-> port d channel ch:1-16 pp n v\n"
                  "/midi/{d}/{ch:0-15} \"controller=change\" n v <-> port d channel ch:1-16 cc n v\n"
                  "/midi/{d}/{ch:0-15} \"program=change\" n <-> port d channel ch:1-16 pc n\n"
                  "/midi/{d}/{ch:0-15} \"channel=pressure\" v <-> port d channel ch:1-16 cp v\n"
                  "/midi/{d}/{ch:0-15} \"pitch=bend\" v <-> port d channel ch:1-16 bend v\n"
                  "/midi/{d} \"song=position\" n <-> port d spp n\n"
                  "/midi/{d} \"song=select\" n <-> port d ss n\n"
                  "/midi/{d} \"tune=request\" <-> port d tun\n"
                  "/midi/{d} \"timing=tick\" <-> port d mc\n"
                  "/midi/{d} \"start=song\" <-> port d start\n"
                  "/midi/{d} \"continue=song\" <-> port d cont\n"
                  "/midi/{d} \"stop=song\" <-> port d stop\n"
                  "/midi/{d} \"mmc=stop\" <-> port d sysex 7FH 7FH 6 1");
    check_rows(rows);
}

static void linuxaudio(void **state)
{
    static const struct row rows[] = {{"/app/synth/midi/channel/#1/note_on/#60 i 100", "90 3C 64", NULL},
                                      {"/app/synth/midi/channel/#16/controller_change/#7 i 127", "BF 07 7F", NULL},
                                      {"/app/synth/midi/channel/#17/note_on/#60 i 100", "none", NULL},
                                      {NULL, NULL, NULL}};

    (void)state;
    compile_rules("/{app}/{section}/midi/channel/#{ch:1-16}/note_on/#{key} v -> channel ch note key v\n"
                  "/{app}/{section}/midi/channel/#{ch:1-16}/controller_change/#{n} v -> channel ch cc n v");
    check_rows(rows);
}

static void lists_the_dialects(void **state)
{
    struct map *map = NULL;
    unsigned count = 0;
    bool found = false;

    (void)state;
    for (; map_dialect_name(count) != NULL; count++)
        found = found || strcmp(map_dialect_name(count), "osmid") == 0;
    assert_true(found);
    for (unsigned i = 0; map_default_dialects[i] != NULL; i++) {
        assert_int_equal(map_compile_dialect(map_default_dialects[i], &map), 0);
        assert_true(map_has_reverse(map));
        map_free(map);
    }
    assert_int_equal(map_compile_dialect("no-such-dialect", &map), NW_ENOTFOUND);
    assert_int_equal(map_compile_dialect("../maps/rule", &map), NW_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAP_TEST(osc_midi),
        MAP_TEST(open_stage_control),
        MAP_TEST(osmid),
        MAP_TEST(osmid_raw_and_sonic_pi),
        MAP_TEST(rd_midi_osc),
        MAP_TEST(osc2midi_generic),
        MAP_TEST(osc2midi_touchosc),
        MAP_TEST(vkb_midi_driven_by_moss),
        MAP_TEST(vkb_midi_reaper),
        MAP_TEST(midi_osc),
        MAP_TEST(linuxaudio),
        MAP_TEST(lists_the_dialects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
