"""Finding people, grids and places by what a colleague types: a name, its pinyin, a code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from gis.addresses.names import sound_of

T = TypeVar("T")
_NO = 99


@lru_cache(maxsize=65536)
def _sounds(name: str) -> tuple[str, str]:
    """Return a name as it is typed in full pinyin, and by the first letters."""
    syllables = sound_of(name).split()
    return "".join(syllables).lower(), "".join(s[0] for s in syllables).lower()


def rank(asked: str, names: Iterable[str], codes: Iterable[str] = ()) -> int:
    """Return how well something is meant by what was typed, 0 the best, 99 for not at all.

    >>> rank("wsl", ["王示例"]), rank("示例", ["王示例"]), rank("李", ["王示例"])
    (4, 2, 99)
    """
    best = _NO
    typed = asked.strip().lower()
    letters = typed.isascii() and typed.isalpha()
    for code in codes:
        if code.lower().startswith(typed):
            best = min(best, 0 if code.lower() == typed else 1)
        elif len(typed) >= 4 and typed in code.lower():
            best = min(best, 3)
    for name in names:
        best = min(best, _rank_of_name(typed, name.lower(), letters))
    return best


def _rank_of_name(typed: str, name: str, letters: bool) -> int:
    if not name:
        return _NO
    if name == typed:
        return 0
    if name.startswith(typed):
        return 1
    if typed in name:
        return 2
    if letters:
        full, first = _sounds(name)
        if full.startswith(typed) or first == typed:
            return 4
        if first.startswith(typed):
            return 5
        if len(typed) > 1 and (typed in full or typed in first):
            return 6
    return _NO


def best_of(
    found: Iterable[T], score: Callable[[T], int], order: Callable[[T], str], limit: int
) -> tuple[Sequence[T], int]:
    """Return the best of some things and how many were found at all."""
    ranked = [(s, order(thing), thing) for thing in found if (s := score(thing)) < _NO]
    ranked.sort(key=lambda r: r[:2])
    return [thing for _, _, thing in ranked[:limit]], len(ranked)
