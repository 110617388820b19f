import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boxOf,
  covers,
  Frame,
  ringsOf,
  turn,
  unpacked,
} from "../../api/pages/static/plans/shapes.js";
import { spotsBetween, thinned } from "../../api/pages/static/plans/strokes.js";

/** A square of 100 with a hole of 20 in it, both the wrong way round. */
const SQUARE = [
  [
    [0, 0, 0, 100, 100, 0, 0, -100],
    [40, 40, 20, 0, 0, 20, -20, 0],
  ],
];

test("positions after the first are differences", () => {
  assert.deepEqual([...unpacked([5, 7, 10, 0, 0, 10])], [5, 7, 15, 7, 15, 17]);
});

test("outer rings run to the left and holes to the right", () => {
  const [outer, hole] = ringsOf(SQUARE);
  assert.equal(turn(outer), 2 * 100 * 100);
  assert.equal(turn(hole), -2 * 20 * 20);
});

test("a hole is not covered, the ground around it is", () => {
  const rings = ringsOf(SQUARE);
  assert.equal(covers(rings, 10, 10), true);
  assert.equal(covers(rings, 50, 50), false);
  assert.equal(covers(rings, 150, 50), false);
});

test("a box goes around all rings", () => {
  assert.deepEqual(boxOf(ringsOf(SQUARE)), [0, 0, 100, 100]);
});

test("degrees, metres and degrees again are the same spot", () => {
  const frame = new Frame([118.75, 32.11]);
  const spot = frame.fromDegrees([118.76, 32.12]);
  assert.ok(spot[0] > 900 && spot[0] < 960, "a hundredth of a degree to the east");
  assert.ok(spot[1] < -1100 && spot[1] > -1120, "north is up: below 0");
  const [lon, lat] = frame.degrees(spot);
  assert.ok(Math.abs(lon - 118.76) < 1e-9 && Math.abs(lat - 32.12) < 1e-9);
});

test("a stroke is looked at so often that it skips no cell", () => {
  const spots = spotsBetween([0, 0], [30, 40], 0.5);
  assert.equal(spots.length, 26);
  assert.deepEqual(spots[0], [0, 0]);
  assert.deepEqual(spots.at(-1), [30, 40]);
  assert.equal(spotsBetween([5, 5], [5, 5], 0.5).length, 2);
});

test("a drawn line loses what lies too near, but stays a line", () => {
  assert.deepEqual(
    thinned(
      [
        [0, 0],
        [1, 0],
        [5, 0],
        [6, 0],
        [10, 0],
      ],
      4,
    ),
    [
      [0, 0],
      [5, 0],
      [10, 0],
    ],
  );
  assert.deepEqual(
    thinned(
      [
        [0, 0],
        [1, 0],
      ],
      4,
    ),
    [
      [0, 0],
      [1, 0],
    ],
  );
});
