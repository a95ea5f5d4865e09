# What the benchmarks measure with: the tools in C, programs that run under a load, and what /proc says of them.
# SPDX-License-Identifier: MIT
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
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


def package_options(*packages):
    done = subprocess.run(["pkg-config", "--cflags", "--libs", *packages], capture_output=True, text=True, check=True)
    return done.stdout.split()


def build_tools():
    TOOLS.mkdir(parents=True, exist_ok=True)
    for name, sources, options in [
        ("load", ["load.c", "wire.c"], ["-pthread"]),
        ("baseline", ["baseline.c"], []),
        ("shim_buffer.so", ["shim_buffer.c"], ["-shared", "-fPIC"]),
        ("shim_alloc.so", ["shim_alloc.c"], ["-shared", "-fPIC"]),
        ("liblo_lua", ["liblo_lua.c"], package_options("liblo", "lua5.4")),
    ]:
        target = TOOLS / name
        if target.exists() and all(target.stat().st_mtime > path.stat().st_mtime for path in HERE.glob("*.[ch]")):
            continue
        compiler = ["cc", "-O2", "-std=c11", "-D_GNU_SOURCE", *WARNINGS, "-o", str(target)]
        subprocess.run([*compiler, *(str(HERE / source) for source in sources), *options], check=True)


def free_ports(count):
    """Numbers that are free for both protocols, for programs listen with both."""
    held, ports = [], []
    while len(ports) < count:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        held += [udp, tcp]
        udp.bind(("127.0.0.1", 0))
        try:
            tcp.bind(udp.getsockname())
        except OSError:
            continue
        ports.append(udp.getsockname()[1])
    for one in held:
        one.close()
    return ports


class Server:
    """A running program that turns what comes on port `to` into datagrams on port `at`."""

    def __init__(self, program, preload=(), environment=None, arguments=None, stdout=subprocess.DEVNULL):
        self.to, self.at = free_ports(2)
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


def cpu_ns(pid):
    """How long the first thread of a process has run."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
