"""Learn the weights of gis/addresses/pairs.py from public pairs of addresses.

``python scripts/learn_pair_weights.py PAIRS.txt`` reads lines of question, text and label (0 not
the same, 1 partly, 2 the same), parted by tabs, such as those of the CCKS 2021 task on the
relevance of addresses (not shipped with this repository), prints how many questions have a text
with label 2 first under five-fold cross-validation, and writes the weights learned from all.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from gis.addresses import normalise, parse  # noqa: E402
from gis.addresses.pairs import features, pair_text  # noqa: E402

SAME, FOLDS, ROUNDS, SHRINK = 2, 5, 400, 2e-3
LONGEST = 200
TABLES = (
    ROOT / "gis" / "addresses" / "pairs.py",
    ROOT / "maps" / "static" / "address-weights.js",
)
Question = tuple[NDArray[np.float64], NDArray[np.bool_]]


def questions(path: Path) -> tuple[list[str], list[Question]]:
    """Return the names of the features, and of each question their values and which is right."""
    groups: dict[str, list[tuple[str, int]]] = {}
    for line in path.read_text("utf-8").splitlines():
        asked, told, label = line.split("\t")
        groups.setdefault(asked, []).append((told, int(label)))
    told_of = []
    for asked, texts in groups.items():
        if len(texts) < 2 or not any(label == SAME for _, label in texts):
            continue
        address = parse(asked[:LONGEST])
        text = pair_text(address.core or address.text)
        rows = [features(address, text, pair_text(normalise(t[:LONGEST]))) for t, _ in texts]
        told_of.append((rows, np.array([label == SAME for _, label in texts])))
    random.Random(5).shuffle(told_of)
    names = sorted({name for rows, _ in told_of for row in rows for name in row})
    values = [np.array([[row.get(n, 0.0) for n in names] for row in rows]) for rows, _ in told_of]
    return names, [(x, right) for x, (_, right) in zip(values, told_of, strict=True)]


def learn(rows: Sequence[Question]) -> NDArray[np.float64]:
    """Return the weights under which the right text is the likeliest of its question (Adam)."""
    weights = np.zeros(rows[0][0].shape[1])
    mean, square = weights.copy(), weights.copy()
    for step in range(1, ROUNDS + 1):
        slope = SHRINK * weights
        for x, right in rows:
            odds = np.exp(x @ weights - (x @ weights).max())
            slope = slope + x.T @ (odds / odds.sum() - right / right.sum()) / len(rows)
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope * slope
        pace = np.sqrt(square / (1 - 0.999**step)) + 1e-8
        weights = weights - 0.05 * (mean / (1 - 0.9**step)) / pace
    return weights


def right_share(rows: Sequence[Question], weights: NDArray[np.float64]) -> float:
    """Return the share of questions whose first text is right."""
    return float(np.mean([right[np.argmax(x @ weights)] for x, right in rows]))


def write(names: Sequence[str], weights: NDArray[np.float64]) -> None:
    """Write the table into the two modules that use it."""
    rows = "".join(f'    "{n}": {w:.2f},\n' for n, w in zip(names, weights, strict=True))
    for path in TABLES:
        if path.exists():
            text = path.read_text("utf-8")
            text = re.sub(r"(WEIGHTS[^{\n]*= \{)[^}]*\}", rf"\g<1>\n{rows}}}", text, count=1)
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    names, rows = questions(Path(sys.argv[1]))
    shares = []
    for fold in range(FOLDS):
        others = [row for i, row in enumerate(rows) if i % FOLDS != fold]
        shares.append(right_share(rows[fold::FOLDS], learn(others)))
    print(f"{len(rows)} questions, {np.mean(shares):.3f} right in cross-validation")
    write(names, learn(rows))
