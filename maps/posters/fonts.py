"""The letters posters are set in: found on this machine, measured, and cut to what is printed.

The glyphs that are needed are taken out of a Chinese font (and others where it lacks one) and put
into a small TrueType font. So a PDF holds plain TrueType outlines that every viewer and printer
reads, collections (``.ttc``) need no care downstream, and 327 boards share one small font.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from gis.errors import SettingsError

EM = 1000
PT_MM = 25.4 / 72
# 〓 stands in print for a character no font has; the text that is searched keeps the character.
GETA = "〓"
UNREADABLE = "\ufffd"
# A cubic outline may move by this many thousandths of an em when it is made quadratic.
_TOLERANCE = 0.6
_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Sans CJK JP",
    "Droid Sans Fallback",
    "Noto Serif CJK SC",
    "SimSun",
)
# Fonts carry the second they were made; this one (2024-01-01, counted from 1904) never changes.
_NO_MOMENT = 3_786_912_000
# A mark above a letter; more of them would climb over the line above.
_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
)
_MARKS = re.compile(f"({_MARK}){_MARK}+")
_BOXES = re.compile("last ?resort|blank|notdef", re.IGNORECASE)
_PROBE = "网格示意图"


@dataclass(frozen=True)
class FontWeight:
    """One weight of the letters: the font file, and how wide each character is (per 1000 em)."""

    path: Path
    advances: dict[str, int]
    outlines: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Typeface:
    """Both weights; ``missing`` are the characters no font on this machine has."""

    regular: FontWeight
    bold: FontWeight
    missing: frozenset[str]

    def cut(self, bold: bool) -> FontWeight:
        """Return one weight."""
        return self.bold if bold else self.regular

    def width_mm(self, text: str, size_pt: float, *, bold: bool = False) -> float:
        """Return how wide a text is set."""
        advances = self.cut(bold).advances
        return sum(advances.get(c, EM) for c in text) / EM * size_pt * PT_MM


# --- texts ----------------------------------------------------------------------------------------


def printable(text: str) -> str:
    """Return a text as one line of print: what has no shape is gone, blanks are single.

    >>> printable("宝塔\\n桥\\u200b")
    '宝塔 桥'
    """
    shown = "".join(map(_printable, unicodedata.normalize("NFC", text)))
    return " ".join(_MARKS.sub(r"\1", shown).split())


@lru_cache(maxsize=8192)
def _printable(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    if (
        kind == "Cf"
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    ):
        return ""
    return UNREADABLE if kind in ("Cs", "Cn") else character


# --- fonts on this machine ------------------------------------------------------------------------


def _faces() -> list[tuple[str, Path, int, int]]:
    """Return family, file, index and weight of the fonts on this machine."""
    from matplotlib.font_manager import fontManager

    return [
        (f.name, Path(f.fname), getattr(f, "index", 0), int(f.weight))
        for f in fontManager.ttflist
        if isinstance(f.weight, int) and Path(f.fname).exists()
    ]


def _fresh_faces() -> list[tuple[str, Path, int, int]]:
    """Return the same from the files themselves: matplotlib's list may be older than a font."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    found = []
    for name in sorted(font_manager.findSystemFonts()):
        try:
            count = FT2Font(name).num_faces
            for index in range(count):
                face = FT2Font(name, face_index=index)
                weight = 700 if "bold" in face.style_name.lower() else 400
                found.append((face.family_name, Path(name), index, weight))
        except (RuntimeError, OSError):
            continue
    return found


@lru_cache(maxsize=1)
def chinese_faces() -> dict[bool, tuple[Path, int]]:
    """Return the font file and index for regular (False) and bold (True) Chinese.

    Raises
    ------
    SettingsError
        When no font on this machine has Chinese letters; names the package to install.
    """
    for faces in (_faces, _fresh_faces):
        known = faces()
        for family in _FAMILIES:
            mine = sorted(f for f in known if f[0] == family)
            if mine and _has_all(mine[0], _PROBE):
                return {bold: _nearest(mine, 700 if bold else 400) for bold in (False, True)}
    raise SettingsError(
        "no Chinese font is installed: posters need one; on Debian or Ubuntu install the package "
        "fonts-noto-cjk (apt-get install fonts-noto-cjk), elsewhere Noto Sans CJK SC",
        "本机没有中文字体，无法绘制挂图：Debian、Ubuntu 请安装 fonts-noto-cjk"
        "（apt-get install fonts-noto-cjk），其他系统请安装“思源黑体”（Noto Sans CJK SC）",
    )


def _has_all(face: tuple[str, Path, int, int], text: str) -> bool:
    try:
        opened = _open(face[1], face[2])
    except (RuntimeError, OSError):
        return False
    return all(opened.get_char_index(ord(c)) for c in text)


def _nearest(faces: Sequence[tuple[str, Path, int, int]], weight: int) -> tuple[Path, int]:
    best = min(faces, key=lambda f: (abs(f[3] - weight), str(f[1]), f[2]))
    return best[1], best[2]


def _open(path: Path, index: int) -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(path), face_index=index)


def _bundled(bold: bool) -> Any:
    """Return the font that comes with matplotlib: Latin, Greek, Cyrillic, Hebrew, Arabic, signs."""
    from matplotlib import get_data_path

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return _open(Path(get_data_path()) / "fonts" / "ttf" / name, 0)


def _others(characters: set[str]) -> Iterable[Any]:
    """Yield fonts of this machine that have outlines of some of the characters."""
    seen = set()
    for _, path, index, _ in sorted(_faces(), key=lambda f: (str(f[1]), f[2])):
        if (path, index) in seen:
            continue
        seen.add((path, index))
        try:
            face = _open(path, index)
        except (RuntimeError, OSError):
            continue
        # Fonts of last resort have a box for everything: that is what must not be printed.
        if _BOXES.search(face.family_name):
            continue
        if face.scalable and any(face.get_char_index(ord(c)) for c in characters):
            yield face


# --- cutting --------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def letters_for(characters: frozenset[str]) -> Typeface:
    """Return the letters with everything needed to print some characters.

    Raises
    ------
    SettingsError
        When no font on this machine has Chinese letters.
    """
    wanted = {c for c in characters if c != " "} | {GETA, UNREADABLE, "…"}
    regular, lacking = _cut(wanted, bold=False)
    bold, _ = _cut(wanted, bold=True)
    return Typeface(regular, bold, frozenset(lacking))


def _cut(wanted: set[str], *, bold: bool) -> tuple[FontWeight, set[str]]:
    glyphs: dict[str, tuple[int, Any, Any]] = {" ": (250, (), ())}
    path, index = chinese_faces()[bold]
    for face in (_open(path, index), _bundled(bold)):
        _take(face, wanted - set(glyphs), glyphs)
    if left := wanted - set(glyphs):
        for face in _others(left):
            _take(face, left - set(glyphs), glyphs)
    lacking = wanted - set(glyphs)
    for character in lacking:
        glyphs[character] = glyphs[GETA]
    content = _font_file(glyphs, bold=bold)
    name = f"{hashlib.sha256(content).hexdigest()[:16]}.ttf"
    target = Path(_folder().name) / name
    target.write_bytes(content)
    advances = {c: advance for c, (advance, _, _) in glyphs.items()}
    outlines = {c: (points, codes) for c, (_, points, codes) in glyphs.items()}
    return FontWeight(target, advances, outlines), lacking


def _take(face: Any, characters: set[str], glyphs: dict[str, tuple[int, Any, Any]]) -> None:
    from matplotlib.ft2font import LoadFlags

    flags = LoadFlags.NO_SCALE | LoadFlags.NO_HINTING
    share = EM / face.units_per_EM
    for character in sorted(characters):
        if not face.get_char_index(ord(character)):
            continue
        try:
            glyph = face.load_char(ord(character), flags)
            points, codes = face.get_path()
        except RuntimeError:
            continue
        # FreeType counts in 64ths of a font unit when it does not scale.
        glyphs[character] = (round(glyph.horiAdvance * share), points * 64 * share, codes)


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="wangge-letters-")


def _font_file(glyphs: dict[str, tuple[int, Any, Any]], *, bold: bool) -> bytes:
    """Return a TrueType font of some glyphs; the same glyphs give the same bytes."""
    from io import BytesIO

    from fontTools.fontBuilder import FontBuilder

    order = sorted(glyphs)
    names = {c: f"u{ord(c):05X}" for c in order}
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(c): name for c, name in names.items()})
    drawn = {names[c]: _drawn(points, codes) for c, (_, points, codes) in glyphs.items()}
    builder.setupGlyf({".notdef": _drawn((), ()), **drawn})
    metrics = {names[c]: (glyphs[c][0], _left(drawn[names[c]])) for c in order}
    builder.setupHorizontalMetrics({".notdef": (EM, 0), **metrics})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    style = "Bold" if bold else "Regular"
    builder.setupNameTable(
        {"familyName": "Wangge Sans", "styleName": style, "psName": f"WanggeSans-{style}"}
    )
    builder.setupOS2(
        sTypoAscender=880,
        sTypoDescender=-120,
        usWinAscent=1160,
        usWinDescent=320,
        usWeightClass=700 if bold else 400,
    )
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = _NO_MOMENT
    builder.font.recalcTimestamp = False
    out = BytesIO()
    builder.font.save(out)
    return out.getvalue()


def _left(glyph: Any) -> int:
    return int(getattr(glyph, "xMin", 0) or 0)


def _drawn(points: Any, codes: Any) -> Any:
    """Return the TrueType glyph of an outline of matplotlib's codes."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    glyph_pen = TTGlyphPen(None)
    pen = Cu2QuPen(glyph_pen, _TOLERANCE)
    for step in _steps(points, codes):
        getattr(pen, step[0])(*step[1])
    glyph = glyph_pen.glyph()
    glyph.recalcBounds(None)
    return glyph


def _steps(points: Any, codes: Any) -> list[tuple[str, list[tuple[float, float]]]]:
    """Return the pen strokes of an outline: moveTo, lineTo, qCurveTo, curveTo, closePath."""
    names = {1: "moveTo", 2: "lineTo", 3: "qCurveTo", 4: "curveTo"}
    long = {1: 1, 2: 1, 3: 2, 4: 3}
    steps: list[tuple[str, list[tuple[float, float]]]] = []
    i, is_open = 0, False
    while i < len(codes):
        code = int(codes[i])
        if code not in names or (code == 1 and is_open):
            steps.append(("closePath", []))
            is_open = False
            if code not in names:
                i += 1
                continue
        count = long[code]
        steps.append((names[code], [(float(x), float(y)) for x, y in points[i : i + count]]))
        is_open = True
        i += count
    if is_open:
        steps.append(("closePath", []))
    return [s for s, after in pairwise([*steps, ("end", [])]) if not _empty(s, after)]


def _empty(step: tuple[str, Any], after: tuple[str, Any]) -> bool:
    """Tell a contour of a single point, which some fonts carry."""
    return step[0] == "moveTo" and after[0] in ("closePath", "end", "moveTo")
