"""Names that may be meant: by spelling, by sound, by their short forms, by one slip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, Indel

from gis.addresses.normalise import one_spelling
from gis.addresses.numerals import fold
from gis.addresses.words import words

_MARKED = dict(zip("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿê", "aaaaeeeeiiiioooouuuuvvvvvnnnme", strict=True))
_LOOSE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
# Where two names differ in one of these they are two places, not a slip of the pen.
DISTINGUISHING = frozenset("东西南北中上下前后左右新老内外甲乙丙丁0123456789")
_TYPES = words(
    "嘉园 家园 佳园 花园 雅苑 花苑 佳苑 新苑 名苑 惠苑 小区 新村 新寓 公寓 花都 名邸 华府 华庭 "
    "宿舍 棚户房 "
    "大厦 大楼 广场 中心 商场 商城 市场 超市 药房 药店 饭店 餐馆 诊所 大道 大街 胡同 公园 "
    "路 街 巷 道 里 园 苑 村 郡 府 城 居 店 馆 厂 社区"
)
_SHORTEST = 2
_POOL = 24
_LEAST = 0.5


class Likeness(NamedTuple):
    """How much two names are alike, 0 to 1, and the code of the reason."""

    score: float
    reason: str


@lru_cache(maxsize=65536)
def key_of(name: str) -> str:
    """Return what two spellings of one name share: no signs, numerals as digits.

    Examples
    --------
    >>> key_of("金陵二村"), key_of("惠民便利店(二店)")
    ('金陵2村', '惠民便利店2店')
    """
    return fold("".join(c for c in one_spelling(name) if c.isalnum()))


@cache
def _readings() -> Mapping[int, str]:
    """Return the readings of every character; loaded when first asked for."""
    from pypinyin.constants import PINYIN_DICT

    table: Mapping[int, str] = PINYIN_DICT
    return table


@cache
def _syllable(c: str) -> str:
    readings = _readings().get(ord(c))
    if not readings:
        return c
    return "".join(_MARKED.get(m, m) for m in readings.split(",", 1)[0])


@cache
def _loose_syllable(c: str) -> str:
    """Return a syllable as southern speakers may say it: no n/l, in/ing, zh/z apart."""
    sound = _syllable(c)
    for one, other in _LOOSE:
        sound = sound.replace(one, other)
    return "l" + sound[1:] if sound[0] == "n" and len(sound) > 1 else sound


@lru_cache(maxsize=1 << 18)
def sound_of(key: str) -> str:
    """Return the sound of a name without tones; letters and digits stay.

    Examples
    --------
    >>> sound_of("恒盛家园") == sound_of("恒盛嘉园")
    True
    """
    return " ".join(map(_syllable, key))


def sounds_of(key: str) -> tuple[tuple[str, ...], ...]:
    """Return the syllables of a name in small letters, by the first readings and by the last.

    >>> sounds_of("重工")
    (('zhong', 'gong'), ('tong', 'gong'))
    """
    first = tuple(s[0].lower() for s in map(_all_syllables, key))
    last = tuple(s[-1].lower() for s in map(_all_syllables, key))
    return (first,) if first == last else (first, last)


@cache
def _all_syllables(c: str) -> tuple[str, ...]:
    readings = _readings().get(ord(c))
    if not readings:
        return (c,)
    return tuple("".join(_MARKED.get(m, m) for m in r) for r in readings.split(","))


@lru_cache(maxsize=1 << 18)
def loose_sound_of(key: str) -> str:
    """Return a sound that does not tell n from l, in from ing, zh from z."""
    return " ".join(map(_loose_syllable, key))


def likeness(asked: str, name: str, prefixes: frozenset[str] = frozenset()) -> Likeness:
    """Return how likely a name is meant by what was asked for; both are keys.

    Names that differ in a side of the world or a number are not alike: 宝塔桥南街 is no slip
    for 宝塔桥西街.

    Parameters
    ----------
    asked, name
        Keys as of :func:`key_of`.
    prefixes
        What people put in front of a name though it is no part of it (the city's name).

    Examples
    --------
    >>> likeness("西街", "宝塔桥西街")
    Likeness(score=0.89, reason='short_form')
    >>> likeness("宝塔桥南街", "宝塔桥西街").score < 0.6
    True
    """
    if asked == name:
        return Likeness(1.0, "name_same")
    if len(asked) == len(name) and loose_sound_of(asked) == loose_sound_of(name):
        if _set_apart(asked, name):
            return _slip(asked, name)
        same = sound_of(asked) == sound_of(name)
        return Likeness(0.94, "sounds_alike") if same else Likeness(0.88, "sounds_close")
    if min(len(asked), len(name)) >= _SHORTEST:
        part = _containment(asked, name, prefixes)
        if part.score:
            return part
    return _slip(asked, name)


def _containment(asked: str, name: str, prefixes: frozenset[str]) -> Likeness:
    if asked.endswith(name):
        known = asked[: -len(name)] in prefixes
        return Likeness(0.97 if known else 0.84, "name_within")
    if name.endswith(asked):
        return Likeness(0.75 if _only_a_side(name[: -len(asked)]) else 0.89, "short_form")
    if name.startswith(asked):
        return Likeness(0.88, "short_form")
    if asked in name:
        return Likeness(0.865, "short_form")
    if asked.startswith(name):
        return Likeness(0.8, "name_within")
    if name in asked:
        return Likeness(0.78, "name_within")
    return Likeness(0.0, "")


def _only_a_side(left_out: str) -> bool:
    """Tell whether what a short form leaves out is only 东, 新 …: another place's name."""
    return len(left_out) == 1 and left_out in DISTINGUISHING


def _set_apart(asked: str, name: str) -> bool:
    """Tell whether two keys of one length differ in two characters that tell places apart."""
    return any(
        a != b and a in DISTINGUISHING and b in DISTINGUISHING
        for a, b in zip(asked, name, strict=True)
    )


def _slip(asked: str, name: str) -> Likeness:
    """Return the likeness of two names neither of which is in the other."""
    distance = OSA.distance(asked, name, score_cutoff=2)
    if _left_out(asked, name):
        return Likeness(0.82 if asked[0] == name[0] else 0.74, "abbreviation")
    if distance == 1:
        return _one_slip(asked, name)
    if distance == 2 and min(len(asked), len(name)) >= 6:
        return Likeness(0.76, "name_similar")
    return Likeness(0.7 * Indel.normalized_similarity(asked, name), "name_similar")


def _one_slip(asked: str, name: str) -> Likeness:
    a, b = _differing(asked, name)
    if (set(a) | set(b)) & DISTINGUISHING and sorted(a) != sorted(b):
        # One character is left out or put in: 宝塔桥街 may be the east or the west one.
        return Likeness(0.5 if a and b else 0.72, "name_similar")
    if _kind_of(asked) != _kind_of(name):
        return Likeness(0.74, "kind_differs")
    return Likeness(0.93 - 0.55 / min(len(asked), len(name)), "one_slip")


def _differing(a: str, b: str) -> tuple[str, str]:
    """Return what is left of two keys without their common beginning and end."""
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return a, b


@lru_cache(maxsize=1 << 16)
def _kind_of(key: str) -> str:
    return next((t for t in _TYPES if key.endswith(t)), "")


def _left_out(asked: str, name: str) -> bool:
    """Tell whether the name is the asked one with characters left out: 恒盛园, 恒盛嘉园."""
    if len(asked) <= _SHORTEST or len(asked) >= len(name):
        return False
    rest = iter(name)
    if not all(c in rest for c in asked):
        return False
    missing = list(name)
    for c in asked:
        missing.remove(c)
    return not DISTINGUISHING.intersection(missing)


class NameIndex:
    """Finds the names most like one asked for, among many.

    Names are added with :meth:`add` and become searchable with the first search after it.
    """

    def __init__(self, prefixes: Iterable[str] = ()) -> None:
        self.prefixes = frozenset(map(key_of, prefixes))
        self.names: list[str] = []
        self._ids: dict[str, int] = {}
        self._sounds: dict[str, list[int]] = {}
        self._loose: dict[str, list[int]] = {}
        self._lists: dict[str, list[int]] = {}
        self._postings: dict[str, NDArray[np.int32]] = {}
        self._lengths: NDArray[np.float32] = np.zeros(0, np.float32)

    def __len__(self) -> int:
        return len(self.names)

    def add(self, key: str) -> int:
        """Add a key and return its number; the same number for the same key."""
        known = self._ids.get(key)
        if known is not None:
            return known
        number = self._ids[key] = len(self.names)
        self.names.append(key)
        self._sounds.setdefault(sound_of(key), []).append(number)
        self._loose.setdefault(loose_sound_of(key), []).append(number)
        for c in set(key):
            self._lists.setdefault(c, []).append(number)
        return number

    def number_of(self, key: str) -> int | None:
        """Return the number of a key, None when it is not in the index."""
        return self._ids.get(key)

    def search(self, asked: str, *, limit: int = 8) -> list[tuple[int, Likeness]]:
        """Return the names most like a key, best first; equal ones in the order added."""
        if not asked or not self.names:
            return []
        self._freeze()
        pool = set(self._sounds.get(sound_of(asked), ()))
        pool.update(self._loose.get(loose_sound_of(asked), ()))
        if (same := self._ids.get(asked)) is not None:
            pool.add(same)
        pool.update(self._sharing(asked))
        found = [(i, likeness(asked, self.names[i], self.prefixes)) for i in pool]
        kept = [x for x in found if x[1].score >= _LEAST]
        return sorted(kept, key=lambda x: (-x[1].score, x[0]))[:limit]

    def _freeze(self) -> None:
        if len(self._lengths) == len(self.names):
            return
        self._lengths = np.array([len(set(n)) for n in self.names], np.float32)
        self._postings = {c: np.array(rows, np.int32) for c, rows in self._lists.items()}

    def _sharing(self, asked: str) -> list[int]:
        """Return the names that share the most characters with a key."""
        letters = set(asked)
        rows = [p for c in letters if (p := self._postings.get(c)) is not None]
        if not rows:
            return []
        shared = np.bincount(np.concatenate(rows), minlength=len(self.names))
        least = 1 if len(letters) <= _SHORTEST else (len(letters) + 1) // 2
        pool = np.flatnonzero(shared >= min(least, 4))
        counts = shared[pool].astype(np.float32)
        lengths = self._lengths[pool]
        worth = 2 * counts / (len(letters) + lengths)
        worth += 0.5 * ((counts == len(letters)) | (counts == lengths))
        if len(pool) > _POOL:
            best = np.argpartition(-worth, _POOL)[:_POOL]
            pool = pool[best]
        result: list[int] = pool.tolist()
        return result
