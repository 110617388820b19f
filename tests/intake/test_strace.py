"""What reads a hostile file touches nothing but its folder, and no address at all."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gis.tables.sandbox import _KEPT as KEPT
from tests.intake.hostile_uploads import shp_parts, zipped

ROOT = Path(__file__).resolve().parents[2]
VRT = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/shadow</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


@pytest.mark.parametrize("hostile", [False, True])
def test_the_child_opens_no_address_and_writes_only_where_it_works(tmp_path, hostile):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (apt-get install strace)")
    import os

    parts = shp_parts()
    if hostile:
        parts = {n: VRT if n.endswith(".shp") else c for n, c in parts.items()}
    (tmp_path / "upload.zip").write_bytes(zipped(parts))
    log = tmp_path / "strace.log"
    env = {k: os.environ[k] for k in KEPT if k in os.environ}
    env |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tmp_path)}
    words = ["zip", tmp_path / "upload.zip", tmp_path / "out.jsonl", "60"]
    done = subprocess.run(
        ["strace", "-f", "-o", log, "-e", "trace=openat,open,creat,connect,unlink,rename,mkdir,sendto",
         sys.executable, "-m", "gis.intake.vector_process", *map(str, words)],
        cwd=tmp_path, env=env, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    if not log.exists() or "ptrace" in done.stderr.decode(errors="ignore").lower():
        pytest.skip("strace may not trace here")
    assert done.returncode == (3 if hostile else 0), done.stderr[-500:]
    seen = log.read_text(errors="replace")
    assert "openat(" in seen
    assert not re.findall(r"(?:connect|sendto)\(.*(?:AF_INET|sin_addr).*", seen)
    assert "/etc/shadow" not in seen
    written = re.findall(r'openat\([^"]*"([^"]+)", [^)]*O_(?:WRONLY|RDWR)[^)]*\) = \d', seen)
    outside = [
        p for p in written if p.startswith("/") and not p.startswith((str(tmp_path), "/dev/"))
    ]
    assert not outside
