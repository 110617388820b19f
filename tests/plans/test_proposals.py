"""Proposals as jobs: they change nothing by themselves, say what they would, and are taken."""

from __future__ import annotations

import time
from typing import Any

from tests.plans.conftest import Draft, Office
from tests.plans.test_planted_cases import PLANTED


def proposed(draft: Draft, **asked: Any) -> dict[str, Any]:
    answer = draft.office.planner.post(f"/plans/{draft.id}/proposals", json=asked)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    until = time.monotonic() + 60
    while job["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.05)
        job = draft.office.planner.get(f"/plans/{draft.id}/proposals/{job['id']}").json()
    assert job["state"] == "done", job
    return job  # type: ignore[no-any-return]


def taken(draft: Draft, job: dict[str, Any], parts: list[int] | None = None) -> Any:
    body = {} if parts is None else {"parts": parts}
    return draft.send("POST", f"/proposals/{job['id']}/take", body)


def test_the_estate_of_forty_is_divided_into_clusters(office: Office) -> None:
    draft = office.begin()
    code = PLANTED["estate_of_forty"]
    job = proposed(draft, kind="clusters", grid=code)
    assert draft.get()["steps"] == 0
    result = job["result"]
    assert result["proven"]
    assert result["gap"] == 0
    assert len(result["parts"]) >= 7
    assert f"buildings_out_of_range:{draft.grids[code]['id']}" in {
        f["id"] for f in draft.get("/check")["findings"]
    }

    part = result["parts"][0]["id"]
    delta = taken(draft, job, [part])
    assert sum(g["new"] for g in delta["grids"]) == 1
    draft.send("DELETE", "/operations/last")
    delta = taken(draft, job)

    assert delta["counts"]["hard"] == 0
    assert code not in draft.findings("buildings_out_of_range")
    sizes = [g["buildings"] for g in delta["grids"] if g["level"] == 3 and g["changed"]]
    assert all(3 <= s <= 5 for s in sizes)


def test_a_cluster_of_two_is_repaired_with_few_hand_overs(office: Office) -> None:
    draft = office.begin()
    job = proposed(draft, kind="repair", grid=PLANTED["cluster_of_two"])
    delta = taken(draft, job)
    assert PLANTED["cluster_of_two"] not in draft.findings("buildings_out_of_range")
    assert 1 <= delta["impact"]["moved"]["buildings"] <= 2


def test_a_compound_under_300_is_merged_by_proposal(office: Office) -> None:
    draft = office.begin()
    code = PLANTED["compound_under_300"]
    job = proposed(draft, kind="merge_under", grid=code[:12])
    small = draft.grids[code]["id"]
    part = next(p for p in job["result"]["parts"] if small in p["grids"])
    taken(draft, job, [part["id"]])
    assert not draft.findings("under_minimum")


def test_loads_are_evened_out_between_compounds(office: Office) -> None:
    draft = office.begin()
    code = PLANTED["leader_with_thrice_the_median"]
    job = proposed(draft, kind="balance", grid=code[:12], options={"tolerance": 0.2})
    assert job["result"]["parts"]
    assert job["result"]["effect"]["loads"]
    before = draft.grids[code]["households"]
    delta = taken(draft, job)
    assert delta["counts"]["hard"] == 0
    assert draft.grids[code]["households"] < before


def test_leaders_are_evened_out_by_whole_grids(office: Office) -> None:
    draft = office.begin()
    *_, found = (f for f in draft.findings("load").values() if "balance_leaders" in f["repairs"])
    job = proposed(draft, kind="balance_leaders", grid=found["grid"])
    assert all(p["grids"] and not p["cells"] for p in job["result"]["parts"])
    before = {row["person"]: row for row in job["result"]["effect"]["loads"]}
    delta = taken(draft, job)
    assert found["id"] not in draft.findings("load")
    assert delta["impact"]["moved"]["cells"] == 0
    assert delta["impact"]["handed_over"]["households"] > 0
    assert max(r["after"]["households"] for r in before.values()) < max(
        r["before"]["households"] for r in before.values()
    )


def test_a_proposal_can_be_cancelled_and_a_wrong_one_names_the_field(office: Office) -> None:
    draft = office.begin()
    path = f"/plans/{draft.id}/proposals"
    assert office.planner.post(path, json={"kind": "magic"}).json()["field"] == "kind"
    assert office.planner.post(path, json={"kind": "clusters"}).json()["field"] == "grid"
    wrong = {"kind": "clusters", "grid": PLANTED["estate_of_forty"], "options": {"low": 9}}
    assert office.planner.post(path, json=wrong).json()["field"] == "high"
    good = {"kind": "clusters", "grid": PLANTED["estate_of_forty"]}
    job = office.planner.post(path, json=good).json()
    gone = office.planner.delete(f"{path}/{job['id']}").json()
    assert gone["state"] in ("cancelled", "done")
    assert len(office.planner.get(path).json()["jobs"]) == 1
