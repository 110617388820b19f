"""What a small edit, its record, and a backup of the sample cost, on a SQLite file.

python benchmarks/record.py        writes benchmarks/record.md
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from api.serving.live_atlas import prepare
from api.settings import Settings
from gis.audit import SYSTEM, AuditChange
from gis.clock import today
from gis.editing import people, places
from gis.store import Store, open_store

RUNS = 7
HEAD = """# Small edits, the record, backups: the sample on a SQLite file

`python benchmarks/record.py`: medians of {runs}, wall clock.

| | aim | measured |
|---|---|---|
"""


def median_s(work: Callable[[int], object]) -> float:
    """Return the median of the times that some work takes."""
    times = []
    for number in range(RUNS):
        began = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def rows(store: Store, folder: Path) -> list[tuple[str, str, str]]:
    """Return what is measured, its aim and the figure."""
    assert store.path is not None
    author, day = SYSTEM, today()

    def phone(number: int) -> object:
        return store.revise_roster(
            lambda base: people.edit_person(
                base.value, "p-0001", {"office_phone": f"025-0000-{number:04d}"}
            ),
            today=day,
            author=author,
        )

    def count(number: int) -> object:
        return store.revise_directory(
            lambda base: places.edit_place(base.value, "b-0001", {"households": 100 + number}),
            today=day,
            author=author,
        )

    before = store.path.stat().st_size
    edited_s, counted_s = median_s(phone), median_s(count)
    grown = (store.path.stat().st_size - before) / (2 * RUNS) / 1e6
    change = AuditChange("person.edit", "person:p-0001", {"mobile": "1"}, {"mobile": "2"})
    entry_s = median_s(lambda _: store.put_on_record(author, change))
    for _ in range(1000):
        store.put_on_record(author, change)
    verified_s = median_s(lambda _: store.verify_audit())
    backup_s = median_s(lambda number: store.back_up(folder / f"{number}.backup", author=author))
    size = (folder / "0.backup").stat().st_size / 1e6
    return [
        ("edit of a person, s", "≤ 1", f"{edited_s:.2f}"),
        ("edit of a place, s", "≤ 1", f"{counted_s:.2f}"),
        ("the file grows by, MB an edit", "", f"{grown:.2f}"),
        ("one entry alone, ms", "", f"{entry_s * 1e3:.1f}"),
        ("verifying 1,000 entries, s", "≤ 1", f"{verified_s:.2f}"),
        (
            f"backup with its check, {store.versions().directory} directories, s",
            "",
            f"{backup_s:.1f}",
        ),
        ("its size, MB", "", f"{size:.1f}"),
    ]


def main() -> None:
    """Measure and write the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(open_store(f"sqlite:///{folder}/wangge.db")) as store:
            prepare(store, Settings(_env_file=None, database_url=store.url))
            found = rows(store, folder)
    table = HEAD.format(runs=RUNS) + "".join(f"| {' | '.join(row)} |\n" for row in found)
    Path(__file__).with_suffix(".md").write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
