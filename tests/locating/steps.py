"""Counting the steps a function takes, which, unlike its time, is the same on every machine."""

import sys


def steps(call, *arguments):
    """Return how many lines of Python a call runs through."""
    count = 0

    def trace(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call(*arguments)
    finally:
        sys.settrace(before)
    return count
