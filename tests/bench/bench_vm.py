#!/usr/bin/python3
# Between OSC and the ALSA sequencer, against peers in the same boot: how much arrives and how late, as a table. Runs inside the
# virtual machine (packaging/dev bench-vm). Times there are slow; only what stands in one table can be compared.
# SPDX-License-Identifier: MIT
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
THROUGH = "Midi Through"
RATES = {1000: 4000, 3000: 9000, 10_000: 20_000, 0: 20_000}  # a second, and how many; 0: as fast as it goes

# What is measured: (direction, name, command, the load's options)
BRIDGES = [
    ("OSC to ALSA", "notewire", ["{notewire}", "-q", "--osc", "udp:127.0.0.1:57100", "-o", THROUGH],
     ["--seq", THROUGH, "--udp", "127.0.0.1:57100"]),
    ("OSC to ALSA", "bare loop", ["{floor}", "to-seq", THROUGH, "57103"], ["--seq", THROUGH, "--udp", "127.0.0.1:57103"]),
    ("OSC to ALSA", "o2m", ["o2m", "-o", "Midi Through Port-0", "-i", "57200", "-L", "-m", "6"],
     ["--seq", THROUGH, "--udp", "127.0.0.1:57200", "--address", "/midi_through_port-0/note_on"]),
    ("OSC to ALSA", "Pure Data", ["pd", "-nogui", "-noaudio", "-alsamidi", "-midioutdev", "1", "-stderr", "-noprefs", "-open",
                                  str(HERE / "osc_to_notes.pd")],
     ["--seq", "Pure Data:0", "--udp", "127.0.0.1:57300"]),
    ("UDP to ALSA", "notewire", ["{notewire}", "-q", "-i", "udp:127.0.0.1:57101", "-o", THROUGH],
     ["--raw", "--seq", THROUGH, "--udp", "127.0.0.1:57101"]),
    ("UDP to ALSA", "qmidinet", ["qmidinet", "-g", "-n", "1", "-i", "lo"],
     ["--raw", "--seq", "QmidiNet", "--udp", "225.0.0.37:21928"]),
    ("ALSA to OSC", "notewire", ["{notewire}", "-q", "--osc", "udp:127.0.0.1:57102", "-i", THROUGH, "--reply", "127.0.0.1:57121"],
     ["--from-seq", "--seq", THROUGH, "--udp", "127.0.0.1:57121"]),
    ("ALSA to OSC", "bare loop", ["{floor}", "from-seq", THROUGH, "57104"],
     ["--from-seq", "--seq", THROUGH, "--udp", "127.0.0.1:57104"]),
    ("ALSA to OSC", "m2o", ["m2o", "-i", "Midi Through Port-0", "-H", "127.0.0.1", "-o", "57120", "-m", "6"],
     ["--from-seq", "--seq", THROUGH, "--udp", "127.0.0.1:57120"]),
    ("ALSA to UDP", "notewire", ["{notewire}", "-q", "-i", THROUGH, "-o", "udp:127.0.0.1:57122"],
     ["--raw", "--from-seq", "--seq", THROUGH, "--udp", "127.0.0.1:57122"]),
    ("ALSA to UDP", "qmidinet", ["qmidinet", "-g", "-n", "1", "-i", "lo"],
     ["--raw", "--from-seq", "--seq", "QmidiNet", "--udp", "225.0.0.37:21928"]),
]


def is_connected(option):
    """Whether the port of the load is there, and something else than the load has it."""
    listed = subprocess.run(["aconnect", "-l"], capture_output=True, text=True, check=True).stdout
    name = option[option.index("--seq") + 1].split(":")[0]
    if name != THROUGH:
        return f"'{name}'" in listed
    port = listed.partition(f"'{THROUGH}'")[2].partition("\nclient ")[0]
    return "Connect" in port


def measure(load, command, option, rate, count):
    """One bridge at one rate, started for it alone."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env=dict(os.environ, QT_QPA_PLATFORM="offscreen"))
        try:
            ends = time.monotonic() + 20
            while not is_connected(option):
                if process.poll() is not None or time.monotonic() > ends:
                    log.seek(0)
                    sys.exit(f"bench_vm: {command[0]} does not start: {log.read()}")
                time.sleep(0.1)
            time.sleep(0.5)
            done = subprocess.run([load, *option, "--rate", str(rate), "--count", str(count)], capture_output=True,
                                  text=True, check=False, timeout=120)
            if done.returncode != 0:
                sys.exit(f"bench_vm: {command[0]}: {done.stderr}")
            return json.loads(done.stdout)
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def cell(runs):
    """delivered in percent; p50 / p99 / max ms: medians of the rounds."""
    share = statistics.median(100 * run["received"] / run["sent"] for run in runs)
    times = [statistics.median(run[key] for run in runs) for key in ("p50_ms", "p99_ms", "max_ms")]
    overruns = " (the load's own queue overran)" if any(run["receiver_overruns"] for run in runs) else ""
    return f"{share:.1f} %; " + " / ".join(f"{ms:.2f}" for ms in times) + overruns


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notewire", default="build/notewire")
    parser.add_argument("--load", default="build/bench-tools/seq_load")
    parser.add_argument("--floor", default="build/bench-tools/seq_floor")
    parser.add_argument("--rates", default=",".join(map(str, RATES)), help="of these: 1000,3000,10000,0")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="a part of a bridge's name or direction")
    parser.add_argument("--flood", type=int, default=RATES[0], help="so many notes at once")
    options = parser.parse_args()
    rates = {int(rate): RATES[int(rate)] if int(rate) else options.flood for rate in options.rates.split(",")}
    runs = {}
    for _ in range(options.rounds):
        for direction, name, command, option in BRIDGES:
            for rate, count in rates.items():
                if options.only not in name and options.only not in direction:
                    continue
                whole = [part.format(notewire=options.notewire, floor=options.floor) for part in command]
                run = measure(options.load, whole, option, rate, count)
                runs.setdefault((direction, name), {}).setdefault(rate, []).append(run)
                print(json.dumps({"direction": direction, "bridge": name, "rate": rate, **run}), flush=True)
    print("\ndelivered; p50 / p99 / max ms, medians of", options.rounds)
    print("| direction | bridge |", " | ".join(f"{rate // 1000} k/s" if rate else "flood" for rate in rates), "|")
    print("|---" * (2 + len(rates)) + "|")
    for (direction, name), measured in runs.items():
        print(f"| {direction} | {name} |", " | ".join(cell(measured[rate]) for rate in rates), "|")


main()
