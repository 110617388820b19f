"""The clock of the office: China has one time, wherever the server stands."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

OFFICE_TIME = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """Return the day it is at the office (Asia/Shanghai)."""
    return datetime.now(OFFICE_TIME).date()
