"""Publish plans while another process asks all the time what is in force.

    python scripts/plan_publishes.py [--count 1000] [--engine sqlite|postgis]

No answer may come from no division, from two, or from a mixture.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.clock import today
from gis.store import open_store
from scripts.killing import Place, places
from scripts.plan_faults import desk_of, publish_one
from tests.plans.drawn_plan import stored_strip


def publishes(place: Place, count: int) -> str:
    """Publish so many plans while another process asks; return a line that says what it got."""
    url = place.new()
    stored_strip(url)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _ask_until_told(url, writer)
    os.close(writer)
    began = time.perf_counter()
    try:
        with closing(open_store(url)) as store:
            desk = desk_of(store)
            for _ in range(count):
                publish_one(desk)
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    told = os.read(reader, 4096).decode()
    os.close(reader)
    place.drop(url)
    took = time.perf_counter() - began
    return f"{place.engine:8} {count} publishes, {told} ({took:.0f} s)"


def _ask_until_told(url: str, writer: int) -> None:
    """Ask what is in force until told to stop, and tell how often it was none, two or mixed."""
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    asked = none = mixed = back = last = 0
    with closing(open_store(url)) as store:
        while not stopped:
            held = store.holding(today())
            asked += 1
            version = held.division.version
            none += version == 0
            back += version < last
            last = version
            split = sum(g.level == 3 for g in held.division) - 8
            mixed += bool(held.faults) or split != (version + 1) % 2
    os.write(writer, f"{asked} lookups: {none} none, {mixed} mixed, {back} backwards".encode())
    os._exit(0)


def main() -> int:
    """Publish on the engines asked for; return 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--engine", choices=["sqlite", "postgis"])
    given = parser.parse_args()
    wrong = 0
    with places([given.engine] if given.engine else ["sqlite", "postgis"]) as found:
        for place in found:
            line = publishes(place, given.count)
            print(line, flush=True)
            wrong += " 0 none, 0 mixed, 0 backwards" not in line
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
