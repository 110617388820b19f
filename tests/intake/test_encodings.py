"""The letters of a shapefile are read by what they are, whatever its .cpg says; never mojibake."""

import struct
import zipfile

import pytest

from gis.errors import InvalidInput
from gis.findings import errors_among
from gis.intake import ReadOptions, read_set
from gis.intake.dbf_encoding import dbf_encoding, decoded
from tests.ascii_maps import TODAY
from tests.intake import office_files
from tests.intake.forked_children import Nursery

NAMES = {
    "utf-8": "UTF-8", "gb18030": "GBK", "big5": "Big5", "cp1252": "Windows-1252",
}  # fmt: skip


@pytest.fixture(scope="module")
def nursery():
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _forked(nursery, monkeypatch):
    monkeypatch.setattr("gis.intake.readers.run", nursery.run)


def in_encoding(dbf, encoding):
    """A table of UTF-8 with all its letters, headings too, in another encoding."""
    begins, wide = struct.unpack_from("<HH", dbf, 8)
    head, at, columns = bytearray(dbf[:begins]), 1, []
    for start in range(32, begins - 1, 32):
        name = bytes(head[start : start + 11]).rstrip(b"\0")
        head[start : start + 11] = _again(name, encoding, 11, b"\0")
        if head[start + 11 : start + 12] == b"C":
            columns.append((at, head[start + 16]))
        at += head[start + 16]
    body = bytearray(dbf[begins:])
    for row in range(0, len(body) - wide + 1, wide):
        for first, width in columns:
            place = slice(row + first, row + first + width)
            body[place] = _again(bytes(body[place]).rstrip(b" "), encoding, width, b" ")
    return bytes(head + body)


def _again(text, encoding, width, pad):
    letters = decoded(text, "utf-8").encode(encoding, "replace")
    return letters[:width].ljust(width, pad)


def shapefile(folder, encoding="utf-8", cpg=None, rename=lambda name: name, spoil=None):
    """The strip as a zipped shapefile; ``cpg`` None leaves the .cpg out."""
    made = office_files.shapefile(folder / "whole.zip", office_files.grids())
    path = folder / "b.zip"
    with zipfile.ZipFile(made) as given, zipfile.ZipFile(path, "w") as out:
        for name in given.namelist():
            content = given.read(name)
            if name.endswith(".dbf"):
                content = in_encoding(content, encoding)
                content = spoil(content) if spoil else content
            if name.endswith(".cpg"):
                if cpg is None:
                    continue
                content = cpg
            out.writestr(rename(name), content)
    return path


def names_of(path):
    read = read_set([path], today=TODAY, how=ReadOptions(None))
    assert [f.text.en for f in errors_among(read.findings)] == []
    overruled = [f.text.en for f in read.findings if f.rule == "encoding_overruled"]
    return [g.name for g in read.division], overruled


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    return names_of(shapefile(tmp_path_factory.mktemp("right"), cpg=b"UTF-8"))[0]


CPGS = [b"UTF-8", b"utf8", b"65001", b"936", b"GBK", b"ANSI 936", b"gb18030", b"GB2312",
        b"ANSI 1252", b"ISO-8859-1", b"1252", b"950", b"nonsense", b"", None]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("cpg", CPGS)
def test_the_letters_tell_what_they_are(encoding, cpg, right, tmp_path):
    found, overruled = names_of(shapefile(tmp_path, encoding, cpg))
    assert found == right
    stated = {"utf": "utf-8", "65": "utf-8", "93": "gb18030", "GB": "gb18030", "gb": "gb18030",
              "AN": "cp1252", "IS": "cp1252", "12": "cp1252", "95": "big5"}  # fmt: skip
    start = (cpg or b"").decode()[:2]
    said = "gb18030" if cpg == b"ANSI 936" else stated.get(start, stated.get(start.lower() + "f"))
    wrong = said is not None and said != encoding
    assert len(overruled) == int(wrong)
    for text in overruled:
        assert repr(cpg.decode()) in text
        assert f"read as {NAMES[encoding]}" in text


def test_letters_of_the_west_are_theirs_when_the_cpg_says_so(tmp_path):
    dbf = tmp_path / "t.dbf"
    field = b"name".ljust(11, b"\0") + b"C" + bytes(4) + bytes([9]) + bytes(15)
    head = b"\x03" + bytes(7) + struct.pack("<HH", 65, 10) + bytes(20) + field + b"\r"
    dbf.write_bytes(head + b"".join(b" " + t.ljust(9) for t in (b"caf\xe9 A", b"Stra\xdfe 1")))
    dbf.with_suffix(".cpg").write_bytes(b"1252")
    assert dbf_encoding(dbf).name == "cp1252"
    assert not dbf_encoding(dbf).contradicted


def test_texts_of_no_encoding_are_an_error_that_counts_them(tmp_path):
    def spoilt(dbf):
        return dbf.replace("网格".encode("gb18030")[:2], b"\xff\xff")

    path = shapefile(tmp_path, "gb18030", b"936", spoil=spoilt)
    found = [f for f in read_set([path], today=TODAY).findings if f.rule == "encoding_unknown"]
    assert len(found) == 1
    assert "export" in found[0].text.en
    assert "UTF-8" in found[0].text.zh


# --- names in an archive ------------------------------------------------------------------------


class NoFlag(zipfile.ZipInfo):
    """An entry whose name is written byte by byte, without saying that it is UTF-8."""

    __slots__ = ()

    def _encodeFilenameFlags(self):  # noqa: N802
        return self.filename.encode("cp437"), self.flag_bits & ~0x800


def archive(folder, stems, encoding="gbk"):
    """Three levels in three shapefiles of one archive under given names."""
    path = folder / "levels.zip"
    with zipfile.ZipFile(path, "w") as out:
        for level, stem in zip((1, 2, 3), stems, strict=True):
            whole = office_files.shapefile(folder / f"level{level}.zip", office_files.grids(level))
            with zipfile.ZipFile(whole) as given:
                for name in given.namelist():
                    raw = f"{stem}.{name.rsplit('.', 1)[1]}".encode(encoding)
                    out.writestr(NoFlag(raw.decode("cp437")), given.read(name))
    return path


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
@pytest.mark.parametrize(
    "stems",
    [
        ("一级网格", "二级网格", "三级网格"),
        ("网格-1", "网格_1", "网格 1"),
        ("（网格）", "《网格》", "【网格】"),
        tuple(f"{'某街道网格边界数据最终版' * 6}{n}" for n in (1, 2, 3)),
        ("乗級", "乘級", "剩級"),  # 乗 is 81 5C in GBK: its second byte is a backslash
    ],
)
def test_shapefiles_of_one_archive_keep_apart_by_their_whole_names(stems, encoding, tmp_path):
    read = read_set([archive(tmp_path, stems, encoding)], today=TODAY)
    assert [f.text.en for f in errors_among(read.findings)] == []
    assert len(read.division.grids) == 14


def test_a_finding_names_the_layer_as_its_maker_did(tmp_path):
    path = shapefile(tmp_path, cpg=b"936", rename=lambda n: "一级网格" + n[n.rfind(".") :])
    (found,) = [f for f in read_set([path], today=TODAY).findings if f.rule.startswith("encod")]
    assert found.source == "b.zip [一级网格]"


def test_one_name_twice_is_still_refused(tmp_path):
    path = shapefile(tmp_path, cpg=b"UTF-8")
    with zipfile.ZipFile(path, "a") as out:
        name = next(n for n in out.namelist() if n.endswith(".dbf"))
        with pytest.warns(UserWarning, match="Duplicate"):
            out.writestr(name, b"")
    with pytest.raises(InvalidInput, match="twice"):
        read_set([path], today=TODAY)
