"""The documents tell the truth: their commands run, their files exist, both languages agree."""

import re
import shlex
from pathlib import Path
from pkgutil import resolve_name

import pytest
from typer.main import get_command

from api.cli import app, main

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def commands_in(name):
    blocks = re.findall(r"```sh\n(.*?)```", text_of(name), re.DOTALL)
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]


def wangge_commands():
    return [
        c.removeprefix(".venv/bin/") for c in commands_in("README.md") if "wangge" in c.split()[0]
    ]


@pytest.mark.slow
def test_the_commands_of_the_readme_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("WANGGE_DATABASE_URL", f"sqlite:///{tmp_path / 'w.db'}")
    lines = wangge_commands()
    assert len(lines) >= 5
    lines.sort(key=lambda line: "load" not in line)
    (tmp_path / "rows.csv").write_text("lon,lat\n118.7551,32.1078\n", encoding="utf-8")
    for line in lines:
        line = re.sub(r"\b(rows|located)\.csv", rf"{tmp_path}/\1.csv", line)
        words = [w.replace("var/", f"{tmp_path}/") for w in shlex.split(line)]
        monkeypatch.setattr("sys.argv", words)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (0, None), (line, capsys.readouterr().err)


def test_both_readmes_have_the_same_commands_and_pictures():
    english, chinese = (commands_in(name) for name in READMES)
    assert [c.split("   ")[0] for c in english] == [c.split("   ")[0] for c in chinese]
    pictures = [re.findall(r"\]\((docs/images/[^)]+)\)", text_of(name)) for name in READMES]
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md"])
def test_every_file_that_is_linked_exists(name):
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text_of(name)):
        assert (ROOT / target).exists(), target


def guides():
    """The text of all user guides: they go into what the READMEs only name."""
    folder = ROOT / "docs" / "guide"
    return "\n".join(p.read_text("utf-8") for p in sorted(folder.glob("*.md")))


def documented(*spellings):
    texts = [text_of(n) for n in READMES]
    return any(s in guides() for s in spellings) or all(
        any(s in text for s in spellings) for text in texts
    )


def test_every_command_is_in_the_readmes_or_a_guide():
    for command in get_command(app).commands:
        assert documented(f"wangge {command}", f"`{command}`"), command


def test_every_setting_is_in_the_readmes_or_a_guide():
    from api.settings import Settings

    inner = {"poll_s", "sample_folder"}
    for name in set(Settings.model_fields) - inner:
        variable = f"WANGGE_{name.upper()}"
        short = variable.removeprefix("WANGGE_PUBLIC")
        assert documented(variable, f"…{short}`"), variable


def test_every_make_target_is_explained():
    targets = re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE)
    documents = text_of("README.md") + text_of("CONTRIBUTING.md")
    assert not [t for t in targets if f"make {t}" not in documents and t not in ("setup", "bench")]


def test_decisions_are_numbered_and_short():
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(r.name[:4]) for r in records]
    assert len(set(numbers)) == len(numbers)
    assert all(10 <= len(text_of(r.relative_to(ROOT)).splitlines()) <= 35 for r in records)


def documents():
    return [
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "data" / "README.md",
        *map(ROOT.joinpath, READMES),
    ]


@pytest.mark.parametrize("path", documents(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_and_module_that_a_document_names_exists(path):
    named = re.findall(r"`([\w./-]+)`", path.read_text("utf-8"))
    files = [
        n for n in named if re.match(r"(api|gis|maps|scripts|tests|benchmarks)/[\w/-]+\.\w+$", n)
    ]
    modules = [n for n in named if re.match(r"(api|gis|maps)(\.[a-z_]+)+$", n)]
    missing = [n for n in files if not (ROOT / n).exists()]
    missing += [n for n in modules if not is_there(n)]
    assert missing == []


def is_there(name):
    """Tell whether a dotted name is a module or something in one."""
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True
