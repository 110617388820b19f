/** The ground of the workbench: water, grids, cells, buildings, boundaries and names, back to front. */

import { colours, number, tinted } from "./colours.js";
import { trace } from "./shapes.js";

const FACE = '"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif';
const CELLS_FROM = 0.42;
const BUILDINGS_FROM = 0.3;
const POINTS_FROM = 1.1;
const NAMES_FROM = 1.5;
const NAME_CLUSTERS_FROM = 0.5;
const NAME_COMPOUNDS_FROM = 0.14;

/**
 * What draws the model. `changed()` after the model did.
 * @param {import("./model.js").Model} model
 */
export class Drawing {
  constructor(model) {
    this.model = model;
    this.level = 3;
    this.showCells = true;
    this.showNames = true;
    this.showChanges = true;
    this.poster = null;
    this.numbers = { 1: new Map(), 2: new Map() };
    const { frame } = model;
    this.water = new Path2D();
    this.roads = new Path2D();
    for (const feature of model.context) {
      trace(this.water, feature.rings, frame);
      for (const line of feature.lines) {
        for (let i = 0; i < line.length; i += 2)
          this.roads[i ? "lineTo" : "moveTo"](line[i], line[i + 1]);
      }
    }
    this.houses = new Path2D();
    for (const building of model.buildings) trace(this.houses, building.rings, frame);
    this.renumber();
    this.changed();
  }

  /** Give colours anew to grids that have none. */
  renumber() {
    number(this.model, 1, 4, this.numbers[1]);
    number(this.model, 2, 4, this.numbers[2]);
    this.known = [1, 2].map((level) => this.model.level(level).length).join();
  }

  /** The model changed: gather grounds and boundaries afresh before they are drawn again. */
  changed() {
    this.stale = true;
  }

  #gather() {
    const { model } = this;
    this.stale = false;
    if ([1, 2].map((level) => model.level(level).length).join() !== this.known) this.renumber();
    this.grounds = new Map();
    this.cellLines = new Path2D();
    this.lines = { 1: new Path2D(), 2: new Path2D(), 3: new Path2D() };
    this.moved = new Path2D();
    const of = new Map();
    for (const cell of model.cells.values()) {
      of.set(cell, [null, model.gridOf(cell, 1), model.gridOf(cell, 2), model.gridOf(cell, 3)]);
    }
    for (const cell of model.cells.values()) {
      const [, community, compound, cluster] = of.get(cell);
      const key = `${this.numbers[1].get(community?.id) ?? 0} ${this.numbers[2].get(compound?.id) ?? 0}`;
      if (!this.grounds.has(key)) this.grounds.set(key, new Path2D());
      trace(this.grounds.get(key), cell.rings, model.frame);
      if (hands(model, cell, [community, compound, cluster]))
        trace(this.moved, cell.rings, model.frame);
      this.#borders(cell, of);
    }
  }

  /** Each border once, as runs along the ring of the cell that comes first. */
  #borders(cell, of) {
    const { frame } = this.model;
    const mine = of.get(cell);
    cell.rings.forEach((ring, r) => {
      const across = cell.across[r];
      let running = 0;
      for (let i = 0; i < across.length; i += 1) {
        const other = across[i];
        if (other && other.id < cell.id) {
          running = 0;
          continue;
        }
        const theirs = other ? of.get(other) : [null, null, null, null];
        const level =
          theirs[1] !== mine[1] ? 1 : theirs[2] !== mine[2] ? 2 : theirs[3] !== mine[3] ? 3 : 4;
        const path = level === 4 ? this.cellLines : this.lines[level];
        if (running !== level) path.moveTo(ring[2 * i] * frame.kx, -ring[2 * i + 1] * frame.ky);
        const k = i + 1 === across.length ? 0 : 2 * i + 2;
        path.lineTo(ring[k] * frame.kx, -ring[k + 1] * frame.ky);
        running = level;
      }
    });
  }

  /** Draw everything that does not follow the pointer. */
  draw(pen, view) {
    if (this.stale) this.#gather();
    const look = colours();
    pen.fillStyle = look.paper;
    pen.fillRect(0, 0, view.width, view.height);
    view.onGround(pen);
    const px = 1 / view.scale;
    pen.lineJoin = "round";
    pen.lineCap = "round";
    pen.fillStyle = look.water;
    pen.fill(this.water);
    line(pen, this.water, look.shore, 1.5 * px);
    this.poster?.draw(pen, view);
    this.#grounds(pen, look, this.poster?.shown ? 0.45 : 1);
    if (this.showChanges) this.#changes(pen, look, view);
    if (this.showCells && view.scale >= CELLS_FROM)
      line(pen, this.cellLines, look.boundary[3], 0.7 * px, 0.42);
    const wide = Math.min(11, Math.max(1.6, 7 * view.scale)) * px;
    line(pen, this.roads, look.road_edge, wide + 1.4 * px, 0.85);
    line(pen, this.roads, look.road, wide, 0.9);
    if (view.scale >= BUILDINGS_FROM) {
      pen.globalAlpha = this.poster?.shown ? 0.55 : 0.92;
      pen.fillStyle = look.building;
      pen.fill(this.houses);
      pen.globalAlpha = 1;
      line(pen, this.houses, look.building_edge, Math.min(1.1, 0.35 + view.scale * 0.3) * px);
    }
    this.#boundaries(pen, look, view);
    view.onScreen(pen);
    if (view.scale >= POINTS_FROM) this.#points(pen, look, view);
    if (this.showNames) this.#names(pen, look, view);
  }

  #grounds(pen, look, share) {
    pen.globalAlpha = look.fill_opacity * share;
    for (const [key, path] of this.grounds) {
      const [community, tint] = key.split(" ").map(Number);
      pen.fillStyle = tinted(
        look.communities[community % look.communities.length],
        look.tints[tint % look.tints.length],
      );
      pen.fill(path);
    }
    pen.globalAlpha = 1;
  }

  #changes(pen, look, view) {
    pen.save();
    pen.clip(this.moved);
    view.onScreen(pen);
    pen.strokeStyle = look.selection;
    pen.globalAlpha = 0.55;
    pen.lineWidth = 1.2;
    pen.beginPath();
    for (let x = -view.height; x < view.width; x += 9) {
      pen.moveTo(x, view.height);
      pen.lineTo(x + view.height, 0);
    }
    pen.stroke();
    pen.restore();
    view.onGround(pen);
  }

  #boundaries(pen, look, view) {
    const px = 1 / view.scale;
    const grow = Math.min(1, Math.max(0, (view.scale - 0.15) / 1.6));
    const width = (a, b) => (a + (b - a) * grow) * px;
    line(pen, this.lines[3], look.boundary[3], width(0.7, 1.7), [0.25, 0.5, 1][this.level - 1]);
    line(pen, this.lines[2], look.boundary[2], width(1.1, 2.8), [0.55, 1, 1][this.level - 1]);
    line(pen, this.lines[1], look.casing, width(5, 8), 0.85);
    line(pen, this.lines[1], look.boundary[1], width(2.2, 4));
  }

  #points(pen, look, view) {
    const dot = (points, colour, square) => {
      pen.fillStyle = colour;
      pen.strokeStyle = look.point_edge;
      pen.lineWidth = 1.2;
      const size = Math.min(5, 1.6 + view.scale);
      for (const { point } of points) {
        const [x, y] = view.toScreen(this.model.frame.metres(point));
        if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
        pen.beginPath();
        if (square) pen.rect(x - size, y - size, 2 * size, 2 * size);
        else pen.arc(x, y, size * 0.8, 0, 7);
        pen.fill();
        pen.stroke();
      }
    };
    dot(this.model.shops, look.points.business, false);
    dot(this.model.units, look.points.resident_unit, true);
  }

  #names(pen, look, view) {
    const taken = [];
    const level = Math.min(
      this.level,
      view.scale < NAME_COMPOUNDS_FROM ? 1 : view.scale < NAME_CLUSTERS_FROM ? 2 : 3,
    );
    const size = { 1: 16, 2: 13, 3: 12 }[level];
    const weight = level === 1 ? 700 : 600;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const write = (text, x, y, high, bold) => {
      pen.font = `${bold} ${high}px ${FACE}`;
      const half = pen.measureText(text).width / 2 + 4;
      const box = [x - half, y - high / 2 - 3, x + half, y + high / 2 + 3];
      if (taken.some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3]))
        return false;
      taken.push(box);
      pen.lineWidth = 3.4;
      pen.lineJoin = "round";
      pen.strokeStyle = look.casing;
      pen.globalAlpha = 0.9;
      pen.strokeText(text, x, y);
      pen.globalAlpha = 1;
      pen.fillStyle = look.boundary[0];
      pen.fillText(text, x, y);
      return true;
    };
    const grids = this.model
      .level(level)
      .filter((g) => g.rings.length && g.label)
      .sort((a, b) => b.area_m2 - a.area_m2);
    for (const grid of grids) {
      const [x, y] = view.toScreen(this.model.frame.metres(grid.label));
      if (x < -80 || y < -20 || x > view.width + 80 || y > view.height + 20) continue;
      const room = Math.sqrt(grid.area_m2) * view.scale;
      const text = shortName(grid, this.model);
      if (room < size * Math.min(4, text.length) * 0.8) continue;
      write(grid.locked ? `［锁］${text}` : text, x, y, size, weight);
    }
    if (view.scale >= NAMES_FROM) {
      for (const building of this.model.buildings) {
        const ring = building.rings[0];
        if (!ring) continue;
        const [x, y] = view.toScreen(this.model.frame.metres(middleOf(ring)));
        if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
        write(building.name, x, y, 10.5, 400);
      }
    }
  }
}

/** Whether a cell lies in other grids than in the base, on any level. */
function hands(model, cell, now) {
  if (!model.base.size) return false;
  return now.some((grid, i) => (model.gridBefore(cell, i + 1)?.id ?? null) !== (grid?.id ?? null));
}

/** A grid's name without what goes without saying. */
function shortName(grid, model) {
  const above = model.grids.get(grid.parent)?.name;
  const { name } = grid;
  const own =
    above && name.startsWith(above) && name.length > above.length ? name.slice(above.length) : name;
  const shown = grid.level === 1 && own.length > 3 ? own.replace(/社区$/, "") : own;
  return shown.length > 14 ? `${shown.slice(0, 13)}…` : shown;
}

function middleOf(ring) {
  let [x, y] = [0, 0];
  for (let i = 0; i < ring.length; i += 2) {
    x += ring[i];
    y += ring[i + 1];
  }
  return [(x / ring.length) * 2, (y / ring.length) * 2];
}

/** Stroke a path; widths are metres. */
export function line(pen, path, colour, width, seen = 1) {
  pen.globalAlpha = seen;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke(path);
  pen.globalAlpha = 1;
}
