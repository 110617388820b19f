"""The pages about the house tell the truth: the picture is drawn from today's imports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.draw_house import PICTURE, direct, picture

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"


def test_the_picture_of_the_house_is_drawn_from_the_code_of_today():
    assert PICTURE.read_text("utf-8") == picture(), "run python scripts/draw_house.py"


def test_a_way_over_another_room_stands_for_the_short_one():
    assert direct([("a", "b"), ("b", "c"), ("a", "c")]) == {("a", "b"), ("b", "c")}


@pytest.mark.parametrize(
    "place", sorted(set(re.findall(r"`((?:gis|maps|api)/[^`]*)`", PAGE.read_text("utf-8"))))
)
def test_every_place_that_is_named_is_there(place):
    assert (ROOT / place.replace("PAGE", "plans")).exists()
