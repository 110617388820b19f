"""A set from its preview into the store: what the command and the page do alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gis.atlas import Atlas
from gis.audit import SYSTEM, Author
from gis.division import Division
from gis.errors import Conflict, InvalidInput, StoreDamaged
from gis.intake import Intake
from gis.store import Identity, Published, Store, Versions
from gis.workflows.atlases import internal_atlas


@dataclass(frozen=True)
class LoadBase:
    """What a set is compared with: what was stored last, None for nothing good, and when."""

    atlas: Atlas | None
    versions: Versions
    damage: StoreDamaged | None = None


def newest(store: Store) -> LoadBase:
    """Return what was stored last, whether it is in force yet or not.

    A store of which every division is damaged is mended by loading a good set.
    """
    versions = store.versions()
    if versions.division == 0:
        return LoadBase(None, versions)
    try:
        return LoadBase(internal_atlas(store, date.max)[0], versions)
    except StoreDamaged as damage:
        return LoadBase(None, versions, damage)


def require_same_kind(intake: Intake, base: Atlas | None, stored: Identity | None) -> None:
    """Refuse the sample into an office's store, and the reverse, before any detail of it.

    Raises
    ------
    Conflict
        When they are not of one kind.
    """
    if base is None and stored is None:
        return
    synthetic = base.synthetic if base is not None else bool(stored and stored.synthetic)
    if intake.synthetic != synthetic:
        raise Conflict(
            "the sample and an office's data never share a store: set WANGGE_DATABASE_URL to "
            "another one, such as sqlite:///var/office.db",
            "示例数据与单位数据不能存放在同一数据库：请将 WANGGE_DATABASE_URL 设为另一个数据库，"
            "例如 sqlite:///var/office.db",
        )


def identity_of(
    stored: Identity | None, division: Division | None, synthetic: bool, office_name: str
) -> Identity:
    """Return whose store it is; the first boundaries loaded into an empty one decide.

    Raises
    ------
    InvalidInput
        An empty store and no boundaries.
    """
    if stored is not None:
        return Identity(stored.name, stored.code, synthetic)
    if division is None:
        raise InvalidInput(
            "path",
            "the store has no boundaries yet: load a boundaries GeoJSON first, or with these",
            "数据库中还没有网格边界：请先载入（或一并载入）边界 GeoJSON",
        )
    return Identity(office_name or division.title, division.level(1)[0].code[:9], synthetic)


@dataclass(frozen=True)
class LoadRequest:
    """A checked set that is to be stored: since when, by whom and why."""

    intake: Intake
    effective_from: date
    today: date
    office_name: str = ""
    author: Author = SYSTEM
    reason: str = ""


def store_set(store: Store, load: LoadRequest, expected: Versions | None = None) -> Published:
    """Store a set, all or nothing, in one transaction with its record.

    Parameters
    ----------
    expected
        What the store held when the set was previewed; None: whatever it holds.

    Raises
    ------
    RefusedSet
        The set has errors.
    Conflict
        It is of another kind than the store, or the store holds something else by now.
    """
    intake = load.intake.require_sound()

    def unchanged(found: Versions) -> None:
        if expected is not None and found != expected:
            raise Conflict(
                "the store has changed since the preview: look at the preview again",
                "预览之后数据已有变动：请重新预览",
            )

    stored = store.identity()
    if intake.division is None and store.is_empty():
        identity_of(None, None, intake.synthetic, load.office_name)
    return store.publish(
        identity=identity_of(stored, intake.division, intake.synthetic, load.office_name),
        division=intake.division,
        directory=intake.directory,
        roster=intake.roster,
        effective_from=load.effective_from,
        today=load.today,
        check=unchanged,
        author=load.author,
        reason=load.reason,
    )
