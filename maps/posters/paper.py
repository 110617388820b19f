"""A sheet of paper, measured in millimetres from its upper left corner, as a matplotlib Figure."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import matplotlib
import numpy as np
import shapely
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D

from maps.posters.fonts import EM, GETA, PT_MM, Typeface, printable

INCH_MM = 25.4
SIZES: dict[str, tuple[float, float]] = {
    "A0": (841, 1189),
    "A1": (594, 841),
    "A2": (420, 594),
    "A3": (297, 420),
    "A4": (210, 297),
}
Rect = tuple[float, float, float, float]
Align = Literal["left", "center", "right"]
# What makes two files of the same sheet the same, and their letters embedded and searchable.
_HOW_SAVED: Any = {
    "pdf.fonttype": 42,
    "pdf.compression": 9,
    "pdf.use14corefonts": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "wangge",
    "path.simplify": False,
    "text.usetex": False,
    "savefig.bbox": None,
    "savefig.pad_inches": 0,
    "savefig.facecolor": "white",
}
_SAVING = threading.RLock()
# A PNG is for chat groups and slides: its longer side has about this many pixels.
_PNG_PIXELS = 4000


class PosterFigure(Figure):
    """A Figure whose ``savefig`` always gives the same bytes for the same sheet.

    Letters are embedded as TrueType whatever the settings of matplotlib are.
    """

    document: dict[str, str]

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save as PDF or PNG, by the name's end or ``format``; see :meth:`Figure.savefig`."""
        form = str(options.get("format") or os.fspath(fname).rsplit(".", 1)[-1]).lower()
        options.setdefault("dpi", self._dpi_for(form))
        given = options.get("metadata") or {}
        options["metadata"] = {**self._metadata_for(form), **given}
        # Settings of matplotlib are those of the process: two threads must not change them at once.
        with _SAVING, matplotlib.rc_context(_HOW_SAVED):
            super().savefig(fname, **options)

    def _dpi_for(self, form: str) -> float:
        if form in ("pdf", "svg", "eps"):
            return 72
        longer = max(float(side) for side in self.get_size_inches())
        return min(300.0, round(_PNG_PIXELS / longer))

    def _metadata_for(self, form: str) -> dict[str, str | None]:
        document = getattr(self, "document", {})
        if form == "pdf":
            return {**document, "Creator": "wangge", "Producer": "wangge", "CreationDate": None}
        if form == "svg":
            return {"Title": document.get("Title", ""), "Date": None, "Creator": "wangge"}
        return {"Software": "wangge", "Title": document.get("Title", "")}


class Paper:
    """What is drawn on: x to the right and y downwards in millimetres.

    What is drawn later lies over what was drawn before, and texts over everything; so each
    thing gets a place of its own by being drawn in its turn.
    """

    def __init__(self, width_mm: float, height_mm: float, letters: Typeface) -> None:
        self.width, self.height, self.letters = width_mm, height_mm, letters
        self.figure = PosterFigure(
            figsize=(width_mm / INCH_MM, height_mm / INCH_MM), dpi=72, facecolor="white"
        )
        mm = Affine2D().scale(1 / INCH_MM, -1 / INCH_MM).translate(0, height_mm / INCH_MM)
        self._mm = mm + self.figure.dpi_scale_trans
        self._turn = 0
        # Names that may not be missing and yet found no room on the sheet.
        self.left_out: list[str] = []

    def describe(self, title: str, author: str) -> None:
        """Set what the file says about itself."""
        self.figure.document = {"Title": printable(title)[:200], "Author": printable(author)[:200]}

    def _next(self) -> int:
        self._turn += 1
        return self._turn

    # --- shapes ---------------------------------------------------------------------------------

    def shape(
        self,
        outline: Outline,
        *,
        fill: str | None = None,
        edge: str | None = None,
        width_pt: float = 0,
        alpha: float | None = None,
        dash: Sequence[float] | None = None,
        clip: Rect | None = None,
        round_ends: bool = False,
    ) -> None:
        """Draw an outline in millimetres, filled, edged or both."""
        if not np.size(outline.vertices):
            return
        patch = PathPatch(
            outline,
            transform=self._mm,
            facecolor=fill or "none",
            edgecolor=edge or "none",
            linewidth=width_pt if edge else 0,
            alpha=alpha,
            linestyle=(0, tuple(dash)) if dash else "solid",
            joinstyle="round",
            capstyle="round" if round_ends else "butt",
            zorder=self._next(),
        )
        self.figure.add_artist(patch)
        if clip is not None:
            patch.set_clip_path(_box(clip), self._mm)

    def rect(self, box: Rect, *, radius: float = 0, **look: Any) -> None:
        """Draw a rectangle given by x, y, width, height; its corners may be round."""
        self.shape(_rounded(box, radius) if radius else _box(box), **look)

    def lines(self, lines: Iterable[Any], colour: str, width_pt: float, **look: Any) -> None:
        """Draw lines: arrays of positions in millimetres."""
        self.shape(outline_of(lines, closed=False), edge=colour, width_pt=width_pt, **look)

    # --- texts ----------------------------------------------------------------------------------

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size_pt: float,
        *,
        bold: bool = False,
        colour: str = "#1f1a24",
        align: Align = "left",
        angle: float = 0,
        halo: str | None = None,
        halo_pt: float = 0,
    ) -> Rect:
        """Write one line as it is, its baseline at ``at``; return its box: x0, y0, x1, y1.

        ``angle`` turns it counter-clockwise by degrees about ``at``. ``halo`` lays a rim of a
        colour under the letters, as outlines: only the letters themselves are found by a search.
        """
        advances = self.letters.cut(bold).advances
        line = "".join(c if c in advances else GETA for c in printable(text))
        width = self.letters.width_mm(line, size_pt, bold=bold)
        shift = {"left": 0.0, "center": width / 2, "right": width}[align]
        x, y = at[0] - shift, at[1]
        if not line:
            return (x, y, x, y)
        turn = Affine2D().rotate_deg_around(at[0], at[1], -angle)
        start = turn.transform((x, y))
        if halo:
            rim = self.rim(line, size_pt, bold).transformed(Affine2D().translate(x, y) + turn)
            self.shape(rim, fill=halo, edge=halo, width_pt=halo_pt or size_pt * 0.28)
        self.figure.text(
            start[0],
            start[1],
            line,
            fontproperties=FontProperties(fname=str(self.letters.cut(bold).path), size=size_pt),
            color=colour,
            rotation=angle,
            rotation_mode="anchor",
            horizontalalignment="left",
            verticalalignment="baseline",
            parse_math=False,
            usetex=False,
            transform=self._mm,
            zorder=self._next(),
        )
        return text_box(x, y, width, size_pt)

    def rim(self, line: str, size_pt: float, bold: bool) -> Outline:
        """Return the outlines of a line of letters, its baseline from (0, 0), in millimetres."""
        cut, em_mm = self.letters.cut(bold), size_pt * PT_MM / EM
        vertices, codes, x = [], [], 0.0
        for character in line:
            points, kinds = cut.outlines.get(character, ((), ()))
            if len(points):
                vertices.append((np.asarray(points) + np.array([x, 0])) * (em_mm, -em_mm))
                codes.append(np.asarray(kinds))
            x += cut.advances.get(character, EM)
        if not vertices:
            return Outline(np.empty((0, 2)))
        return Outline(np.concatenate(vertices), np.concatenate(codes))


def text_box(x: float, y: float, width: float, size_pt: float) -> Rect:
    """Return the box of a line of letters whose baseline starts at (x, y)."""
    return (x, y - 0.9 * size_pt * PT_MM, x + width, y + 0.24 * size_pt * PT_MM)


# --- outlines -------------------------------------------------------------------------------------


def outline_of(lines: Iterable[Any], *, closed: bool) -> Outline:
    """Return one outline of many lines or rings: arrays of positions in millimetres."""
    vertices, codes = [], []
    for line in lines:
        xy = np.round(np.asarray(line, dtype=float), 3)
        if len(xy) < 2:
            continue
        kinds = np.full(len(xy), Outline.LINETO, dtype=np.uint8)
        kinds[0] = Outline.MOVETO
        if closed:
            kinds[-1] = Outline.CLOSEPOLY
        vertices.append(xy)
        codes.append(kinds)
    if not vertices:
        return Outline(np.empty((0, 2)))
    return Outline(np.concatenate(vertices), np.concatenate(codes))


def polygon_outline(polygons: Any) -> Outline:
    """Return the outline of polygons in millimetres, holes left open."""
    parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(np.asarray(polygons, dtype=object))))
    parts = shapely.orient_polygons(parts[shapely.get_type_id(parts) == 3])
    rings = shapely.get_rings(parts)
    return outline_of((shapely.get_coordinates(r) for r in rings), closed=True)


def _box(box: Rect) -> Outline:
    x, y, width, height = box
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    return outline_of([corners], closed=True)


def _rounded(box: Rect, radius: float) -> Outline:
    x, y, width, height = box
    r = min(radius, width / 2, height / 2)
    inner = shapely.box(x + r, y + r, x + width - r, y + height - r)
    if inner.area == 0:
        inner = shapely.LineString([(x + r, y + r), (x + width - r, y + height - r)])
    return polygon_outline([shapely.buffer(inner, r, quad_segs=8)])
