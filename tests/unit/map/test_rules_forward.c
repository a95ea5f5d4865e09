/* Tests of rules from OSC to MIDI, written in the map language: every command, scaling, arguments, data.
 * SPDX-License-Identifier: MIT */
#include "map_test.h"

static void plays_every_command(void **state)
{
    (void)state;
    compile_rules("/note ch n v -> channel ch note n v\n"
                  "/on ch n v -> channel ch note-on n v\n"
                  "/off ch n v -> channel ch note-off n v\n"
                  "/pp ch n v -> channel ch poly-pressure n v\n"
                  "/cc ch n v -> channel ch control-change n v\n"
                  "/cc14 ch n v -> channel ch control-change-14 n v\n"
                  "/pc ch n -> channel ch program-change n\n"
                  "/cp ch v -> channel ch channel-pressure v\n"
                  "/pb ch v -> channel ch pitch-bend v\n"
                  "/nrpn ch n v -> channel ch nrpn n v\n"
                  "/rpn ch n v -> channel ch rpn n v\n"
                  "/tc t v -> time-code t v\n"
                  "/qf v -> quarter-frame v\n"
                  "/spp n -> song-position n\n"
                  "/ss n -> song-select n\n"
                  "/tun -> tune-request\n"
                  "/clock -> midi-clock\n"
                  "/start -> start\n"
                  "/cont -> continue\n"
                  "/stop -> stop\n"
                  "/as -> active-sensing\n"
                  "/rst -> reset\n"
                  "/syx a -> system-exclusive 7EH 7FH 9 1 hex 0a a\n");
    assert_forward("/note iii 1 60 100", "90 3C 64");
    assert_forward("/note iii 16 127 1", "9F 7F 01");
    assert_forward("/note iii 2 60 0", "81 3C 00"); /* velocity 0 is note-off */
    assert_forward("/on iii 1 60 0", "90 3C 00");
    assert_forward("/off iii 1 60 64", "80 3C 40");
    assert_forward("/pp iii 3 60 5", "A2 3C 05");
    assert_forward("/cc iii 1 7 127", "B0 07 7F");
    assert_forward("/cc14 iii 1 7 16383", "B0 07 7F|B0 27 7F");
    assert_forward("/cc14 iii 4 31 129", "B3 1F 01|B3 3F 01");
    assert_forward("/cc14 iii 1 32 129", "range");
    assert_forward("/pc ii 10 5", "C9 05");
    assert_forward("/cp ii 1 99", "D0 63");
    assert_forward("/pb ii 1 8192", "E0 00 40");
    assert_forward("/pb ii 1 16383", "E0 7F 7F");
    /* CC 99 and 98 (NRPN MSB, LSB), 6 and 38 (data entry), then the null parameter: 101 and 100 at 127 */
    assert_forward("/nrpn iii 1 1025 300", "B0 63 08|B0 62 01|B0 06 02|B0 26 2C|B0 65 7F|B0 64 7F");
    assert_forward("/rpn iii 2 2 8192", "B1 65 00|B1 64 02|B1 06 40|B1 26 00|B1 65 7F|B1 64 7F");
    assert_forward("/nrpn iii 1 16384 0", "range");
    assert_forward("/tc ii 7 5", "F1 75");
    assert_forward("/tc ii 8 5", "range");
    assert_forward("/qf i 117", "F1 75");
    assert_forward("/qf i 0", "F1 00");
    assert_forward("/qf i 127", "F1 7F");
    assert_forward("/qf i 128", "range");
    assert_forward("/qf i -1", "range");
    assert_forward("/spp i 1025", "F2 01 08");
    assert_forward("/ss i 3", "F3 03");
    assert_forward("/tun", "F6");
    assert_forward("/clock", "F8");
    assert_forward("/start", "FA");
    assert_forward("/cont", "FB");
    assert_forward("/stop", "FC");
    assert_forward("/as", "FE");
    assert_forward("/rst", "FF");
    assert_forward("/syx i 17", "F0 7E 7F 09 01 0A 11 F7");
}

static void scales_values(void **state)
{
    (void)state;
    compile_rules("/f x:0-1 -> cc 1 x\n"
                  "/turned x:0-1 -> cc 1 x:127-0\n"
                  "/part x:0-1 -> cc 1 x:20-100\n"
                  "/bend v:-1..1 -> bend v\n"
                  "/percent x:0-100 -> cc 1 x\n"
                  "/down x:1-0 -> cc 1 x\n"
                  "/asis x -> cc 1 x\n"
                  "/held x -> cc 1 x:20-100\n"
                  "/wide x:0-1 -> nrpn 1 x\n"
                  "/n{n:1-4} x:0-1 -> cc n:71-74 x\n"
                  "/o{n:1-16} v -> channel 10 note n:36-51 v\n"
                  "/pc p:1-128 -> pc p:0-127\n");
    assert_forward("/f f 0", "B0 01 00");
    assert_forward("/f f 1", "B0 01 7F");
    assert_forward("/f f 0.5", "B0 01 40"); /* 63.5, rounded up */
    assert_forward("/f f 1.5", "B0 01 7F");
    assert_forward("/f f -3", "B0 01 00");
    assert_forward("/f f inf", "B0 01 7F");
    assert_forward("/f f nan", "none"); /* no number */
    assert_forward("/turned f 0", "B0 01 7F");
    assert_forward("/turned f 1", "B0 01 00");
    assert_forward("/turned f 0.25", "B0 01 5F"); /* 95.25 */
    assert_forward("/part f 0", "B0 01 14");
    assert_forward("/part f 1", "B0 01 64");
    assert_forward("/part f 2", "B0 01 64");
    assert_forward("/bend f -1", "E0 00 00");
    assert_forward("/bend f 0", "E0 00 40"); /* 8191.5 rounds to the centre */
    assert_forward("/bend f 1", "E0 7F 7F");
    assert_forward("/percent i 50", "B0 01 40");
    assert_forward("/down f 0", "B0 01 7F");
    assert_forward("/down f 1", "B0 01 00");
    assert_forward("/asis f 1", "B0 01 01"); /* as it is: 1.0 is 1 */
    assert_forward("/asis i 200", "B0 01 7F");
    assert_forward("/asis i -1", "B0 01 00");
    assert_forward("/asis f 63.6", "B0 01 40");
    assert_forward("/held i 5", "B0 01 14");
    assert_forward("/held i 50", "B0 01 32");
    assert_forward("/held i 120", "B0 01 64");
    assert_forward("/wide f 1", "B0 63 00|B0 62 01|B0 06 7F|B0 26 7F|B0 65 7F|B0 64 7F");
    assert_forward("/n1 f 1", "B0 47 7F");
    assert_forward("/n4 f 1", "B0 4A 7F");
    assert_forward("/n5 f 1", "none");
    assert_forward("/o16 i 1", "99 33 01");
    assert_forward("/pc i 1", "C0 00");
    assert_forward("/pc i 128", "C0 7F");
    assert_forward("/pc i 0", "range"); /* never guessed */
    assert_forward("/pc i 129", "range");
}

static void what_does_not_exist_is_range(void **state)
{
    (void)state;
    compile_rules("/note ch n v -> channel ch note n v\n"
                  "/cc ch n v -> channel ch|all cc n v\n"
                  "/in{n} v -> cc n:10-20 v");
    assert_forward("/note iii 0 60 100", "range");
    assert_forward("/note iii 17 60 100", "range");
    assert_forward("/note iii -1 60 100", "range");
    assert_forward("/note iii 1 128 100", "range");
    assert_forward("/note iii 1 -1 100", "range");
    assert_forward("/note fff 1 60.4 100.6", "90 3C 65");
    assert_forward("/note iii 1 60 200", "90 3C 7F");
    assert_forward("/note dii 1e300 60 100", "range");
    assert_forward("/cc iii 17 7 1", "range");
    assert_forward("/cc iii 1 128 1", "range");
    assert_forward("/cc iii 3 7 1", "B2 07 01");
    for (int ch = 0; ch > -3; ch--) {
        char message[32];

        sprintf(message, "/cc iii %d 7 1", ch);
        assert_forward(message, "B0 07 01|B1 07 01|B2 07 01|B3 07 01|B4 07 01|B5 07 01|B6 07 01|B7 07 01|B8 07 01|"
                                "B9 07 01|BA 07 01|BB 07 01|BC 07 01|BD 07 01|BE 07 01|BF 07 01");
    }
    assert_forward("/in9 i 1", "range");
    assert_forward("/in10 i 1", "B0 0A 01");
}

static void takes_numbers_from_every_tag(void **state)
{
    (void)state;
    compile_rules("/x v -> cc 1 v");
    assert_forward("/x i 5", "B0 01 05");
    assert_forward("/x f 5", "B0 01 05");
    assert_forward("/x h 5", "B0 01 05");
    assert_forward("/x d 5", "B0 01 05");
    assert_forward("/x c 65", "B0 01 41");
    assert_forward("/x T", "B0 01 01");
    assert_forward("/x F", "B0 01 00");
    assert_forward("/x I", "B0 01 01");
    assert_forward("/x N", "B0 01 00");
    assert_forward("/x s 5", "B0 01 05");
    assert_forward("/x s 5,4", "B0 01 05"); /* a decimal comma */
    assert_forward("/x s 62,5", "B0 01 3F");
    assert_forward("/x S 5.0", "B0 01 05");
    assert_forward("/x [i] 5", "B0 01 05"); /* an array is read as if it were not there */
    assert_forward("/x s five", "none");
    assert_forward("/x b 05", "none");
    assert_forward("/x m 00903c64", "none");
}

static void counts_arguments(void **state)
{
    (void)state;
    compile_rules("/d n v=100 ch=2 -> channel ch note n v\n"
                  "/play 1 -> start\n"
                  "/play 0 -> stop\n"
                  "/word \"note=on\" n -> note n 1\n"
                  "/word \"note off\" n -> note n 0\n"
                  "/half 0.5 -> clock");
    assert_forward("/d i 60", "91 3C 64");
    assert_forward("/d ii 60 1", "91 3C 01");
    assert_forward("/d iii 60 1 3", "92 3C 01");
    assert_forward("/d iiis 60 1 3 surplus", "92 3C 01");
    assert_forward("/d", "none");
    assert_forward("/play f 1", "FA");
    assert_forward("/play T", "FA");
    assert_forward("/play F", "FC");
    assert_forward("/play s 1", "FA");
    assert_forward("/play i 2", "none");
    assert_forward("/play", "none");
    assert_forward("/word si note=on 60", "90 3C 01");
    assert_forward("/word Si note=on 60", "90 3C 01");
    assert_forward("/word si note=onx 60", "none");
    assert_forward("/word si note_off 60", "80 3C 00");
    assert_forward("/word ii 1 60", "none");
    assert_forward("/word s note_off", "none");
    assert_forward("/half f 0.5", "F8");
    assert_forward("/half f 0.50001", "none");
}

static void reads_both_orders_of_m(void **state)
{
    (void)state;
    compile_rules("/m msg:m -> raw msg\n/pm{x} a msg:m -> raw msg");
    assert_forward("/m m 00903c64", "90 3C 64");
    assert_forward("/m m 07b00740", "B0 07 40");
    assert_forward("/m m 00643c90", "90 3C 64"); /* TouchOSC Bridge: data 2, data 1, status */
    assert_forward("/m m 000005c0", "C0 05");
    assert_forward("/m m 00c00500", "C0 05");
    assert_forward("/m m 00f80000", "F8");
    assert_forward("/m m 000000f8", "F8");
    assert_forward("/m m 00f20108", "F2 01 08");
    assert_forward("/m m 003c3c3c", "bad data"); /* no status at all */
    assert_forward("/m m 00908064", "bad data");
    assert_forward("/m m 00903c80", "bad data");
    assert_forward("/m m 00f00000", "bad data"); /* SysEx does not fit four bytes */
    assert_forward("/m m 00f70000", "bad data");
    assert_forward("/m m 00f40000", "bad data");
    assert_forward("/m i 9452644", "none");
    assert_forward("/m", "none");
    assert_forward("/pm1 im 5 00903c64", "90 3C 64");
}

static void reads_sysex_in_every_spelling(void **state)
{
    (void)state;
    compile_rules("/sysex data:s -> sysex data\n/raw data:b -> raw data\n/r2 a data -> raw data");
    assert_forward("/sysex s f07e7f0901f7", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex s F0_7E_7F_09_01_F7", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex s 0xF0,0x7e,0x7F,0x9,0x1,0xf7", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex s 7e_7f_9_1", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex s f0_7e_7f_9_1", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex s 7e7f0901f7", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex ss f07e 7f0901f7", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex sii f07e 127 9", "F0 7E 7F 09 F7");
    assert_forward("/sysex b f07e7f0901f7", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex b 7e7f0901", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex iiiiii 240 126 127 9 1 247", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex ffff 126 127 9 1", "F0 7E 7F 09 01 F7");
    assert_forward("/sysex s 000102030405060708090a0b0c0d0e0f10",
                   "F0 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 F7");
    assert_forward("/sysex s f07g", "bad data");
    assert_forward("/sysex s 7e:7f", "bad data");
    assert_forward("/sysex s 7e80", "bad data");
    assert_forward("/sysex s f001f7f002f7", "bad data"); /* one at a time */
    assert_forward("/sysex b f0f07e", "bad data");
    assert_forward("/sysex i 256", "bad data");
    assert_forward("/sysex i -1", "bad data");
    assert_forward("/sysex is 5 hello", "bad data");
    assert_forward("/sysex", "none");
    assert_forward("/raw b 903c64", "90 3C 64");
    assert_forward("/raw b 903c643c00f8", "90 3C 64|90 3C 00|F8"); /* running status */
    assert_forward("/raw s 0x90_0x3c_0x64", "90 3C 64");
    assert_forward("/raw iii 144 60 100", "90 3C 64");
    assert_forward("/raw [iii] 144 60 100", "90 3C 64");
    assert_forward("/raw m 00903c64", "90 3C 64");
    assert_forward("/raw b f07e7f0901f7", "F0 7E 7F 09 01 F7");
    assert_forward("/raw b f07e7f", "bad data"); /* nothing of it is played */
    assert_forward("/raw b 903c", "bad data");
    assert_forward("/raw b 903c643c", "bad data");
    assert_forward("/raw b 3c64", "bad data");
    assert_forward("/raw b f4", "bad data");
    assert_forward("/raw", "none");
    assert_forward("/r2 ib 1 903c64", "90 3C 64");
    assert_forward("/r2 i 1", "none");
}

/* Each "nn" is the next argument: a number, or hex text. */
static void fills_placeholders(void **state)
{
    (void)state;
    compile_rules("/sysex data:s -> sysex data\n/raw data:b -> raw data");
    assert_forward("/sysex sii f0_7f_nn_01_nn_f7 12 34", "F0 7F 0C 01 22 F7");
    assert_forward("/sysex sii F07FNN01Nnf7 12 34", "F0 7F 0C 01 22 F7");
    assert_forward("/sysex sff nn,nn 0 127", "F0 00 7F F7");
    assert_forward("/sysex sd 7_nn 12.5", "F0 07 0D F7"); /* rounded, as values are */
    assert_forward("/sysex sd nn -0.4", "F0 00 F7");
    assert_forward("/sysex sT nn", "F0 01 F7");
    assert_forward("/sysex s[i]i nn 5 6", "F0 05 06 F7"); /* what no nn takes follows */
    assert_forward("/sysex sisi nn 1 nn 2", "F0 01 02 F7");
    assert_forward("/sysex isi 9 nn 1", "F0 09 01 F7");
    assert_forward("/sysex sss F0_7E_7F_nn_nn_F7 06 01", "F0 7E 7F 06 01 F7");
    assert_forward("/sysex ss nn 06_0x01,2", "F0 06 01 02 F7");
    assert_forward("/sysex ss 01nn ", "F0 01 F7"); /* a text of nothing */
    assert_forward("/raw sii 90_nn_nn 60 100", "90 3C 64");
    assert_forward("/sysex si nn 128", "range");
    assert_forward("/sysex si nn -1", "range");
    assert_forward("/sysex sd nn 127.5", "range");
    assert_forward("/sysex sh nn 4294967296", "range");
    assert_forward("/raw sii 90_nn_nn 60 200", "range");
    assert_forward("/sysex s nn", "bad data");
    assert_forward("/sysex si nn_nn 1", "bad data");
    assert_forward("/sysex s[] nn", "bad data");
    assert_forward("/sysex sb nn 01", "bad data");
    assert_forward("/sysex sm nn 00903c64", "bad data");
    assert_forward("/sysex sf nn nan", "bad data");
    assert_forward("/sysex ss nn zz", "bad data");
    assert_forward("/sysex ss nn 80", "bad data");
    assert_forward("/sysex ssi nn nn 1", "bad data"); /* not once more */
    assert_forward("/sysex si n 1", "bad data");
    assert_forward("/sysex si nnn 1", "bad data");
    assert_forward("/sysex si 01_n_n 1", "bad data");
}

/* MIDI Time Code's "Full Message": hours with the rate above them, minutes, seconds, frames. */
static void plays_full_frames(void **state)
{
    (void)state;
    compile_rules("/mtc t:s -> full-frame t\n"
                  "/25 t -> full-frame t 1\n"
                  "/{rate}/mtc t -> full-frame t rate\n"
                  "/r rate=3 t -> port lead full-frame t rate");
    assert_forward("/mtc s 01:02:03:04", "F0 7F 7F 01 01 01 02 03 04 F7");
    assert_forward("/mtc S 00:00:00:00", "F0 7F 7F 01 01 00 00 00 00 F7");
    assert_forward("/mtc s 23:59:59:29", "F0 7F 7F 01 01 17 3B 3B 1D F7");
    assert_forward("/mtc s 1:2:3:4", "F0 7F 7F 01 01 01 02 03 04 F7");
    assert_forward("/mtc s 001:02:03:0004", "F0 7F 7F 01 01 01 02 03 04 F7");
    assert_forward("/mtc sis 01:02:03:04 5 surplus", "F0 7F 7F 01 01 01 02 03 04 F7");
    assert_forward("/25 s 01:02:03:04", "F0 7F 7F 01 01 21 02 03 04 F7");
    assert_forward("/3/mtc s 23:02:03:04", "F0 7F 7F 01 01 77 02 03 04 F7");
    assert_forward("/r is 2 01:02:03:04", "lead:F0 7F 7F 01 01 41 02 03 04 F7");
    assert_forward("/4/mtc s 01:02:03:04", "range");
    assert_forward("/mtc s 24:00:00:00", "range");
    assert_forward("/mtc s 00:60:00:00", "range");
    assert_forward("/mtc s 00:00:60:00", "range");
    assert_forward("/mtc s 00:00:00:30", "range");
    assert_forward("/mtc s 256:00:00:00", "range");
    assert_forward("/mtc s 4294967296:00:00:00", "range");
    assert_forward("/mtc s 00:00:00", "bad data");
    assert_forward("/mtc s 00:00:00:", "bad data");
    assert_forward("/mtc s 00:00:00:00:00", "bad data");
    assert_forward("/mtc s :00:00:00", "bad data");
    assert_forward("/mtc s 00:00:-1:00", "bad data");
    assert_forward("/mtc s 00:00:00:0a", "bad data");
    assert_forward("/mtc s 00.00.00.00", "bad data");
    assert_forward("/mtc s 99:00:00", "bad data"); /* no time at all, rather than none that there is */
    assert_forward("/mtc s soon", "bad data");
    assert_forward("/mtc s ", "bad data");
    assert_forward("/mtc i 5", "bad data");
    assert_forward("/mtc b 00", "bad data");
    assert_forward("/mtc", "none");
}

/* OSC forbids '#' in addresses; a draft of linuxaudio.org's has it, and clients send it. */
static void reads_addresses_with_a_number_sign(void **state)
{
    (void)state;
    compile_rules("/a/b/midi/channel/#{ch:1-16}/note_on/#{key} vel -> channel ch note key vel # a comment\n"
                  "/a/b/midi/channel/#{ch:1-16}/controller_change/#{n} v <-> channel ch cc n v\n"
                  "/c#/# v -> cc 1 v");
    assert_forward("/a/b/midi/channel/#1/note_on/#60 i 100", "90 3C 64");
    assert_forward("/a/b/midi/channel/#16/note_on/#5.0 f 1", "9F 05 01");
    assert_forward("/a/b/midi/channel/#17/note_on/#60 i 100", "none");
    assert_forward("/a/b/midi/channel/1/note_on/60 i 100", "none");
    assert_forward("/a/b/midi/channel/#2/*/#60 i 1", "91 3C 01|B1 3C 01");
    assert_forward("/c#/# i 5", "B0 01 05");
    assert_reverse("B3 07 05", "/a/b/midi/channel/#4/controller_change/#7 i 5");
}

/* A short message in one number, in either byte order; never in SysEx, where each number is one byte. */
static void reads_packed_numbers(void **state)
{
    (void)state;
    compile_rules("/renoise/trigger/midi data -> raw data\n/sysex data:i -> sysex data\n/m msg:m -> raw msg");
    assert_forward("/renoise/trigger/midi i 6569104", "90 3C 64"); /* 0x643c90 */
    assert_forward("/renoise/trigger/midi i 0x00903c64", "90 3C 64");
    assert_forward("/renoise/trigger/midi h 6569104", "90 3C 64");
    assert_forward("/renoise/trigger/midi h 0x903c64", "90 3C 64");
    assert_forward("/renoise/trigger/midi d 6569104", "90 3C 64");
    assert_forward("/renoise/trigger/midi i 0x05c0", "C0 05");
    assert_forward("/renoise/trigger/midi i 0xc00500", "C0 05");
    assert_forward("/renoise/trigger/midi i 0xf8", "F8");
    assert_forward("/renoise/trigger/midi ii 0x643c90 0x003c80", "90 3C 64|80 3C 00");
    assert_forward("/renoise/trigger/midi i 0x64903c", "bad data"); /* no status at either end */
    assert_forward("/renoise/trigger/midi i 0x1903c64", "bad data");
    assert_forward("/renoise/trigger/midi h 0x100643c90", "bad data");
    assert_forward("/renoise/trigger/midi i -1", "bad data");
    assert_forward("/sysex i 6569104", "bad data");
}

static void names_ports(void **state)
{
    (void)state;
    compile_rules("/{dev}/on n v -> port dev note n v\n"
                  "/{dev}/raw data:b -> port dev raw data\n"
                  "/{dev}/syx data:s -> port dev sysex data\n"
                  "/fix n -> port Synth note n 1\n"
                  "/fix2 n -> port \"Big Synth\" channel 2 note n 1");
    assert_forward("/usb_midi/on ii 60 1", "usb_midi:90 3C 01");
    assert_forward("/*/on ii 60 1", "*:90 3C 01");
    assert_forward("/{a,b}*/on ii 60 1", "{a,b}*:90 3C 01");
    assert_forward("/usb/raw b 903c01f8", "usb:90 3C 01|usb:F8");
    assert_forward("/usb/syx s 7e", "usb:F0 7E F7");
    assert_forward("/fix i 60", "synth:90 3C 01");
    assert_forward("/fix2 i 60", "big_synth:91 3C 01");
}

static void plays_all_rules_that_fit(void **state)
{
    (void)state;
    compile_rules("/xy x:0-1 y:0-1 -> cc 16 x\n"
                  "/xy x:0-1 y:0-1 -> cc 17 y\n"
                  "/f{n:1-3} x -> cc n x\n"
                  "/f{n:1-200} x -> cc n x\n"
                  "/z n -> cc n 1\n"
                  "/z n -> cc 5 n\n"
                  "* msg:m -> raw msg");
    assert_forward("/z i 200", "B0 05 7F"); /* what one of them refuses does not matter then */
    assert_forward("/xy ff 1 0", "B0 10 7F|B0 11 00");
    assert_forward("/f[2-3] i 5", "B0 02 05|B0 03 05|B0 02 05|B0 03 05");
    assert_forward("/f1? i 5",
                   "B0 0A 05|B0 0B 05|B0 0C 05|B0 0D 05|B0 0E 05|B0 0F 05|B0 10 05|B0 11 05|B0 12 05|B0 13 05");
    assert_forward("/f200 i 5", "range");
    assert_forward("/f{127,128} i 5", "B0 7F 05"); /* one of them exists: played */
    assert_forward("/anything/at/all m 00903c64", "90 3C 64");
    assert_forward("/anything* m 00903c64", "90 3C 64");
    assert_forward("/anything i 1", "none");
}

static void hostile_patterns_are_costly(void **state)
{
    (void)state;
    compile("for i = 1, 400 do map('/' .. i .. '/{a:0-9999}/{b:0-9999} v -> cc 1 v') end");
    assert_int_equal(compiled.error, 0);
    assert_forward("//*x i 1", "costly");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAP_TEST(plays_every_command),
        MAP_TEST(scales_values),
        MAP_TEST(what_does_not_exist_is_range),
        MAP_TEST(takes_numbers_from_every_tag),
        MAP_TEST(counts_arguments),
        MAP_TEST(reads_both_orders_of_m),
        MAP_TEST(reads_sysex_in_every_spelling),
        MAP_TEST(fills_placeholders),
        MAP_TEST(plays_full_frames),
        MAP_TEST(reads_addresses_with_a_number_sign),
        MAP_TEST(reads_packed_numbers),
        MAP_TEST(names_ports),
        MAP_TEST(plays_all_rules_that_fit),
        MAP_TEST(hostile_patterns_are_costly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
