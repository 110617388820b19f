"""The tests say exactly what they expect: no assert is content with one thing or another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def loose_asserts(source: str) -> list[int]:
    """Return the lines of the asserts that hold when one of several conditions does.

    A default (``text or ""``) within a comparison or a call is no condition.
    """
    asserts = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Assert))
    return [a.lineno for a in asserts if any(_offers_a_choice(c) for c in _conditions(a.test))]


def _conditions(test: ast.expr) -> Iterator[ast.expr]:
    """Yield a condition and those it is made of, also those asked of each in ``all(…)``."""
    yield test
    match test:
        case ast.BoolOp(values=within):
            pass
        case ast.UnaryOp(op=ast.Not(), operand=one):
            within = [one]
        case ast.IfExp(body=one, orelse=other):
            within = [one, other]
        case ast.Call(
            func=ast.Name("all" | "any"), args=[ast.GeneratorExp() | ast.ListComp() as each]
        ):
            within = [each.elt]
        case _:
            within = []
    for condition in within:
        yield from _conditions(condition)


def _offers_a_choice(condition: ast.expr) -> bool:
    return isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.Or)


@pytest.mark.parametrize(
    "path", sorted(TESTS.rglob("*.py")), ids=lambda p: str(p.relative_to(TESTS))
)
def test_every_assert_expects_one_thing(path: Path) -> None:
    assert loose_asserts(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "condition",
    [
        "a or b",
        "not (a or b)",
        "a and (b or c)",
        "all(x or y for x, y in z)",
        "any([x or y for x in z])",
        "(a or b) if c else d",
    ],
)
def test_an_assert_that_would_take_either_is_noticed(condition: str) -> None:
    assert loose_asserts(f"x = 1\nassert {condition}, text") == [2]


@pytest.mark.parametrize(
    "condition", ["a == (b or c)", "len(text or '') == 3", "a in (b, c)", "all(x)"]
)
def test_a_default_is_no_condition(condition: str) -> None:
    assert loose_asserts(f"assert {condition}") == []
