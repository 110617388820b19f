"""Whoever listens to a search is asked again and again, even while a step takes long."""

import threading

import pytest

from gis.errors import Cancelled
from gis.planning.propose.deadline import Deadline


def test_a_search_is_cancelled_while_it_is_in_a_step_that_cannot_be_interrupted():
    step_over, ended = threading.Event(), threading.Event()

    def stop(done, total, best):
        raise Cancelled

    watch = Deadline(stop, None)

    def search():
        step_over.wait(30)
        if watch.over():
            ended.set()

    with pytest.raises(Cancelled) as stopped:
        watch.run("nothing yet", search)
    assert not ended.is_set()
    assert stopped.value.best == "nothing yet"
    step_over.set()
    assert ended.wait(30)


def test_a_listener_hears_the_best_so_far_and_the_end():
    heard, moved_on = [], threading.Event()

    def listen(done, total, best):
        heard.append((done, total, best))
        if best == "better":
            moved_on.set()

    watch = Deadline(listen, None)

    def search():
        while not moved_on.is_set():
            watch.tell(1, 2, lambda: "better")
        return "best"

    assert watch.run("nothing", search) == "best"
    assert (1, 2, "better") in heard
    assert heard[-1] == (2, 2, "best")


def test_what_a_search_refuses_reaches_the_caller():
    def search():
        raise ValueError("no")

    for progress in (None, lambda *_: None):
        with pytest.raises(ValueError, match="no"):
            Deadline(progress, None).run(None, search)


def test_a_share_of_the_time_is_stopped_with_the_whole():
    watch = Deadline(lambda *_: None, 60)
    part = watch.share(0.5)
    assert 29 < part.left_s() <= 30
    watch.run(None, lambda: None)
    assert part.over()
