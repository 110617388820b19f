"""Who is named in a row: names as people write them, several in a cell, each with a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from gis.exchange.row_reader import RowValues
from gis.phone import join_mobiles, part_mobiles
from gis.roster import Person
from gis.schema import Kind
from gis.tables.blank_words import SPACE

_HAN = r"[㐀-鿿豈-﫿𠀀-𯿿·]"
_GAPS = re.compile(rf"(?<={_HAN})[\s\u200b\ufeff]+(?={_HAN})")
_MARKS = re.compile(r"[、，,;；/／|\n]+")
_WORDS = re.compile(r"[和与及跟]")
_SPACES = re.compile(r"[\s\u200b\ufeff]+")
_A_NAME = re.compile(rf"{_HAN}{{2,4}}\d?")
_PHONES = re.compile(r"[、，,;；/／|\n]+")
_TWO_SIGNS = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳"
    "|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐|轩辕|呼延"
)
_YES = frozenset(("yes", "true", "1", "是", "y", "√", "✓", "✔", "公开", "可公开", "同意"))
_NO = frozenset(("no", "false", "0", "否", "n", "×", "不", "不公开", "不同意"))


def name_of(text: str) -> str:
    """Return a name without the spaces that line it up with longer ones.

    >>> name_of("王　军"), name_of(" 欧阳 示例 "), name_of("Li Shi"), name_of("王示例（代）")
    ('王军', '欧阳示例', 'Li Shi', '王示例（代）')
    """
    return _GAPS.sub("", text.strip(SPACE))


def names_in(text: str) -> tuple[str, ...]:
    """Return the names that stand in a cell.

    >>> names_in("王示例、李示例"), names_in("王示例 李示例"), names_in("王示例和李样例")
    (('王示例', '李示例'), ('王示例', '李示例'), ('王示例', '李样例'))
    >>> names_in("王　军"), names_in("王和平"), names_in("欧阳 示例"), names_in("张/王")
    (('王军',), ('王和平',), ('欧阳示例',), ('张/王',))
    """
    for between in (_MARKS, _SPACES, _WORDS):
        parts = [name_of(p) for p in between.split(text.strip(SPACE)) if p.strip(SPACE)]
        named = [unicodedata.normalize("NFKC", p) for p in parts]
        whole = all(_A_NAME.fullmatch(p) for p in named)
        if len(parts) > 1 and whole and not (between is _SPACES and _TWO_SIGNS.fullmatch(named[0])):
            return tuple(parts)
    return (name_of(text),)


def rows_of_people(row: RowValues, kind: Kind, *, exact: bool) -> Iterator[RowValues]:
    """Yield a row for each person whom a row names, each with the number that is theirs.

    With as many numbers as names they go together; otherwise everybody has them all, but for a
    mobile, which is one person's: it is left out and the row says so.
    """
    field = "name" if kind is Kind.PEOPLE else "person_name"
    given = row.values.get(field)
    if exact or not isinstance(given, str):
        yield row
        return
    apart = part_mobiles(given)
    names = names_in(apart.rest)
    values: dict[str, Any] = {**row.values, field: names[0]}
    if apart.mobiles:
        values["mobile"] = join_mobiles(str(row.values.get("mobile") or ""), apart.mobiles)
    row.values = values
    if len(names) == 1 or row.values.get("person") or row.values.get("id"):
        yield row
        return
    listed = "、".join(names)
    row.doubt(
        "several_names",
        f"{row.called(field)} {given[:60]!r}: read as {len(names)} people: {listed}",
        f"{row.called(field)} {given[:60]!r}：按 {len(names)} 人读取：{listed}",
        name=field,
    )
    phones = _shared_out(row, len(names))
    for number, name in enumerate(names):
        mine = {k: v[number] for k, v in phones.items()}
        yield replace(
            row,
            values={**row.values, field: name, **mine},
            findings=row.findings if number == 0 else [],
        )


def _shared_out(row: RowValues, count: int) -> dict[str, list[str | None]]:
    shares: dict[str, list[str | None]] = {}
    for field in ("office_phone", "mobile", "public_mobile"):
        text = row.values.get(field)
        if not isinstance(text, str):
            continue
        parts = [p.strip(SPACE) for p in _PHONES.split(text) if p.strip(SPACE)]
        if len(parts) == count:
            shares[field] = list(parts)
            continue
        apart = part_mobiles(text)
        shares[field] = [apart.rest or None] * count
        if apart.mobiles:
            row.doubt(
                "whose_mobile",
                f"{row.called(field)}: {count} names and {len(parts)} number(s): whose mobile it "
                "is cannot be told, so it is left out: give each person a row",
                f"{row.called(field)}：{count} 个姓名、{len(parts)} 个号码，无法判断手机属于谁，"
                "未予保存：请每人一行",
                name=field,
            )
    return shares


# --- numbers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Phones:
    """The numbers of a row: the office's, mobiles, and those to be shown in public.

    ``moved``: a mobile came in a column of office phones. ``shown`` is "" for none, None where
    the row does not say; ``ticked``: it is the mobile.
    """

    office: str
    mobile: str
    shown: str | None
    ticked: bool
    moved: bool

    @property
    def telling(self) -> str:
        """The number by which people of one name are told apart."""
        return self.mobile or self.office


def phones_of(row: RowValues) -> Phones:
    """Return the numbers of a row, a mobile always as one, whatever its column is called."""
    apart = part_mobiles(row.text("office_phone", limit=60))
    office = apart.rest if not apart.mobiles or any(map(str.isdigit, apart.rest)) else ""
    mobile = row.text("mobile", limit=60)
    if apart.mobiles:
        mobile = join_mobiles(apart.mobiles, mobile)
    value = row.values.get("public_mobile")
    word = "" if value is None else str(value).strip(SPACE).casefold()
    ticked = word in _YES
    shown = None if not word or ticked else "" if word in _NO else _number(row, str(value))
    return Phones(office, mobile, shown, ticked, bool(apart.mobiles))


def _number(row: RowValues, text: str) -> str:
    if any(map(str.isdigit, text)) and len(text) <= 60:
        return text
    row.fault(
        "invalid_field",
        f"{row.called('public_mobile')} {text[:40]!r}: must be yes, no or the number to be shown",
        f"{row.called('public_mobile')} {text[:40]!r}：应为 是、否，或要公开的手机号",
        name="public_mobile",
    )
    return ""


def has_number(person: Person, number: str) -> bool:
    """Tell whether a number is one of somebody's, however either is written."""
    wanted = join_mobiles(number)
    own = (person.mobile, person.office_phone, person.public_mobile)
    return wanted in map(join_mobiles, own)
