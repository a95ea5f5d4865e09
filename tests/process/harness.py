# What the process tests share: programs with lines and time limits, free ports, totals, OSC by hand.
# SPDX-License-Identifier: MIT
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SKIP = 77  # ctest shows it as skipped
LIMIT = 60  # seconds to wait for what must come; generous, for busy machines
CI = os.environ.get("CI") == "true"
ROOT = os.environ.get("NOTEWIRE_ROOT", os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))
NOTEWIRE = os.environ.get("NOTEWIRE", os.path.join(ROOT, "build", "notewire"))
REASONS = "malformed too-big refused unmapped range pattern no-port no-peer queue-full stalled disabled exit".split()


def leave(reason):
    """Ends the whole test: a skip, or in CI a failure."""
    print(("FAILED: " if CI else "skipped: ") + reason)
    sys.exit(1 if CI else SKIP)


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            leave(f"{program} is missing")


def need_liblo():
    try:
        import liblo
    except ImportError:
        leave("python3-liblo is missing")
    return liblo


def sanitized():
    """Whether notewire is built with a sanitizer, which takes memory of its own."""
    if "NOTEWIRE_SANITIZED" in os.environ:
        return os.environ["NOTEWIRE_SANITIZED"] == "1"
    with open(NOTEWIRE, "rb") as program:
        return re.search(rb"__[atm]san_init|__ubsan_handle", program.read()) is not None


_claims = []


def can_bind(port):
    """Whether UDP and TCP can be bound to the port on all addresses."""
    try:  # an IPv6 socket stands for both families
        with open("/proc/net/if_inet6", encoding="ascii") as addresses:
            family, host = (socket.AF_INET6, "::") if addresses.read() else (socket.AF_INET, "")
    except FileNotFoundError:
        family, host = socket.AF_INET, ""
    with socket.socket(family, socket.SOCK_DGRAM) as udp, socket.socket(family) as tcp:
        try:
            udp.bind((host, port))
            tcp.bind((host, port))
            return True
        except OSError:
            return False


def own_ports():
    """The ports that the kernel does not give to sockets that ask for any: of those, another test's client could get
    one before notewire does."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as limits:
        low, high = map(int, limits.read().split())
    return range(10000, low) if low > 12000 else range(high + 1, 65536)


def free_port():
    """A port that is free for UDP and TCP, and that no other test gets until this one has ended: it holds the port's
    name among the abstract sockets."""
    while True:
        port = random.choice(own_ports())
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0notewire-test-port-{port}")
        except OSError:
            claim.close()
            continue
        if can_bind(port):
            _claims.append(claim)
            return port
        claim.close()


def until(condition, what, limit=LIMIT):
    """Waits until condition() gives something true, and returns it."""
    deadline = time.monotonic() + limit
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {limit} s for {what}")
        time.sleep(0.005)


def is_bound(port, protocol="udp"):
    """Whether some socket of this machine is bound to the port (TCP: listens on it)."""
    for table in (protocol, protocol + "6"):
        try:
            with open(f"/proc/net/{table}", encoding="ascii") as lines:
                for line in list(lines)[1:]:
                    fields = line.split()
                    if int(fields[1].rsplit(":", 1)[1], 16) == port and (protocol == "udp" or fields[3] == "0A"):
                        return True
        except FileNotFoundError:
            pass
    return False


class Lines(threading.Thread):
    """Reads a stream to its end, line by line."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream, self.lines, self.taken, self.ended = stream, [], 0, False
        self.changed = threading.Condition()
        self.start()

    def run(self):
        try:
            for line in self.stream:
                with self.changed:
                    self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                    self.changed.notify_all()
        except OSError:
            pass  # a terminal ends so
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def _await(self, condition, what, limit):
        with self.changed:
            if not self.changed.wait_for(lambda: condition() or self.ended, limit) or not condition():
                raise AssertionError(f"{what} did not come; came: {self.lines[-20:]}")

    def take(self, count=1, limit=LIMIT):
        """The next lines, as a list."""
        self._await(lambda: len(self.lines) >= self.taken + count, f"{count} lines", limit)
        self.taken += count
        return self.lines[self.taken - count:self.taken]

    def find(self, pattern, begin=0, limit=LIMIT):
        """The first line from index begin on in which the pattern is found."""
        self._await(lambda: any(re.search(pattern, line) for line in self.lines[begin:]), f"/{pattern}/", limit)
        return next(line for line in self.lines[begin:] if re.search(pattern, line))

    def rest(self, limit=LIMIT):
        """What was not taken yet, to the end of the stream."""
        self.join(limit)
        with self.changed:
            if not self.ended:
                raise AssertionError(f"the stream did not end; came: {self.lines[-20:]}")
        begin, self.taken = self.taken, len(self.lines)
        return self.lines[begin:]


class Totals(dict):
    """The figures of a totals line; what it does not name is 0. Checks the counting rule."""

    def __init__(self, line):
        super().__init__((name, int(value)) for name, value in re.findall(r"([a-z-]+)=(\d+)", line))
        if self["received"] != self["delivered"] + self["dropped"] + self["queued"]:
            raise AssertionError(f"the figures do not add up: {line}")
        if self["dropped"] != sum(self[reason] for reason in REASONS):
            raise AssertionError(f"the reasons do not add up: {line}")

    def __missing__(self, name):
        return 0


# Should this test itself be killed, its programs go with it.
DIE_WITH_ME = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []


class Child:
    """A program that this test started, and ends."""

    def __init__(self, *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, read=True, **options):
        options.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen(DIE_WITH_ME + [str(word) for word in command], stdin=stdin, stdout=stdout, **options)
        self.pid, self.stdin = self.process.pid, self.process.stdin
        self.out = Lines(self.process.stdout) if stdout == subprocess.PIPE and read else None
        self.err = Lines(self.process.stderr) if self.process.stderr else None

    def write(self, text):
        self.stdin.write(text.encode() if isinstance(text, str) else text)
        self.stdin.flush()

    def wait(self, limit=LIMIT):
        code = self.process.wait(limit)
        for lines in (self.out, self.err):
            if lines is not None:
                lines.join(limit)
        return code

    def stop(self, number=signal.SIGTERM):
        """Ends it by a signal; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait()

    def end(self):
        """For cleaning up."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(LIMIT)
        for lines in (self.out, self.err):
            if lines is not None:
                lines.join(5)
                if not lines.is_alive():
                    lines.stream.close()
        for stream in (self.stdin, self.process.stdout if self.out is None else None):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass


class Notewire(Child):
    def __init__(self, *arguments, ready=True, within=(), **options):
        super().__init__(*within, NOTEWIRE, *arguments, **options)
        if ready:  # every socket is open before the first of these lines
            self.err.find(r"^(OSC in|MIDI in|MIDI out): ")

    def now(self):
        """The totals at this moment, as SIGUSR1 has them told."""
        begin = len(self.err.lines)
        self.process.send_signal(signal.SIGUSR1)
        return Totals(self.err.find(r"^totals: .* queued=", begin))

    def received(self, count, limit=LIMIT):
        """Waits until so many messages have been received (or lost by the kernel); returns the totals."""
        def enough():
            totals = self.now()
            return totals if totals["received"] + totals["kernel-drops"] >= count else None

        return until(enough, f"{count} messages received", limit)

    def totals(self):
        """The last line, after the end."""
        last = self.err.lines[-1] if self.err.lines else ""
        if not last.startswith("totals: "):
            raise AssertionError(f"the last line is no totals line: {self.err.lines[-10:]}")
        return Totals(last)

    def finish(self, number=signal.SIGTERM):
        """Ends it as a user does; returns the totals. It must have ended well."""
        code = self.stop(number)
        if code != 0:
            raise AssertionError(f"exit code {code}: {self.err.lines[-30:]}")
        return self.totals()

    def memory_kib(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class Case(unittest.TestCase):
    maxDiff = 4000

    def child(self, *command, **options):
        child = Child(*command, **options)
        self.addCleanup(child.end)
        return child

    def notewire(self, *arguments, ready=True, **options):
        notewire = Notewire(*arguments, ready=False, **options)
        self.addCleanup(self.check_sanitizers, notewire)
        self.addCleanup(notewire.end)
        if ready:
            notewire.err.find(r"^(OSC in|MIDI in|MIDI out): ")
        return notewire

    def run_notewire(self, *arguments, text="", limit=LIMIT):
        """Runs it to its end; returns exit code, standard output and standard error."""
        done = subprocess.run([NOTEWIRE, *map(str, arguments)], input=text, capture_output=True, text=True,
                              timeout=limit, check=False)
        self.assertNotRegex(done.stderr, r"Sanitizer|runtime error:")
        return done.returncode, done.stdout, done.stderr

    def check_sanitizers(self, notewire):
        if notewire.err is not None:
            found = [line for line in notewire.err.lines if re.search(r"Sanitizer|runtime error:", line)]
            self.assertEqual(found, [], "\n".join(notewire.err.lines))

    def oscsend(self, port, *words, host="localhost"):
        subprocess.run(["oscsend", host, str(port), *map(str, words)], check=True, timeout=LIMIT)

    def oscdump(self, port):
        """A real oscdump that listens; .out has its lines."""
        need("oscdump")
        dump = self.child("oscdump", "-L", port)
        until(lambda: is_bound(port), "oscdump")
        return dump

    def udp(self, host="127.0.0.1", port=0):
        """A bound UDP socket."""
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(udp.close)
        udp.settimeout(LIMIT)
        udp.bind((host, port))
        return udp

    def tcp(self, port, host="127.0.0.1"):
        """A TCP connection, without delay."""
        tcp = socket.create_connection((host, port), timeout=LIMIT)
        self.addCleanup(tcp.close)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return tcp

    def listener(self, port=0):
        """A TCP listener on loopback."""
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.settimeout(LIMIT)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        return listener

    def accept(self, listener):
        connection, _ = listener.accept()
        self.addCleanup(connection.close)
        connection.settimeout(LIMIT)
        return connection

    def file(self, name, text):
        """A file in a folder of this test's own; returns its path."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise AssertionError(f"the connection ended after {len(data)} of {count} bytes")
        data += more
    return data


# OSC by hand, so that neither liblo nor notewire is asked for what is right.


def padded(data):
    return data + b"\0" * (4 - len(data) % 4)


def osc(address, tags=None, *values):
    """One message; tags None leaves out the type tags (ints only, as old clients send)."""
    out = padded(address.encode())
    if tags is not None:
        out += padded(b"," + tags.encode())
    values = list(values)
    for tag in tags if tags is not None else "i" * len(values):
        if tag in "ircm" and isinstance(values[0], (bytes, str)):
            value = values.pop(0)
            out += value if isinstance(value, bytes) else struct.pack(">i", ord(value))
        elif tag in "sS":
            out += padded(values.pop(0).encode())
        elif tag == "b":
            blob = values.pop(0)
            out += struct.pack(">i", len(blob)) + blob + b"\0" * (-len(blob) % 4)
        elif tag not in "TFNI[]":
            out += struct.pack(">" + {"h": "q", "d": "d", "f": "f", "t": "Q"}.get(tag, "i"), values.pop(0))
    return out


def bundle(timetag, *elements):
    return b"#bundle\0" + struct.pack(">Q", timetag) + b"".join(struct.pack(">i", len(e)) + e for e in elements)


def read_osc(data):
    """A message as (address, tags, values...)."""
    def text(at):
        end = data.index(b"\0", at)
        return data[at:end].decode(), end + 4 - end % 4

    address, at = text(0)
    tags, at = text(at)
    values = []
    for tag in tags[1:]:
        if tag in "sS":
            value, at = text(at)
        elif tag == "b":
            size = struct.unpack_from(">i", data, at)[0]
            value, at = data[at + 4:at + 4 + size], at + 4 + size + -size % 4
        elif tag == "m":
            value, at = data[at:at + 4], at + 4
        elif tag in "TFNI":
            value = {"T": True, "F": False}.get(tag)
        else:
            form = {"h": ">q", "d": ">d", "f": ">f", "t": ">Q"}.get(tag, ">i")
            value, at = struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)
        values.append(value)
    if at != len(data):
        raise AssertionError(f"{len(data) - at} bytes behind the message: {data!r}")
    return (address, tags[1:], *values)


def prefixed(packet):
    return struct.pack(">i", len(packet)) + packet


def slip(packet):
    return b"\xc0" + packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"


def read_prefixed(connection):
    return read_exactly(connection, struct.unpack(">i", read_exactly(connection, 4))[0])


def read_slip(connection):
    data, byte = b"", read_exactly(connection, 1)
    while byte == b"\xc0":
        byte = read_exactly(connection, 1)
    while byte != b"\xc0":
        data += byte
        byte = read_exactly(connection, 1)
    return data.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")


def main():
    unittest.main(verbosity=2)
