"""The address book: from words to places, ranked, with reasons, and honest about doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gis.addresses.direct import Direct, Told
from gis.addresses.doubts import cross_check
from gis.addresses.entries import BookEntry, Candidate, EntryKind, Found, Reason
from gis.addresses.hits import Hit, Hits
from gis.addresses.match import by_compound, by_name, by_street
from gis.addresses.normalise import LONGEST_ADDRESS
from gis.addresses.pairs import contradicts, fit, pair_text
from gis.addresses.parse import Address, parse
from gis.addresses.places import PLACES, Places
from gis.addresses.reasons import reason, retired_reason, several_reason, words_reason
from gis.addresses.several import parts_of
from gis.addresses.words import CITIES, DISTRICTS_BY_CODE, FORMER_DISTRICTS, PROVINCES, words

if TYPE_CHECKING:
    from gis.atlas import Atlas

CLEAR_SCORE = 0.8
"""The least score of an answer that needs no asking back."""
TIE = 0.03
"""Scores closer than this are equal."""
_LEAST = 0.35
_SMALL, _FITTED = 64, 16
_NAMED = frozenset(("name_same", "sounds_alike", "sounds_close", "alias", "former_name"))
_FIT, _LEAST_FIT, _ROAD_FITS = 0.8, 0.3, 0.5
_ORDER = {kind: rank for rank, kind in enumerate(EntryKind)}


@dataclass(frozen=True, slots=True)
class Home:
    """The region an address book is of; None: not known, so never contradicted."""

    province: str | None = None
    city: str | None = None
    district: str | None = None
    subdistrict: str | None = None
    also: tuple[str, ...] = field(default=())
    """Other names of it that people put in front of a road, such as a former district's."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What may stand in front of a road's name without being part of it."""
        full = [n for n in (self.province, self.city, self.district, self.subdistrict) if n]
        short = [n.removesuffix("街道").rstrip("省市区县") for n in full]
        names = [n for n in (*full, *short, *self.also) if n]
        return tuple(dict.fromkeys(a + b for a in ("", *names) for b in names))

    def contradicts(self, address: Address) -> bool:
        """Tell whether an address names another region."""
        for own, told in (
            (self.province, address.province),
            (self.city, address.city),
            (self.district, address.district),
            (self.subdistrict, address.subdistrict),
        ):
            if own and told and not told.startswith(own):
                return True
        return False

    @classmethod
    def of(cls, name: str, code: str = "") -> Home:
        """Return the region that a name such as 南京市鼓楼区宝塔桥街道 spells out.

        What the name leaves out is taken from the division code as far as it is known here:
        the province, a province's capital, a district of Nanjing.
        """
        told = parse(name[:60])
        district = told.district or DISTRICTS_BY_CODE.get(code[:6])
        short = [n.removesuffix("区") for n, new in FORMER_DISTRICTS.items() if new == district]
        return cls(
            province=told.province or _PROVINCE_OF_CODE.get(code[:2]),
            city=told.city or (_CAPITAL_OF_CODE.get(code[:2]) if code[2:4] == "01" else None),
            district=district,
            subdistrict=told.subdistrict,
            also=tuple(short),
        )


_CODED = """
11北京北京 12天津天津 13河北石家庄 14山西太原 15内蒙古呼和浩特 21辽宁沈阳 22吉林长春 23黑龙江哈尔滨
31上海上海 32江苏南京 33浙江杭州 34安徽合肥 35福建福州 36江西南昌 37山东济南 41河南郑州 42湖北武汉
43湖南长沙 44广东广州 45广西南宁 46海南海口 50重庆重庆 51四川成都 52贵州贵阳 53云南昆明 54西藏拉萨
61陕西西安 62甘肃兰州 63青海西宁 64宁夏银川 65新疆乌鲁木齐
"""
_SPLIT = {"内蒙古": 3, "黑龙江": 3}
_PROVINCE_OF_CODE: dict[str, str] = {}
_CAPITAL_OF_CODE: dict[str, str] = {}
for _row in words(_CODED):
    _length = _SPLIT.get(_row[2:5], 2)
    _PROVINCE_OF_CODE[_row[:2]] = PROVINCES[_row[2 : 2 + _length]]
    _CAPITAL_OF_CODE[_row[:2]] = CITIES[_row[2 + _length :]]


def _reasons(hit: Hit) -> tuple[Reason, ...]:
    told = [reason(code) for code in dict.fromkeys(hit.codes)]
    if hit.unused:
        told.append(words_reason("words_not_used", hit.unused))
    if hit.aside:
        told.append(words_reason("words_aside", hit.aside))
    return tuple(told)


class AddressBook:
    """Answers addresses, names and grid codes with the places they may mean.

    Numbers count only when they are the same; names also by sound, by short forms, aliases and
    former names, or with one slip. Where a number is missing or does not exist the answer is
    the next wider thing: building, compound, door plate, road, community.

    Parameters
    ----------
    atlas
        Its places, compounds, communities, grids and responsible people.
    home
        The region, when the atlas's own name does not spell it out.
    """

    def __init__(self, atlas: Atlas, *, home: Home | None = None) -> None:
        from gis.addresses.from_atlas import entries_of, roads_of

        self._fill(entries_of(atlas), roads_of(atlas), home or Home.of(atlas.name, atlas.code))

    @classmethod
    def from_entries(
        cls, entries: Iterable[BookEntry], *, roads: Iterable[str] = (), home: Home | None = None
    ) -> AddressBook:
        """Return the book of some entries.

        Examples
        --------
        >>> book = AddressBook.from_entries([
        ...     BookEntry("b1", EntryKind.BUILDING, "3幢", "西街18号3幢", compound="恒盛嘉园"),
        ...     BookEntry("b2", EntryKind.BUILDING, "4幢", "西街18号4幢", compound="恒盛嘉园"),
        ... ])
        >>> found = book.search("恒盛家园三号楼")
        >>> found[0].key, found.clear, [r.text.zh for r in found[0].reasons]
        ('b1', True, ['读音相同', '幢号一致'])
        >>> book.search("恒盛嘉园5幢").clear
        False
        """
        book = cls.__new__(cls)
        book._fill(entries, roads, home or Home())
        return book

    def _fill(self, entries: Iterable[BookEntry], roads: Iterable[str], home: Home) -> None:
        self.home = home
        self.places = Places(entries, roads, home.prefixes)
        self.direct = Direct(self.places)

    def __len__(self) -> int:
        return len(self.places.entries)

    def search(self, text: str, limit: int = 5) -> Found:
        """Return what an address, a name or a grid code may mean, best first.

        Parameters
        ----------
        text
            At most 200 characters.
        limit
            How many candidates to return at most.

        Returns
        -------
        Found
            Without candidates when nothing here is like the text.

        Raises
        ------
        InvalidInput
            When the text is no text or too long.
        """
        parts = parts_of(text) if isinstance(text, str) and len(text) <= LONGEST_ADDRESS else ()
        if len(parts) > 1:
            return self._several(text, parts, limit)
        return self._one(text, limit)

    def _one(self, text: str, limit: int) -> Found:
        address = parse(text)
        if told := self.direct.ask(address.text) or self.direct.of_a_kind(address.core):
            return self._told(address, told, limit)
        hits = Hits(self.places, address)
        by_street(hits)
        by_compound(hits)
        by_name(hits)
        cross_check(hits, self.home.contradicts(address))
        return self._ranked(hits, limit)

    def _several(self, text: str, parts: tuple[str, ...], limit: int) -> Found:
        """Return the first candidate of each part, then the others; never clear."""
        found = tuple(self._one(part, limit) for part in parts)
        firsts = {f[0].key for f in found if f.clear}
        if len(firsts) == 1 and all(f.clear for f in found):
            return self._one(max(parts, key=len), limit)
        ranked = [c for f in found for c in f[:1]] + [c for f in found for c in f[1:]]
        why = several_reason(len(parts))
        once = {c.key: replace(c, reasons=(*c.reasons, why)) for c in reversed(ranked)}
        candidates = tuple(once[key] for key in dict.fromkeys(c.key for c in ranked))
        return Found(parse(text), candidates[:limit], several=found, tied=min(1, len(candidates)))

    def _told(self, address: Address, told: Told, limit: int) -> Found:
        candidates = []
        for number, score, code in told.rows[:limit]:
            why = (
                retired_reason(address.text, self.places.entries[number])
                if code == "grid_code_retired"
                else reason(code)
            )
            candidates.append(self._candidate(number, score, (why,)))
        best = [row for row in told.rows if row[1] == told.rows[0][1]]
        return Found(address, tuple(candidates), told.clear, len(best))

    def _ranked(self, hits: Hits, limit: int) -> Found:
        entries = self.places.entries
        order = sorted(
            (h for h in hits.found.items() if h[1].score >= _LEAST),
            key=lambda h: (-round(h[1].score, 2), _ORDER[entries[h[0]].kind], h[0]),
        )
        if not order:
            order = self._by_fit(hits, [], 0)
            kept = tuple(self._candidate(i, h.score, _reasons(h)) for i, h in order[:limit])
            return Found(hits.address, kept, tied=min(1, len(kept)))
        first, best = order[0]
        tied = [i for i, h in order if h.score > best.score - TIE and not self._same(first, i)]
        clear = not tied and best.score >= CLEAR_SCORE and not best.is_doubtful
        if not clear:
            tied = [] if best.is_doubtful else tied
            order = self._by_fit(hits, order, 1 + len(tied) if tied else 0)
        kept = tuple(self._candidate(i, h.score, _reasons(h)) for i, h in order[:limit])
        return Found(hits.address, kept, clear, 1 + len(tied))

    def _by_fit(self, hits: Hits, order: list[tuple[int, Hit]], tied: int) -> list[tuple[int, Hit]]:
        """Return candidates of which none is clear, those whose text fits best first.

        What is tied stays before the others. In a small book an entry that no number or name
        led to is a candidate too, when its text fits.
        """
        asked = pair_text(hits.address.core or hits.address.text)
        entries = self.places.entries
        if len(entries) <= _SMALL:
            known = {i for i, _ in order}
            for i, entry in enumerate(entries):
                if i not in known and entry.kind in PLACES:
                    order.append((i, Hit(0.0, ["text_alike"])))
        near = order if len(entries) <= _SMALL else order[:_FITTED]
        fits = {i: fit(hits.address, asked, self.places.text_of(i)) for i, _ in near}
        named = any(not _NAMED.isdisjoint(hit.codes) for _, hit in near)
        ranked = []
        for rank, (i, hit) in enumerate(near):
            inside = [fits[m] for m in self.places.members_of(i)[:_FITTED] if m in fits]
            fitting = min(fits[i], max(inside, default=1.0))
            if entries[i].kind is EntryKind.ROAD:
                fitting = min(fitting, _ROAD_FITS)
            if hit.score or fitting > _LEAST_FIT:
                score = (1 - _FIT) * hit.score + _FIT * fitting
                shown = hit.score or _LEAST * fitting
                text = self.places.text_of(i)
                behind = not hit.score and (named or contradicts(hits.address, text))
                group = (rank >= tied) + behind
                ranked.append((group, -score, rank, i, replace(hit, score=shown)))
        ranked.sort(key=lambda r: r[:3])
        again = [(i, hit) for *_, i, hit in ranked] + order[len(near) :]
        least = 1.0
        for _, hit in again:
            least = hit.score = min(least, hit.score)
        return again

    def _same(self, one: int, other: int) -> bool:
        """Tell whether two entries are one spot, or one lies in the other."""
        if one == other:
            return True
        places = self.places
        a, b = places.entries[one], places.entries[other]
        if a.building == b.key or b.building == a.key:
            return True
        houses = a.kind is b.kind is EntryKind.BUILDING
        if a.address and a.address == b.address and not houses:
            return True
        if places.holds(one, other) or places.holds(other, one):
            return True
        here, there = places.spots[one], places.spots[other]
        return bool(
            here.plate
            and here.plate == there.plate
            and here.street == there.street
            and here.building == there.building
            and EntryKind.BUILDING in (a.kind, b.kind)
            and not houses
        )

    def _candidate(self, number: int, score: float, reasons: tuple[Reason, ...]) -> Candidate:
        entry = self.places.entries[number]
        members = self.places.members_of(number)
        return Candidate(
            key=entry.key,
            match=entry.kind,
            name=entry.name,
            address=entry.address,
            score=round(max(0.0, min(score, 1.0)), 3),
            reasons=reasons,
            point=entry.point or self.places.middle_of(members),
            grid_codes=entry.grid_codes,
            members=tuple(self.places.entries[i].key for i in members),
        )
