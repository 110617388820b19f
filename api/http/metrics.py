"""Counts for Prometheus; the labels are methods, route patterns and statuses, so bounded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from threading import Lock
from typing import Any

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"


class Metrics:
    """What was asked and how long it took, since the process began."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._times: dict[str, list[float]] = {}
        self._events: dict[str, int] = {}
        self._lock = Lock()

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request; on the event loop, so without a lock."""
        key = (method if method in METHODS else "other", route, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        times = self._times.get(route)
        if times is None:
            times = self._times[route] = [0.0] * (len(BUCKETS_S) + 2)
        times[bisect_left(BUCKETS_S, seconds)] += 1
        times[-1] += seconds

    def count_event(self, event: str) -> None:
        """Count one of a few kinds of event, such as ``sign_in_failed``."""
        with self._lock:
            self._events[event] = self._events.get(event, 0) + 1

    def exposition(self, versions: dict[str, int]) -> tuple[bytes, str]:
        """Return everything in the text format of Prometheus, and its media type."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.exposition import CONTENT_TYPE_LATEST

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collector(lambda: self._families(versions)))
        return generate_latest(registry), CONTENT_TYPE_LATEST

    def _families(self, versions: dict[str, int]) -> Iterator[Any]:
        from prometheus_client.core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        requests = CounterMetricFamily(
            "wangge_requests", "Requests answered", labels=["method", "route", "status"]
        )
        for (method, route, status), number in sorted(self._requests.items()):
            requests.add_metric([method, route, str(status)], number)
        yield requests
        seconds = HistogramMetricFamily(
            "wangge_request_seconds", "Time until a request was answered", labels=["route"]
        )
        for route, times in sorted(self._times.items()):
            seconds.add_metric([route], _cumulated(times[:-1]), times[-1])
        yield seconds
        events = CounterMetricFamily("wangge_events", "Events of note", labels=["event"])
        for event, number in sorted(self._events.items()):
            events.add_metric([event], number)
        yield events
        in_force = GaugeMetricFamily(
            "wangge_version_in_force", "The version that is served", labels=["part"]
        )
        for part, version in versions.items():
            in_force.add_metric([part], version)
        yield in_force


class _Collector:
    def __init__(self, collect: Any) -> None:
        self.collect = collect


def _cumulated(counts: list[float]) -> list[tuple[str, float]]:
    total, found = 0.0, []
    for bound, number in zip([*map(str, BUCKETS_S), "+Inf"], counts, strict=True):
        total += number
        found.append((bound, total))
    return found
