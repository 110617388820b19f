"""In which encoding a dBASE table was written: told by its texts, whatever its .cpg says.

A .cpg is written by whoever exports, and often wrongly. Chinese texts tell by themselves: what is
valid UTF-8 with three-byte letters is no GBK, and GBK is hardly ever valid UTF-8.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MOST_TEXTS = 200_000
_UTF8, _GB, _BIG5, _WEST = "utf-8", "gb18030", "big5", "cp1252"
_SAID = (
    (re.compile(r"utf|65001"), _UTF8),
    (re.compile(r"936|gb|hz"), _GB),
    (re.compile(r"950|big5"), _BIG5),
    (re.compile(r"125\d|8859|88591|latin|437|850"), _WEST),
)


@dataclass(frozen=True)
class DbfEncoding:
    """How a table is read, what its .cpg says ("" for nothing), and how many texts do not fit."""

    name: str
    said: str
    contradicted: bool
    texts: int
    spoiled: int


def dbf_encoding(dbf: Path) -> DbfEncoding:
    """Return the encoding of a table and its headings.

    Texts are cut at the width of their column, so half a letter may end one.
    """
    cpg = dbf.with_suffix(".cpg")
    said = cpg.read_bytes()[:40].decode("ascii", "ignore").strip() if cpg.exists() else ""
    stated = next((name for rule, name in _SAID if rule.search(said.lower())), None)
    texts = [t for t in _texts(dbf.read_bytes()) if not t.isascii()]
    name = _of_texts(texts, stated)
    spoiled = sum(not fits(t, name) for t in texts)
    wrong = bool(texts) and stated is not None and stated != name
    return DbfEncoding(name, said, wrong, len(texts), spoiled)


def fits(text: bytes, encoding: str) -> bool:
    """Tell whether a text is of an encoding, but for half a letter at its end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(text)
    except UnicodeDecodeError:
        return False
    return True


def decoded(text: bytes, encoding: str) -> str:
    """Return a text; half a letter at its end goes, what does not fit is marked by ``�``."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(text)


def _of_texts(texts: Sequence[bytes], stated: str | None) -> str:
    if not texts:
        return stated or _UTF8
    utf8 = [t for t in texts if fits(t, _UTF8)]
    wide = any(ord(c) >= 0x800 for t in utf8 for c in decoded(t, _UTF8))
    if 2 * len(utf8) > len(texts) and (wide or stated == _UTF8):
        return _UTF8
    if stated == _BIG5 and all(fits(t, _BIG5) for t in texts):
        return _BIG5
    # Letters of the west stand alone among others; Chinese ones come in pairs of high bytes.
    if stated == _WEST and not _has_pairs(texts):
        return _WEST
    return _GB


def _has_pairs(texts: Sequence[bytes]) -> bool:
    high = sum(b > 127 for t in texts for b in t)
    paired = sum(len(m) for t in texts for m in re.findall(rb"(?:[\x81-\xfe][\xa1-\xfe])+", t))
    return 2 * paired > high


def _texts(content: bytes) -> list[bytes]:
    """Return the headings and the texts of a dBASE table, without padding."""
    if len(content) < 32:
        return []
    begins, wide = struct.unpack_from("<HH", content, 8)
    columns = []
    at = 1
    found = []
    for start in range(32, min(begins, len(content)) - 31, 32):
        if content[start] == 0x0D:
            break
        field = content[start : start + 32]
        found.append(field[:11].split(b"\0")[0])
        # A text column wider than 255 keeps its upper byte where others keep decimals.
        width = field[16] + (field[17] << 8 if field[11:12] == b"C" else 0)
        if field[11:12] == b"C":
            columns.append((at, at + width))
        at += width
    for row in range(begins, len(content) - max(wide, 1) + 1, max(wide, 1)):
        for first, last in columns:
            text = content[row + first : row + last].strip(b" \0")
            if text and not text.isascii():
                found.append(text)
        if len(found) > _MOST_TEXTS:
            break
    return found
