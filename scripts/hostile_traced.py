"""Read every hostile upload of the tests under strace: no file or address outside is touched.

    python scripts/hostile_traced.py        (part of ``make faults``; needs strace)

Each is read as ``wangge load`` reads it, its confined child processes included. Files may be
opened below the folder of temporary files, the interpreter, the libraries and what the system
keeps for every process; written only below the first. No socket of the Internet may be used.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.errors import WanggeError
from gis.intake import read_set
from tests.ascii_maps import TODAY
from tests.intake.hostile_uploads import all_uploads

_ROOT = Path(__file__).resolve().parent.parent
_CALLS = "openat,open,creat,connect,sendto,unlink,unlinkat,rename,renameat2,mkdir,mkdirat,symlink"
_SYSTEM = ("/usr/", "/lib/", "/lib64/", "/opt/", "/proc/", "/sys/", "/dev/")
_OF_EVERY_PROCESS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/gai.conf",
                     "/etc/nsswitch.conf", "/etc/host.conf", "/etc/resolv.conf")  # fmt: skip
_OPENED = re.compile(r'(?:openat\([^"]*|open\()"([^"]+)", ([^)]*?)\) = \d')
_CHANGED = re.compile(
    r'(?:creat|unlink|unlinkat|rename|renameat2|mkdir|mkdirat|symlink)\([^"]*"([^"]+)".*\) = 0'
)
_TALKED = re.compile(r"(?:connect|sendto)\(.*AF_INET.*")


def main() -> int:
    """Trace the reading of all of them; print what was touched that should not be."""
    if sys.argv[1:2] == ["--read"]:
        return read_all()
    if shutil.which("strace") is None:
        print("left out: strace is not installed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "strace.log"
        work = Path(folder) / "work"
        work.mkdir()
        control = Path(folder) / "control"
        control.touch()
        words = ["strace", "-f", "-s", "400", "-o", str(log), "-e", f"trace={_CALLS}",
                 sys.executable, "-B", __file__, "--read", str(control)]  # fmt: skip
        done = subprocess.run(words, cwd=work, env=dict(os.environ, TMPDIR=str(work)), check=False)
        seen = log.read_text(errors="replace") if log.exists() else ""
        if done.returncode or "openat(" not in seen:
            print(f"strace ended with {done.returncode}")
            return 1
        wrong = touched(seen, work)
        if f"opened: {control}" not in wrong:
            print("what was opened on purpose is not in the log")
            return 1
        wrong.remove(f"opened: {control}")
    for line in sorted(set(wrong)):
        print(f"  WRONG {line}")
    print(f"{seen.count(chr(10)):,} calls of {len(all_uploads())} uploads, {len(wrong)} wrong")
    return 1 if wrong else 0


def read_all() -> int:
    """Read every upload, as far as it can be read, and first a file that must show in the log."""
    Path(sys.argv[2]).read_bytes()
    folder = Path(tempfile.gettempdir())
    for number, (_what, name, make) in enumerate(all_uploads()):
        path = folder / f"upload{number}" / Path(name.replace("\\", "/")).name
        path.parent.mkdir()
        path.write_bytes(make())
        with suppress(WanggeError):
            read_set([path], today=TODAY)
        shutil.rmtree(path.parent)
    return 0


def touched(seen: str, work: Path) -> list[str]:
    """Return what a log tells of that is outside."""
    inside = (str(work), sys.prefix, sys.base_prefix, str(_ROOT))
    wrong = [f"talked: {line[:160]}" for line in _TALKED.findall(seen)]
    for path, flags in _OPENED.findall(seen):
        writes = "O_WRONLY" in flags or "O_RDWR" in flags or "O_CREAT" in flags
        if writes and path.startswith("/") and not path.startswith((str(work), "/dev/")):
            wrong.append(f"written: {path}")
        if not path.startswith("/"):
            if ".." in path.split("/"):
                wrong.append(f"opened: {path}")
        elif not path.startswith((*inside, *_SYSTEM)) and path not in _OF_EVERY_PROCESS:
            wrong.append(f"opened: {path}")
    for path in _CHANGED.findall(seen):
        if path.startswith("/") and not path.startswith(str(work)):
            wrong.append(f"changed: {path}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
