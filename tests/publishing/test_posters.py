"""Posters and notice boards: what is on the paper, and that all of it can be read."""

import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pypdf
import pytest
import segno
from matplotlib import rc_context
from matplotlib.patches import PathPatch

import maps
from gis.atlas import Atlas
from gis.directory import Directory, PlaceKind
from gis.disclosure import Policy, public
from gis.errors import InvalidInput, NotFound, SettingsError
from gis.intake import read_set
from gis.roster import Roster
from maps import MapSettings
from maps.posters import fonts as letters_room
from maps.posters import style
from maps.posters.drawing import draw, prepared
from maps.posters.fonts import letters_for, printable
from maps.posters.free_space import FreeSpace
from maps.posters.overlap_check import extents, outside, overlaps
from maps.posters.subdistrict import is_number
from maps.posters.text_fit import fit, wrap
from tests.publishing.hostile import CORPUS
from tests.publishing.small_map import COMPOUNDS, DAY, A, small_atlas

ROOT = Path(__file__).resolve().parents[2]
LINK = "https://grid.example/map/"
SETTINGS = MapSettings(maker="示例街道办", public_url=LINK, hotline="025-0000-1234")
CLUSTER = f"{COMPOUNDS[0]}001"


@pytest.fixture(scope="module")
def sample():
    taken = read_set([ROOT / "data"], today=date(2026, 11, 1)).require_sound()
    atlas = Atlas(taken.division, taken.directory, taken.roster, DAY, name="宝塔桥街道")
    return prepared(atlas, "public", SETTINGS)


@pytest.fixture(scope="module")
def wall(sample):
    return draw(sample, None, "A3")


def pdf_of(figure):
    out = io.BytesIO()
    figure.savefig(out, format="pdf")
    return pypdf.PdfReader(out)


def words_of(figure):
    """Every text of a sheet in the order it was written, as one."""
    return "".join(text for text, _ in extents(figure))


def drawn(text=str, grid=None, size="A3", settings=SETTINGS, edition="public"):
    return draw(prepared(small_atlas(text), edition, settings), grid, size)


# --- the file -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wall_page(wall):
    return pdf_of(wall.figure).pages[0]


def test_the_text_of_a_poster_can_be_searched(sample, wall_page):
    text = wall_page.extract_text()
    for grid in sample.ground.division:
        if grid.level < 3:
            assert grid.name in text, grid.name
    for words in (
        "示意图，不作为权属和划界依据",
        "2026-10-01",
        "示例街道办",
        "SYNTHETIC",
        "025-0000-1234",
    ):
        assert words in text


def test_every_font_is_embedded_as_truetype(wall_page):
    fonts = wall_page["/Resources"]["/Font"].values()
    assert len(fonts) >= 2
    for font in (f.get_object() for f in fonts):
        inner = font["/DescendantFonts"][0].get_object()
        assert (font["/Subtype"], inner["/Subtype"]) == ("/Type0", "/CIDFontType2")
        program = inner["/FontDescriptor"]["/FontFile2"].get_data()
        assert program[:4] == b"\x00\x01\x00\x00"
        assert "/ToUnicode" in font


@pytest.mark.parametrize(("size", "millimetres"), [("A4", (210, 297)), ("A2", (420, 594))])
def test_a_page_has_the_size_of_the_paper(size, millimetres):
    box = pdf_of(drawn(grid=A, size=size).figure).pages[0].mediabox
    assert [float(v) / 72 * 25.4 for v in (box.width, box.height)] == pytest.approx(
        millimetres, abs=0.1
    )


def test_a_png_is_a_picture_of_the_same_sheet():
    out = io.BytesIO()
    drawn(grid=A, size="A4").figure.savefig(out, format="png")
    assert out.getvalue().startswith(b"\x89PNG")
    width, height = (int.from_bytes(out.getvalue()[i : i + 4], "big") for i in (16, 20))
    assert height / width == pytest.approx(2**0.5, abs=0.01)
    assert 1500 < height <= 4000


MAKE = """
import hashlib, io, sys
import maps
from tests.publishing.small_map import A, small_atlas
out = io.BytesIO()
settings = maps.MapSettings(public_url="https://x.example/")
maps.poster(small_atlas(), A, settings=settings).savefig(out, format="pdf")
print(hashlib.sha256(out.getvalue()).hexdigest())
print(sorted(m for m in sys.modules if m in ("matplotlib.pyplot", "tkinter", "folium", "pandas")))
"""


def test_the_same_data_give_the_same_bytes_in_another_process_without_pyplot():
    def made(seed):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "TZ": f"UTC{seed}"}
        env.pop("DISPLAY", None)
        return subprocess.run(
            [sys.executable, "-c", MAKE],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    first = made("1")
    assert first == made("2")
    assert first.splitlines()[-1] == "[]"


def test_settings_of_matplotlib_change_nothing():
    def bytes_of():
        out = io.BytesIO()
        drawn(grid=A).figure.savefig(out, format="pdf")
        return out.getvalue()

    before = bytes_of()
    with rc_context(
        {"pdf.fonttype": 3, "text.parse_math": True, "figure.dpi": 33, "savefig.bbox": "tight"}
    ):
        assert bytes_of() == before


# --- no text over another -------------------------------------------------------------------------


def test_no_text_of_the_poster_lies_over_another(wall):
    assert overlaps(wall.figure) == []
    assert outside(wall.figure) == []


@pytest.mark.parametrize(
    "code",
    [
        "320106012005",  # a community
        "320106012001001",  # a merged compound
        "320106012008003",  # a compound with a shopfront row too thin for its name
        "320106012001001002",  # a building cluster
        "320106012001003002",  # a shopfront row
        "320106012005004003",  # a dedicated grid
        "320106012001002001",  # a residual grid
    ],
)
@pytest.mark.parametrize("size", ["A4", "A2"])
def test_no_text_of_a_board_lies_over_another(sample, code, size):
    paper = draw(sample, code, size)
    assert overlaps(paper.figure) == []
    assert outside(paper.figure) == []
    assert paper.left_out == []


@pytest.mark.parametrize("code", ["320106012005003", "320106012005", "320106012001001002"])
def test_the_numbers_on_a_board_have_one_size_and_one_form(sample, code):
    paper = draw(sample, code, "A3")
    numbers = [
        (round(text.get_fontsize(), 2), re.sub(r"\d+", "", text.get_text()))
        for text in paper.figure.texts
        if re.fullmatch(r"\d{1,4}(幢|栋|号楼|座|楼)?", text.get_text())
        and text.get_color() == style.BUILDING_INK
    ]
    assert len(numbers) > 2
    assert len({size for size, _ in numbers}) == 1
    assert len({bool(form) for _, form in numbers}) == 1


def test_nearly_all_numbers_of_buildings_stand_on_the_largest_poster(sample):
    paper = draw(sample, None, "A0")
    shown = [t.get_text() for t in paper.figure.texts if t.get_color() == style.BUILDING_INK]
    buildings = [p for p in sample.ground.atlas.directory.places if p.kind == "building"]
    numbered = [p for p in buildings if is_number(p.name)]
    assert sum(map(is_number, shown)) >= 0.9 * len(numbered)


def test_a_text_over_another_is_noticed(sample):
    paper = draw(sample, "320106012005", "A4")
    paper.text((40, 15), "网格", 20)
    assert overlaps(paper.figure)
    paper.text((205, 290), "网格网格", 20)
    assert outside(paper.figure) == ["网格网格"]


@pytest.mark.parametrize("size", ["A4", "A3", "A2"])
def test_no_name_of_level_1_or_2_is_missing_on_the_map(sample, wall, size):
    paper = wall if size == "A3" else draw(sample, None, size)
    assert paper.left_out == []
    text = words_of(paper.figure)
    on_map = text[: text.index("网格责任人一览")]
    assert [g.name for g in sample.ground.division if g.level < 3 and g.name not in on_map] == []


def test_names_find_room_beside_grids_that_are_too_small():
    paper = drawn(lambda t: f"{t}——名称特别长的网格示例" if "示例小区" in t else t, size="A4")
    assert paper.left_out == []
    assert overlaps(paper.figure) == []


def test_room_that_is_taken_is_not_given_again():
    room = FreeSpace((0, 0, 20, 20), 0.5)
    assert room.claim([(1, 1, 6, 3)])
    assert not room.claim([(5.9, 2.9, 8, 4)])
    assert not room.claim([(8, 8, 21, 9)])
    places, costs = np.array([[4.0, 2.0], [10.0, 10.0]]), np.array([0.0, 5.0])
    best = room.best(places, (4, 2), costs)
    assert (best.x, best.y) == (10, 10)


# --- what stands on a board -----------------------------------------------------------------------


def test_a_board_names_the_leader_the_others_and_how_to_reach_them(sample):
    text = words_of(draw(sample, "320106012001001002", "A3").figure)
    atlas = sample.ground.atlas
    for grid in atlas.division.chain(atlas.division.grid("320106012001001002").id):
        leader = next(r for r in atlas.sheet(grid).responsible if r.duty.role == "grid_leader")
        assert leader.person.name in text
        assert leader.person.office_phone in text
        assert grid.name in text
    for words in (
        "三级网格负责人",
        "二级网格长",
        "一级网格责任人",
        "320106012001001002",
        "服务热线",
        "1 : ",
        "北",
        "本网格范围",
    ):
        assert words in text


def test_a_board_lists_the_businesses_it_numbers(sample):
    code = "320106012001003002"
    text = words_of(draw(sample, code, "A3").figure)
    atlas = sample.ground.atlas
    shops = [
        p for p in atlas.places_in(atlas.division.grid(code).id) if p.kind is PlaceKind.BUSINESS
    ]
    assert len(shops) >= 5
    assert all(shop.name in text for shop in shops)


def qr_of(figure):
    """The outline of the QR code: the only thing in plain black."""
    found = [p for p in figure.findobj(PathPatch) if p.get_facecolor() == (0, 0, 0, 1)]
    return found[0].get_path() if found else None


def test_the_qr_code_is_the_deep_link_in_vectors():
    path = qr_of(drawn(grid=A).figure)
    matrix = segno.make(f"{LINK}#grid={A}", error="m", micro=False, boost_error=False).matrix
    box = path.get_extents()
    step = box.width / len(matrix)
    for i, row in enumerate(matrix):
        for j, dark in enumerate(row):
            middle = (box.x0 + (j + 0.5) * step, box.y0 + (i + 0.5) * step)
            assert path.contains_point(middle) == bool(dark), (i, j)


def test_without_a_public_address_the_code_stands_in_letters():
    paper = drawn(grid=A, settings=MapSettings())
    assert qr_of(paper.figure) is None
    assert words_of(paper.figure).count(A) >= 2
    assert "服务热线" not in words_of(paper.figure)


def test_a_grid_without_people_says_so():
    atlas = replace(small_atlas(), roster=Roster())
    text = words_of(draw(prepared(atlas, "public", SETTINGS), A, "A3").figure)
    assert "责任人暂未公布" in text


def test_a_division_without_places_people_or_surroundings_is_drawn():
    atlas = replace(small_atlas(), roster=Roster(), directory=Directory())
    shared = prepared(atlas, "public", MapSettings())
    for code in (None, A, COMPOUNDS[0], CLUSTER):
        assert overlaps(draw(shared, code, "A4").figure) == []


def test_an_empty_division_is_an_empty_map():
    atlas = small_atlas()
    atlas = replace(atlas, division=replace(atlas.division, grids=()), roster=Roster())
    paper = draw(prepared(atlas, "public", MapSettings()), None, "A4")
    assert "示意图，不作为权属和划界依据" in words_of(paper.figure)


def test_an_address_too_long_for_a_qr_code_is_refused():
    settings = MapSettings(public_url="https://grid.example/" + "x" * 4000)
    with pytest.raises(InvalidInput) as refused:
        drawn(grid=A, settings=settings)
    assert refused.value.field == "public_url"


def test_sheets_saved_in_many_threads_are_the_same():
    def bytes_of(_turn):
        out = io.BytesIO()
        draw(shared, A, "A4").figure.savefig(out, format="pdf")
        return out.getvalue()

    shared = prepared(small_atlas(), "public", SETTINGS)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(bytes_of, range(6)))) == 1


def test_a_board_is_printed_in_english(sample):
    settings = replace(SETTINGS, language="en")
    shared = prepared(sample.ground.atlas, "public", settings)
    for code in (None, "320106012005", "320106012001001002"):
        paper = draw(shared, code, "A3")
        assert overlaps(paper.figure) == []
        assert "Sketch map: no evidence of ownership or boundaries" in words_of(paper.figure)


def test_an_approval_number_is_printed_when_there_is_one():
    settings = replace(SETTINGS, approval_no="示例审图号0001")
    assert "审图号：示例审图号0001" in words_of(drawn(grid=A, settings=settings).figure)
    assert "审图号" not in words_of(drawn(grid=A).figure)


def test_synthetic_data_say_so_and_others_do_not():
    assert "SYNTHETIC" in words_of(drawn(grid=A).figure)
    atlas = small_atlas()
    real = replace(
        atlas,
        division=replace(atlas.division, synthetic=False),
        directory=replace(atlas.directory, synthetic=False),
        roster=replace(atlas.roster, synthetic=False),
    )
    assert "SYNTHETIC" not in words_of(draw(prepared(real, "public", SETTINGS), A, "A3").figure)


# --- editions -------------------------------------------------------------------------------------


def test_nothing_private_is_on_a_public_sheet():
    places = small_atlas().directory.places
    hidden = replace(
        places[-1], disclosed=False, category="military", name="不公开部队", address="密路1号"
    )
    atlas = small_atlas()
    atlas = replace(atlas, directory=replace(atlas.directory, places=(*places[:-1], hidden)))
    for code in (None, *(g.code for g in atlas.division)):
        figure = draw(prepared(atlas, "public", SETTINGS), code, "A1").figure
        text = words_of(figure)
        for private in ("139-0000-0000", "不公开部队", "密路", "内部资料"):
            assert private not in text, (code, private)


def test_an_internal_sheet_is_marked_and_cannot_be_made_of_a_public_atlas():
    assert "内部资料" in words_of(drawn(grid=A, edition="internal").figure)
    with pytest.raises(InvalidInput):
        maps.poster(public(small_atlas()), A, edition="internal")


def test_what_an_office_has_switched_off_is_not_printed():
    atlas = public(small_atlas(), Policy(names=False, businesses=False))
    text = words_of(draw(prepared(atlas, "public", SETTINGS), CLUSTER, "A2").figure)
    assert "张示例" not in text
    assert "示例药房" not in text


# --- texts of any kind ----------------------------------------------------------------------------

LITERAL = (
    "$x^2$ 网格",
    r"\frac{1}{2}$",
    "{{7*191}}",
    "{0} {name} %s",
    "<b>粗体</b> & 'quotes'",
    "宝塔桥" * 66,
    "verylongwordwithoutanyspace" * 7,
    "𠮷野家",
    "e\u0301 ñ Ж",
)


@pytest.mark.parametrize("name", LITERAL)
def test_a_hostile_name_stands_on_its_board_as_it_is(name):
    paper = drawn(lambda t: name if t == "甲示例社区" else t, grid=A, size="A4")
    assert printable(name).replace(" ", "") in words_of(paper.figure).replace(" ", "")
    assert overlaps(paper.figure) == []
    assert outside(paper.figure) == []


def test_a_name_in_dollars_is_found_in_the_file_as_it_is():
    paper = drawn(lambda t: "$x^2$ 网格" if t == "甲示例社区" else t, grid=A)
    assert "$x^2$ 网格" in pdf_of(paper.figure).pages[0].extract_text()


@pytest.mark.parametrize("start", range(0, len(CORPUS), 45))
def test_hostile_texts_everywhere_break_no_sheet(start):
    turn = iter(range(10_000))

    def hostile(_text):
        return CORPUS[start + next(turn) % min(45, len(CORPUS) - start)]

    settings = MapSettings(
        title=hostile(""),
        maker=hostile(""),
        approval_no=hostile(""),
        note=hostile(""),
        hotline=hostile("")[:40],
    )
    shared = prepared(small_atlas(hostile), "internal", settings)
    for code in (None, A, CLUSTER):
        paper = draw(shared, code, "A4")
        assert overlaps(paper.figure) == []
        assert outside(paper.figure) == []
        paper.figure.savefig(io.BytesIO(), format="pdf")


def test_what_has_no_shape_is_not_printed():
    assert printable("甲\u200b\u202e乙\n丙\t丁\ufe0f") == "甲乙 丙 丁"
    assert printable("\ud83d") == "\ufffd"


def test_a_letter_no_font_has_is_a_geta_and_stays_in_the_text():
    lacking = "\U000f1234"
    found = letters_for(frozenset("网格" + lacking))
    assert found.missing == {lacking}
    same = found.regular.outlines[lacking][0] == found.regular.outlines["〓"][0]
    assert np.all(same)
    paper = drawn(lambda t: t + lacking if t == "甲示例社区" else t, grid=A)
    assert f"甲示例社区{lacking}" in pdf_of(paper.figure).pages[0].extract_text()


def test_without_a_chinese_font_the_package_to_install_is_named(monkeypatch):
    monkeypatch.setattr(letters_room, "_faces", list)
    monkeypatch.setattr(letters_room, "_fresh_faces", list)
    letters_room.chinese_faces.cache_clear()
    try:
        with pytest.raises(SettingsError, match="fonts-noto-cjk") as problem:
            letters_room.chinese_faces()
        assert "fonts-noto-cjk" in problem.value.text.zh
    finally:
        letters_room.chinese_faces.cache_clear()


def test_a_font_installed_after_matplotlib_made_its_list_is_found(monkeypatch):
    monkeypatch.setattr(letters_room, "_faces", list)
    letters_room.chinese_faces.cache_clear()
    try:
        found = letters_room.chinese_faces()
        assert found[False] != found[True]
    finally:
        letters_room.chinese_faces.cache_clear()


def test_lines_break_between_chinese_letters_and_never_begin_with_a_comma():
    found = letters_for(frozenset("一二三四五六七，八九十abcdefgh "))
    lines = wrap(found, "一二三四五六七，八九十", 7.2 * 10 * 25.4 / 72, 10)
    assert lines == ("一二三四五六", "七，八九十")
    assert wrap(found, "abcd efgh", 3 * 10 * 25.4 / 72, 10) == ("abcd", "efgh")


def test_a_text_too_long_for_its_box_is_cut_short_at_the_smallest_size():
    found = letters_for(frozenset("很长"))
    setting = fit(found, "很长" * 400, (50, 12), (20, 6))
    assert not setting.whole
    assert setting.lines[-1].endswith("…")
    assert setting.height_mm <= 12
    assert all(found.width_mm(line, 6) <= 50 for line in setting.lines)


# --- asking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["A5", "", "a3", "{{7*191}}"])
def test_a_size_there_is_none_of_is_refused(size):
    with pytest.raises(InvalidInput, match="A0, A1, A2, A3, A4"):
        maps.poster(small_atlas(), size=size)


def test_a_code_no_grid_carries_is_not_found():
    with pytest.raises(NotFound):
        maps.poster(small_atlas(), "999")
