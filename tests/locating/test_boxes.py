"""Which boxes a point lies in: every place's box against a plain comparison."""

import numpy as np
import pytest

from gis.lookup.boxes import BoxIndex


@pytest.mark.parametrize("size", [0.01, 0.3, 3.0])
def test_the_boxes_at_a_point_are_those_that_hold_it(size):
    generator = np.random.default_rng(1)
    low = generator.uniform(0, 1, (200, 2))
    bounds = np.concatenate([low, low + generator.uniform(0, size, (200, 2))], axis=1)
    bounds[7] = np.nan
    index = BoxIndex(bounds)
    for x, y in [*generator.uniform(-0.2, 1.5, (500, 2)).tolist(), *bounds[10:50, :2].tolist()]:
        holds = (bounds[:, :2] <= (x, y)).all(axis=1) & (bounds[:, 2:] >= (x, y)).all(axis=1)
        assert index.at(x, y) == np.flatnonzero(holds).tolist()


def test_no_boxes_hold_nothing():
    assert BoxIndex(np.empty((0, 4))).at(1.0, 2.0) == []


def test_a_box_of_a_point_holds_that_point_only():
    index = BoxIndex(np.array([[2.0, 3.0, 2.0, 3.0]]))
    assert index.at(2.0, 3.0) == [0]
    assert index.at(2.0, 3.0000001) == []
