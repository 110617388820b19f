"""Drawn pages are kept beside the database, and never taken for another."""

from dataclasses import replace

import pytest

from api.serving import page_cache as pages
from api.settings import Settings
from gis.disclosure import public
from tests import ascii_maps


@pytest.fixture
def drawings(monkeypatch):
    """Count the drawings; a drawing is its number."""
    made = []

    def draw(atlas, settings):
        made.append(atlas)
        return _page(len(made))

    monkeypatch.setattr(pages, "_draw", draw)
    return made


def _page(number):
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    return f"<html>{policy}{number}".encode()


@pytest.fixture
def settings():
    return Settings(_env_file=None)


def test_a_page_is_drawn_once(tmp_path, drawings, settings):
    atlas = public(ascii_maps.atlas())
    first = pages.page_of(atlas, settings, tmp_path / "pages")
    assert pages.page_of(public(ascii_maps.atlas()), settings, tmp_path / "pages") == first
    assert len(drawings) == 1


def test_what_is_shown_and_what_is_printed_make_another_page(tmp_path, drawings, settings):
    atlas = public(ascii_maps.atlas())
    renamed = replace(atlas, division=replace(atlas.division, title="另一个"))
    for shown, chosen in (
        (atlas, settings),
        (renamed, settings),
        (replace(atlas, as_of=ascii_maps.TODAY.replace(year=2027)), settings),
        (atlas, settings.model_copy(update={"map_approval_no": "示例"})),
    ):
        pages.page_of(shown, chosen, tmp_path)
    assert len(drawings) == 4


def test_a_torn_file_is_drawn_again(tmp_path, drawings, settings):
    atlas = public(ascii_maps.atlas())
    first = pages.page_of(atlas, settings, tmp_path)
    (file,) = tmp_path.glob("*.html.gz")
    file.write_bytes(file.read_bytes()[:-9])
    assert pages.page_of(atlas, settings, tmp_path).html != first.html
    assert len(drawings) == 2


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path, drawings, settings):
    (tmp_path / "file").write_text("")
    pages.page_of(public(ascii_maps.atlas()), settings, tmp_path / "file" / "pages")
    assert len(drawings) == 1


def test_only_the_last_few_are_kept(tmp_path, drawings, settings):
    atlas = public(ascii_maps.atlas())
    for number in range(8):
        chosen = settings.model_copy(update={"map_title": str(number)})
        pages.page_of(atlas, chosen, tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
