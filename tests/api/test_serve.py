"""wangge serve as a person runs it: start, notice, stop, and say what is in the way."""

import signal
import socket
import sqlite3

import pytest

from tests import ascii_maps, forked
from tests.api.conftest import begun_by_python, environment, free_port, serving, wait_for

HERE = {"lon": 118.75, "lat": 32.11, "datum": "wgs84"}


def run_serve(path, *words, **env):
    words = ("serve", "--port", free_port(), *words)
    return forked.run(forked.wangge, *words, env=environment(path, **env))


def one_line(done):
    assert done.returncode == 1, (done.returncode, done.stderr)
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.slow
def test_it_loads_the_sample_once_and_keeps_what_is_stored(tmp_path):
    path = tmp_path / "new folder" / "wangge.db"
    with serving(path, begun=begun_by_python) as (process, http):
        assert http.get("/locate", params=HERE).json()["version"]["division"] == 1
        assert "宝塔桥" in http.get("/").text
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "loaded the sample" in out
    assert f"http://127.0.0.1:{http.base_url.port}/" in out
    assert "Traceback" not in err
    assert path.stat().st_mode & 0o077 == 0
    with serving(path) as (process, http):
        assert http.get("/locate", params=HERE).json()["version"]["division"] == 1
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert "loaded the sample" not in out
    with sqlite3.connect(path) as db:
        assert db.execute("select count(*) from division").fetchone() == (1,)
    db.close()


def test_an_empty_store_without_the_sample_says_what_to_do(tmp_path):
    with serving(tmp_path / "w.db", WANGGE_SAMPLE="never") as (_, http):
        assert http.get("/readyz").status_code == 503
        answer = http.get("/locate", params=HERE, headers={"accept-language": "en"})
        assert answer.status_code == 404
        assert "wangge load" in answer.json()["detail"]


@pytest.mark.slow
def test_a_running_server_notices_a_new_division_within_two_seconds(tmp_path):
    path, set_path = tmp_path / "w.db", tmp_path / "boundaries.geojson"
    set_path.write_bytes(ascii_maps.as_bytes(ascii_maps.boundaries()))

    def load():
        done = forked.run(forked.wangge, "load", set_path, env=environment(path))
        assert done.returncode == 0, done.stderr

    with serving(path, WANGGE_SAMPLE="never") as (_, http):
        load()
        wait_for(lambda: http.get("/readyz").status_code == 200, timeout_s=5)
        fc = ascii_maps.boundaries()
        ascii_maps.feature(fc, "320106012001")["properties"]["name"] = "改名社区"
        set_path.write_bytes(ascii_maps.as_bytes(fc))
        load()
        wait_for(lambda: http.get("/grids/320106012001").json()["name"] == "改名社区", timeout_s=10)
        assert "改名社区" in http.get("/").text


def test_a_damaged_division_is_refused_and_the_last_good_one_serves(tmp_path, wangge):
    path, set_path = tmp_path / "wangge.db", tmp_path / "boundaries.geojson"
    set_path.write_bytes(ascii_maps.as_bytes(ascii_maps.boundaries()))
    wangge("load", set_path)
    fc = ascii_maps.boundaries()
    ascii_maps.feature(fc, "320106012001")["properties"]["name"] = "第二版"
    set_path.write_bytes(ascii_maps.as_bytes(fc))
    wangge("load", set_path)
    with sqlite3.connect(path) as db:
        db.execute("update grid set name = '篡改' where name = '第二版'")
    db.close()
    with serving(path) as (process, http):
        assert http.get("/grids/320106012001").json()["name"] == "001网格"
        ready = http.get("/readyz", headers={"accept-language": "en"}).json()
        assert ready["status"] == "degraded"
        assert "2" in ready["faults"][0]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert "division 2" in err


def test_a_taken_port(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_serve(tmp_path / "w.db", "--port", str(port))
    assert f"127.0.0.1:{port}" in one_line(done)
    assert "--port" in done.stderr


@pytest.mark.slow
def test_a_second_server_on_the_same_file(tmp_path):
    with serving(tmp_path / "w.db"):
        assert "w.db" in one_line(run_serve(tmp_path / "w.db"))


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"x" * 8192]
)
def test_a_corrupt_database(tmp_path, content):
    path = tmp_path / "w.db"
    path.write_bytes(content)
    assert str(path) in one_line(run_serve(path))
    assert path.read_bytes() == content


def test_a_truncated_database(tmp_path, sample_store):
    path = tmp_path / "w.db"
    path.write_bytes(sample_store.read_bytes()[:200_000])
    assert str(path) in one_line(run_serve(path))


def test_a_folder_in_place_of_the_database(tmp_path):
    assert str(tmp_path) in one_line(run_serve(tmp_path))


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert "file" in one_line(run_serve(tmp_path / "file" / "w.db"))


def test_an_unreachable_database_url(tmp_path):
    url = f"postgresql+psycopg://office:secret@127.0.0.1:{free_port()}/wangge"
    line = one_line(run_serve(tmp_path / "w.db", WANGGE_DATABASE_URL=url))
    assert "127.0.0.1" in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ({"WANGGE_DATABASE_URL": "mysql://x/y"}, "WANGGE_DATABASE_URL"),
        ({"WANGGE_DATABASE_URL": "nonsense"}, "WANGGE_DATABASE_URL"),
        ({"WANGGE_SAMPLE": "perhaps"}, "WANGGE_SAMPLE"),
        ({"WANGGE_POLL_S": "0"}, "WANGGE_POLL_S"),
        ({"WANGGE_HOST": "no such host"}, "no such host"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, env, names):
    assert names in one_line(run_serve(tmp_path / "w.db", **env))


@pytest.mark.slow
def test_a_store_of_which_nothing_is_good_says_so_and_is_mended_by_loading(tmp_path, wangge):
    path, set_path = tmp_path / "wangge.db", tmp_path / "boundaries.geojson"
    set_path.write_bytes(ascii_maps.as_bytes(ascii_maps.boundaries()))
    wangge("load", set_path)
    with sqlite3.connect(path) as db:
        db.execute("update grid set name = '篡改' where level = 1")
    db.close()
    assert "division 1" in one_line(run_serve(path))
    assert wangge("load", set_path).returncode == 0
    with serving(path) as (_, http):
        assert http.get("/grids/320106012001").json()["name"] == "001网格"
