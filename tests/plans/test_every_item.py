"""What a planner can do, item by item, and the tests that do it.

Browser tests drive `/desk/plans` in Chromium, API tests drive `/plans`; the flow in
`tests/store/test_plan_flow.py` runs on SQLite and on PostGIS.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
DRIVEN = {
    "1 start, title, reason, copy, compare": """
        browser/test_workbench.py begun_with_title_and_reason, copied_and_two_are_compared
        browser/test_workbench_review.py overtaken_plan_is_settled
        store/test_plan_flow.py drawn_reviewed_published""",
    "2 paint, move a boundary, split, cut, merge, create, retire, attributes, assign, lock, undo": """
        browser/test_workbench.py painted_with_a_click, stroke_paints, box_paints_whole_grids
        browser/test_workbench.py boundary_follows_a_drag, split_with_a_drawn_line, cell_is_cut_only
        browser/test_workbench.py grids_are_merged, new_grid_is_made, goes_into_its_neighbour
        browser/test_workbench.py names_kinds_grades_and_parents, put_in_office, locked_grid_refuses
        browser/test_workbench.py painted_without_a_mouse
        plans/test_review.py undo_and_redo_lead
        plans/test_plan.py any_steps_keep_the_ground_whole""",
    "3 rules, findings, waivers": """
        browser/test_workbench.py waived_with_a_reason_and_a_name
        plans/test_review.py rules_are_those_of_the_office, goes_through_review
        plans/test_plan.py two_pieces_is_a_hard_finding""",
    "4 proposals": """
        browser/test_workbench.py taken_in_part, repaired_with_few_handovers, leaders_are_balanced
        browser/test_workbench.py proposal_under_way_is_stopped
        browser/test_workbench_cases.py compound_under_300_is_merged, estate_of_forty
        plans/test_proposals.py divided_into_clusters, loads_are_evened_out, can_be_cancelled""",
    "5 impact sheet": """
        browser/test_workbench.py impact_sheet_says_what_goes_where
        plans/test_files.py workbook_and_a_pdf""",
    "6 submit, comment, return, approve, notice, publish, as of, roll back": """
        browser/test_workbench_review.py returned_approved_by_another, overtaken_plan_is_settled
        browser/test_workbench_review.py withdrawn_stays_on_record, on_a_phone
        plans/test_review.py submitted_does_not_approve, retired_code_keeps, rollback_publishes
        store/test_plan_flow.py drawn_reviewed_published, published_for_a_later_day""",
    "7 two planners, nothing is lost": """
        browser/test_workbench.py second_planner_gets_a_conflict, without_a_network, answer_lost
        browser/test_workbench_review.py overtaken_plan_is_settled
        plans/test_review.py conflict_that_lists_the_cells, changed_meanwhile, same_key_sent_again
        store/test_plan_flow.py published_for_a_later_day
        store/test_kills.py planner_or_publisher_of_plans_tears_no_file""",
    "8 from nothing, a poster underneath": """
        browser/test_workbench.py drafted_from_a_table, aligned_by_two_points
        store/test_plan_flow.py draws_its_first_one""",
    "9 export and import": """
        browser/test_workbench.py tried_then_taken_in, taken_away_as_a_file
        plans/test_files.py comes_back_as_it_went, polygons_are_snapped
        store/test_plan_flow.py published_for_a_later_day""",
    "the six planted cases": """
        browser/test_workbench_cases.py under_300, cluster_of_two, estate_of_forty
        browser/test_workbench_cases.py row_of_fourteen, along_the_road, thrice_the_median""",
}


@pytest.mark.parametrize("item", DRIVEN)
def test_every_item_is_driven_by_a_test_of_that_name(item: str) -> None:
    for line in DRIVEN[item].split("\n"):
        file, _, names = line.strip().partition(" ")
        if not file:
            continue
        defined = re.findall(r"^def test_(\w+)", (TESTS / file).read_text("utf-8"), re.M)
        for name in names.split(", "):
            found = [d for d in defined if name in d]
            assert len(found) == 1, (file, name, found)
