"""``wangge poster OUT.pdf``: the subdistrict on a wall, and the notice boards of its grids."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.common import (
    day_of,
    language,
    open_stored,
    print_findings,
    say,
    usage,
    write_files,
)
from gis.clock import today
from gis.errors import InvalidInput
from gis.findings import Text

if TYPE_CHECKING:
    from api.settings import Settings
    from gis.atlas import Atlas
    from maps.posters import PaperSize, Progress
    from maps.settings import Language, MapSettings

_LANGUAGES: dict[str, Language] = {"zh": "zh-CN", "zh-cn": "zh-CN", "en": "en"}
_FORMS = (".pdf", ".png")


def poster(
    out: Annotated[Path | None, typer.Argument(help="OUT.pdf (vectors) or OUT.png")] = None,
    grid: Annotated[
        str | None, typer.Option(help="A code: the notice board (网格公示牌) of that grid")
    ] = None,
    size: Annotated[str, typer.Option(help="A0, A1, A2, A3 or A4")] = "A3",
    boards: Annotated[
        Path | None, typer.Option(help="A folder: the notice boards of all grids, CODE.pdf each")
    ] = None,
    png: Annotated[bool, typer.Option("--png", help="With --boards: pictures, not PDF")] = False,
    edition: Annotated[str, typer.Option(help="public, or internal: for staff only")] = "public",
    lang: Annotated[str, typer.Option(help="zh-CN or en")] = "zh-CN",
    at: Annotated[str | None, typer.Option(help="The day it shows (YYYY-MM-DD) [today]")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that draw boards [all processors]")
    ] = None,
) -> None:
    """Write the poster of the subdistrict, a grid's notice board, or all notice boards.

    The public edition needs a map approval number, or a named person's reason for exemption, on
    record. The same data and settings give the same bytes.
    """
    if (out is None) == (boards is None):
        raise usage("give OUT.pdf, or --boards FOLDER", "请给出 OUT.pdf，或 --boards 文件夹")
    if boards is not None and grid is not None:
        raise usage(
            "--boards draws every grid: leave --grid out",
            "--boards 会绘制所有网格：请去掉 --grid",
        )
    if out is not None:
        _check_form(out)
    atlas, printed = _atlas(edition, lang, at)
    if out is not None:
        _write_one(atlas, printed, out, grid, size)
    elif boards is not None:
        _write_all(atlas, printed, boards, size, "png" if png else "pdf", workers)
    if atlas.edition == "internal":
        warning = Text("for the office only: do not hand it on", "仅限内部使用，请勿外传")
        print(warning.in_language(language()))


def _check_form(out: Path) -> None:
    if out.suffix.lower() not in _FORMS:
        raise InvalidInput(
            "out",
            f"{out}: written are OUT.pdf and OUT.png",
            f"{out}：可输出 OUT.pdf 或 OUT.png",
            ("OUT.pdf", "OUT.png"),
        )


def _atlas(edition: str, lang: str, at: str | None) -> tuple[Atlas, MapSettings]:
    """Return the atlas in the edition asked for, and what is printed beside it."""
    from dataclasses import replace

    from api.serving.page_cache import map_settings
    from api.settings import read_settings
    from gis.workflows.atlases import internal_atlas

    settings = read_settings()
    spoken = _LANGUAGES.get(lang.lower())
    if spoken is None:
        raise InvalidInput(
            "lang",
            f"--lang {lang[:20]!r}: must be zh-CN or en",
            f"--lang {lang[:20]!r}：应为 zh-CN 或 en",
            ("zh-CN", "en"),
        )
    day = day_of(at, "at") or today()
    store = open_stored()
    try:
        atlas, faults, *_ = internal_atlas(store, day)
    finally:
        store.close()
    print_findings(faults, sys.stderr)
    atlas = _in_edition(atlas, edition, settings)
    return atlas, replace(map_settings(atlas, settings), language=spoken)


def _in_edition(atlas: Atlas, edition: str, settings: Settings) -> Atlas:
    from gis.disclosure import in_edition, public
    from maps.site.permission import permission_for

    if edition != "public":
        return in_edition(atlas, edition)
    permission_for(atlas, settings.permission)
    return public(atlas, settings.policy, today=today())


# --- writing --------------------------------------------------------------------------------------


def _write_one(atlas: Atlas, printed: MapSettings, out: Path, grid: str | None, size: str) -> None:
    from io import BytesIO

    from maps.posters.drawing import draw, prepared

    shared = prepared(atlas, atlas.edition, printed)
    content = BytesIO()
    draw(shared, grid, size).figure.savefig(content, format=out.suffix.lower()[1:])
    write_files({out: content.getvalue()})
    _say_missing(shared.letters.missing)


def _write_all(
    atlas: Atlas, printed: MapSettings, folder: Path, size: str, form: str, workers: int | None
) -> None:
    from maps.posters import write_boards

    paper: PaperSize = size  # type: ignore[assignment]
    with _progress() as report:
        written = write_boards(
            atlas,
            folder,
            size=paper,
            form="png" if form == "png" else "pdf",
            edition=atlas.edition,
            settings=printed,
            workers=workers,
            progress=report,
        )
    total = sum(path.stat().st_size for path in written)
    say(
        f"wrote {len(written)} notice boards to {folder} ({total / 1e6:,.1f} MB)",
        f"已将 {len(written)} 张公示牌写入 {folder}（{total / 1e6:,.1f} MB）",
    )


def _say_missing(characters: frozenset[str]) -> None:
    """Say which characters no font has: 〓 stands for them in print."""
    if not characters:
        return
    shown = ", ".join(f"U+{ord(c):04X}" for c in sorted(characters)[:12])
    said = Text(
        f"no font on this machine has {shown}: printed as 〓 (the text itself is kept in the PDF)",
        f"本机字体缺少 {shown}：印作〓（PDF 中仍保留原文）",
    )
    print(f"wangge: {said.in_language(language())}", file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar while somebody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    title = Text("notice boards", "公示牌").in_language(language())
    with Bar(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as bar:
        task: Any = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
