"""The doors of wangge: HTTP (:func:`create_app`) and the command line (:mod:`api.cli`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    # The command line must not pay for the web framework.
    if name == "create_app":
        from api.app import create_app

        return create_app
    raise AttributeError(name)
