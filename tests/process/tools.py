# What the tests of tests/tools share: a copy of a tool in a folder of its own, its preferences, and how it is run and ended.
# SPDX-License-Identifier: MIT
import re
import shutil
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from harness import ROOT, Case

TOOLS = Path(ROOT) / "tests" / "tools"


class Tool(Case):
    NAME = MODEL = ""

    def setUp(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        self.home = Path(home.name)
        self.folder = self.home / f"com.example.{self.NAME}.xrnx"
        if self.NAME:
            shutil.copytree(TOOLS / self.folder.name, self.folder)

    def preferences(self, **values):
        """Writes the file as Renoise leaves it."""
        inner = "".join(f"  <{name}>{value}</{name}>\n" for name, value in values.items())
        (self.folder / "preferences.xml").write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<{self.MODEL} doc_version="0">\n{inner}</{self.MODEL}>\n')

    def kept(self):
        """What is in that file: texts by name, of a list those of its items."""
        root = ElementTree.parse(self.folder / "preferences.xml").getroot()
        self.assertEqual((root.tag, root.get("doc_version")), (self.MODEL, "0"))
        return {member.tag: [item.text for item in member] or member.text for member in root}

    def start(self, *menu, says, path=None, **options):
        """Runs the tool and invokes entries of its menu; it is ready when it has said that."""
        words = [word for name in menu for word in ("--menu", name)]
        app = self.notewire("run", path or self.folder, *words, ready=False, **options)
        app.err.find(says)
        return app

    def finish(self, app, *codes):
        """Ends it; nothing of it failed, and it gave no codes but these."""
        code = app.stop()
        self.assertEqual(code, 0, app.err.lines)
        given = [line for line in app.err.lines if re.match(r"E(?!425)\d{3} ", line)]  # on busy machines callbacks take long
        self.assertEqual([line[:4] for line in given], list(codes), "\n".join(given))
        return app.err.lines
