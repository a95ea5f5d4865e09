# What the tests in the virtual machine share: the sequencer's ports, USB MIDI devices that come and go, MIDI files.
# SPDX-License-Identifier: MIT
import collections
import fcntl
import glob
import os
import re
import select
import struct
import subprocess
import sys
import tempfile
import time

from harness import LIMIT, until

if os.environ.get("NOTEWIRE_VM") != "1":  # they load drivers and make devices
    sys.exit("only for the virtual machine: packaging/dev test-vm")

GADGETS = "/sys/kernel/config/usb_gadget"
Port = collections.namedtuple("Port", "address client name")  # Port("14:0", "Midi Through", "Midi Through Port-0")


def ports(client=None):
    """The sequencer's ports, of all clients or of those of this name, as the kernel lists them."""
    found, number, owner = [], 0, ""
    with open("/proc/asound/seq/clients", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if begin := re.match(r'Client +(\d+) : "(.*)" \[', line):
                number, owner = begin.groups()
            elif (port := re.match(r'  Port +(\d+) : "(.*)" \(', line)) and client in (None, owner):
                found.append(Port(f"{number}:{port[1]}", owner, port[2].rstrip()))
    return found


def connected(case, notewire, port):
    """A TCP connection that notewire has taken: what it plays from now on arrives."""
    before = notewire.descriptors()
    tcp = case.tcp(port)
    until(lambda: notewire.descriptors() > before, "the connection to be taken")
    return tcp


def told(notewire):
    """What has happened on the sequencer, notewire knows now: it has read that before it answers for the second time."""
    notewire.now()
    notewire.now()


class Raw:
    """A raw MIDI device, open both ways: /dev/snd/midiC0D0 is the other end of the port VirMIDI 0-0."""

    RING = 4096  # bytes that the kernel holds for who does not ask for more
    MOST = 1 << 20  # and for who does
    OUTPUT, INPUT = 0, 1
    DRAIN, PARAMS = 0x40045731, 0xC0305710  # SNDRV_RAWMIDI_IOCTL_...

    def __init__(self, path):
        self.file = open(path, "r+b", buffering=0)
        # While we are not scheduled, what does not fit is lost in silence. Stream, size, how much wakes us up, the rest zero.
        fcntl.ioctl(self.file, self.PARAMS, struct.pack("i4xQQ24x", self.INPUT, self.MOST, 1))
        self.waiting = select.poll()
        self.waiting.register(self.file, select.POLLIN)
        self.waiting.poll(0)  # what arrives before the first look is thrown away

    def write(self, data):
        """All of it, piece by piece, each when the one before has gone. The kernel (snd_rawmidi_kernel_write1 of Linux 6.1)
        tells of what is written before it copies it: whoever is still taking bytes out, on another processor, may come
        first, and gets those that stood there before."""
        for at in range(0, len(data), self.RING):
            fcntl.ioctl(self.file, self.DRAIN, struct.pack("i", self.OUTPUT))
            piece = data[at:at + self.RING]
            while piece:
                piece = piece[self.file.write(piece):]

    def read(self, count, limit=LIMIT):
        """The next bytes, exactly so many."""
        data, deadline = b"", time.monotonic() + limit
        while len(data) < count:
            if not self.waiting.poll(max(0, 1000 * (deadline - time.monotonic()))):
                raise AssertionError(f"{count} bytes did not come; came {len(data)}: ...{data[-64:].hex(' ')}")
            data += self.file.read(count - len(data))
        return data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()


def _write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Gadget:
    """A USB MIDI device with that name, made by the kernel's own device side behind a wire that is not there. Plugged
    in, it is a sound card like any other, driven by snd-usb-audio; `far()` is what a musician's hands are on."""

    WIRES = 4  # so many can be plugged in at once
    free = None

    def __init__(self, name, jacks=1):
        if Gadget.free is None:
            subprocess.run(["modprobe", "dummy_hcd", f"num={self.WIRES}"], check=True)
            subprocess.run(["modprobe", "-a", "usb_f_midi", "snd-usb-audio"], check=True)
            if not os.path.isdir(GADGETS):
                subprocess.run(["mount", "-t", "configfs", "config", "/sys/kernel/config"], check=True)
            for left in glob.glob(f"{GADGETS}/*/UDC"):  # plugged in by a test that was ended
                with open(left, encoding="ascii") as wire:
                    plugged = wire.read().strip()
                if plugged:
                    _write(left, "\n")
            Gadget.free = list(range(self.WIRES))
        self.name, self.jacks, self.plugged = name, jacks, False
        self.wire = Gadget.free.pop(0)
        self.folder, self.id = tempfile.mkdtemp(dir=GADGETS), f"far{self.wire}"
        function = f"{self.folder}/functions/midi.0"
        for folder in (f"{self.folder}/strings/0x409", f"{self.folder}/configs/c.1", function):
            os.makedirs(folder)
        for path, text in ((f"{self.folder}/idVendor", "0x1209"), (f"{self.folder}/idProduct", "0x0001"),
                           (f"{self.folder}/strings/0x409/manufacturer", "notewire"),
                           (f"{self.folder}/strings/0x409/product", name), (f"{function}/id", self.id),
                           (f"{function}/in_ports", str(jacks)), (f"{function}/out_ports", str(jacks))):
            _write(path, text)
        os.symlink(function, f"{self.folder}/configs/c.1/midi.0")

    def _switch(self, text, change):
        expected = len(ports(self.name)) + change * self.jacks
        _write(f"{self.folder}/UDC", text)
        self.plugged = change > 0
        until(lambda: len(ports(self.name)) == expected, f"{expected} ports of {self.name!r}")

    def plug(self):
        """Plugs it in, and waits until the sequencer has its ports; returns them."""
        self._switch(f"dummy_udc.{self.wire}", +1)
        until(lambda: os.path.exists(self._far()), f"the far end of {self.name!r}")
        return ports(self.name)

    def unplug(self):
        """Pulls it out, and waits until its ports are gone."""
        self._switch("\n", -1)

    def _far(self):
        card = f"/proc/asound/{self.id}"
        return f"/dev/snd/midi{os.readlink(card).replace('card', 'C')}D0" if os.path.islink(card) else ""

    def far(self):
        """The far end: what is written to it comes from the device, what is read was sent to the device."""
        return Raw(self._far())

    def near(self):
        """This machine's end as a raw device, past the sequencer: while it is open, nobody else gets in."""
        with open("/proc/asound/cards", encoding="utf-8", errors="replace") as cards:
            number = re.search(rf"^ *(\d+) .*: USB-Audio - {re.escape(self.name)}$", cards.read(), re.MULTILINE)[1]
        return Raw(f"/dev/snd/midiC{number}D0")

    def close(self):
        """For cleaning up. The description of the device stays: the kernel can wait for ever when it is taken away from
        a far end that was writing while it was unplugged."""
        if self.plugged:
            self.unplug()
        Gadget.free.append(self.wire)


def midi_file(*messages, step=1):
    """A MIDI file with these messages (bytes, each with its status), so many ms apart, as aplaymidi reads it."""
    track = b"".join(bytes([step if number else 0]) + message for number, message in enumerate(messages))
    track = b"\0\xff\x51\x03" + (1000 * 1000).to_bytes(3, "big") + track + b"\0\xff\x2f\0"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 1000) + b"MTrk" + struct.pack(">I", len(track)) + track
