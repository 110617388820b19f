"""The kinds of things that callers of the posters name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

PaperSize = Literal["A0", "A1", "A2", "A3", "A4"]
Progress = Callable[[int, int], None]
