# What Lua costs here: calls between it and C, classes against tables, the library and the start against plain Lua.
# SPDX-License-Identifier: MIT
import os
import shutil
import subprocess
import tempfile
import time

from measure import HERE, TOOLS, Failed, status

PLAIN = "lua5.4"

# Title, case of calls.lua, the case of the same process that it is judged against.
AGAINST = [
    ("call of a function in C, type(), against one in Lua", "type", "call"),
    ("property of an object in C, is_running, against a field", "is_running", "table read"),
    ("renoise.tool().bundle_path against a field", "bundle_path", "table read"),
    ("notifier called by bang() against a call in Lua", "bang", "call"),
    ("class construction, A(1), against a function's table", "class new", "table new"),
    ("class construction, A(1), against setmetatable", "class new", "object new"),
    ("method of an instance against setmetatable", "class method", "object method"),
    ("attribute read against a field", "attribute read", "table read"),
    ("attribute write against a field", "attribute write", "table write"),
    ("property() read against a field", "property read", "table read"),
    ("property() write against a field", "property write", "table write"),
    ("ObservableNumber.value read against a field", "value read", "table read"),
    ("ObservableNumber.value write against a field", "value write", "table write"),
    ("Message of ,iii against the table of its arguments", "message new", "arguments table"),
]

# Title, case, goal in ns: the least of the rounds, for there is nothing beside them that a busy machine would slow as much.
# The table of the arguments, made in Lua, shows how much of the last any Lua would need.
ARGUMENTS = "from_binary_data and arguments"
TIMES = [
    ("binary_data", "binary_data", None),
    ("from_binary_data of ,iii", "from_binary_data", None),
    ("the table of the arguments of ,iii, made in Lua", "arguments table", None),
    ("from_binary_data of ,iii and its arguments", ARGUMENTS, 400),
]

# Cases of calls.lua whose functions notewire replaces, and those that show what else differs from plain Lua.
LIBRARY = ["tostring whole", "tostring fraction", "format text", "format whole", "format fraction", "insert and remove",
           "concat", "sub", "byte", "find", "gsub"]
LANGUAGE = ["call", "table new", "object new"]


class Calls:
    def __init__(self, bench):
        self.bench = bench
        self.quick = bench.quick
        self.programs = ([bench.notewire[0], "exec", "--script-limit", "0"], [PLAIN])

    def parts(self):
        return [("script calls", self.calls), ("script start", self.start), ("script memory", self.memory)]

    def in_turns(self, rounds, measure):
        """measure(program) of notewire and of plain Lua, taking turns in who is first: pairs of what it returned."""
        if not shutil.which(PLAIN):
            raise Failed(f"{PLAIN} is missing")
        pairs = []
        for number in range(rounds):
            pair = [None, None]
            for side in ((0, 1), (1, 0))[number % 2]:
                pair[side] = measure(side)
            pairs.append(pair)
        return pairs

    # ---- calls ----

    def cases(self, side):
        """One process a round, for where memory comes to lie differs from one to the next."""
        done = subprocess.run([*self.programs[side], str(HERE / "calls.lua"), "20000" if self.quick else "100000"],
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise Failed(done.stderr)
        return {name: float(ns) for name, ns in (line.split("\t") for line in done.stdout.splitlines())}

    def liblo(self):
        """What the same takes a program that reads messages by liblo and makes the tables by Debian's Lua."""
        return float(subprocess.run([TOOLS / "liblo_lua", "100000"], capture_output=True, check=True, timeout=120).stdout)

    def calls(self):
        pairs = self.in_turns(3 if self.quick else 9, self.cases)
        for title, case, baseline in AGAINST:
            self.bench.compare(title, "ns", None, [(ours[case], ours[baseline]) for ours, _ in pairs], "")
        for title, case, goal in TIMES:
            self.bench.report(title, round(min(ours[case] for ours, _ in pairs)), goal, "ns")
        self.bench.compare("from_binary_data of ,iii and its arguments against liblo and Lua's tables", "ns", None,
                           [(ours[ARGUMENTS], self.liblo()) for ours, _ in pairs], "")
        for cases, goal in ((LIBRARY, 2), (LANGUAGE, None)):
            for case in cases:
                self.bench.compare(f"{case} against {PLAIN}", "ns", goal,
                                   [(ours[case], theirs[case]) for ours, theirs in pairs], "")

    # ---- start ----

    def start(self):
        with tempfile.NamedTemporaryFile(suffix=".lua") as empty:
            for title, file in (("an empty file", empty.name), ("a small tool", str(HERE / "tool.lua"))):
                # Plain Lua can run the empty file only.
                pairs = self.in_turns(20 if self.quick else 100,
                                      lambda side, files=(file, empty.name): self.run(side, files[side]))
                for place, what in enumerate(("time", "CPU")):
                    self.bench.compare(f"start and end of {title} against {PLAIN} and an empty one: {what}", "ms", None,
                                       [(ours[place], theirs[place]) for ours, theirs in pairs], "")

    def run(self, side, file):
        """Milliseconds of time and of CPU."""
        command = [*self.programs[side], file]
        began = time.perf_counter()
        process = os.posix_spawnp(command[0], command, os.environ)
        _, code, used = os.wait4(process, 0)
        ended = time.perf_counter()
        if code != 0:
            raise Failed(f"{code} from {' '.join(command)}")
        return (ended - began) * 1000, (used.ru_utime + used.ru_stime) * 1000

    # ---- memory ----

    def memory(self):
        pairs = self.in_turns(3, self.resident)
        self.bench.compare(f"memory of a script that waits against {PLAIN}", "MiB", None, pairs, "")

    def resident(self, side):
        with subprocess.Popen([*self.programs[side], str(HERE / "idle.lua")], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            if process.stdout.readline() != b"ready\n":
                raise Failed("idle.lua does not run")
            resident = status(process.pid)["VmRSS"] / 1024
            process.stdin.close()
        return resident
