"""Questions that are no address: a grid's code, an office telephone, a kind of place, pinyin."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from gis.addresses.categories import CATEGORIES, Category
from gis.addresses.entries import BookEntry, EntryKind
from gis.addresses.names import key_of, sounds_of
from gis.addresses.normalise import one_spelling
from gis.addresses.places import Places

_CODE_LENGTHS = range(9, 20)
_PHONE = re.compile(r"[0-9+() -]{7,24}")
_PHONE_DIGITS = range(7, 13)
_LATIN = re.compile(r"[A-Z]{2,40}")
_OF_A_KIND = 0.7
_ORDER = {kind: rank for rank, kind in enumerate(EntryKind)}
# Pinyin is a guess: whoever types it sees a list.
_FULL, _INITIALS, _FULL_BEGINS, _INITIALS_BEGIN = 0.78, 0.74, 0.66, 0.6


class Told(NamedTuple):
    """What a question that is no address leads to: entries, scores, the code of the reason."""

    rows: tuple[tuple[int, float, str], ...]
    clear: bool


def phone_digits(text: str) -> str:
    """Return the digits of a telephone number without the country; ``""`` when it is none.

    >>> phone_digits("+86 025-5555 0101"), phone_digits("建安路33号")
    ('02555550101', '')
    """
    plain = one_spelling(text)
    if not _PHONE.fullmatch(plain):
        return ""
    digits = "".join(c for c in plain if c.isdigit())
    return digits.removeprefix("86") if len(digits) > max(_PHONE_DIGITS) else digits


def local_numbers(phone: str) -> Iterator[str]:
    """Yield what a telephone number may be dialled as: with and without the area."""
    digits = phone_digits(phone)
    yield digits
    if digits.startswith("0"):
        yield from (digits[n:] for n in (3, 4) if len(digits) - n in (7, 8))


class Direct:
    """Answers questions that are no address, over the entries of a book."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._of_kind: dict[Category, tuple[int, ...]] = {}

    def ask(self, text: str) -> Told | None:
        """Return what a normalised text leads to, None when it may be an address."""
        if text.isascii() and text.isdigit() and len(text) in _CODE_LENGTHS:
            rows = self.places.by_code.get(text, [])[:1]
            if rows:
                return Told(tuple((i, 1.0, "grid_code") for i in rows), True)
            retired = self.places.by_retired_code.get(text, ())
            if retired:
                return Told(tuple((i, 0.9, "grid_code_retired") for i in retired), False)
        if (digits := phone_digits(text)) and len(digits) in _PHONE_DIGITS:
            rows = self._phones.get(digits, [])
            return Told(tuple((i, 1.0, "phone_same") for i in rows), len(rows) == 1)
        letters = text.replace(" ", "")
        if _LATIN.fullmatch(letters):
            return self._by_sound(letters.lower())
        return None

    def of_a_kind(self, core: str) -> Told | None:
        """Return the places of the kind a text names, None when it names none."""
        category = CATEGORIES.get(core)
        if category is None:
            return None
        if category not in self._of_kind:
            self._of_kind[category] = tuple(self._in_category(category))
        rows = self._of_kind[category]
        same = [i for i in rows if key_of(self.places.entries[i].name) == key_of(core)]
        ordered = [*same, *(i for i in rows if i not in same)]
        return Told(tuple((i, _OF_A_KIND, "of_this_kind") for i in ordered), False)

    def _in_category(self, category: Category) -> Iterator[int]:
        for number, entry in enumerate(self.places.entries):
            if entry.kind not in (EntryKind.BUSINESS, EntryKind.RESIDENT_UNIT, EntryKind.BUILDING):
                continue
            if entry.category in category.kinds or _is_called(entry, category.names):
                yield number

    @cached_property
    def _phones(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, entry in enumerate(self.places.entries):
            for phone in entry.phones:
                for dialled in local_numbers(phone):
                    found.setdefault(dialled, []).append(number)
        return {digits: list(dict.fromkeys(rows)) for digits, rows in found.items() if digits}

    # --- pinyin ------------------------------------------------------------------------------

    def _by_sound(self, typed: str) -> Told | None:
        best: dict[int, float] = {}
        full, initials = self._sounds
        for sounds, same, begins in (
            (full, _FULL, _FULL_BEGINS),
            (initials, _INITIALS, _INITIALS_BEGIN),
        ):
            for i in range(bisect_left(sounds, (typed, -1)), len(sounds)):
                sound, number = sounds[i]
                if not sound.startswith(typed):
                    break
                score = same if sound == typed else begins
                best[number] = max(best.get(number, 0.0), score)
        if not best:
            return None
        order = sorted(best, key=lambda n: (-best[n], *self._order(n)))
        return Told(tuple((n, best[n], "pinyin") for n in order), False)

    def _order(self, number: int) -> tuple[int, int, int]:
        entry = self.places.entries[number]
        return _ORDER[entry.kind], len(entry.name), number

    @cached_property
    def _sounds(self) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """The names in full pinyin and by initials, in order, with the entries they name."""
        full: set[tuple[str, int]] = set()
        initials: set[tuple[str, int]] = set()
        for name, number in self._names():
            for sound in sounds_of(name):
                full.add(("".join(sound), number))
                initials.add(("".join(s[0] for s in sound), number))
        return sorted(full), sorted(initials)

    def _names(self) -> Iterator[tuple[str, int]]:
        places = self.places
        for number, rows in places.named.items():
            for row, _ in rows:
                yield places.names.names[number], row
        for street, row in places.street_entries.items():
            yield places.streets.names[street], row


def _is_called(entry: BookEntry, names: tuple[str, ...]) -> bool:
    return any(n in called for called in (entry.name, *entry.aliases) for n in names)
