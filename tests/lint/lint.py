# What the lint tests share: the tree's files, C without its comments, and the proof that a check can fail.
# SPDX-License-Identifier: MIT
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SKIP = 77  # ctest shows it as skipped
IGNORED = re.compile(r"\.git|build.*|__pycache__|corpus")


def files(root, folders=(".",), suffixes=None):
    """The files below the folders as paths relative to root, without what is built or recorded."""
    for folder in folders:
        for at, names, found in os.walk(root / folder):
            names[:] = sorted(name for name in names if not IGNORED.fullmatch(name))
            for name in sorted(found):
                path = (Path(at) / name).relative_to(root)
                if name != ".git" and (suffixes is None or path.suffix in suffixes):
                    yield path


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def code_of(text):
    """C with comments and literals blanked, lines kept."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def self_test(check, clean, violations):
    """Runs the check on a small tree that is clean, then with each violation added: it must complain exactly then."""
    bad = 0
    for name, change in [("clean", {})] + list(violations.items()):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "a tree"
            for path, text in {**clean, **change}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            complaints = list(check(root))
        if bool(complaints) != (name != "clean"):
            print(f"self-test: {name}: the check says {complaints}")
            bad += 1
    print(f"self-test: {len(violations)} violations tried, {bad} wrong")
    return bad


def main(check, clean, violations):
    """The whole test: the check proves that it can fail, then looks at the tree."""
    if self_test(check, clean, violations):
        return 1
    if "--self-test" in sys.argv:
        return 0
    here = Path(__file__).resolve().parents[2]
    root = Path(os.environ.get("NOTEWIRE_ROOT", here))
    complaints = list(check(root))
    for complaint in complaints:
        print(complaint)
    print(f"{len(complaints)} complaints")
    return 1 if complaints else 0


def output(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)
