"""What is read in a hurry is what is read with care: the columns of a table, all rows at once."""

import hashlib
import json
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.content_hash import plain, sha256_of
from gis.directory import PlaceKind
from gis.findings import MOST_OF_A_RULE, Severity, count
from gis.intake import ReadOptions, read_set
from gis.intake.preview import preview, preview_json
from gis.intake.tables import RawTable, read_workbook, understand
from gis.tables.xlsx_write import XlsxSheet as Written
from gis.tables.xlsx_write import write_workbook
from tests import ascii_maps
from tests.ascii_maps import TODAY

# --- tables ------------------------------------------------------------------------------------

ODD_VALUES = (
    None, "", " ", "示例", " 示例　", "'=1+1", "''x", "=1", "餐饮", "餐饮类", "部队", "否", True, False, 0, 1, 1.0, 1.5,
    118.7502, "118.7502", "32.1101", 1e15, 123456789012345678, 1e16, float("nan"), "wgs84", "GCJ-02", "x;y；z",
    "甲、乙，丙", "a\tb", "\x07", "长" * 501, "商铺", "入住", "[\"a\"]", -1, "2026年1月5日",
)  # fmt: skip
HEADINGS = [
    "商铺编号",
    "店名",
    "地址",
    "经度",
    "纬度",
    "坐标系",
    "业态",
    "别名",
    "户数",
    "可公开",
    "状态",
]


def table_of(some):
    sheet = RawTable("商铺.csv", None, [(1, HEADINGS), *some])
    tables, findings = understand([sheet])
    return tables, findings


def told(rows_read):
    return [
        (r.number, r.source, repr(dict(r.values)), [repr(f) for f in r.findings]) for r in rows_read
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(ODD_VALUES), min_size=1, max_size=12), min_size=1, max_size=12
    )
)
def test_a_row_is_read_alike_alone_and_among_others(some):
    numbered = list(enumerate(some, start=2))
    together = table_of(numbered)[0][0].rows
    alone = [r for one in numbered for t in table_of([one])[0] for r in t.rows]
    assert told(together) == told(alone)


def test_places_of_mixed_rows_are_those_of_each_row_by_itself():
    """The same directory and findings, whether a row comes alone or in a table of all."""
    base = ascii_maps.atlas()
    mixed = [
        [f"x{n}-{column}", *(["示例店", f"示例路{n}号", 118.7502, 32.1101, "wgs84", "餐饮", "甲;乙", 3, "是", "入住"])]
        for n in range(len(ODD_VALUES))
        for column in range(1, 11)
    ]  # fmt: skip
    for row in mixed:
        n, column = map(int, row[0][1:].split("-"))
        row[column] = ODD_VALUES[n]
    places, findings = _places([*enumerate(mixed, start=2)], base)
    each = [_places([(n, row)], base) for n, row in enumerate(mixed, start=2)]
    assert len(places) > 100
    assert len(findings) > 50
    assert places == {k: v for found, _ in each for k, v in found.items()}
    assert sorted(findings) == sorted(f for _, found in each for f in found)


def _places(numbered, base):
    from gis.intake.places import directory_of

    tables, _ = table_of(numbered)
    found, findings = directory_of(tables, base.directory, told=None, book=None, keep_absent=True)
    places = {p.id: (plain(p), p.kind) for p in found.places} if found else {}
    return places, [repr(f) for f in findings]


def test_of_very_many_mistakes_a_thousand_are_listed_and_all_are_counted(tmp_path):
    number = MOST_OF_A_RULE + 205
    lines = "".join(f"x{n},示例店{n},118.7x,32.1101,wgs84\n" for n in range(number))
    path = tmp_path / "商铺.csv"
    path.write_text(f"商铺编号,店名,经度,纬度,坐标系\n{lines}", encoding="utf-8")
    base = ascii_maps.atlas()
    found = read_set([path], today=TODAY, base=base, how=ReadOptions(keep_absent=True))
    assert len(found.findings) == MOST_OF_A_RULE + 1
    assert count(found.findings, Severity.ERROR) == number
    assert "205" in found.findings[-1].text.zh
    shown = preview_json(preview(found, base), found)
    assert (shown["errors"], shown["finding_count"]) == (number, number)
    assert len(shown["findings"]) <= MOST_OF_A_RULE


# --- the store's sum, and the child ------------------------------------------------------------


def test_the_sum_of_values_is_that_of_their_json_line_by_line():
    place = ascii_maps.place("b-1", PlaceKind.BUILDING, 0.2, 0.2, aliases=("甲", "乙"))
    odd = [
        True,
        None,
        1.5,
        float("nan"),
        'q"\\\n\u2028😀',
        (),
        ("甲", ("乙", None)),
        {"b": 1},
        TODAY,
        place,
    ]
    lines = (json.dumps(plain(v), ensure_ascii=False, sort_keys=True) for v in odd)
    assert sha256_of(odd) == hashlib.sha256("".join(f"{x}\n" for x in lines).encode()).hexdigest()


def test_a_child_ends_when_nobody_wants_its_answer(tmp_path, monkeypatch):
    path = tmp_path / "商铺.xlsx"
    with path.open("wb") as file:
        write_workbook(file, [Written("商铺", HEADINGS, ([f"x{n}"] for n in range(300_000)))])
    # Looked at often, and long enough at work: it never ends before it is looked at.
    monkeypatch.setattr("gis.tables.sandbox._LOOK_S", 0.02)
    begun = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *a, **k: begun.append(popen(*a, **k)) or begun[-1]
    )

    def discarded(_done):
        raise KeyError("discarded")

    with pytest.raises(KeyError):
        read_workbook(path, path.name, discarded)
    assert begun[0].returncode == -9
