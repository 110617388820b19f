"""Words of the question that a candidate has nothing of: said, and held against it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gis.addresses.hits import LIKELY, Hit, Hits
from gis.addresses.names import DISTINGUISHING, key_of, likeness
from gis.addresses.parse import Address
from gis.addresses.words import AWAY, FILLING, SHOPFRONT_WORDS

_ACCOUNTED = 16
_EACH = 0.9
_WORN = 0.97
_LONGEST_PERSON = 4
_HANGING = "的在住"
_MORE_THAN_A_SLIP = ("name_within", "name_similar")
_INSIDE = re.compile(r"(?:幢|单元|室|层)[0-9A-Z-]*|[0-9A-Z]-[0-9A-Z]+")


def account(hits: Hits) -> None:
    """Hold against the best hits every word of the question that they do not explain.

    A person's name behind a room is told, but decides nothing: it stands aside.
    """
    pieces = list(_pieces(hits.address))
    if not pieces:
        return
    best = sorted(hits.found.items(), key=lambda h: -h[1].score)[:_ACCOUNTED]
    inside = _inside(hits.address)
    for number, hit in best:
        _account_one(hits, number, hit, pieces, inside)


def _account_one(hits: Hits, number: int, hit: Hit, pieces: list[str], inside: int | None) -> None:
    known = hits.places.known_words(number)
    away = away_words(hits.address)
    for piece in pieces:
        if piece in away:
            hit.unused.append(piece)
            continue
        left = _left_of(key_of(piece), known, hits)
        if not left:
            continue
        left = [_as_written(part, piece) for part in left]
        if inside is not None and _stands_aside(hits.address, piece, inside):
            hit.aside.append(piece)
            hit.score *= _WORN
        else:
            hit.unused.extend(left)
            hit.score *= _EACH


def _pieces(a: Address) -> Iterator[str]:
    """Yield the named parts of an address that a candidate must have something of."""
    for text in (a.zone, a.community, a.group, a.road, a.subroad, a.compound, a.name):
        if text:
            yield from text.split()
    yield from away_words(a)
    for word in (a.remainder or "").split():
        if not word.isascii() and word not in SHOPFRONT_WORDS and not word[:1].isdigit():
            yield word


def away_words(a: Address) -> list[str]:
    """Return the words that say that the spot is near the place, and not there: 对面."""
    said = (a.qualifier or "").split()
    away = [next((w for w in AWAY if w in word), "") for word in said]
    return [w for w in away if w] + (["路口"] if "口" in said else [])


def _as_written(key: str, piece: str) -> str:
    """Return the part of a word that has a key, as it stands there: 六村, not 6村."""
    if key in piece:
        return key
    ends = range(1, len(piece) + 1)
    parts = (piece[i:j] for j in ends for i in range(j))
    return next((part for part in parts if key_of(part) == key), piece)


def _inside(a: Address) -> int | None:
    """Return where the last number inside a building ends in the core; None without one."""
    in_village = a.road is None and bool(a.group or a.community)
    if in_village and a.door_plate and a.door_plate in a.core:
        return a.core.rfind(a.door_plate) + len(a.door_plate)
    if not (a.building_no or a.unit_no or a.room_no):
        return None
    ends = [m.end() for m in _INSIDE.finditer(a.core)]
    return ends[-1] if ends else None


def _stands_aside(a: Address, piece: str, inside: int) -> bool:
    """Tell whether a word is somebody's name behind the number of their door."""
    if any(word in piece for word in AWAY):
        return False
    at = a.core.rfind(piece)
    return at >= inside and len(piece) <= _LONGEST_PERSON


def _left_of(key: str, known: frozenset[str], hits: Hits) -> list[str]:
    """Return what of a word none of the known ones explains."""
    key = key.strip(_HANGING)
    if not key or key in FILLING:
        return []
    if key in known or key in hits.places.prefix_keys:
        return []
    if len(key) > 1 and any(key in word for word in known):
        return []
    if any(_is_slip_of(key, word) for word in known):
        return []
    inner = max((w for w in known if len(w) > 1 and w in key), key=len, default="")
    if not inner:
        return [key]
    before, _, after = key.partition(inner)
    twice = before + after
    if (before, after) in ((inner[0], ""), ("", inner[-1])) and twice not in DISTINGUISHING:
        return []  # a character typed twice
    return [*_left_of(before, known, hits), *_left_of(after, known, hits)]


def _digits(key: str) -> str:
    return "".join(c for c in key if c.isascii())


def _is_slip_of(key: str, word: str) -> bool:
    """Tell whether a word is meant for a known one, and says no more than it."""
    if _digits(key) != _digits(word):
        return False
    like = likeness(key, word)
    return like.score >= LIKELY and like.reason not in _MORE_THAN_A_SLIP
