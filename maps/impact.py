"""The impact sheet of a plan on paper: the map before and after, and tables. PDF, A4 landscape."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis.geometry import MetricFrame
from gis.tables.xlsx_write import XlsxSheet
from maps.posters.fonts import chinese_faces, printable

_A4 = (11.69, 8.27)
_ROWS_A_PAGE = 30
_MOST_ROWS = 600
_FILLS = {"new": "#f3e46a", "changed": "#e59a5c", "other": "#e9edf2"}


@dataclass(frozen=True)
class ImpactDocument:
    """What is printed: a title, pairs of name and value, grids before and after, tables."""

    title: str
    summary: Sequence[tuple[str, str]]
    before: Sequence[tuple[Any, dict[str, Any]]]
    after: Sequence[tuple[Any, dict[str, Any]]]
    tables: Sequence[tuple[str, XlsxSheet]]
    synthetic: bool


def draw_impact(page: ImpactDocument) -> bytes:
    """Return the sheet as PDF.

    Raises
    ------
    SettingsError
        No Chinese font is installed.
    """
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.font_manager import FontProperties

    font = FontProperties(fname=str(chinese_faces()[False][0]))
    content = io.BytesIO()
    with PdfPages(content, metadata={"CreationDate": None, "Title": printable(page.title)}) as out:
        out.savefig(_front(page, font))
        for title, sheet in page.tables:
            for figure in _tables(title, sheet, font, page):
                out.savefig(figure)
    return content.getvalue()


def _figure(page: ImpactDocument, font: Any, heading: str) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=_A4)
    figure.text(0.04, 0.94, printable(heading)[:60], fontproperties=font, fontsize=16)
    foot = "示意图，不作为权属和划界依据"
    if page.synthetic:
        foot += "　·　合成示例数据，内容均为虚构"
    figure.text(0.04, 0.03, foot, fontproperties=font, fontsize=8, color="#555555")
    return figure


def _front(page: ImpactDocument, font: Any) -> Any:
    figure = _figure(page, font, f"调整影响表　{page.title}")
    for left, title, grids in ((0.04, "调整前", page.before), (0.36, "调整后", page.after)):
        axes = figure.add_axes((left, 0.1, 0.31, 0.76))
        axes.set_title(title, fontproperties=font, fontsize=11)
        _map(axes, grids, font)
    for i, (name, value) in enumerate(page.summary):
        y = 0.86 - i * 0.05
        figure.text(0.7, y, printable(name)[:16], fontproperties=font, fontsize=9, color="#555555")
        figure.text(0.84, y, printable(value)[:24], fontproperties=font, fontsize=9)
    return figure


def _map(axes: Any, grids: Sequence[tuple[Any, dict[str, Any]]], font: Any) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    axes.set_aspect("equal")
    axes.axis("off")
    frame = MetricFrame.of([geometry for geometry, _ in grids])
    for level in (3, 2):
        patches, fills = [], []
        for geometry, grid in grids:
            if grid["level"] != level:
                continue
            shape = frame.to_metres(geometry)
            for part in shapely.get_parts(shape).tolist():
                rings = [np.asarray(r.coords) for r in (part.exterior, *part.interiors)]
                patches.append(PathPatch(Path.make_compound_path(*(Path(r) for r in rings))))
                fills.append(_fill(grid) if level == 3 else "none")
            if level == 3 and grid.get("changed"):
                spot = shape.representative_point()
                axes.text(
                    spot.x, spot.y, printable(grid["name"])[:14], fontproperties=font,
                    fontsize=5, ha="center", va="center", clip_on=True,
                )  # fmt: skip
        if patches:
            axes.add_collection(
                PatchCollection(
                    patches,
                    facecolors=fills,
                    edgecolors="#3a4654" if level == 2 else "#8a94a0",
                    linewidths=1.2 if level == 2 else 0.4,
                )
            )
    axes.autoscale_view()


def _fill(grid: dict[str, Any]) -> str:
    return _FILLS["new" if grid.get("new") else "changed" if grid.get("changed") else "other"]


def _tables(title: str, sheet: XlsxSheet, font: Any, page: ImpactDocument) -> list[Any]:
    rows = [list(r) for r in sheet.rows]
    figures = []
    for start in range(0, min(len(rows), _MOST_ROWS), _ROWS_A_PAGE):
        figure = _figure(page, font, title)
        axes = figure.add_axes((0.04, 0.07, 0.92, 0.84))
        axes.axis("off")
        part = rows[start : start + _ROWS_A_PAGE]
        table = axes.table(
            cellText=[["" if c is None else printable(str(c))[:26] for c in r] for r in part],
            colLabels=list(sheet.columns),
            loc="upper left",
            cellLoc="left",
            edges="horizontal",
        )
        table.auto_set_font_size(False)
        table.set_fontsize(7)
        for cell in table.get_celld().values():
            cell.get_text().set_fontproperties(font)
            cell.get_text().set_fontsize(7)
        figures.append(figure)
    return figures
