"""The address book: what is meant, how sure that is, and why."""

import csv
import random
import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gis.addresses import AddressBook, BookEntry, EntryKind, Home
from gis.addresses.names import likeness
from gis.atlas import Atlas
from gis.disclosure import public
from gis.errors import InvalidInput
from gis.intake import read_set
from gis.roster import Roster
from tests.locating.write_address_queries import all_rows

ROOT = Path(__file__).parents[2]
QUERIES = Path(__file__).with_name("address_queries.csv")
HOME = Home("江苏省", "南京市", "鼓楼区", "宝塔桥街道", also=("下关",))
BUILDING, BUSINESS, UNIT = EntryKind.BUILDING, EntryKind.BUSINESS, EntryKind.RESIDENT_UNIT


def buildings(address, compound, numbers, **more):
    return [
        BookEntry(
            f"{compound}-{n}", BUILDING, f"{n}幢", f"{address}{n}幢", compound=compound, **more
        )
        for n in numbers
    ]


ENTRIES = [
    *buildings("宝塔桥西街18号", "恒盛嘉园", range(1, 6), community="恒盛嘉园社区", units=2),
    *buildings("宝塔桥东街7号", "恒盛雅苑", range(1, 4), community="恒盛嘉园社区"),
    *buildings("方家营40号", "金陵二村", range(1, 13), community="金陵二村社区"),
    replace(
        buildings("方家营51号", "电缆宿舍", [1])[0],
        aliases=("电缆新村1幢",),
        former_names=("原示例电缆厂家属院1幢",),
    ),
    BookEntry("tower", BUILDING, "钢铁数码港大厦", "燕江路201号", aliases=("数码大楼",)),
    BookEntry("row", BUILDING, "燕江路201号门面房", "燕江路201号门面房"),
    BookEntry("shop", BUSINESS, "小巷药房", "燕江路201-3号门面房", building="row"),
    BookEntry("noodles", BUSINESS, "老街面馆", "宝塔桥西街18号3幢101室", building="恒盛嘉园-3"),
    BookEntry("noodles-2", BUSINESS, "老街面馆(二店)", "燕江路201-4号门面房", building="row"),
    BookEntry("grain-1", BUSINESS, "平安超市", "燕江路9号", former_names=("示例粮站",)),
    BookEntry("grain-2", BUSINESS, "幸福超市", "燕江路11号", former_names=("示例粮站",)),
    BookEntry("market", UNIT, "水关桥农贸市场", "宝塔桥西街17号", aliases=("水关桥菜场",)),
    BookEntry("c-1", EntryKind.COMMUNITY, "恒盛嘉园社区", grid_codes=("320106012011",)),
    BookEntry("c-2", EntryKind.COMMUNITY, "金陵二村社区", grid_codes=("320106012008",)),
    BookEntry("g-1", EntryKind.GRID, "恒盛嘉园第1网格", grid_codes=("320106012011001001",)),
    BookEntry("p-1", EntryKind.PERSON, "王示例", grid_codes=("320106012011",)),
]
BOOK = AddressBook.from_entries(ENTRIES, roads=["永济大道"], home=HOME)


def best(text):
    found = BOOK.search(text)
    return found[0].key if found.clear else None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("宝塔桥西街18号3幢", "恒盛嘉园-3"),
        ("江苏省南京市鼓楼区宝塔桥街道宝塔桥西街18号恒盛嘉园3幢2单元501室", "恒盛嘉园-3"),
        ("南京市下关区宝塔桥西街１８号三幢", "恒盛嘉园-3"),
        ("西街18-3-2-501", "恒盛嘉园-3"),
        ("下关宝塔桥西街18号3栋", "恒盛嘉园-3"),
        ("恒盛嘉园3号楼", "恒盛嘉园-3"),
        ("恒盛家园3号楼", "恒盛嘉园-3"),
        ("金陵2村 12号楼", "金陵二村-12"),
        ("方家营40-12", None),
        ("方家营40号12幢", "金陵二村-12"),
        ("电缆新村1幢", "电缆宿舍-1"),
        ("示例电缆厂家属院1幢", "电缆宿舍-1"),
        ("燕江路201号", "tower"),
        ("燕江路钢铁数码港大厦", "tower"),
        ("数码大楼", "tower"),
        ("燕江路201号门面房", "row"),
        ("燕江路201-3号门面房", "shop"),
        ("燕江路201号-3", "shop"),
        ("小巷药房", "shop"),
        ("燕江路小巷药房", "shop"),
        ("老街面馆", "noodles"),
        ("老街面馆(二店)", "noodles-2"),
        ("水关桥菜场", "market"),
        ("恒盛嘉园社区", "c-1"),
        ("320106012008", "c-2"),
        ("320106012011001001", "g-1"),
        ("王示例", "p-1"),
        ("永济大道", "road:永济大道"),
        ("我家住在恒盛嘉园三栋那边", "恒盛嘉园-3"),
    ],
)
def test_a_clear_question_has_one_answer(text, key):
    assert best(text) == key


@pytest.mark.parametrize(
    ("text", "match", "key", "code"),
    [
        ("宝塔桥西街18号", "door_plate", "door_plate:宝塔桥西街18号", "missing_building"),
        ("恒盛嘉园501室", "compound", "compound:恒盛嘉园", "missing_building"),
        ("恒盛嘉园", "compound", "compound:恒盛嘉园", "name_same"),
        ("宝塔桥西街", "road", "road:宝塔桥西街", "name_same"),
    ],
)
def test_where_a_number_is_missing_the_answer_is_wider(text, match, key, code):
    found = BOOK.search(text)
    assert (found[0].match, found[0].key) == (match, key)
    assert code in found[0].codes
    assert found[0].members
    assert found.clear


@pytest.mark.parametrize(
    ("text", "key", "code"),
    [
        ("宝塔桥西街18号9幢", "door_plate:宝塔桥西街18号", "no_such_building"),
        ("恒盛嘉园9幢", "compound:恒盛嘉园", "no_such_building"),
        ("宝塔桥西街99号", "road:宝塔桥西街", "no_such_door_plate"),
        ("宝塔桥西街99号3幢", "road:宝塔桥西街", "no_such_door_plate"),
        ("燕江路201-9号", "door_plate:燕江路201号", "no_such_door_plate"),
        ("恒盛嘉园3幢9单元", "恒盛嘉园-3", "no_such_unit"),
    ],
)
def test_a_number_that_does_not_exist_is_said_not_replaced(text, key, code):
    found = BOOK.search(text)
    assert found[0].key == key
    assert code in found[0].codes
    if code != "no_such_unit":
        assert not found.clear


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("北京市朝阳区燕江路201号", "other_region"),
        ("鼓楼区幕府山街道燕江路201号", "other_region"),
        ("燕江路201号对面", "nearby"),
        ("方家营40号恒盛嘉园3幢", "compound_differs"),
        ("金陵二村社区恒盛嘉园3幢", "community_differs"),
        ("方家营老街面馆", "road_differs"),
        ("宝塔桥西街18-3", "read_as_building"),
    ],
)
def test_what_contradicts_is_said_and_keeps_the_answer_from_being_clear(text, code):
    found = BOOK.search(text)
    assert code in {c for candidate in found for c in candidate.codes}
    assert not found.clear


@pytest.mark.parametrize(
    "text",
    [
        "3幢",
        "恒盛3幢",
        "示例粮站",
        "宝塔桥街3幢",
        "超市",
        "方家营2幢",
        "宝塔桥南街18号",
        "金陵三村3幢",
    ],
)
def test_an_ambiguous_or_absent_one_is_never_clear(text):
    assert not BOOK.search(text).clear
    assert BOOK.search(text).best is None


def test_a_tie_is_returned_as_a_tie():
    found = BOOK.search("示例粮站")
    assert found.tied == 2
    assert {c.key for c in found[:2]} == {"grain-1", "grain-2"}


def test_nothing_like_it_is_no_candidate_at_all():
    found = BOOK.search("asdf")
    assert (len(found), found.tied, found.clear) == (0, 0, False)


def test_a_shop_in_a_building_is_no_rival_of_the_building():
    found = BOOK.search("宝塔桥西街18号3幢101室")
    assert [c.key for c in found[:2]] == ["恒盛嘉园-3", "noodles"]
    assert found.clear


def test_somebody_whose_name_only_sounds_the_same_is_not_taken():
    found = BOOK.search("汪示例")
    assert found[0].key == "p-1"
    assert not found.clear


def test_reasons_are_in_words_in_both_languages():
    reasons = BOOK.search("恒盛家园三号楼")[0].reasons
    assert [r.text.zh for r in reasons] == ["读音相同", "幢号一致"]
    assert [r.text.in_language("en") for r in reasons] == [
        "the name sounds the same",
        "the building number is the same",
    ]


def test_limit_keeps_the_best_and_what_is_clear():
    one = BOOK.search("恒盛嘉园3幢", limit=1)
    assert len(one) == 1
    assert one.clear == BOOK.search("恒盛嘉园3幢", limit=9).clear


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(InvalidInput):
        BOOK.search("街" * 201)


def test_an_empty_book_answers_nothing():
    empty = AddressBook.from_entries([])
    assert len(empty) == 0
    assert len(empty.search("燕江路201号")) == 0


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("宝塔桥南街", "宝塔桥西街"),
        ("金陵3村", "金陵2村"),
        ("恒盛北里", "恒盛南里"),
        ("金陵7村", "金陵新6村"),
    ],
)
def test_names_that_tell_places_apart_are_not_alike(asked, name):
    assert likeness(asked, name).score < 0.7


# --- over the sample -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def atlas():
    day = date(2026, 10, 1)
    taken = read_set([ROOT / "data"], today=day)
    return Atlas(
        taken.division, taken.directory, taken.roster, day, name="宝塔桥街道", code="320106012"
    )


@pytest.fixture(scope="module")
def book(atlas):
    return AddressBook(atlas)


def queries():
    with QUERIES.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def is_right(found, row):
    if not row["expected"]:
        return not found.clear
    meant = set(row["expected"].split("|"))
    return len(found) > 0 and bool(meant & {found[0].key, *found[0].grid_codes})


def test_the_query_table_is_that_of_the_sample():
    told = [(r["class"], r["query"], r["expected"], r["note"]) for r in queries()]
    assert told == all_rows(), "run python tests/locating/write_address_queries.py"


def test_the_first_hit_is_right(book):
    total, wrong = Counter(), defaultdict(list)
    for row in queries():
        found = book.search(row["query"])
        total[row["class"]] += 1
        if not is_right(found, row):
            wrong[row["class"]].append((row["query"], [c.key for c in found]))
    assert total.total() >= 300
    assert len(total) >= 12
    assert sum(map(len, wrong.values())) <= 0.03 * total.total(), dict(wrong)
    for kind, count in total.items():
        assert len(wrong[kind]) <= 0.1 * count, wrong[kind]
    assert not wrong["ambiguous"]
    assert not wrong["not here"]


def test_a_clear_answer_is_right(book):
    rows = [(row, book.search(row["query"])) for row in queries()]
    wrong = [row["query"] for row, found in rows if found.clear and not is_right(found, row)]
    assert wrong == []


def test_no_number_that_is_not_there_has_a_clear_answer(atlas, book):
    rng = random.Random(8)
    dwellings = [p for p in atlas.directory.places if p.category == "dwelling"]
    known = {p.address for p in atlas.directory.places}
    taken, plates = defaultdict(set), set()
    for p in atlas.directory.places:
        plates.add(re.match(r"\D+\d+", p.address).group())
    for p in dwellings:
        taken[p.compound].add(int(re.sub(r"\D", "", p.name)))
    for p in rng.sample(dwellings, 150):
        plate = re.match(r"\D+\d+", p.address).group()
        road = plate.rstrip("0123456789")
        absent = next(n for n in rng.sample(range(1, 99), 98) if n not in taken[p.compound])
        other = next(n for n in rng.sample(range(1, 600), 599) if f"{road}{n}" not in plates)
        texts = [f"{p.compound}{absent}幢", f"{p.compound}{absent}-1-501", f"{plate}号{absent}栋"]
        texts += [f"{road}{other}号", f"{road}{other}号{p.name}", f"{road}{other}-3-1-501"]
        if f"{plate}-{absent}号门面房" not in known:
            texts.append(f"{plate}-{absent}号门面房")
        for text in texts:
            found = book.search(text)
            assert not found.clear, (text, found[0])


def test_every_place_is_found_by_its_own_address(atlas, book):
    for place in atlas.directory.places[::7]:
        found = book.search(place.address)
        same_spot = {place.id, place.building} - {None}
        firsts = {c.key for c in found if c.score >= found[0].score - 0.06}
        assert same_spot & firsts, (place.address, found[0])


def test_everybody_in_office_is_found_with_their_grids(atlas, book):
    held = {d.person for d in atlas.roster.duties if d.in_force(atlas.as_of)}
    for person in sorted(held)[::25]:
        found = book.search(atlas.roster.by_id[person].name)
        assert found[0].key == person
        assert found[0].grid_codes


def test_the_public_book_knows_no_undisclosed_unit_and_nobody_out_of_office(atlas):
    hidden = [p for p in atlas.directory.places if not p.disclosed]
    assert hidden
    shown = AddressBook(public(atlas))
    for place in hidden:
        for text in (place.name, place.address):
            assert place.id not in {c.key for c in shown.search(text, limit=50)}
            assert not shown.search(text).clear
    nobody = AddressBook(replace(atlas, roster=Roster()))
    assert EntryKind.PERSON not in {e.kind for e in nobody.places.entries}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("燕江路东巷201号", "东巷"),
        ("东建宁路121号1号楼", "东"),
        ("昆山建宁路121号1号楼", "昆山"),
        ("西街小区二期3幢", "二期"),
        ("西街小区三期3幢", "三期"),
        ("滨江花苑南苑12栋", "南苑"),
        ("燕江园A区1幢", "A区"),
        ("西西街小区5幢", "西"),
        ("燕江园1幢边上的楼", "边上的楼"),
        ("人民商场后面", "后面"),
        ("南堡公园后面", "后面"),
    ],
)
def test_a_word_that_the_book_does_not_know_is_named_and_keeps_it_from_being_clear(
    book, text, word
):
    found = book.search(text)
    assert not found.clear
    assert f"没有用到“{word}”" in [r.text.zh for r in found[0].reasons]


def test_a_school_that_does_not_exist_is_not_a_road(book):
    found = book.search("幕府西路第九小学")
    assert not found.clear
    assert EntryKind.ROAD not in {c.match for c in found}
