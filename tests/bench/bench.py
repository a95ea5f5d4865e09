#!/usr/bin/python3
# Measures notewire against a bare forwarder on this machine: ratios of interleaved runs. Started by packaging/dev bench.
# SPDX-License-Identifier: MIT
import argparse
import json
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = ROOT / "build" / "bench-tools"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow"]
WARNINGS += ["-Werror"] if os.environ.get("CI") == "true" else []
BUFFERS = {"208K": [TOOLS / "shim_buffer.so"], "4M": []}


class Failed(Exception):
    pass


class Lost(Failed):
    pass


def build_tools():
    TOOLS.mkdir(parents=True, exist_ok=True)
    for name, sources, options in [
        ("load", ["load.c", "wire.c"], ["-pthread"]),
        ("baseline", ["baseline.c"], []),
        ("shim_buffer.so", ["shim_buffer.c"], ["-shared", "-fPIC"]),
        ("shim_alloc.so", ["shim_alloc.c"], ["-shared", "-fPIC"]),
    ]:
        target = TOOLS / name
        if target.exists() and all(target.stat().st_mtime > path.stat().st_mtime for path in HERE.glob("*.[ch]")):
            continue
        compiler = ["cc", "-O2", "-std=c11", "-D_GNU_SOURCE", *WARNINGS, *options, "-o", str(target)]
        subprocess.run([*compiler, *(str(HERE / source) for source in sources)], check=True)


def free_ports(count):
    held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Server:
    """A running program that turns what comes on port `to` into datagrams on port `at`."""

    def __init__(self, program, preload=(), environment=None, arguments=None, stdout=subprocess.DEVNULL):
        self.to, self.at, self.osc = free_ports(3)
        self.environment = dict(os.environ, **(environment or {}))
        self.preload, self.shims = preload, None
        if preload:
            self.shims = tempfile.TemporaryDirectory(dir="/tmp")  # LD_PRELOAD is cut at spaces, so no path of ours
            for path in preload:
                shutil.copy(path, self.shims.name)
            self.environment["LD_PRELOAD"] = ":".join(f"{self.shims.name}/{path.name}" for path in preload)
        self.command = [part.format(**vars(self)) for part in (arguments and [program[0], *arguments] or program)]
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=self.errors, env=self.environment)

    def load(self, *options, rate=1000, seconds=1.0, at=None):
        """One load on it: what load.c reports. Raises Failed when messages were changed or disordered."""
        command = [TOOLS / "load", f"--to={self.to}", f"--at={at or self.at}", f"--pid={self.process.pid}",
                   f"--rate={rate}", f"--seconds={seconds}", *options]
        for _ in range(3):
            done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60,
                                  check=False)
            if done.returncode != 0:
                self.errors.seek(0)
                raise Failed(f"{done.stderr.strip()} ({' '.join(self.command)}) {self.errors.read()}")
            report = json.loads(done.stdout)
            report["lost"] = report["sent"] - report["received"]
            if report["own_drops"] == 0:
                break
        mapped = Path(f"/proc/{self.process.pid}/maps").read_text()
        if not all(path.name in mapped for path in self.preload):
            raise Failed(f"{self.preload} was not loaded")
        if report["wrong"] or report["disordered"]:
            raise Failed(f"messages changed or out of order: {report} ({' '.join(self.command)})")
        return report

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()
        if self.shims:
            self.shims.cleanup()


class Bench:
    def __init__(self, options):
        self.quick = options.quick
        self.baseline = [str(TOOLS / "baseline"), "{to}", "{at}"]
        self.notewire = [options.notewire, "-q", "--osc", "127.0.0.1:{to}", "-o", "udp:127.0.0.1:{at}"]
        if options.self:
            self.notewire = self.baseline
        self.rows = []
        self.failures = []

    def report(self, measure, value, goal, unit, buffer="", baseline=None, ratio=None, least=False):
        judged = value if ratio is None else ratio
        met = judged >= goal if least else judged <= goal
        row = {"measure": measure, "buffer": buffer, "unit": unit, "notewire": value, "baseline": baseline,
               "ratio": ratio, "goal": goal, "goal_is": "at least" if least else "at most", "met": met}
        self.rows.append(row)
        print(json.dumps(row), flush=True)

    def compare(self, measure, unit, goal, pairs, buffer, least=False):
        """pairs: (notewire, baseline) of each round. The ratio is the median of the rounds' ratios."""
        ours, theirs = (round(statistics.median(side), 2) for side in zip(*pairs))
        ratio = round(statistics.median(a / b for a, b in pairs), 3)
        self.report(measure, ours, goal, unit, buffer, theirs, ratio, least)

    def rounds(self, count, buffer, run):
        """Runs run(server) on both programs, count times, taking turns in who is first."""
        pairs = []
        for number in range(count):
            got = {}
            for who in (("notewire", "baseline"), ("baseline", "notewire"))[number % 2]:
                with Server(getattr(self, who), BUFFERS[buffer]) as server:
                    got[who] = run(server)
            pairs.append((got["notewire"], got["baseline"]))
        return pairs

    def paced(self, rate, seconds):
        """A run far below the no-loss rate: a loss here is a failure."""
        def run(server):
            report = server.load(rate=rate, seconds=seconds)
            if report["lost"]:
                raise Lost(f"{report['lost']} of {report['sent']} lost at {rate}/s: {' '.join(server.command)}")
            return report
        return run

    def highest_rate(self, server):
        """Bisects for the highest rate without loss; a lossy rate is tried again, for the machine may be busy."""
        low, high, best = 50_000, 800_000, 0
        for _ in range(6 if self.quick else 8):
            rate = (low * high) ** 0.5
            for _ in range(3):
                report = server.load("--warmup=50", "--bulk", rate=rate, seconds=0.3 if self.quick else 0.5)
                if not report["lost"]:
                    break
            if report["lost"]:
                high = rate
            else:
                low, best = rate, max(best, report["rate"])
        if not best:
            raise Lost(f"not even {low}/s without loss: {' '.join(server.command)}")
        return best

    def forwarding(self, buffer):
        rounds = 3 if self.quick else 9
        load = self.rounds(rounds, buffer, self.paced(20_000, 1))
        self.compare("CPU per message at 20 k/s", "ns", 1.2,
                     [(a["cpu_ns"], b["cpu_ns"]) for a, b in load], buffer)
        calm = self.rounds(rounds, buffer, self.paced(1_000, 1 if self.quick else 2))
        for key, goal in (("p50", 1.15), ("p99", 1.5)):
            self.compare(f"latency at 1 k/s, {key}", "us", goal,
                         [(a[key + "_us"], b[key + "_us"]) for a, b in calm], buffer)
        self.compare("highest rate without loss", "1/s", 0.9,
                     self.rounds(1 if self.quick else 3, buffer, self.highest_rate), buffer, least=True)

    def allocations(self):
        """Counted in the shipped program while 10 000 messages pass, after as many have warmed it up."""
        self.count_allocations("/note iii in", ["--send=note"])
        if self.notewire == self.baseline:
            return
        self.count_allocations("/midi m in", ["--send=m"])
        self.count_allocations("/*/note_on iii in", ["--send=osmid"])
        self.count_allocations("/print/note_on iii in, words out", ["--send=print", "--blind"],
                               ["-q", "--osc", "127.0.0.1:{to}", "-o", "print"])
        for dialect in ("osc-midi", "open-stage-control", "osmid"):
            with tempfile.NamedTemporaryFile("w", suffix=".lua") as words:
                words.write(f'use "{dialect}"\n')
                words.flush()
                self.count_allocations(f"raw MIDI in, {dialect} out", ["--send=raw", "--osc"],
                                       ["-q", words.name, "-i", "udp:{to}", "--reply", "127.0.0.1:{at}"])

    def count_allocations(self, title, load_options, arguments=None):
        lines = Lines() if "--blind" in load_options else None
        output = lines.write_end if lines else subprocess.DEVNULL
        with tempfile.NamedTemporaryFile() as counter:
            counter.write(bytes(8))
            counter.flush()
            preload, environment = [TOOLS / "shim_alloc.so"], {"NW_ALLOC_COUNTER": counter.name}
            try:
                with Server(self.notewire, preload, environment, arguments, output) as server:
                    time.sleep(0.3 if lines else 0)  # a blind load does not wait until the program listens
                    report = server.load("--warmup=10000", f"--counter={counter.name}", *load_options,
                                         rate=10_000, seconds=1)
                if lines:
                    report["lost"] = 20_000 - lines.count()
                if report["lost"]:
                    raise Failed(f"{report['lost']} of 10000 lost")
            except Failed as failure:
                self.failures.append(f"allocations, {title}: {failure}")
                return
        sample = report["sample"] and f": {report['sample']}"
        self.report(f"allocations, {title}{sample}", report["allocations"] / report["sent"], 0, "a message")

    def start(self):
        times = []
        for _ in range(5 if self.quick else 15):
            to, at = free_ports(2)
            command = [part.format(to=to, at=at) for part in self.notewire]
            done = subprocess.run([str(TOOLS / "load"), f"--to={to}", f"--at={at}", "--start", "--", *command],
                                  capture_output=True, text=True, timeout=30, check=False)
            if done.returncode != 0:
                raise Failed(f"{done.stderr.strip()} ({' '.join(command)})")
            times.append(json.loads(done.stdout)["start_ms"])
        self.report("start to the first message through", round(statistics.median(times), 2), 20, "ms")

    def idle(self):
        seconds = 2 if self.quick else 5
        with Server(self.notewire) as server:
            server.load(rate=1000, seconds=0.2)
            before = status(server.process.pid)
            time.sleep(seconds)
            after = status(server.process.pid)
        self.report(f"wakeups while idle, {seconds} s", after["switches"] - before["switches"], 0, "")
        self.report("memory while idle", round(after["VmRSS"] / 1024, 2), 6, "MiB")

    def run(self, only):
        parts = [(f"forwarding {buffer}", lambda buffer=buffer: self.forwarding(buffer)) for buffer in BUFFERS]
        parts += [("allocations", self.allocations), ("start", self.start), ("idle", self.idle)]
        for name, part in parts:
            if only not in name:
                continue
            try:
                part()
            except (Failed, subprocess.TimeoutExpired) as failure:
                self.failures.append(f"{name}: {failure}")
        self.table()
        return 1 if self.failures else 0

    def table(self):
        print()
        width = max([len(row["measure"]) for row in self.rows] + [7])
        print(f"{'measure':{width}}  buffer   notewire   baseline   ratio  goal")
        for row in self.rows:
            blank = {key: "" if value is None else value for key, value in row.items()}
            sign = ">=" if row["goal_is"] == "at least" else "<="
            print(f"{row['measure']:{width}}  {row['buffer']:6} {blank['notewire']:>10} {blank['baseline']:>10} "
                  f"{blank['ratio']:>7}  {sign} {row['goal']}: {'met' if row['met'] else 'MISSED'}"
                  f"{row['unit'] and ' (' + row['unit'] + ')'}")
        for failure in self.failures:
            print(f"FAILED {failure}")


class Lines:
    """Counts the notes that a program writes as words into write_end."""

    def __init__(self):
        self.read_end, self.write_end = os.pipe()
        self.text = b""
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while piece := os.read(self.read_end, 65536):
            self.text += piece

    def count(self):
        os.close(self.write_end)
        self.thread.join(10)
        os.close(self.read_end)
        return self.text.count(b" note-on ")


def status(pid):
    """Resident KiB, and how often any thread of the process has gone to sleep."""
    fields = {"switches": 0}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == "voluntary_ctxt_switches":
                fields["switches"] += int(value)
            elif name == "VmRSS":
                fields["VmRSS"] = int(value.split()[0])
    return fields


def main():
    parser = argparse.ArgumentParser(prog="packaging/dev bench")
    parser.add_argument("--quick", action="store_true", help="a minute instead of five")
    parser.add_argument("--self", action="store_true", help="the baseline against itself: how far to trust the figures")
    parser.add_argument("--only", default="", metavar="WORD", help="forwarding, 208K, 4M, allocations, start or idle")
    parser.add_argument("--notewire", default=str(ROOT / "build" / "notewire"), metavar="PATH")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    build_tools()
    return Bench(options).run(options.only)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
