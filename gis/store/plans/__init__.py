"""Plans as rows: each step is stored in a transaction of its own as it is made."""

from gis.store.plans.plan_store import Plans
from gis.store.plans.values import (
    APPROVED,
    DRAFT,
    EDITABLE,
    PUBLISHED,
    RETURNED,
    STATES,
    SUBMITTED,
    WITHDRAWN,
    Appearance,
    Comment,
    Descent,
    PlanHead,
    Release,
    Superseded,
    not_editable,
    utc_now,
    wrong_state,
)

__all__ = [
    "APPROVED",
    "DRAFT",
    "EDITABLE",
    "PUBLISHED",
    "RETURNED",
    "STATES",
    "SUBMITTED",
    "WITHDRAWN",
    "Appearance",
    "Comment",
    "Descent",
    "PlanHead",
    "Plans",
    "Release",
    "Superseded",
    "not_editable",
    "utc_now",
    "wrong_state",
]
