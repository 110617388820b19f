"""A published site: whole or not at all, the same twice, and never over what is not ours."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace

import pytest

from gis.disclosure import public
from gis.errors import Conflict, InvalidInput, TooLarge
from maps import MapSettings
from maps.detail import checked_detail
from maps.site import atomic_replace
from maps.site.downloads import KINDS, chosen_kinds, download_names, download_parts
from maps.site.page import page_part
from maps.site.permission import SYNTHETIC, Permission, permission_for
from maps.site.write import file_part, write_site
from tests.publishing.small_map import small_atlas


def part(name="index.html", content=b"one"):
    return file_part("page", name, lambda: content)


def files_of(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture(params=["in one step", "in two steps"])
def step(request, monkeypatch):
    """Both ways of putting a site in the place of another: not every file system has the first."""
    if request.param == "in two steps":
        monkeypatch.setattr(atomic_replace, "_renameat2", lambda: None)
    return request.param


@pytest.fixture
def site(tmp_path, step):
    target = tmp_path / "site"
    write_site(target, [part()], {})
    return target


def test_the_new_site_stands_where_the_old_one_was(site):
    write_site(site, [part(content=b"two"), part("a/b.txt", b"x")], {"edition": "public"})
    assert files_of(site).keys() == {"index.html", "a/b.txt", "manifest.json"}
    assert (site / "index.html").read_bytes() == b"two"
    assert os.listdir(site.parent) == ["site"]


def test_a_folder_that_is_empty_is_filled(tmp_path):
    (tmp_path / "empty").mkdir()
    write_site(tmp_path / "empty", [part()], {})
    assert (tmp_path / "empty" / "index.html").exists()


def test_a_link_to_a_folder_stays_a_link(site, tmp_path):
    (tmp_path / "current").symlink_to(site)
    write_site(tmp_path / "current", [part(content=b"two")], {})
    assert (tmp_path / "current").is_symlink()
    assert (site / "index.html").read_bytes() == b"two"


def test_the_manifest_lists_every_file_with_its_hash(site):
    written = write_site(site, [part(), part("图/说明.txt", b"x")], {"edition": "internal"})
    manifest = json.loads((site / "manifest.json").read_bytes())
    assert manifest["edition"] == "internal"
    found = files_of(site)
    del found["manifest.json"]
    listed = {row["name"]: (row["bytes"], row["sha256"]) for row in manifest["files"]}
    assert listed == {n: (len(c), hashlib.sha256(c).hexdigest()) for n, c in found.items()}
    assert len(written) == 2


def test_a_part_that_fails_leaves_the_old_site(site):
    def broken():
        raise RuntimeError("no")

    before = files_of(site)
    with pytest.raises(RuntimeError):
        write_site(site, [part(content=b"two"), file_part("page", "x", broken)], {})
    assert files_of(site) == before
    assert os.listdir(site.parent) == ["site"]


def test_a_full_disk_leaves_the_old_site_and_says_so(site):
    def full():
        raise OSError(28, "No space left on device")

    with pytest.raises(InvalidInput, match="No space left"):
        write_site(site, [file_part("page", "x", full)], {})
    assert (site / "index.html").read_bytes() == b"one"


@pytest.mark.parametrize("strange", ["notes.txt", "sub/notes.txt", ".hidden"])
def test_a_file_of_somebody_else_is_not_lost(site, strange):
    (site / strange).parent.mkdir(exist_ok=True)
    (site / strange).write_text("mine")
    with pytest.raises(Conflict, match=r"notes\.txt|hidden"):
        write_site(site, [part(content=b"two")], {})
    assert (site / strange).read_text() == "mine"
    assert (site / "index.html").read_bytes() == b"one"


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", '{"generator": "else", "files": []}', '{"generator": "wangge"}']
)
def test_a_folder_that_is_no_site_is_never_replaced(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(Conflict, match="no site that wangge published"):
        write_site(tmp_path, [part()], {})
    assert (tmp_path / "index.html").read_text() == "mine"


def test_a_file_is_not_replaced(tmp_path):
    (tmp_path / "site").write_text("mine")
    with pytest.raises(InvalidInput, match="is a file"):
        write_site(tmp_path / "site", [part()], {})


def test_two_do_not_publish_at_once(site):
    def second():
        with pytest.raises(Conflict, match="publishes to"):
            write_site(site, [part(content=b"three")], {})
        return b"two"

    write_site(site, [file_part("page", "index.html", second)], {})
    assert (site / "index.html").read_bytes() == b"two"


def test_what_a_killed_publish_left_is_cleared(site):
    shop = site.with_name(".site.wangge")
    (shop / "new" / "deep").mkdir(parents=True)
    (shop / "new" / "deep" / "half").write_text("x")
    (shop / "lock").touch()
    write_site(site, [part(content=b"two")], {})
    assert os.listdir(site.parent) == ["site"]


def test_a_site_set_aside_by_a_killed_publish_comes_back(site):
    """Killed between the two steps, where there is no way to do it in one."""
    shop = site.with_name(".site.wangge")
    shop.mkdir()
    site.rename(shop / "old")

    def broken():
        assert (site / "index.html").read_bytes() == b"one"
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        write_site(site, [file_part("page", "x", broken)], {})
    assert (site / "index.html").read_bytes() == b"one"


def test_what_others_keep_beside_the_site_is_not_cleared(site):
    shop = site.with_name(".site.wangge")
    (shop / "old").mkdir(parents=True)
    (shop / "mine").write_text("x")
    with pytest.raises(Conflict, match="mine"):
        write_site(site, [part(content=b"two")], {})
    assert (shop / "mine").read_text() == "x"
    assert (site / "index.html").read_bytes() == b"one"


# --- what may leave the office ---------------------------------------------------------------------


def real(atlas):
    """The same, but not marked as invented."""
    return replace(
        atlas,
        division=replace(atlas.division, synthetic=False),
        directory=replace(atlas.directory, synthetic=False),
        roster=replace(atlas.roster, synthetic=False),
    )


@pytest.mark.parametrize(
    "recorded",
    [
        Permission(),
        Permission(" \t"),
        Permission("", "因故"),
        Permission("", "", "示例"),
        Permission("", " ", "示例"),
    ],
)
def test_the_public_edition_needs_a_number_or_a_reason_with_a_name(recorded):
    with pytest.raises(Conflict, match="WANGGE_MAP_APPROVAL_NO"):
        permission_for(real(small_atlas()), recorded)


@pytest.mark.parametrize("recorded", [Permission("示例审字1号"), Permission("", "因故", "示例")])
def test_a_number_or_a_reason_with_a_name_is_enough(recorded):
    assert permission_for(real(small_atlas()), recorded) == recorded


def test_the_sample_may_go_because_it_is_invented():
    assert permission_for(small_atlas(), Permission()) == SYNTHETIC
    assert SYNTHETIC.approval_no == ""


# --- how much -------------------------------------------------------------------------------------


def test_a_page_that_is_too_large_is_refused_with_the_choices(monkeypatch):
    import maps

    html = maps.page_html(small_atlas())
    with pytest.raises(TooLarge) as refused:
        maps.page_html(small_atlas(), most_bytes=len(html) - 1)
    assert "--detail buildings" in str(refused.value)
    assert "--detail grids" in str(refused.value)


def test_less_detail_has_the_same_counts_and_fewer_places():
    import maps

    whole, least = (
        maps.draw(small_atlas(), detail=d).get_root().block["layers"] for d in ("all", "grids")
    )
    assert least["places"]["rows"] == []
    assert whole["places"]["rows"]
    assert least["grids"]["sheets"] == whole["grids"]["sheets"]


@pytest.mark.parametrize(
    ("check", "word"), [(checked_detail, "everything"), (lambda w: chosen_kinds([w]), "exe")]
)
def test_what_there_is_none_of_is_refused(check, word):
    with pytest.raises(InvalidInput, match=word):
        check(word)


def test_the_same_data_give_the_same_bytes(tmp_path):
    sites = []
    for name in ("one", "two"):
        atlas = public(small_atlas())
        files = download_names(tuple(KINDS))
        parts = [
            page_part(atlas, MapSettings(), "all", files),
            *download_parts(atlas, tuple(KINDS)),
        ]
        write_site(tmp_path / name, parts, {"edition": "public"})
        sites.append(files_of(tmp_path / name))
    assert sites[0].keys() == {"index.html", "manifest.json", *files}
    assert [n for n in sites[0] if sites[0][n] != sites[1][n]] == []
