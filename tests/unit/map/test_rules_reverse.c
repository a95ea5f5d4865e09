/* Tests of rules from MIDI to OSC, written in the map language: exact bytes, every tag, what is not a rule's.
 * SPDX-License-Identifier: MIT */
#include "map_test.h"

static void tells_every_command(void **state)
{
    (void)state;
    compile_rules("/note ch n v <- channel ch note n v\n"
                  "/on ch n v <- channel ch note-on n v\n"
                  "/off ch n v <- channel ch note-off n v\n"
                  "/pp ch n v <- channel ch poly-pressure n v\n"
                  "/cc ch n v <- channel ch cc n v\n"
                  "/pc ch n <- channel ch pc n\n"
                  "/cp ch v <- channel ch cp v\n"
                  "/pb ch v <- channel ch pb v\n"
                  "/tc t v <- tc t v\n"
                  "/spp n <- spp n\n"
                  "/ss n <- ss n\n"
                  "/tun <- tun\n/clock <- mc\n/start <- start\n/cont <- cont\n/stop <- stop\n/as <- as\n/rst <- rst\n"
                  "/syx data:s <- sysex data\n"
                  "/dev a b <- sysex 7EH a 9 b");
    assert_reverse("90 3C 64", "/note iii 1 60 100|/on iii 1 60 100");
    assert_reverse("9F 3C 00", "/note iii 16 60 0|/on iii 16 60 0");
    assert_reverse("82 3C 40", "/note iii 3 60 0|/off iii 3 60 64"); /* a note-off is velocity 0 */
    assert_reverse("A0 01 02", "/pp iii 1 1 2");
    assert_reverse("B1 07 7F", "/cc iii 2 7 127");
    assert_reverse("C9 05", "/pc ii 10 5");
    assert_reverse("D0 63", "/cp ii 1 99");
    assert_reverse("E0 00 40", "/pb ii 1 8192");
    assert_reverse("E0 7F 7F", "/pb ii 1 16383");
    assert_reverse("F1 75", "/tc ii 7 5");
    assert_reverse("F2 01 08", "/spp i 1025");
    assert_reverse("F3 03", "/ss i 3");
    assert_reverse("F6", "/tun");
    assert_reverse("F8", "/clock");
    assert_reverse("FA", "/start");
    assert_reverse("FB", "/cont");
    assert_reverse("FC", "/stop");
    assert_reverse("FE", "/as");
    assert_reverse("FF", "/rst");
    assert_reverse("F0 7E 7F F7", "/syx s \"f0 7e 7f f7\"");
    assert_reverse("F0 7E 11 09 22 F7", "/syx s \"f0 7e 11 09 22 f7\"|/dev ii 17 34");
    assert_reverse("F0 7E 11 08 22 F7", "/syx s \"f0 7e 11 08 22 f7\"");
}

static void writes_every_tag(void **state)
{
    (void)state;
    compile_rules("/i v:i <- cc 1 v\n/f v:f <- cc 2 v\n/h v:h <- cc 3 v\n/d v:d <- cc 4 v\n/T v:T:0-1 <- cc 5 v\n"
                  "/x a:T=1 b:f=0.5 \"hi\" 7 1.5 v:h c:d=-2 <- cc 6 v");
    assert_reverse_bytes("B0 01 40", "2f690000 2c690000 00000040");
    assert_reverse_bytes("B0 02 40", "2f660000 2c660000 42800000");
    assert_reverse_bytes("B0 03 40", "2f680000 2c680000 0000000000000040");
    assert_reverse_bytes("B0 04 40", "2f640000 2c640000 4050000000000000");
    assert_reverse_bytes("B0 05 7F", "2f540000 2c540000");
    assert_reverse_bytes("B0 05 00", "2f540000 2c460000");
    assert_reverse_bytes("B0 05 40", "2f540000 2c540000"); /* 64 of 127 is the upper half */
    assert_reverse_bytes("B0 06 05", "2f780000 2c546673 69666864 00000000 3f000000 68690000 00000007 3fc00000"
                                     "0000000000000005 c000000000000000");
}

static void writes_data_in_every_tag(void **state)
{
    (void)state;
    compile_rules("/m msg:m <- raw msg");
    assert_reverse_bytes("90 3C 64", "2f6d0000 2c6d0000 00903c64");
    assert_reverse_bytes("C9 05", "2f6d0000 2c6d0000 00c90500");
    assert_reverse_bytes("F8", "2f6d0000 2c6d0000 00f80000");
    assert_reverse("F0 7E F7", ""); /* does not fit four bytes */
    compile_rules("/b 1 data:b <- raw data");
    assert_reverse_bytes("90 3C 64", "2f620000 2c696200 00000001 00000003 903c6400");
    assert_reverse_bytes("F0 7E F7", "2f620000 2c696200 00000001 00000003 f07ef700");
    compile_rules("/i \"x\" data:i <- raw data");
    assert_reverse_bytes("90 3C 64", "2f690000 2c736969 69000000 78000000 00000090 0000003c 00000064");
    compile_rules("/i data:i <- sysex data"); /* numbers: without F0 and F7, as osmid */
    assert_reverse_bytes("F0 7E 09 F7", "2f690000 2c696900 0000007e 00000009");
    assert_reverse("90 3C 64", "");
    compile_rules("/s data:s <- sysex data");
    assert_reverse_bytes("F0 7E F7", "2f730000 2c730000 66302037 65206637 00000000");
    compile_rules("/s data:b <- sysex data");
    assert_reverse_bytes("F0 7E 01 02 03 F7", "2f730000 2c620000 00000006 f07e0102 03f70000");
}

static void unscales(void **state)
{
    (void)state;
    compile_rules("/f x:0-1 <-> cc 1 x\n"
                  "/turned x:0-1 <-> cc 2 x:127-0\n"
                  "/part x:0-1 <-> cc 3 x:20-100\n"
                  "/bend v:-1..1 <-> bend v\n"
                  "/percent x:0-100 <-> cc 4 x\n"
                  "/knob{v:0-10} <-> cc 5 v\n");
    assert_reverse_bytes("B0 01 7F", "2f660000 2c660000 3f800000");
    assert_reverse("B0 01 00", "/f f 0.000000");
    assert_reverse("B0 02 7F", "/turned f 0.000000");
    assert_reverse("B0 02 00", "/turned f 1.000000");
    assert_reverse("B0 03 14", "/part f 0.000000");
    assert_reverse("B0 03 64", "/part f 1.000000");
    assert_reverse("B0 03 3C", "/part f 0.500000");
    assert_reverse("B0 03 13", ""); /* beyond what the rule can send */
    assert_reverse("B0 03 65", "");
    assert_reverse("E0 7F 7F", "/bend f 1.000000");
    assert_reverse("E0 00 00", "/bend f -1.000000");
    assert_reverse("B0 04 7F", "/percent i 100");
    assert_reverse("B0 05 7F", "/knob10");
    assert_reverse("B0 05 40", "/knob5"); /* 5.04: values are rounded */
}

static void names_must_fit(void **state)
{
    (void)state;
    compile_rules("/1/fader{n:1-8} x:0-1 <-> channel 1 cc n x\n"
                  "/1/rotary{n:1-4} x:0-1 <-> channel 2 cc n:71-74 x\n"
                  "/arg n:1-4 x <-> channel 3 cc n x\n"
                  "/ten{n:1-4} <-> channel 4 cc n:10-40 1\n"
                  "/tens n:1-4 <-> channel 5 cc n:10-40 1\n"
                  "/pc p:1-128 <-> pc p:0-127\n"
                  "/same n <-> channel 6 note n n\n"
                  "/ch{ch:1-4} <-> channel ch cc 100 1");
    assert_reverse("B0 01 7F", "/1/fader1 f 1.000000");
    assert_reverse("B0 08 7F", "/1/fader8 f 1.000000");
    assert_reverse("B0 09 7F", "");
    assert_reverse("B0 00 7F", "");
    assert_reverse("B7 01 7F", "");
    assert_reverse("B1 47 7F", "/1/rotary1 f 1.000000");
    assert_reverse("B1 4A 7F", "/1/rotary4 f 1.000000");
    assert_reverse("B1 4B 7F", "");
    assert_reverse("B2 04 05", "/arg ii 4 5");
    assert_reverse("B2 05 05", ""); /* /arg 5 would not be taken either */
    assert_reverse("B3 14 01", "/ten2");
    assert_reverse("B3 15 01", ""); /* between two of its numbers */
    assert_reverse("B4 14 01", "/tens i 2");
    assert_reverse("B4 15 01", "");
    assert_reverse("C0 00", "/pc i 1");
    assert_reverse("C0 7F", "/pc i 128");
    assert_reverse("95 3C 3C", "/same i 60");
    assert_reverse("95 3C 3D", "");
    assert_reverse("B3 64 01", "/ch4");
    assert_reverse("B4 64 01", "");
}

static void names_ports(void **state)
{
    (void)state;
    compile_rules("/midi/{dev}/{id}/{ch}/on n v <- port dev port-id id channel ch note-on n v\n"
                  "/{dev}/cc n v <-> port dev cc n v\n"
                  "/mine v <-> port Nano_Key cc 7 v\n"
                  "/any v <-> port \"nano*\" cc 7 v\n"
                  "/other v <-> port synth cc 7 v\n"
                  "/low/{id:0-1} v <- port-id id cc 8 v\n"
                  "/high/{id:2-3} v <- port-id id cc 8 v");
    assert_reverse("B0 08 05", "/nano_key/cc ii 8 5|/high/2 i 5");
    assert_reverse("91 3C 64", "/midi/nano_key/2/2/on ii 60 100");
    assert_reverse("B0 01 05", "/nano_key/cc ii 1 5");
    assert_reverse("B0 07 05", "/nano_key/cc ii 7 5|/mine i 5|/any i 5"); /* not what came from another port */
}

static void sends_defaults(void **state)
{
    (void)state;
    compile_rules("/x v page=3 frac=0.25 big:h=4000000000 far:i=1e12 <-> cc 1 v\n/y{n:1-4} z=1 <- cc 2 n");
    assert_reverse("B0 01 05", "/x iifhi 5 3 0.250000 4000000000 2147483647");
    assert_reverse("B0 02 7F", "/y4 i 1");
}

static void tells_quarter_frames(void **state)
{
    (void)state;
    compile_rules("/qf v <-> quarter-frame v\n/qx v:0-1 <- quarter-frame v:0-127");
    assert_reverse("F1 75", "/qf i 117|/qx f 0.921260");
    assert_reverse("F1 00", "/qf i 0|/qx f 0.000000");
    assert_reverse("F1 7F", "/qf i 127|/qx f 1.000000");
    assert_reverse("F2 75 00", "");
}

static void tells_full_frames(void **state)
{
    (void)state;
    compile_rules("/mtc t:s <-> full-frame t\n/film t <- full-frame t 0\n/30 1 \"x\" t <- full-frame t 3\n"
                  "/{rate:1-2}/mtc t <- full-frame t rate\n/rate rate t <- full-frame t rate");
    assert_reverse_bytes("F0 7F 7F 01 01 77 3B 09 1D F7", /* 30 frames a second */
                         "2f6d7463 00000000 2c730000 32333a35 393a3039 3a323900"
                         "2f333000 2c697373 00000000 00000001 78000000 32333a35 393a3039 3a323900"
                         "2f726174 65000000 2c697300 00000003 32333a35 393a3039 3a323900");
    assert_reverse("F0 7F 7F 01 01 00 00 00 00 F7",
                   "/mtc s \"00:00:00:00\"|/film s \"00:00:00:00\"|/rate is 0 \"00:00:00:00\"");
    assert_reverse("F0 7F 7F 01 01 41 02 03 04 F7",
                   "/mtc s \"01:02:03:04\"|/2/mtc s \"01:02:03:04\"|/rate is 2 \"01:02:03:04\"");
    assert_reverse("F0 7F 7F 01 01 18 00 00 00 F7", ""); /* there is no such time */
    assert_reverse("F0 7F 7F 01 01 00 3C 00 00 F7", "");
    assert_reverse("F0 7F 7F 01 01 00 00 3C 00 F7", "");
    assert_reverse("F0 7F 7F 01 01 00 00 00 1E F7", "");
    assert_reverse("F0 7F 10 01 01 00 00 00 00 F7", ""); /* to one device */
    assert_reverse("F0 7F 7F 01 02 00 00 00 00 F7", ""); /* user bits */
    assert_reverse("F0 7F 7F 01 01 00 00 00 F7", "");
    assert_reverse("F1 75", "");
    compile_rules("/film r t <- full-frame t r:0-0");
    assert_reverse("F0 7F 7F 01 01 01 02 03 04 F7", "/film is 0 \"01:02:03:04\"");
    assert_reverse("F0 7F 7F 01 01 21 02 03 04 F7", "");
}

/* What a rule above has told as what it means is not told again as bytes. */
static void tells_precise_sysex_once(void **state)
{
    (void)state;
    compile_rules("/first data:s <- sysex data\n"
                  "/mtc t:s <- full-frame t\n"
                  "/volume v <- sysex hex 7F 7F 04 01 00 v\n"
                  "/again v <- sysex hex 7F 7F 04 01 00 v\n"
                  "/sysex data:s <- sysex data\n"
                  "/blob data:b <- sysex data\n"
                  "/raw msg:i <- raw msg");
    assert_reverse("F0 7F 7F 01 01 01 02 03 04 F7", "/first s \"f0 7f 7f 01 01 01 02 03 04 f7\"|"
                                                    "/mtc s \"01:02:03:04\"|"
                                                    "/raw iiiiiiii 127 127 1 1 1 2 3 4");
    assert_reverse("F0 7F 7F 04 01 00 05 F7", "/first s \"f0 7f 7f 04 01 00 05 f7\"|/volume i 5|/again i 5|"
                                              "/raw iiiiii 127 127 4 1 0 5");
    assert_reverse("F0 7E F7", "/first s \"f0 7e f7\"|/sysex s \"f0 7e f7\"|/blob b [3b 0xf0 0x7e 0xf7]|/raw i 126");
}

/* What does not fit is told as NULL. */
static void on_nothing(void *user, const uint8_t *bytes, size_t length)
{
    (void)user;
    (void)length;
    assert_null(bytes);
}

static void does_not_fit(void **state)
{
    uint8_t out[64], note[] = {0x90, 60, 100}, sysex[] = {0xf0, 1, 2, 0xf7};
    uint8_t frame[] = {0xf0, 0x7f, 0x7f, 1, 1, 0, 0, 0, 0, 0xf7};
    struct rule_midi midi = {.bytes = note, .length = 3, .port = "a", .port_length = 1};

    (void)state;
    compile_rules("/note ch n v <-> channel ch note n v\n/sysex data:s <-> sysex data");
    /* "/note" 8, ",iii" 8, three numbers 12 */
    for (size_t size = 0; size < 28; size++)
        assert_int_equal(map_reverse(compiled.map, &midi, out, size, on_nothing, NULL), 1);
    told.used = told.count = 0;
    told.text[0] = '\0';
    assert_int_equal(map_reverse(compiled.map, &midi, out, 28, on_told, &told), 1);
    assert_int_equal(told.used, 28);
    midi.bytes = sysex;
    midi.length = 4;
    for (size_t size = 0; size < 24; size++) /* "/sysex" 8, ",s" 4, "f0 01 02 f7" 12 */
        assert_int_equal(map_reverse(compiled.map, &midi, out, size, on_nothing, NULL), 1);
    assert_int_equal(map_reverse(compiled.map, &midi, out, 24, on_told, &told), 1);
    compile_rules("/mtc t:s <- full-frame t");
    midi.bytes = frame;
    midi.length = sizeof frame;
    for (size_t size = 0; size < 24; size++) /* "/mtc" 8, ",s" 4, "00:00:00:00" 12 */
        assert_int_equal(map_reverse(compiled.map, &midi, out, size, on_nothing, NULL), 1);
    assert_int_equal(map_reverse(compiled.map, &midi, out, 24, on_told, &told), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAP_TEST(tells_every_command),
        MAP_TEST(writes_every_tag),
        MAP_TEST(writes_data_in_every_tag),
        MAP_TEST(unscales),
        MAP_TEST(names_must_fit),
        MAP_TEST(names_ports),
        MAP_TEST(sends_defaults),
        MAP_TEST(tells_quarter_frames),
        MAP_TEST(tells_full_frames),
        MAP_TEST(tells_precise_sysex_once),
        MAP_TEST(does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
