"""Play with a store beside a model that copies whole parts, on each engine: nothing may differ.

python scripts/played_versions.py [--examples 100] [--engine sqlite|postgis]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gis.store import open_store
from tests.store.played import new_file, play
from tests.store.throwaway_postgis import Cluster, NotInstalled, throwaway_cluster

STEPS = 40


def play_in_postgis(cluster: Cluster, examples: int) -> None:
    """Play in new databases of a cluster."""
    template = cluster.new_database()
    cluster.run("CREATE EXTENSION postgis", template)
    with closing(open_store(cluster.url(template))) as store:
        store.migrate()

    @contextmanager
    def new_database() -> Iterator[str]:
        name = cluster.new_database(template)
        yield cluster.url(name)
        cluster.drop(name)

    play(new_database, examples=examples, steps=STEPS)


def main() -> int:
    """Play on the engines asked for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--examples", type=int, default=100)
    words.add_argument("--engine", choices=("sqlite", "postgis"))
    given = words.parse_args()
    if given.engine != "postgis":
        play(new_file, examples=given.examples, steps=STEPS)
        print(f"sqlite: {given.examples} games of up to {STEPS} steps, no version differs")
    if given.engine != "sqlite":
        try:
            with throwaway_cluster() as cluster:
                play_in_postgis(cluster, given.examples)
        except NotInstalled as missing:
            print(f"postgis: not installed: {missing}")
            return 0
        print(f"postgis: {given.examples} games of up to {STEPS} steps, no version differs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
