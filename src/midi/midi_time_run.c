/* A time that somebody tells now and then, as MIDI Time Code that runs.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_time_run.h"

#include <math.h>

#define PIECES 8
#define LOOSE_NS 100e6      /* how far from where it should be a time is no jump: what a busy network delays */
#define SLOWEST_NS 1.5e9    /* between two times that are one movement */
#define PATIENCE_NS 100e6   /* and twice the last distance: then it has stopped */
#define FOLLOW 8            /* the part of an error that one time corrects */
#define CORRECT_PIECES 0.25 /* at most */

static unsigned numbers_of(uint8_t rate) /* of frames, a second */
{
    static const uint8_t numbers[4] = {24, 25, 30, 30};

    return numbers[rate & 3];
}

static double frame_ns(uint8_t rate)
{
    return rate == 2 ? 1001e9 / 30e3 : 1e9 / numbers_of(rate);
}

/* At 29.97 frames the numbers 0 and 1 are left out in each minute that is no tenth. */
static int64_t frames_of(const struct midi_time *time)
{
    int64_t minutes = time->hours * 60 + time->minutes;
    int64_t frames = (minutes * 60 + time->seconds) * numbers_of(time->rate) + time->frames;

    return time->rate == 2 ? frames - 2 * (minutes - minutes / 10) : frames;
}

static struct midi_time time_of(int64_t frames, uint8_t rate)
{
    unsigned a_second = numbers_of(rate);
    int64_t day = (int64_t)24 * 3600 * a_second - (rate == 2 ? 2 * (24 * 60 - 24 * 6) : 0), seconds;

    frames = (frames % day + day) % day;
    if (rate == 2) {
        int64_t tens = frames / 17982, rest = frames % 17982; /* frames of ten minutes */

        frames += 18 * tens + (rest >= 1800 ? 2 * ((rest - 1800) / 1798 + 1) : 0);
    }
    seconds = frames / a_second;
    return (struct midi_time){.hours = (uint8_t)(seconds / 3600),
                              .minutes = (uint8_t)(seconds / 60 % 60),
                              .seconds = (uint8_t)(seconds % 60),
                              .frames = (uint8_t)(frames % a_second),
                              .rate = rate};
}

/* How far a time is ahead of where the run is. */
static double ahead_ns(const struct midi_time_run *run, int64_t frames, uint64_t now_ns)
{
    return (double)(frames - run->base_frames) * frame_ns(run->told.rate) - ((double)now_ns - run->base_ns);
}

static void begin(struct midi_time_run *run, const struct midi_time *time, int64_t frames, uint64_t now_ns)
{
    run->running = true;
    run->base_frames = frames;
    run->base_ns = (double)now_ns;
    run->set_frames = frames + time->frames % 2; /* receivers expect the first piece at an even frame */
    run->piece = 0;
}

/* Goes a little faster or slower, to where the time is. */
static void follow(struct midi_time_run *run, double ahead)
{
    double most = frame_ns(run->told.rate) / 4 * CORRECT_PIECES;

    run->base_ns -= fmin(fmax(ahead / FOLLOW, -most), most);
}

bool midi_time_run_take(struct midi_time_run *run, const struct midi_time *time, uint64_t now_ns)
{
    bool first = run->told_ns == 0 || time->rate != run->told.rate;
    int64_t frames = frames_of(time), step = frames - run->told_frames;
    double passed = (double)(now_ns - run->told_ns), ahead;
    bool jumps = true;

    if (!first && run->running) {
        ahead = ahead_ns(run, frames, now_ns);
        jumps = fabs(ahead) > LOOSE_NS;
        if (!jumps && step == 0) /* told faster than its frames */
            return false;
        if (!jumps)
            follow(run, ahead);
    } else if (!first && step == 0) {
        return false;
    } else if (!first && step > 0 && passed <= SLOWEST_NS) {
        jumps = fabs((double)step * frame_ns(time->rate) - passed) > LOOSE_NS;
        if (!jumps)
            begin(run, time, frames, now_ns);
    }
    run->running = run->running && !jumps;
    run->between_ns = now_ns - run->told_ns;
    run->told = *time;
    run->told_frames = frames;
    run->told_ns = now_ns;
    return jumps;
}

uint64_t midi_time_run_due(const struct midi_time_run *run)
{
    double frames = (double)(run->set_frames - run->base_frames) + run->piece / 4.0;

    return run->running ? (uint64_t)(run->base_ns + frames * frame_ns(run->told.rate)) : 0;
}

uint8_t midi_time_run_piece(struct midi_time_run *run)
{
    struct midi_time time = time_of(run->set_frames, run->told.rate);
    const uint8_t value[PIECES / 2] = {time.frames, time.seconds, time.minutes, (uint8_t)(time.hours | time.rate << 5)};
    uint8_t piece = run->piece;

    run->piece = (uint8_t)((piece + 1) % PIECES);
    if (run->piece == 0)
        run->set_frames += 2;
    return (uint8_t)(piece << 4 | (value[piece / 2] >> (piece % 2 * 4) & 0x0f));
}

bool midi_time_run_ended(struct midi_time_run *run, uint64_t now_ns)
{
    double patience = PATIENCE_NS + 2 * fmin((double)run->between_ns, SLOWEST_NS);

    if (!run->running || (double)(now_ns - run->told_ns) <= patience)
        return false;
    run->running = false;
    return true;
}
