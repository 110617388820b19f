"""Several processes at one store: writers take turns, readers see one whole division."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from gis.store import Store
from tests.store.publisher import publish_all
from tests.store.sets import TODAY, division, whole_set

EACH = 12


def test_two_publishers_take_turns_and_readers_see_one_whole_division(store: Store) -> None:
    store.publish(**whole_set(0))
    numbers = [list(range(1, EACH + 1)), list(range(101, EACH + 101))]
    seen = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(publish_all, store.url, some) for some in numbers]
        while not all(r.done() for r in running):
            held = store.holding(TODAY)
            assert held.faults == ()
            assert held.division.version == held.directory.version == held.roster.version
            seen.append(held.division)
    versions = [v for r in running for v in r.result()]
    assert sorted(versions) == list(range(2, 2 * EACH + 2))
    assert [d.version for d in store.divisions()] == list(range(1, 2 * EACH + 2))
    assert [d.version for d in seen] == sorted(d.version for d in seen)
    titles = {division(n).title for n in (0, *numbers[0], *numbers[1])}
    assert {d.title for d in seen} <= titles
