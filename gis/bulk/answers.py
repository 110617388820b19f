"""What is appended to a row of a table: its grids, who is responsible, how sure and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gis.addresses import AddressBook, Candidate, EntryKind, Found, grids_of
from gis.atlas import Atlas
from gis.division import Grid
from gis.errors import InvalidInput
from gis.findings import Text
from gis.ids import GridId
from gis.lookup.locator import Location, Near
from gis.roster import GridRole
from gis.tables.values import Cell, Point

LEVELS = (1, 2, 3)
_ZH_LEVEL = ("一级", "二级", "三级")
_REMEMBERED = 20_000
_MOST_TIED = 50

ERROR, NOWHERE, TIED, UNCLEAR, OUTSIDE = 4.0, 3.0, 2.0, 1.0, 0.5
"""How doubtful a row is: a person looks at the highest first; 0 needs no look.

A row needs one that is not clear, or that has no level-3 grid.
"""

_MATCH: Mapping[str, Text] = {
    "inside": Text("inside", "在网格内"),
    "boundary": Text("boundary", "在边界上"),
    "outside": Text("outside", "不在任何网格内"),
    "error": Text("error", "有误"),
    "none": Text("none", "未找到"),
    EntryKind.BUILDING: Text("building", "楼栋"),
    EntryKind.RESIDENT_UNIT: Text("resident_unit", "驻区单位"),
    EntryKind.BUSINESS: Text("business", "商业网点"),
    EntryKind.DOOR_PLATE: Text("door_plate", "门牌"),
    EntryKind.COMPOUND: Text("compound", "小区"),
    EntryKind.ROAD: Text("road", "街巷"),
    EntryKind.COMMUNITY: Text("community", "社区"),
    EntryKind.GRID: Text("grid", "网格"),
    EntryKind.PERSON: Text("person", "人员"),
}
_YES = Text("yes", "是")


def _level_headings() -> list[Text]:
    words = (
        ("code", "网格编号"),
        ("name", "网格名称"),
        ("leader", "责任人"),
        ("phone", "责任人电话"),
    )
    return [
        Text(f"level{level}_{en}", f"{_ZH_LEVEL[level - 1]}{zh}")
        for level in LEVELS
        for en, zh in words
    ]


POINT_HEADINGS = (
    *_level_headings(),
    Text("distance_to_boundary_m", "距边界（米）"),
    Text("match", "匹配"),
    Text("review", "需要核对"),
    Text("reason", "说明"),
)
ADDRESS_HEADINGS = (
    *POINT_HEADINGS,
    Text("matched", "匹配到"),
    Text("score", "得分"),
    Text("second_candidate", "第二候选"),
    Text("second_grid", "第二候选网格"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The cells appended to a row (as many as there are headings), and how doubtful it is.

    ``point`` is WGS84 (lon, lat), None where the row has none; ``is_error``: the row itself
    is wrong, and was not looked up.
    """

    cells: tuple[Cell, ...]
    doubt: float = 0.0
    point: Point | None = None
    is_error: bool = False
    found: bool = False


@dataclass
class Answers:
    """Makes the answers of one table from one atlas.

    Parameters
    ----------
    atlas, book
        Of the edition that the table is for; the book may be None when no address is asked.
    language
        That of the words in the cells.
    """

    atlas: Atlas
    book: AddressBook | None
    language: str
    with_addresses: bool
    _grid_cells: dict[GridId, tuple[Cell, ...]] = field(default_factory=dict)
    _remembered: dict[str, Answer] = field(default_factory=dict)

    @property
    def headings(self) -> list[str]:
        """The names of the columns that are appended."""
        headings = ADDRESS_HEADINGS if self.with_addresses else POINT_HEADINGS
        return [self._word(h) for h in headings]

    def of_fault(self, fault: Text) -> Answer:
        """Return the answer of a row that is wrong."""
        return self._answer((), "error", [fault], ERROR, is_error=True)

    def of_location(self, location: Location) -> Answer:
        """Return the answer of a point."""
        point = (location.lon, location.lat)
        if not location.grids:
            reasons = [self._nearest(location.nearest)] if location.nearest else []
            return self._answer((), "outside", reasons, OUTSIDE, point=point)
        edge_m = location.distance_to_boundary_m
        match = "boundary" if edge_m == 0 else "inside"
        reasons = [_near(n) for n in location.near]
        doubt = 0.0 if len(location.grids) == len(LEVELS) else OUTSIDE
        return self._answer(location.grids, match, reasons, doubt, point=point, edge_m=edge_m)

    def of_address(self, text: str) -> Answer:
        """Return the answer of an address; a text that comes again is not searched again."""
        if (known := self._remembered.get(text)) is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[text] = self._search(text)
        return known

    def _search(self, text: str) -> Answer:
        assert self.book is not None
        try:
            found = self.book.search(text, 2)
        except InvalidInput as problem:
            return self.of_fault(problem.text)
        if not found.candidates:
            reason = Text("nothing here is like it", "本辖区没有与之相近的地址")
            return self._answer((), "none", [reason], NOWHERE)
        return self._of_found(text, found)

    def _of_found(self, text: str, found: Found) -> Answer:
        if found.several:
            return self._of_several(found)
        first = found[0]
        grids = _one_chain(grids_of(first, self.atlas))
        reasons = [r.text for r in first.reasons]
        if found.tied > 1:
            grids = self._agreed(text, found)
            reasons.insert(0, _tie(found.tied))
        doubt = 0.0
        if not found.clear:
            doubt = TIED if found.tied > 1 else UNCLEAR + (1 - first.score)
        elif len(grids) < len(LEVELS):
            doubt = OUTSIDE
        second = found[1] if len(found) > 1 and not found.clear else None
        return self._answer(
            grids, first.match, reasons, doubt, point=first.point,
            address=(_shown(first), first.score, *self._second(second)),
        )  # fmt: skip

    def _of_several(self, found: Found) -> Answer:
        """Return the answer of a cell with several addresses: the grids all of them lie in."""
        chains = [
            _one_chain(grids_of(part[0], self.atlas)) if len(part) else () for part in found.several
        ]
        sure = sum(part.clear for part in found.several)
        deepest = {chain[-1].id for chain in chains if chain}
        reasons = [_parts(len(chains), len(deepest), len(chains) - sure)]
        first, second = found[0], found[1] if len(found) > 1 else None
        return self._answer(
            _common(chains), first.match, reasons, TIED, point=first.point,
            address=(_shown(first), first.score, *self._second(second)),
        )  # fmt: skip

    def _agreed(self, text: str, found: Found) -> tuple[Grid, ...]:
        """Return the grids that all equally good candidates lie in: none is picked."""
        if found.tied > _MOST_TIED:
            return ()
        if found.tied > len(found):
            assert self.book is not None
            found = self.book.search(text, found.tied)
        return _common([_one_chain(grids_of(c, self.atlas)) for c in found[: found.tied]])

    def _second(self, candidate: Candidate | None) -> tuple[Cell, Cell]:
        if candidate is None:
            return "", ""
        grids = _one_chain(grids_of(candidate, self.atlas))
        return _shown(candidate), grids[-1].code if grids else ""

    def _answer(
        self,
        grids: Sequence[Grid],
        match: str,
        reasons: Iterable[Text],
        doubt: float = 0.0,
        *,
        point: Point | None = None,
        edge_m: float | None = None,
        address: tuple[Cell, ...] = ("", "", "", ""),
        is_error: bool = False,
    ) -> Answer:
        cells: tuple[Cell, ...] = (
            *self._cells_of(grids),
            "" if edge_m is None else round(edge_m, 2),
            self._word(_MATCH[match]),
            self._word(_YES) if doubt else "",
            ("；" if self.language.startswith("zh") else "; ").join(map(self._word, reasons)),
        )
        if self.with_addresses:
            cells += address
        return Answer(cells, doubt, point, is_error, bool(grids))

    def _word(self, text: Text) -> str:
        return text.in_language(self.language)

    def _cells_of(self, grids: Sequence[Grid]) -> tuple[Cell, ...]:
        if not grids:
            return ("",) * (4 * len(LEVELS))
        if (known := self._grid_cells.get(grids[-1].id)) is None:
            cells = [cell for grid in grids for cell in self._cells_of_one(grid)]
            known = (*cells, *[""] * (4 * len(LEVELS) - len(cells)))
            self._grid_cells[grids[-1].id] = known
        return known

    def _cells_of_one(self, grid: Grid) -> tuple[str, str, str, str]:
        chain = tuple(g.id for g in self.atlas.division.chain(grid.id))
        answering = self.atlas.on(grid.id)
        for held in answering.roster.responsible(chain, answering.as_of):
            if held.duty.role is GridRole.GRID_LEADER:
                return grid.code, grid.name, held.person.name, held.person.phone
        return grid.code, grid.name, "", ""

    def _nearest(self, nearest: Near) -> Text:
        grid, far = nearest.grid, nearest.distance_m
        return Text(
            f"the nearest grid is {grid.code} {grid.name}, {far:,.0f} m away",
            f"最近的网格是 {grid.code} {grid.name}，相距 {far:,.0f} 米",
        )


def _near(near: Near) -> Text:
    grid, far = near.grid, near.distance_m
    if far == 0:
        return Text(f"on the boundary with {grid.code}", f"在与 {grid.code} 的共同边界上")
    return Text(f"{far:.1f} m from {grid.code}", f"距 {grid.code} 仅 {far:.1f} 米")


def _tie(count: int) -> Text:
    return Text(
        f"{count} places fit equally well: choose one", f"有 {count} 处同样符合：请人工确认"
    )


def _parts(count: int, grids: int, doubtful: int) -> Text:
    en = f"{count} addresses in {grids} {'grid' if grids == 1 else 'grids'}: divide the row"
    zh = f"有 {count} 处地址，分属 {grids} 个网格：请拆分这一行"
    if doubtful:
        en += f"; {doubtful} of them not sure"
        zh += f"；其中 {doubtful} 处未能确定"
    return Text(en, zh)


def _common(chains: Sequence[tuple[Grid, ...]]) -> tuple[Grid, ...]:
    """Return the grids in which all of some chains agree, level 1 first."""
    agreed = []
    for level in zip(*chains, strict=False):
        if len({g.id for g in level}) > 1:
            break
        agreed.append(level[0])
    return tuple(agreed)


def _one_chain(grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
    """Return grids that are one below the other, level 1 first; of a person with several, ()."""
    levels = [int(g.level) for g in grids]
    return grids if levels == list(range(1, len(grids) + 1)) else ()


def _shown(candidate: Candidate) -> str:
    return " ".join(dict.fromkeys(t for t in (candidate.address, candidate.name) if t))
