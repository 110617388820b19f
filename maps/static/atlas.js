/**
 * The data block of the page as values to draw and ask.
 *
 * Coordinates are integers of 1e-7 degrees counted from the block's origin, so that asking which
 * grid a point is in is exact.
 *
 * @typedef {object} Grid
 * @property {any} sheet what the API prints for it
 * @property {number} level
 * @property {Grid|null} parent
 * @property {Grid[]} children
 * @property {Int32Array[]} rings
 * @property {number[]} box west, south, east, north
 * @property {{x: number, y: number, radius: number}} label
 * @property {number} colour
 *
 * @typedef {object} Place
 * @property {any} row what the API prints for it
 * @property {number} x
 * @property {number} y
 * @property {Int32Array[]} rings empty for a point
 * @property {number[]} box
 */

const UNITS = 1e7;

/** @returns {any} the block, as Python wrote it */
export function readBlock() {
  return JSON.parse(document.getElementById("wangge-data").textContent);
}

export class Atlas {
  constructor(block) {
    this.block = block;
    /** @type {number[]} 1e-7 degrees */
    const [west, south] = block.origin;
    this.west = west;
    this.south = south;
    const { grids, places, context } = block.layers;
    this.arcs = grids.arcs.map(unpacked);
    this.arcLevels = grids.arc_levels;
    /** @type {Grid[]} by level, then code */
    this.grids = grids.sheets.map((sheet, i) => this.#grid(sheet, i, grids));
    this.byCode = new Map(this.grids.map((grid) => [grid.sheet.code, grid]));
    for (const grid of this.grids) {
      grid.parent = this.byCode.get(grid.sheet.parent) || null;
      if (grid.parent) grid.parent.children.push(grid);
    }
    /** @type {Place[]} */
    this.places = places.rows.map((row, i) => this.#place(row, places.rings[i]));
    this.inside = groupBy(
      this.places.filter((p) => p.row.building),
      (p) => p.row.building,
    );
    /** @type {Map<string, Place[]>} the places of a level-3 grid, by its code */
    this.placesOf = groupBy(this.places, (p) => p.row.grid);
    this.context = {
      rivers: context.rivers.map(unpackedFeature),
      roads: context.roads.map(unpackedFeature),
    };
  }

  #grid(sheet, i, { rings, labels, colours }) {
    const [x, y, radius] = labels[i];
    const lines = rings[i].map((ring) => this.#joined(ring));
    return {
      sheet,
      level: sheet.level,
      parent: null,
      children: [],
      rings: lines,
      box: boxOf(lines),
      label: { x, y, radius },
      colour: colours[i],
    };
  }

  /** The positions of a ring of arcs; a negative number runs its arc backwards. */
  #joined(ring) {
    const flat = [];
    for (const number of ring) {
      const arc = this.arcs[Math.abs(number) - 1];
      const n = arc.length / 2;
      for (let k = 0; k < n - 1; k += 1) {
        const i = number > 0 ? k : n - 1 - k;
        flat.push(arc[2 * i], arc[2 * i + 1]);
      }
    }
    return Int32Array.from(flat);
  }

  #place(row, rings) {
    const x = Math.round(row.lon * UNITS) - this.west;
    const y = Math.round(row.lat * UNITS) - this.south;
    const lines = rings.map(unpacked);
    return { row, x, y, rings: lines, box: rings.length ? boxOf(lines) : [x, y, x, y] };
  }

  /** @returns {Grid[]} the grids of one level, by code */
  level(level) {
    return this.grids.filter((grid) => grid.level === level);
  }

  /** @returns {Grid[]} a grid and those above it, level 1 first */
  chain(grid) {
    return grid ? [...this.chain(grid.parent), grid] : [];
  }

  /** @returns {[number, number]} latitude and longitude, degrees */
  degrees(x, y) {
    return [(this.south + y) / UNITS, (this.west + x) / UNITS];
  }

  /** @returns {[number, number]} x and y of a Leaflet position, to the nearest integer */
  integers({ lat, lng }) {
    return [Math.round(lng * UNITS) - this.west, Math.round(lat * UNITS) - this.south];
  }

  /** @returns {[number, number][]} positions as Leaflet takes them */
  line(flat) {
    const out = [];
    for (let i = 0; i < flat.length; i += 2) out.push(this.degrees(flat[i], flat[i + 1]));
    return out;
  }

  /** @returns the corners of a box as Leaflet takes them */
  corners([west, south, east, north]) {
    return [this.degrees(west, south), this.degrees(east, north)];
  }
}

function unpacked(deltas) {
  const flat = Int32Array.from(deltas);
  for (let i = 2; i < flat.length; i += 1) flat[i] += flat[i - 2];
  return flat;
}

function unpackedFeature({ name, lines }) {
  return { name, lines: lines.map(unpacked) };
}

function boxOf(lines) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const flat of lines) {
    for (let i = 0; i < flat.length; i += 2) {
      box[0] = Math.min(box[0], flat[i]);
      box[1] = Math.min(box[1], flat[i + 1]);
      box[2] = Math.max(box[2], flat[i]);
      box[3] = Math.max(box[3], flat[i + 1]);
    }
  }
  return box;
}

function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) {
    const at = key(item);
    if (!groups.has(at)) groups.set(at, []);
    groups.get(at).push(item);
  }
  return groups;
}
