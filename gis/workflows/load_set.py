"""A set of files from its preview into the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gis.atlas import Atlas
from gis.audit import SYSTEM, Author
from gis.division import Division, GridKind
from gis.errors import Conflict, InvalidInput, StoreDamaged
from gis.exchange.crs import parse_reference
from gis.intake import Intake, ReadOptions, read_set
from gis.intake.headings import role_of
from gis.intake.preview import Preview, preview
from gis.roster import ROLES, GridRole
from gis.rules import OfficeRules
from gis.store import Identity, Published, Store, Versions
from gis.workflows.atlases import internal_atlas

FILLS = ("residual", "dedicated")
SKIPS = ("", "skip", "跳过")


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


def read_options(
    *,
    datum: str | None,
    tolerance_m: float | None,
    fill: str | None,
    keep_absent: bool,
    report: Callable[[float], None],
    rules: OfficeRules,
    roles: Mapping[str, str] | None = None,
) -> ReadOptions:
    """Return how a set is to be read, from what a page or a command line says.

    Parameters
    ----------
    datum
        Of files that do not say it; None or "" for none.
    tolerance_m
        Boundaries are cleaned within it; None: not cleaned.
    fill
        What ground becomes that no grid covers; goes with a tolerance only.
    keep_absent
        Whether rows that are not in the set stay.
    report
        Is told how far the reading is, from 0 to 1.
    rules
        The numbers of the office's rules.
    roles
        What words for a role mean that are not ours: a role or what the office calls it; "" or
        ``skip``: their rows are left out.

    Raises
    ------
    InvalidInput
        Naming the option.
    """
    reference = parse_reference(datum) if datum else None
    kind = _kind_to_fill(fill)
    if kind is not None and tolerance_m is None:
        raise InvalidInput(
            "fill",
            "fill goes with clean: give a tolerance in metres too, such as 0.5",
            "fill（填充）须与 clean（清理容差，单位米）一起给出，例如 0.5",
        )
    meant = {word: _role(word, said) for word, said in (roles or {}).items()}
    return ReadOptions(reference, keep_absent, tolerance_m, kind, report, rules, meant)


def _role(word: str, said: str) -> GridRole | None:
    if said.strip() in SKIPS:
        return None
    known = role_of(said)
    if known is None:
        listed = ", ".join(GridRole)
        titles = "、".join(rule.title.zh for rule in ROLES.values())
        raise InvalidInput(
            "roles",
            f"roles: {word[:20]!r} is said to mean {said[:20]!r}: must be one of {listed}, or skip",
            f"roles：{word[:20]!r} 对应的 {said[:20]!r} 不是可用的职务：应为 {titles}，或 跳过",
            (*GridRole, "skip"),
        )
    return GridRole(known)


def _kind_to_fill(text: str | None) -> GridKind | None:
    if not text:
        return None
    if text not in FILLS:
        raise InvalidInput(
            "fill",
            f"fill {text[:20]!r}: must be residual or dedicated",
            f"fill {text[:20]!r}：应为 residual（余地）或 dedicated（专属网格）",
            FILLS,
        )
    return GridKind(text)


@dataclass(frozen=True)
class ReadSet:
    """A set that was read, what it is compared with, and whether any of it may be stored."""

    intake: Intake
    base: LoadBase

    def preview(self) -> Preview:
        """Return what the set would change."""
        return preview(self.intake, self.base.atlas)


def read_for_store(store: Store, paths: Sequence[Path], how: ReadOptions, today: date) -> ReadSet:
    """Read a set against what is stored last; nothing is changed.

    Raises
    ------
    InvalidInput
        The files cannot be read.
    Conflict
        The set is of another kind than the store.
    """
    base = newest(store)
    intake = read_set(list(paths), today=today, base=base.atlas, how=how)
    require_same_kind(intake, base.atlas, store.identity())
    return ReadSet(intake, base)


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
    """A checked set that is to be stored: since when, by whom and why (else its files)."""

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
        reason=load.reason or ", ".join(intake.files),
    )
