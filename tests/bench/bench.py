#!/usr/bin/python3
# Measures notewire against a bare forwarder on this machine: ratios of interleaved runs. Started by packaging/dev bench.
# SPDX-License-Identifier: MIT
import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from measure import BUFFERS, ROOT, TOOLS, Failed, Lines, Lost, Server, build_tools, free_ports, status
from scripts import Scripts


class Bench:
    def __init__(self, options):
        self.quick = options.quick
        self.baseline = [str(TOOLS / "baseline"), "{to}", "{at}"]
        self.notewire = [options.notewire, "-q", "--osc", "127.0.0.1:{to}", "-o", "udp:127.0.0.1:{at}"]
        if options.self:
            self.notewire = self.baseline
        self.rows = []
        self.failures = []

    def report(self, measure, value, goal, unit, buffer="", baseline=None, ratio=None, difference=None, least=False):
        """A row without a goal is there to judge others by."""
        judged = value if ratio is None else ratio
        judged = judged if difference is None else difference
        met = None if goal is None else judged >= goal if least else judged <= goal
        row = {"measure": measure, "buffer": buffer, "unit": unit, "notewire": value, "baseline": baseline,
               "ratio": ratio, "difference": difference, "goal": goal,
               "goal_is": "at least" if least else "at most", "met": met}
        self.rows.append(row)
        print(json.dumps(row), flush=True)

    def compare(self, measure, unit, goal, pairs, buffer, least=False):
        """pairs: (notewire, baseline) of each round. The ratio is the median of the rounds' ratios."""
        ours, theirs = (round(statistics.median(side), 2) for side in zip(*pairs))
        ratio = round(statistics.median(a / b for a, b in pairs), 3)
        self.report(measure, ours, goal, unit, buffer, theirs, ratio, least=least)

    def rounds(self, count, buffer, run, program):
        """Runs run(server) on the program and on the baseline, count times, taking turns in who is first."""
        pairs = []
        for number in range(count):
            pair = [None, None]
            for side in ((0, 1), (1, 0))[number % 2]:
                with Server((program, self.baseline)[side], BUFFERS[buffer]) as server:
                    pair[side] = run(server)
            pairs.append(pair)
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
        self.forward(buffer, self.notewire, "", {"cpu": 1.2, "p50": 1.15, "p99": 1.5, "rate": 0.9})

    def forward(self, buffer, program, title, goals):
        """What it costs a program to pass messages on; goals are ratios to the baseline."""
        rounds = 3 if self.quick else 9
        load = self.rounds(rounds, buffer, self.paced(20_000, 1), program)
        self.compare(title + "CPU per message at 20 k/s", "ns", goals["cpu"],
                     [(a["cpu_ns"], b["cpu_ns"]) for a, b in load], buffer)
        calm = self.rounds(rounds, buffer, self.paced(1_000, 1 if self.quick else 2), program)
        for key in ("p50", "p99"):
            self.compare(title + f"latency at 1 k/s, {key}", "us", goals.get(key),
                         [(a[key + "_us"], b[key + "_us"]) for a, b in calm], buffer)
        self.compare(title + "highest rate without loss", "1/s", goals["rate"],
                     self.rounds(1 if self.quick else 3, buffer, self.highest_rate, program), buffer, least=True)

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
        self.rest(self.notewire, "", 6)

    def rest(self, program, title, memory):
        """What a program does and holds that has had messages and gets no more."""
        seconds = 2 if self.quick else 5
        with Server(program) as server:
            server.load(rate=1000, seconds=0.2)
            before = status(server.process.pid)
            time.sleep(seconds)
            after = status(server.process.pid)
        self.report(title + f"wakeups while idle, {seconds} s", after["switches"] - before["switches"], 0, "")
        self.report(title + "memory while idle", round(after["VmRSS"] / 1024, 2), memory, "MiB")

    def run(self, only):
        parts = [(f"forwarding {buffer}", lambda buffer=buffer: self.forwarding(buffer)) for buffer in BUFFERS]
        parts += [("allocations", self.allocations), ("start", self.start), ("idle", self.idle)]
        parts += Scripts(self).parts()
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
            goal = "" if row["goal"] is None else f"{sign} {row['goal']}: {'met' if row['met'] else 'MISSED'}"
            ratio = blank["ratio"] if row["difference"] is None else f"{row['difference']:+}"
            print(f"{row['measure']:{width}}  {row['buffer']:6} {blank['notewire']:>10} {blank['baseline']:>10} "
                  f"{ratio:>7}  {goal}{row['unit'] and ' (' + row['unit'] + ')'}")
        for failure in self.failures:
            print(f"FAILED {failure}")


def main():
    parser = argparse.ArgumentParser(prog="packaging/dev bench")
    parser.add_argument("--quick", action="store_true", help="a few minutes instead of a quarter of an hour")
    parser.add_argument("--self", action="store_true", help="the baseline against itself: how far to trust the figures")
    parser.add_argument("--only", default="", metavar="WORD", help="forwarding, 208K, 4M, allocations, start, idle, or script: its "
                        "route, idle, socket, pause, beside, calls, start, memory")
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
