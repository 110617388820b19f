"""Links and QR codes of grids that are no more open what has their ground today."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

import maps
from tests.publishing.small_map import A, small_atlas

pytestmark = pytest.mark.browser
OLD = f"{A}009009"


def test_a_link_to_a_retired_grid_opens_its_ground_and_says_so(visit, saved):
    atlas = replace(small_atlas(), retired={OLD: (f"{A}001",)})
    page = visit(saved(maps.page_html(atlas, "internal")) + f"#grid={OLD}").page
    card = page.locator(".card-level-2")
    expect(card).to_contain_text(f"{OLD} 已停用，现属 示例小区A", use_inner_text=True)
