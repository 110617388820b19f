"""Codes of grids that are no more: whose ground it is today."""

from dataclasses import replace

from gis.addresses import AddressBook
from gis.disclosure import public
from gis.store.plans import Descent
from gis.workflows.retired_codes import retired_codes
from tests import ascii_maps


def descent(old, new, version=1, share=1.0):
    """Return that one grid took over from another; grids of the map are told by their codes."""
    ids = {g.code: g.id for g in ascii_maps.atlas().division}
    return Descent(ids.get(old, old), ids.get(new, new), 3, old, new, share, version)


def division(version=9):
    return replace(ascii_maps.atlas().division, version=version)


def test_a_code_leads_to_the_grid_that_took_over():
    now = division()
    taken = now.grids[-1].code
    assert retired_codes([descent("old", taken)], now) == {"old": (taken,)}


def test_a_grid_that_was_split_leads_to_both_the_larger_first():
    now = division()
    one, two = now.grids[-2].code, now.grids[-1].code
    lineage = [descent("old", one, share=0.7), descent("old", two, share=0.3)]
    assert retired_codes(lineage, now) == {"old": (one, two)}


def test_what_was_taken_over_again_is_followed():
    now = division()
    taken = now.grids[-1].code
    lineage = [descent("old", "between"), descent("between", taken, version=2)]
    assert retired_codes(lineage, now) == {"old": (taken,), "between": (taken,)}


def test_what_a_later_division_does_is_not_told():
    now = division(version=1)
    taken = now.grids[-1].code
    assert retired_codes([descent("old", taken, version=2)], now) == {}


def test_a_code_still_in_use_is_not_retired():
    now = division()
    assert retired_codes([descent(now.grids[-2].code, now.grids[-1].code)], now) == {}


def test_the_book_says_whose_ground_a_retired_code_is_in_both_editions():
    atlas = ascii_maps.atlas()
    taken = atlas.division.grids[-1]
    asked = replace(atlas, retired={"320106012001009009": (taken.code,)})
    for edition in (asked, public(asked)):
        found = AddressBook(edition).search("320106012001009009")
        assert [c.grid_codes for c in found] == [(taken.code,)]
        assert not found.clear
        assert f"320106012001009009 已停用，现属 {taken.code}" in found[0].reasons[0].text.zh
