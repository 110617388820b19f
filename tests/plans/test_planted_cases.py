"""The six cases planted in the sample some years on: each is found and solved by the API."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import shapely

from gis.planning.assemble import division_of
from tests.plans.conftest import ROOT, Draft, Office


def _planted() -> dict[str, str]:
    found = json.loads((ROOT / "data" / "changed-since.geojson").read_bytes())["planted"]
    return {case["case"]: case["grid_code"] for case in found}


PLANTED = _planted()


def across(grid: dict[str, Any], drawing: dict[str, Any]) -> list[list[float]]:
    """Return a line across the middle of a long grid, from outside to outside."""
    ring = np.array(grid["shape"][0][0], dtype=float).reshape(-1, 2).cumsum(axis=0)
    xy = ring / 1e7 + np.array(drawing["origin"])
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shapely.Polygon(xy)))
    one, two = corners[1] - corners[0], corners[2] - corners[1]
    middle = (corners[0] + corners[2]) / 2
    short = one if np.hypot(*one) < np.hypot(*two) else two
    return [(middle - short * 0.8).tolist(), (middle + short * 0.8).tolist()]


def neighbour(draft: Any, grid: str, level: int = 3) -> str:
    """Return a grid of the same parent that lies beside one."""
    view = draft.office.app.state.services.workspace.open(draft.id).plan.view
    cells = view.grids[grid].cells
    parent = view.grids[grid].attributes.parent
    for cell in sorted(cells):
        for other in view.state.cell_map.beside[cell]:
            chain = view.state.chain(view.state.owner[other])
            found = chain[level - 1]
            if found.id != grid and found.parent == parent:
                return str(found.id)
    raise AssertionError("it has no neighbour")


def test_a_compound_under_300_is_merged_with_its_neighbour(office: Office) -> None:
    draft = office.begin()
    code = PLANTED["compound_under_300"]
    assert code in draft.findings("under_minimum")
    small = draft.grids[code]["id"]

    delta = draft.do(kind="merge", grids=[neighbour(draft, small, 2), small])

    assert code not in draft.findings("under_minimum")
    assert delta["removed"] == [small]
    sheet = draft.get("/diff")
    assert code in [c["code"] for c in sheet["codes"]["retired"]]
    retired = next(c for c in sheet["codes"]["retired"] if c["code"] == code)
    assert retired["successors"][0]["share"] == 1


def test_a_cluster_of_two_takes_a_building_from_beside(office: Office) -> None:
    draft = office.begin()
    code = PLANTED["cluster_of_two"]
    assert code in draft.findings("buildings_out_of_range")
    small = draft.grids[code]["id"]
    view = office.app.state.services.workspace.open(draft.id).plan.view
    cell_map = view.state.cell_map
    beside = {
        b: view.state.owner[b]
        for c in view.grids[small].cells
        for b in cell_map.beside[c]
        if view.state.owner[b] != small and cell_map.cells[b].buildings
    }
    for cell, source in beside.items():
        if view.grids[source].buildings > 3 and view.grids[source].attributes.parent == (
            view.grids[small].attributes.parent
        ):
            delta = draft.do(kind="paint", cells=[cell], into=small)
            if delta["counts"]["hard"] == 0:
                break
            draft.send("DELETE", "/operations/last")
    assert code not in draft.findings("buildings_out_of_range")
    assert draft.get("/check")["counts"]["hard"] == 0


def test_a_row_of_fourteen_shops_is_cut_in_two(office: Office) -> None:
    draft = office.begin()
    code = PLANTED["row_of_fourteen"]
    assert code in draft.findings("shopfronts_out_of_range")
    drawing = draft.get("/drawing")
    row = next(g for g in drawing["grids"] if g["code"] == code)
    line = across(row, drawing)

    refused = draft.do(409, kind="split", grid=code, line=line, cut=True)
    assert "through" in refused["detail"]
    delta = draft.do(kind="split", grid=code, line=line, cut=True, through=True)

    assert not draft.findings("shopfronts_out_of_range")
    parts = [g for g in delta["grids"] if g["kind"] == "shopfront_row" and g["changed"]]
    assert sorted(g["shops"] for g in parts) == [7, 7]
    assert delta["cells_removed"]
    assert draft.get("/check?all=true")["topology"] == []


def test_a_compound_cut_by_a_road_is_split_along_it(office: Office) -> None:
    draft = office.begin()
    drawing = draft.get("/drawing")
    code = PLANTED["compound_cut_by_road"]
    road = next(c for c in drawing["context"] if c["name"].startswith("规划一路"))
    flat = np.array(road["lines"][0], dtype=float).reshape(-1, 2).cumsum(axis=0)
    line = (flat / 1e7 + np.array(drawing["origin"])).tolist()

    delta = draft.do(kind="split", grid=code, line=line, name="金陵新四村南片")

    new = next(g for g in delta["grids"] if g["new"])
    assert new["level"] == 2
    assert new["name"] == "金陵新四村南片"
    assert new["code"] is None
    assert delta["counts"]["hard"] == 0
    assert len([g for g in delta["grids"] if g["level"] == 3 and g["parent"] == new["id"]]) >= 1


def test_a_leader_with_thrice_the_median_gets_relief(office: Office) -> None:
    draft = office.begin()
    code = PLANTED["leader_with_thrice_the_median"]
    heavy = draft.findings("load")[code]
    assert heavy["repairs"]
    person = heavy["id"].rpartition(":")[2]

    takers = [part_given_away(draft, code, person) for _ in range(2)]

    assert code not in draft.findings("load"), "a third is less than twice the median"
    handed = [h for h in draft.get("/diff")["handovers"] if h["level"] == 2]
    assert {(h["from"]["person"], h["to"]["person"]) for h in handed} == {
        (person, taker) for taker in takers
    }


def part_given_away(draft: Draft, code: str, leader: str) -> str:
    """Split a grid across the middle, and let somebody free lead the new part; return who."""
    drawing = draft.get("/drawing")
    grid = next(g for g in drawing["grids"] if g["code"] == code)
    delta = draft.do(kind="split", grid=code, line=across(grid, drawing))
    new = next(g for g in delta["grids"] if g["new"] and g["level"] == 2 and g["leader"])
    assert new["leader"]["person"] == leader
    loads = {p["person"]: p["load"] for p in draft.get("/people")["people"]}
    free = next(p for p, load in loads.items() if load["grids"] == 0)
    delta = draft.do(kind="assign", person=free, grid=new["id"], role="grid_leader")
    load = next(p for p in delta["loads"] if p["person"] == free)
    assert load["before"]["households"] == 0 < load["after"]["households"]
    return free


def test_an_estate_of_forty_is_divided_by_hand(office: Office) -> None:
    draft = office.begin()
    code = PLANTED["estate_of_forty"]
    assert code in draft.findings("buildings_out_of_range")
    estate = draft.grids[code]
    columns = draft.get("/drawing")["cells"]
    spots = {
        c: p
        for c, g, p in zip(columns["id"], columns["grid"], columns["point"], strict=True)
        if g == estate["id"]
    }
    assert len(spots) == 40
    view = office.app.state.services.workspace.open(draft.id).plan.view
    groups = _groups(set(spots), view.state.cell_map.beside)
    operations = [
        {"kind": "create", "cells": sorted(g), "parent": estate["parent"], "name": f"江畔新城{n}"}
        for n, g in enumerate(groups[1:], start=2)
    ]

    delta = draft.do(kind="batch", operations=operations, text="江畔新城划为楼栋群")

    assert delta["undo"] == 1
    assert sum(g["new"] for g in delta["grids"]) == len(groups) - 1
    back = draft.send("DELETE", "/operations/last")
    assert len(back["removed"]) == len(groups) - 1


def _groups(cells: set[int], beside: Any) -> list[set[int]]:
    groups = []
    while cells:
        group = {min(cells)}
        while len(group) < 4 and (
            more := sorted({b for c in group for b in beside[c] if b in cells} - group)
        ):
            group.add(more[0])
        cells = cells - group
        groups.append(group)
    return groups


@pytest.mark.parametrize("case", sorted(PLANTED))
def test_every_planted_case_is_among_the_findings_or_on_the_map(office: Office, case: str) -> None:
    draft = office.begin()
    codes = {f["code"] for f in draft.get("/check")["findings"]}
    if case == "compound_cut_by_road":
        names = [c["name"] for c in draft.get("/drawing")["context"]]
        assert any(n.startswith("规划一路") for n in names)
    else:
        assert PLANTED[case] in codes


def test_untouched_grids_keep_their_very_bytes(office: Office) -> None:
    draft = office.begin()
    draft.do(
        kind="merge",
        grids=[PLANTED["compound_under_300"], PLANTED["compound_under_300"][:-1] + "2"],
    )
    view = office.app.state.services.workspace.open(draft.id).plan.view
    cell = min(view.state.cells_of[view.base.atlas.division.by_code[PLANTED["row_of_fourteen"]].id])
    target = view.state.owner[view.state.cell_map.beside[cell][0]]
    draft.do(kind="paint", cells=[cell], into=target)
    view = office.app.state.services.workspace.open(draft.id).plan.view
    before = view.base.atlas.division.by_id
    same = [g for g in division_of(view) if g.id not in view.touched]
    assert len(same) > 300
    assert all(g is before[g.id] for g in same)
