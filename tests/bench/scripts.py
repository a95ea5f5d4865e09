# What scripts cost: through a function, in a socket's callback, in pauses, and to what is beside them.
# SPDX-License-Identifier: MIT
import os
import signal
import socket
import statistics
import subprocess
import time

from calls import Calls
from measure import BUFFERS, HERE, TOOLS, Failed, Lost, Server, cpu_ns, free_ports, status

MIB = 64  # of the heap whose pauses are measured
WAITING = 1000  # datagrams that wait together; 4 MiB of the kernel's buffer hold as many several times
NOTE = b"/note\0\0\0,iii\0\0\0\0\0\0\0\1\0\0\0\x3c\0\0\0\x64"


class Counter:
    """A running program that counts datagrams, and writes how many there were when it gets one of one byte."""

    def __init__(self, program):
        self.port, = free_ports(1)
        self.asks = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.server = Server([*program, str(self.port)], stdout=subprocess.PIPE)
        self.server.to = self.port

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.asks.close()
        self.server.__exit__(*failure)
        self.server.process.stdout.close()

    def count(self):
        self.asks.sendto(b"?", ("127.0.0.1", self.port))
        return int(self.server.process.stdout.readline())

    def wait_ready(self):
        """Asks until it answers; a question before that is lost."""
        os.set_blocking(self.server.process.stdout.fileno(), False)
        ends = time.monotonic() + 5
        while not self.server.process.stdout.readline():
            if time.monotonic() > ends:
                raise Failed(f"no answer from {' '.join(self.server.command)}")
            self.asks.sendto(b"?", ("127.0.0.1", self.port))
            time.sleep(0.05)
        os.set_blocking(self.server.process.stdout.fileno(), True)

    def cpu(self, rate):
        """Nanoseconds of the program a datagram, with the turns of the loop that it takes."""
        self.wait_ready()
        before = self.count()
        report = self.server.load("--blind", "--warmup=2000", rate=rate, seconds=1)
        self.check(before, report["sent"] + 2000)
        return report["cpu_ns"]

    def cpu_waiting(self, rounds=20):
        """Nanoseconds a datagram when all wait before the first is read: no turn of the loop is for one alone, and how
        many come at a time is the same for every program. The first round is not counted."""
        self.wait_ready()
        before, process, times = self.count(), self.server.process, []
        for _ in range(rounds + 1):
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)
            began = cpu_ns(process.pid)
            for _ in range(WAITING):
                self.asks.sendto(NOTE, ("127.0.0.1", self.port))
            process.send_signal(signal.SIGCONT)
            time.sleep(0.02)
            times.append((cpu_ns(process.pid) - began) / WAITING)
        self.check(before, (rounds + 1) * WAITING)
        return statistics.median(times[1:])

    def check(self, before, sent):
        counted = self.count() - before
        if counted != sent:
            raise Lost(f"{counted} of {sent} datagrams: {' '.join(self.server.command)}")


class Scripts:
    def __init__(self, bench):
        self.bench = bench
        self.quick = bench.quick
        self.is_self = bench.notewire == bench.baseline
        self.binary = bench.notewire[0]
        self.route = self.with_file("route.lua")

    def parts(self):
        parts = [(f"script route {buffer}", lambda buffer=buffer: self.through_function(buffer)) for buffer in BUFFERS]
        if self.is_self:
            return parts
        return [*parts, ("script idle", self.idle), ("script socket", self.socket),
                ("script pause", self.pause), ("script beside", self.beside),
                *Calls(self.bench).parts()]

    def with_file(self, name):
        """The program of the other figures, with a file among its maps."""
        return self.bench.notewire if self.is_self else [*self.bench.notewire, str(HERE / name)]

    def through_function(self, buffer):
        goals = {"cpu": 1.6, "p50": 1.3, "rate": 0.7}
        self.bench.forward(buffer, self.route, "function route: ", goals)

    def idle(self):
        self.bench.rest(self.route, "function route: ", None)

    def socket(self):
        """What the server and its callback cost above a program that receives, knows who sent, and counts."""
        self.socket_row("all waiting", 300, Counter.cpu_waiting)
        for rate in (20_000, 200_000):  # a turn of the loop for one or two datagrams, and for four or so
            self.socket_row(f"at {rate // 1000} k/s, with its turns", None, lambda counter, rate=rate: counter.cpu(rate))

    def socket_row(self, title, goal, measure):
        programs = ([self.binary, "exec", str(HERE / "socket.lua")], [self.bench.baseline[0]])
        pairs = []
        for number in range(3 if self.quick else 9):
            pair = [0, 0]
            for side in ((0, 1), (1, 0))[number % 2]:
                with Counter(programs[side]) as counter:
                    pair[side] = measure(counter)
            pairs.append(pair)
        ours, theirs = (round(statistics.median(side)) for side in zip(*pairs))
        self.bench.report(f"socket_message: CPU per datagram, {title}", ours, goal, "ns", "4M", theirs,
                          difference=round(statistics.median(a - b for a, b in pairs)))

    def pause(self):
        """The longest latency of a run, the median of the runs: with the heap, without it, and without a script."""
        rows = [(f"longest latency at 10 k/s, {MIB} MiB in a script", self.with_file("heap.lua"), MIB, 10),
                ("longest latency at 10 k/s, no heap", self.with_file("heap.lua"), 0, None),
                ("longest latency at 10 k/s, native", self.bench.notewire, None, None)]
        longest = [[] for _ in rows]
        for _ in range(2 if self.quick else 5):
            for times, (_, program, heap, _) in zip(longest, rows):
                times.append(self.longest(program, heap))
        for times, (title, _, _, goal) in zip(longest, rows):
            self.bench.report(title, round(statistics.median(times) / 1000, 2), goal, "ms")

    def longest(self, program, heap):
        with Server(program, environment={"NW_BENCH_HEAP": str(heap)}) as server:
            server.load(seconds=0.1)  # loading is over
            before = collections(server)
            report = server.load(rate=10_000, seconds=5)
            if report["lost"]:
                raise Lost(f"{report['lost']} of {report['sent']} lost: {' '.join(server.command)}")
            if heap is not None and collections(server) == before:
                raise Failed("nothing was collected, so no pause was measured")
            if heap and status(server.process.pid)["VmRSS"] < heap * 1024:
                raise Failed(f"the script holds no {heap} MiB")
        return report["max_us"]

    def beside(self):
        """Native messages while a script computes a second after the other, and while it does not."""
        program = [*self.with_file("beside.lua"), "--script-limit", "0"]
        computing, still = [], []
        for _ in range(3 if self.quick else 9):
            for times, computes in ((computing, True), (still, False)):
                with Server(program) as server:
                    times.append(self.native_p99(server, computes))
        self.bench.report("native at 1 k/s beside a script that computes, p99",
                          round(statistics.median(computing) / 1000, 3), 5, "ms")
        self.bench.report("native at 1 k/s beside the same script, idle, p99",
                          round(statistics.median(still) / 1000, 3), None, "ms")

    @staticmethod
    def native_p99(server, computes):
        server.load(seconds=0.1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(5 if computes else 0):
                sender.sendto(b"/compute\0\0\0\0,\0\0\0", ("127.0.0.1", server.to))
        report = server.load("--warmup=100", seconds=2)
        if report["lost"]:
            raise Lost(f"{report['lost']} of {report['sent']} lost: {' '.join(server.command)}")
        if computes and report["cpu_ns"] * report["sent"] < 1e9:
            raise Failed("the script did not compute")
        return report["p99_us"]


def collections(server):
    """How often the script of heap.lua has said that a cycle of its collector has ended."""
    return os.pread(server.errors.fileno(), 1 << 20, 0).count(b"collected\n")
