/** Before and after on one map: what lies left of the handle is before. */

import { el } from "../core/dom.js";
import { t } from "../core/words.js";
import { colours, onScheme, tinted } from "./colours.js";
import { Drawing, line } from "./ground-layer.js";
import { Model, withRings } from "./model.js";
import { Frame, trace } from "./shapes.js";
import { View } from "./view.js";

const FACE = '"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif';

/**
 * @param {{draw: (pen: any, view: any) => void}} before
 * @param {{draw: (pen: any, view: any) => void}} after
 * @param {number[]} box metres that are shown
 */
export function swipe(before, after, box) {
  const view = new View(t("plan.swipe"));
  const barNode = el("div", { class: "swipe-bar", "aria-hidden": "true" });
  const range = el("input", {
    type: "range",
    class: "swipe-range",
    min: 0,
    max: 100,
    value: 50,
    "aria-label": t("plan.swipeHandle"),
  });
  const node = el(
    "div",
    { class: "swipe" },
    view.node,
    barNode,
    el("span", { class: "swipe-word is-left" }, t("plan.swipeLeft")),
    el("span", { class: "swipe-word is-right" }, t("plan.swipeRight")),
    range,
  );
  const half = (pen, drawing, from, to) => {
    pen.save();
    view.onScreen(pen);
    pen.beginPath();
    pen.rect(from, 0, to - from, view.height);
    pen.clip();
    drawing.draw(pen, view);
    pen.restore();
  };
  view.drawn.ground = (pen) => {
    const at = (view.width * range.value) / 100;
    half(pen, before, 0, at);
    half(pen, after, at, view.width);
    barNode.style.left = `${range.value}%`;
  };
  range.addEventListener("input", () => {
    view.redraw();
    view.drawNow();
  });
  view.overlay.addEventListener("keydown", (event) => event.stopPropagation());
  onScheme(() => view.redraw());
  view.margins = [30, 40, 30, 60];
  view.show(box);
  return { node, view };
}

/** Both sides of a plan, from its drawing with the base. */
export function sidesOfPlan(drawing) {
  const model = new Model(drawing);
  const old = Object.assign(Object.create(Model.prototype), model, {
    grids: model.base,
    pending: new Map(),
    owner: (cell) => cell.before,
  });
  const after = new Drawing(model);
  const before = new Drawing(old);
  before.numbers = after.numbers;
  before.renumber();
  before.changed();
  before.showChanges = false;
  for (const side of [before, after]) side.showCells = false;
  return { before, after, model };
}

/** Both sides of a comparison, from the shapes of what changed and its neighbours. */
export function sidesOfShapes({ origin, before, after }) {
  const frame = new Frame(origin);
  const threes = [...before, ...after].filter((g) => g.level === 3);
  const ids = [...new Set(threes.flatMap((g) => [g.parent, g.id]))].sort();
  const number = new Map(ids.map((id, i) => [id, i]));
  return {
    before: new Shapes(frame, before, number),
    after: new Shapes(frame, after, number),
    frame,
  };
}

class Shapes {
  constructor(frame, grids, number) {
    this.frame = frame;
    this.grids = grids.map(withRings);
    this.number = number;
    this.paths = new Map(this.grids.map((g) => [g, trace(new Path2D(), g.rings, frame)]));
  }

  draw(pen, view) {
    const look = colours();
    pen.fillStyle = look.paper;
    pen.fillRect(0, 0, view.width, view.height);
    view.onGround(pen);
    const px = 1 / view.scale;
    pen.lineJoin = "round";
    for (const grid of this.grids.filter((g) => g.level === 3)) {
      const [compound, own] = [this.number.get(grid.parent) ?? 0, this.number.get(grid.id) ?? 0];
      pen.fillStyle = tinted(look.communities[compound % 4], look.tints[own % 4]);
      pen.globalAlpha = look.fill_opacity;
      pen.fill(this.paths.get(grid));
      pen.globalAlpha = 1;
    }
    for (const [level, width] of [
      [3, 1.4],
      [2, 2.8],
      [1, 4.5],
    ]) {
      for (const grid of this.grids.filter((g) => g.level === level))
        line(pen, this.paths.get(grid), look.boundary[level], width * px);
    }
    view.onScreen(pen);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = `600 12px ${FACE}`;
    for (const grid of this.grids.filter((g) => g.level === 3 && g.label)) {
      if (Math.sqrt(grid.area_m2 || 4000) * view.scale < 46) continue;
      const [x, y] = view.toScreen(this.frame.metres(grid.label));
      pen.lineWidth = 3.4;
      pen.strokeStyle = look.casing;
      pen.strokeText(grid.name, x, y);
      pen.fillStyle = look.boundary[0];
      pen.fillText(grid.name, x, y);
    }
  }
}

/** The box of metres around grids of the wire. */
export function boxAround(frame, grids) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const grid of grids.map(withRings)) {
    if (!grid.rings.length) continue;
    const [west, south, east, north] = grid.box;
    box[0] = Math.min(box[0], west * frame.kx);
    box[1] = Math.min(box[1], -north * frame.ky);
    box[2] = Math.max(box[2], east * frame.kx);
    box[3] = Math.max(box[3], -south * frame.ky);
  }
  if (!Number.isFinite(box[0])) return null;
  const by = 40 + Math.max(box[2] - box[0], box[3] - box[1]) * 0.12;
  return [box[0] - by, box[1] - by, box[2] + by, box[3] + by];
}
