"""`python -m data.sample [--out FOLDER]`: write every file of the sample."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from data.sample.changed import years_on
from data.sample.model import Sample, draw_sample
from data.sample.organisations import organisation_rows
from data.sample.people import duty_rows, staff
from data.sample.write import (
    context_feature,
    grid_feature,
    place_feature,
    write_collection,
    write_table,
)

DATA_DATE = "2026-10-01"
LATER_DATE = "2031-10-01"
AREA = "宝塔桥街道"


def main() -> None:
    """Write the sample into the folder given, by default `data/`."""
    parser = argparse.ArgumentParser(description="Write the synthetic sample of Baotaqiao.")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1])
    write_all(parser.parse_args().out)


def write_all(folder: Path) -> None:
    """All files of the sample into a folder that exists."""
    sample = draw_sample()
    write_collection(
        folder / "boundaries.geojson",
        f"{AREA}网格（示例）",
        DATA_DATE,
        map(grid_feature, sample.grids),
    )
    write_collection(
        folder / "places.geojson",
        f"{AREA}地点（示例）",
        DATA_DATE,
        map(place_feature, sample.places),
    )
    write_collection(
        folder / "context.geojson",
        f"{AREA}江与路（示例）",
        DATA_DATE,
        map(context_feature, sample.context),
    )
    write_people(folder, sample)
    write_later(folder, sample)


def write_later(folder: Path, sample: Sample) -> None:
    """The same area some years on, all in one collection."""
    later = years_on(sample)
    features = [
        *map(grid_feature, later.sample.grids),
        *map(place_feature, later.sample.places),
        *map(context_feature, later.sample.context),
    ]
    write_collection(
        folder / "changed-since.geojson",
        f"{AREA}若干年后（示例）",
        LATER_DATE,
        features,
        planted=[asdict(case) for case in later.planted],
    )


def write_people(folder: Path, sample: Sample) -> None:
    """People, their duties and the organisations."""
    roster = staff(sample.grids)
    write_table(
        folder / "people.csv",
        (
            *("id", "name", "office_phone", "mobile", "organisation", "party_member", "consent"),
            "public_mobile",
        ),
        (person.row() for person in roster.people),
    )
    write_table(
        folder / "duties.csv", ("id", "person", "grid", "role", "since", "until"), duty_rows(roster)
    )
    codes = {grid.block: grid.code[:12] for grid in sample.grids if grid.level == 3}
    units = [
        (codes[place.block], place) for place in sample.places if place.kind == "resident_unit"
    ]
    write_table(
        folder / "organisations.csv",
        ("id", "grid", "kind", "name", "phone"),
        organisation_rows(sample.grids, units),
    )


if __name__ == "__main__":
    main()
