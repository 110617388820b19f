import assert from "node:assert/strict";
import { test } from "node:test";
import { Model } from "../../api/pages/static/plans/model.js";

/** A square of 1000 units, in its column and row. */
const square = (column) => [[[column * 1000, 0, 1000, 0, 0, 1000, -1000, 0]]];
const grid = (given) => ({ households: 0, shape: [], locked: false, ...given });

/** Four cells in a row, a b | c d: two grids of level 3 in a compound of a community. */
function drawing() {
  const grids = [
    grid({ id: "community", level: 1, code: "1", parent: null }),
    grid({ id: "compound", level: 2, code: "11", parent: "community" }),
    grid({
      id: "west",
      level: 3,
      code: "111",
      parent: "compound",
      shape: [...square(0), ...square(1)],
    }),
    grid({
      id: "east",
      level: 3,
      code: "112",
      parent: "compound",
      shape: [...square(2), ...square(3)],
    }),
  ];
  return {
    origin: [118.75, 32.11],
    bbox: [0, 0, 4000, 1000],
    synthetic: true,
    revision: 1,
    grids,
    base: { grids },
    cells: {
      id: [1, 2, 3, 4],
      grid: ["west", "west", "east", "east"],
      shape: [0, 1, 2, 3].map(square),
      point: [0, 1, 2, 3].map((i) => [i * 1000 + 500, 500]),
      households: [10, 20, 30, 40],
    },
    buildings: {},
    shops: {},
    units: {},
    context: [],
  };
}

const delta = (given) => ({
  revision: 2,
  cells: [],
  grids: [],
  removed: [],
  ...given,
});
const ids = (found) => found.map((one) => one.id);

test("a cell is in a grid of each level", () => {
  const model = new Model(drawing());
  const cell = model.cells.get(3);
  assert.deepEqual(ids([3, 2, 1].map((level) => model.gridOf(cell, level))), [
    "east",
    "compound",
    "community",
  ]);
});

test("a spot in metres finds the cell under it, and none beside them", () => {
  const model = new Model(drawing());
  assert.equal(model.cellAt(model.frame.metres([2500, 500]))?.id, 3);
  assert.equal(model.cellAt(model.frame.metres([4500, 500])), null);
});

test("a step on its way is seen at once, and gone with it", () => {
  const model = new Model(drawing());
  model.pending = new Map([[2, "east"]]);
  assert.deepEqual(ids(model.cellsOf("east")), [2, 3, 4]);
  model.pending = new Map();
  assert.deepEqual(ids(model.cellsOf("east")), [3, 4]);
});

test("grids are neighbours by an edge of their cells", () => {
  assert.deepEqual([...new Model(drawing()).neighbours("west")], ["east"]);
});

test("a delta moves cells and takes a grid away", () => {
  const model = new Model(drawing());
  model.apply(
    delta({
      cells: [
        [1, "east"],
        [2, "east"],
      ],
      removed: ["west"],
    }),
  );
  assert.deepEqual(ids(model.cellsOf("east")), [1, 2, 3, 4]);
  assert.equal(model.grids.has("west"), false);
  assert.equal(model.revision, 2);
  assert.equal(model.gridBefore(model.cells.get(1), 3)?.id, "west");
});

test("a cell that is cut leaves its pieces where it was", () => {
  const model = new Model(drawing());
  const half = (x) => [[[x, 0, 500, 0, 0, 1000, -500, 0]]];
  model.apply(
    delta({
      cells_removed: [4],
      cells_added: {
        id: [5, 6],
        grid: ["east", "east"],
        shape: [half(3000), half(3500)],
        point: [
          [3250, 500],
          [3750, 500],
        ],
        households: [20, 20],
      },
    }),
  );
  assert.deepEqual([...model.cells.keys()], [1, 2, 3, 5, 6]);
  assert.equal(model.cellAt(model.frame.metres([3750, 500]))?.id, 6);
  assert.equal(model.cells.get(6)?.before, "east");
});

test("cells in a box are those whose inner point is", () => {
  const model = new Model(drawing());
  const [left, top] = model.frame.metres([400, 600]);
  const [right, bottom] = model.frame.metres([1600, 400]);
  assert.deepEqual(ids(model.cellsIn([left, top, right, bottom])), [1, 2]);
});
