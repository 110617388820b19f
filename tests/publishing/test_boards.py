"""All notice boards as one job, and the command that writes posters and boards."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

import maps
from gis.errors import InvalidInput, NotFound
from tests.publishing.small_map import COMPOUNDS, A, small_atlas

CODES = (A, *COMPOUNDS)


def test_boards_drawn_by_two_processes_are_those_drawn_by_one(tmp_path):
    seen = []
    one = maps.write_boards(small_atlas(), tmp_path / "one", grids=CODES, size="A4", workers=1)
    asked = small_atlas()
    asked.spot(118.751, 32.111)  # its indexes must not travel to the processes
    two = maps.write_boards(
        asked,
        tmp_path / "two",
        grids=CODES,
        size="A4",
        workers=2,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert [p.name for p in one] == [p.name for p in two] == [f"{code}.pdf" for code in CODES]
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]
    assert seen == [(n, len(CODES)) for n in range(1, len(CODES) + 1)]


def test_a_job_that_is_stopped_leaves_nothing_and_what_was_there_stays(tmp_path):
    folder = tmp_path / "boards"
    folder.mkdir()
    (folder / f"{A}.pdf").write_bytes(b"old")

    def stop(done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        maps.write_boards(small_atlas(), folder, grids=CODES, size="A4", workers=1, progress=stop)
    assert [p.name for p in tmp_path.iterdir()] == ["boards"]
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {f"{A}.pdf": b"old"}


KILLED = """
import os, sys
from pathlib import Path
import maps
from tests.publishing.small_map import COMPOUNDS, small_atlas
if __name__ == "__main__":
    maps.write_boards(small_atlas(), Path(sys.argv[1]), grids=COMPOUNDS, size="A4", workers=2,
                      progress=lambda *_: os.kill(os.getpid(), 9))
"""


def test_a_job_that_is_killed_takes_its_processes_with_it(tmp_path):
    (tmp_path / "killed.py").write_text(KILLED)
    job = subprocess.Popen(
        [sys.executable, tmp_path / "killed.py", tmp_path / "boards"],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert job.wait(60) == -signal.SIGKILL
    until = time.monotonic() + 30
    while _is_there(job.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_there(job.pid)
    assert not (tmp_path / "boards").exists()


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_code_no_grid_carries_is_said_before_anything_is_drawn(tmp_path):
    with pytest.raises(NotFound):
        maps.write_boards(small_atlas(), tmp_path / "boards", grids=[A, "999"])
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    target = tmp_path / "boards"
    target.write_text("a file")
    with pytest.raises(InvalidInput, match="not a folder"):
        maps.write_boards(small_atlas(), target, grids=[A], workers=1)
    assert target.read_text() == "a file"
    assert [p.name for p in tmp_path.iterdir()] == ["boards"]


@pytest.mark.parametrize(
    "wrong", [{"size": "A9"}, {"form": "svg"}, {"edition": "secret"}], ids=lambda w: next(iter(w))
)
def test_what_boards_cannot_be_is_refused(tmp_path, wrong):
    with pytest.raises(InvalidInput) as refused:
        maps.write_boards(small_atlas(), tmp_path / "boards", grids=[A], **wrong)
    assert refused.value.field == next(iter(wrong))


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    """Run ``wangge poster`` over the small map, as if it were what is stored."""
    from api import cli
    from api.commands import poster as room

    def run(*words, synthetic=True, **env):
        atlas = small_atlas()
        if not synthetic:
            atlas = replace(
                atlas,
                division=replace(atlas.division, synthetic=False),
                directory=replace(atlas.directory, synthetic=False),
                roster=replace(atlas.roster, synthetic=False),
            )

        class Stored:
            def close(self):
                """Nothing is open."""

        monkeypatch.setattr(room, "open_stored", Stored)
        monkeypatch.setattr(
            "gis.workflows.atlases.internal_atlas", lambda _store, _day: (atlas, (), None)
        )
        for name, value in {"WANGGE_LANG": "en", **env}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["wangge", "poster", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


def test_a_board_is_written_with_the_settings_of_the_office(command, tmp_path):
    import pypdf

    code, out, _ = command(
        "b.pdf",
        "--grid",
        A,
        "--size",
        "A4",
        WANGGE_HOTLINE="025-0000-4321",
        WANGGE_MAP_MAKER="示例办",
    )
    assert (code, out.split()[:2]) == (0, ["wrote", "b.pdf"])
    text = pypdf.PdfReader(tmp_path / "b.pdf").pages[0].extract_text()
    assert "025-0000-4321" in text
    assert "制图：示例办" in text


@pytest.mark.slow
def test_all_boards_are_written_into_a_folder(command, tmp_path):
    code, out, _ = command("--boards", "boards", "--size", "A4", "--workers", "1", "--png")
    assert code == 0
    assert out.startswith(f"wrote {len(small_atlas().division.grids)} notice boards")
    assert len(list((tmp_path / "boards").glob("*.png"))) == len(small_atlas().division.grids)


def test_the_public_edition_waits_for_an_approval_number_or_a_reason(command, tmp_path):
    code, _, err = command("b.pdf", "--grid", A, synthetic=False)
    assert code == 1
    assert "WANGGE_MAP_APPROVAL_NO" in err
    assert not (tmp_path / "b.pdf").exists()
    code, _, err = command("b.pdf", "--grid", A, synthetic=False, WANGGE_MAP_APPROVAL_NO="示例1")
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["b.svg"], "OUT.pdf and OUT.png"),
        (["b.pdf", "--size", "A7"], "A0, A1, A2, A3, A4"),
        (["b.pdf", "--grid", "12"], "no grid has the code"),
        (["b.pdf", "--lang", "fr"], "zh-CN or en"),
        (["b.pdf", "--edition", "secret"], "public or internal"),
        (["b.pdf", "--at", "soon"], "a date like"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(command, tmp_path, words, says):
    code, _, err = command(*words)
    assert code == 1
    assert err.startswith("wangge: ")
    assert says in err
    assert "Traceback" not in err
    assert list(tmp_path.glob("b.*")) == []


@pytest.mark.parametrize("words", [[], ["b.pdf", "--boards", "x"], ["--boards", "x", "--grid", A]])
def test_a_mistaken_command_line_is_exit_code_2(command, words):
    assert command(*words)[0] == 2


def test_a_public_address_must_be_one(command):
    code, _, err = command("b.pdf", WANGGE_PUBLIC_URL="javascript:alert(1)")
    assert code == 1
    assert "WANGGE_PUBLIC_URL" in err
