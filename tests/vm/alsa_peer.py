# A program on the sequencer, for tests: it sends events field by field, of every kind, and hears them.
# SPDX-License-Identifier: MIT
import ctypes
import os
import select
import struct
import time

from harness import LIMIT, until
from vm import ports

ALSA = ctypes.CDLL("libasound.so.2")
DUPLEX, NONBLOCK = 3, 1
READ, WRITE, SUBS_READ, SUBS_WRITE = 1, 2, 32, 64
GENERIC, APPLICATION = 1 << 1, 1 << 20
SUBSCRIBERS, DIRECT, VARIABLE, SIZE = 254, 253, 4, 28

# The numbers of linux/sound/asequencer.h.
NOTEON, NOTEOFF, KEYPRESS = 6, 7, 8
CONTROLLER, PGMCHANGE, CHANPRESS, PITCHBEND, CONTROL14, NONREGPARAM, REGPARAM = range(10, 17)
SONGPOS, SONGSEL, QFRAME = 20, 21, 22
START, CONTINUE, STOP = 30, 31, 32
CLOCK, TUNE_REQUEST, RESET, SENSING, ECHO, SYSEX = 36, 40, 41, 42, 50, 130


def note(kind, channel, key, velocity):
    return kind, struct.pack("<BBBBI", channel, key, velocity, 0, 0)


def control(kind, channel=0, param=0, value=0):
    return kind, struct.pack("<BxxxIi", channel, param, value)


class Peer:
    """A client of that name with one port of that name, which is heard and played."""

    def __init__(self, name, pool=2000):
        self.seq = ctypes.c_void_p()
        if ALSA.snd_seq_open(ctypes.byref(self.seq), b"default", DUPLEX, NONBLOCK) < 0:
            raise AssertionError("no sequencer")
        ALSA.snd_seq_set_client_name(self.seq, name.encode())
        ALSA.snd_seq_set_client_pool_input(self.seq, ctypes.c_size_t(pool))
        self.client = ALSA.snd_seq_client_id(self.seq)
        self.port = ALSA.snd_seq_create_simple_port(self.seq, name.encode(), READ | WRITE | SUBS_READ | SUBS_WRITE,
                                                    GENERIC | APPLICATION)
        descriptor = (ctypes.c_int * 2)()
        ALSA.snd_seq_poll_descriptors(self.seq, descriptor, 1, select.POLLIN)
        self.fd = descriptor[0]
        self.address = f"{self.client}:{self.port}"
        self.unread = b""

    def connect_to(self, address):
        client, port = map(int, address.split(":"))
        if ALSA.snd_seq_connect_to(self.seq, self.port, client, port) < 0:
            raise AssertionError(f"cannot connect to {address}")

    def connect_from(self, address):
        client, port = map(int, address.split(":"))
        if ALSA.snd_seq_connect_from(self.seq, self.port, client, port) < 0:
            raise AssertionError(f"cannot connect from {address}")

    def disconnect_from(self, address):
        client, port = map(int, address.split(":"))
        ALSA.snd_seq_disconnect_from(self.seq, self.port, client, port)

    def pack(self, event):
        """An event as the kernel takes it: (kind, data of up to 12 bytes), or SysEx as bytes."""
        kind, data = (SYSEX, event) if isinstance(event, bytes) else event
        variable = kind == SYSEX
        head = struct.pack("<BBBBII2B2B", kind, VARIABLE if variable else 0, 0, DIRECT, 0, 0, self.client, self.port,
                           SUBSCRIBERS, 253)[:16]
        if variable:
            return head + struct.pack("<IQ", len(data), 0) + data
        return head + data.ljust(12, b"\0")

    def write(self, packed):
        while packed:
            try:
                packed = packed[os.write(self.fd, packed):]
            except BlockingIOError:
                time.sleep(0.001)

    def send(self, *events):
        for event in events:
            self.write(self.pack(event))

    def overran(self):
        """Reads what there is; whether some had been lost."""
        try:
            self.unread += os.read(self.fd, 1 << 20)
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno != 28:  # ENOSPC
                raise
            return True
        return False

    def events(self):
        """The events that have been read, as (kind, data), SysEx as bytes."""
        while len(self.unread) >= SIZE:
            kind, flags = self.unread[0], self.unread[1]
            length = struct.unpack_from("<I", self.unread, 16)[0] if flags & 12 == VARIABLE else 0
            padded = (length + SIZE - 1) // SIZE * SIZE
            data = self.unread[SIZE:SIZE + length] if length else self.unread[16:SIZE]
            self.unread = self.unread[SIZE + padded:]
            yield data if kind == SYSEX else (kind, data)

    def sysex(self, count, limit=LIMIT):
        """The bytes of the SysEx events that come, as soon as there are so many, and how many each event had."""
        data, sizes, deadline = b"", [], time.monotonic() + limit
        while len(data) < count:
            if not select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"{len(data)} bytes of SysEx instead of {count}")
            if self.overran():
                raise AssertionError("overrun")
            for event in self.events():
                if isinstance(event, bytes):
                    data += event
                    sizes.append(len(event))
        return data, sizes

    def close(self):
        if self.seq:
            ALSA.snd_seq_close(self.seq)
        self.seq = None


def address_of(name, client=None):
    """Waits for the sequencer port of that name; returns its address."""
    return until(lambda: next((port.address for port in ports(client) if port.name == name), None), f"the port {name!r}")
