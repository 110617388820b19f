/**
 * A plan as it is drawn: cells, who they belong to, and the grids of three levels.
 *
 * It holds no rules. What the server says is kept as it is; what is still on its way to the server
 * (`pending`) lies over it, so that a stroke is seen at once.
 *
 * @typedef {object} Cell
 * @property {number} id
 * @property {Int32Array[]} rings
 * @property {[number, number, number, number]} box
 * @property {[number, number]} point inside it
 * @property {number} households
 * @property {number} buildings
 * @property {number} shops
 * @property {number} units
 * @property {number} area_m2
 * @property {string} grid the level-3 grid, as the server has it
 * @property {string|null} before the level-3 grid of the base
 */

import { boxOf, covers, Frame, ringsOf } from "./shapes.js";

const BUCKET = 5000;

export class Model {
  constructor(drawing) {
    this.frame = new Frame(drawing.origin);
    this.bbox = drawing.bbox;
    this.synthetic = drawing.synthetic;
    this.grids = new Map();
    this.base = new Map();
    this.cells = new Map();
    this.pending = new Map();
    this.revision = drawing.revision;
    for (const grid of drawing.grids) this.#keep(grid);
    for (const grid of drawing.base?.grids ?? []) this.base.set(grid.id, withRings(grid));
    this.#addCells(drawing.cells);
    this.#indexCells();
    this.#findBefore();
    this.buildings = columns(drawing.buildings).map((b) => ({ ...b, rings: ringsOf(b.shape) }));
    this.shops = columns(drawing.shops);
    this.units = columns(drawing.units);
    this.context = drawing.context.map((c) => ({
      ...c,
      rings: c.shape ? ringsOf(c.shape) : [],
      lines: (c.lines ?? []).map((l) => this.frame.line(l)),
    }));
  }

  #keep(grid) {
    this.grids.set(grid.id, withRings(grid));
  }

  #addCells(table) {
    for (const row of columns(table)) {
      const rings = ringsOf(row.shape);
      this.cells.set(row.id, { ...row, rings, box: boxOf(rings), before: row.grid });
    }
  }

  /** What stands where, and which cells share an edge. */
  #indexCells() {
    this.buckets = new Map();
    const edges = new Map();
    for (const cell of this.cells.values()) {
      const [west, south, east, north] = cell.box.map((v) => Math.floor(v / BUCKET));
      for (let i = west; i <= east; i += 1) {
        for (let j = south; j <= north; j += 1) {
          const key = i * 65536 + j;
          if (!this.buckets.has(key)) this.buckets.set(key, []);
          this.buckets.get(key).push(cell);
        }
      }
      cell.across = cell.rings.map((ring) => new Array(ring.length / 2).fill(null));
      cell.rings.forEach((ring, r) => {
        const last = ring.length - 2;
        for (let i = 0; i <= last; i += 2) {
          const k = i === last ? 0 : i + 2;
          const there = `${ring[k]},${ring[k + 1]},${ring[i]},${ring[i + 1]}`;
          const other = edges.get(there);
          if (other) {
            cell.across[r][i / 2] = other.cell;
            other.cell.across[other.r][other.i] = cell;
            edges.delete(there);
          } else
            edges.set(`${ring[i]},${ring[i + 1]},${ring[k]},${ring[k + 1]}`, { cell, r, i: i / 2 });
        }
      });
    }
  }

  #findBefore() {
    const old = [...this.base.values()].filter((g) => g.level === 3);
    if (!old.length) return;
    for (const cell of this.cells.values()) {
      const [x, y] = cell.point;
      const found = old.find(
        (g) =>
          x >= g.box[0] && x <= g.box[2] && y >= g.box[1] && y <= g.box[3] && covers(g.rings, x, y),
      );
      cell.before = found ? found.id : null;
    }
  }

  /** @returns {string} the level-3 grid a cell is drawn in */
  owner(cell) {
    return this.pending.get(cell.id) ?? cell.grid;
  }

  /** @returns {any} the grid of a level that holds a level-3 grid */
  above(id, level) {
    let grid = this.grids.get(id);
    while (grid && grid.level > level) grid = this.grids.get(grid.parent);
    return grid && grid.level === level ? grid : null;
  }

  /** @returns {any} the grid of a level a cell is drawn in */
  gridOf(cell, level) {
    return this.above(this.owner(cell), level);
  }

  /** @returns {any} the grid of the base that held a cell */
  gridBefore(cell, level) {
    let grid = this.base.get(cell.before);
    while (grid && grid.level > level) grid = this.base.get(grid.parent);
    return grid && grid.level === level ? grid : null;
  }

  /** @returns {Cell|null} the cell at a spot in metres */
  cellAt([mx, my]) {
    const [x, y] = [mx / this.frame.kx, -my / this.frame.ky];
    const near = this.buckets.get(Math.floor(x / BUCKET) * 65536 + Math.floor(y / BUCKET)) ?? [];
    return (
      near.find(
        (c) =>
          x >= c.box[0] && x <= c.box[2] && y >= c.box[1] && y <= c.box[3] && covers(c.rings, x, y),
      ) ?? null
    );
  }

  /** @returns {Cell[]} cells whose inner point lies in a box of metres */
  cellsIn([x1, y1, x2, y2]) {
    const [left, right, top, bottom] = [
      Math.min(x1, x2),
      Math.max(x1, x2),
      Math.min(y1, y2),
      Math.max(y1, y2),
    ];
    return [...this.cells.values()].filter((cell) => {
      const [x, y] = this.frame.metres(cell.point);
      return x >= left && x <= right && y >= top && y <= bottom;
    });
  }

  /** @returns {Cell[]} the cells of a grid of any level, as drawn */
  cellsOf(id) {
    const level = this.grids.get(id)?.level;
    return level
      ? [...this.cells.values()].filter((cell) => this.gridOf(cell, level)?.id === id)
      : [];
  }

  /** @returns {any[]} grids of a level by code, then name */
  level(level) {
    return [...this.grids.values()]
      .filter((g) => g.level === level)
      .sort((a, b) =>
        (a.code ?? a.proposed_code ?? "~").localeCompare(b.code ?? b.proposed_code ?? "~"),
      );
  }

  children(id) {
    return [...this.grids.values()].filter((g) => g.parent === id);
  }

  /** @returns {Set<string>} ids of the grids of its level that share an edge with a grid */
  neighbours(id) {
    const level = this.grids.get(id)?.level;
    const found = new Set();
    for (const cell of this.cellsOf(id)) {
      for (const other of cell.across.flat()) {
        const there = other && this.gridOf(other, level);
        if (there && there.id !== id) found.add(there.id);
      }
    }
    return found;
  }

  /** @returns {[number, number, number, number]|null} the box of a grid in metres: left, top, right, bottom */
  extent(id) {
    const grid = this.grids.get(id) ?? this.base.get(id);
    if (!grid?.rings.length) return null;
    const [west, south, east, north] = grid.box;
    return [
      west * this.frame.kx,
      -north * this.frame.ky,
      east * this.frame.kx,
      -south * this.frame.ky,
    ];
  }

  /** Take a delta of the server. */
  apply(delta) {
    this.revision = delta.revision;
    const gone = delta.cells_removed ?? [];
    const added = delta.cells_added?.id?.length ? delta.cells_added : null;
    const before = added ? gone.map((id) => this.cells.get(id)).filter(Boolean) : [];
    for (const id of gone) this.cells.delete(id);
    if (added) {
      this.#addCells(added);
      for (const id of added.id) {
        const cell = this.cells.get(id);
        cell.before = before.find((old) => covers(old.rings, ...cell.point))?.before ?? cell.before;
      }
    }
    for (const [id, grid] of delta.cells) {
      const cell = this.cells.get(id);
      if (cell) cell.grid = grid;
    }
    for (const grid of delta.grids) this.#keep(grid);
    for (const id of delta.removed) this.grids.delete(id);
    if (delta.locked) {
      const locked = new Set(delta.locked);
      for (const grid of this.grids.values()) grid.locked = locked.has(grid.id);
    }
    if (added || gone.length) {
      this.#indexCells();
      this.#findBefore();
    }
  }
}

/** Rows of a table that came in columns. */
function columns(table) {
  const names = Object.keys(table ?? {});
  const count = names.length ? table[names[0]].length : 0;
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(names.map((n) => [n, table[n][i]])),
  );
}

/** A grid of the wire with its rings. */
export function withRings(grid) {
  const rings = ringsOf(grid.shape ?? []);
  return { ...grid, rings, box: boxOf(rings) };
}
