/**
 * The tools: what a stroke on the map means. They gather cells and ask for an operation; whether it
 * may be done is the server's to say.
 */

import { t } from "../core/words.js";
import { spotsBetween, thinned } from "./strokes.js";

export const TOOLS = ["select", "paint", "box", "boundary", "split", "cut"];
export const LETTERS = { v: "select", p: "paint", r: "box", b: "boundary", s: "split", c: "cut" };
const NEAR_M = 0.01;
/** How far apart on the screen the spots of a stroke are looked at. */
const PIXELS_APART = 3;

/** @returns {any} the hand: a Gesture of the view that does what the tool in use means */
export function tools(app) {
  const { model, state, view } = app;
  const self = {
    stroke: null,
    rubber: null,
    byPointer: false,
    down,
    move,
    up,
    hover,
    cancel,
    finishLine,
    act,
  };
  let last = null;

  /** The cells under a stroke from the last spot to this one. */
  function* under(spot) {
    const steps = spotsBetween(last ?? spot, spot, view.scale / PIXELS_APART);
    last = spot;
    const seen = new Set();
    for (const at of steps) {
      const cell = model.cellAt(at);
      if (!cell || seen.has(cell)) continue;
      seen.add(cell);
      yield cell;
    }
  }

  function gridAt(spot, level = state.get("level")) {
    const cell = model.cellAt(spot);
    return cell ? model.gridOf(cell, level) : null;
  }

  /** The cells a touched cell stands for: itself, or the whole grid that is painted at once. */
  function spread(cell) {
    const unit = app.unit();
    if (unit === "cells") return [cell];
    const grid = model.gridOf(cell, unit === "grids" ? 3 : 2);
    return grid ? model.cellsOf(grid.id) : [];
  }

  function gather(cell) {
    const target = model.grids.get(app.target());
    if (!target || model.gridOf(cell, target.level)?.id === target.id) return;
    for (const one of spread(cell)) self.stroke.cells.add(one);
  }

  // --- gestures ------------------------------------------------------------------------------------

  function down(spot, event) {
    last = null;
    const tool = state.get("tool");
    if (tool === "select" || !app.canEdit()) return false;
    if (tool === "create") return startPick(spot);
    if (tool === "paint" || tool === "box") return startPaint(tool, spot, event);
    if (tool === "boundary") return startBoundary(spot);
    self.stroke = { line: [...state.get("line")], fresh: [spot] };
    return true;
  }

  function startPaint(tool, spot, event) {
    const cell = model.cellAt(spot);
    if (!app.target() || event.altKey) {
      self.stroke = { aim: true };
      return true;
    }
    self.stroke = { cells: new Set() };
    if (tool === "box") self.stroke.box = [spot, spot];
    else if (cell) for (const one of under(spot)) gather(one);
    view.redrawOverlay();
    return true;
  }

  function startBoundary(spot) {
    const grows = gridAt(spot, 3);
    if (!grows) return false;
    last = spot;
    self.stroke = { grows, from: null, cells: new Set() };
    state.set("target3", grows.id);
    return true;
  }

  function startPick(spot) {
    const cell = model.cellAt(spot);
    last = null;
    self.stroke = {
      pick: true,
      remove: cell ? state.get("picked").includes(cell) : false,
      cells: new Set(),
      from: spot,
    };
    if (cell) self.stroke.cells.add(cell);
    last = spot;
    view.redrawOverlay();
    return true;
  }

  function move(spot) {
    const { stroke } = self;
    if (!stroke) return;
    if (stroke.box) {
      stroke.box[1] = spot;
      stroke.cells.clear();
      for (const cell of model.cellsIn([...stroke.box[0], ...spot])) gather(cell);
    } else if (stroke.grows) moveBoundary(spot);
    else if (stroke.pick) for (const cell of under(spot)) stroke.cells.add(cell);
    else if (stroke.cells) for (const cell of under(spot)) gather(cell);
    else if (stroke.fresh) {
      stroke.fresh.push(spot);
      stroke.line = [...state.get("line"), ...thinned(stroke.fresh, 4 / view.scale)];
    }
    view.redrawOverlay();
  }

  function moveBoundary(spot) {
    for (const cell of under(spot)) {
      const there = model.gridOf(cell, 3);
      if (!there || there.id === self.stroke.grows.id) continue;
      self.stroke.from ??= there.id;
      if (self.stroke.from === there.id) self.stroke.cells.add(cell);
    }
  }

  function up(spot, event, moved) {
    const { stroke } = self;
    self.stroke = null;
    last = null;
    const tool = state.get("tool");
    if (tool === "select" || !stroke)
      return app.pick(gridAt(spot), event.shiftKey || event.ctrlKey);
    if (stroke.aim) return app.aim(gridAt(spot));
    if (stroke.pick) return endPick(stroke);
    if (stroke.grows) return endBoundary(stroke);
    if (stroke.cells) return endPaint(stroke);
    return endLine(stroke, spot, moved, event);
  }

  function endPaint({ cells }) {
    if (cells.size) app.paint([...cells]);
    view.redrawOverlay();
  }

  function endBoundary({ grows, from, cells }) {
    state.set("target3", null);
    if (!cells.size) return app.tell(t("plan.tools.boundary.1"));
    const ids = [...cells].map((c) => c.id);
    return app.act(
      { kind: "move_boundary", from, to: grows.id, cells: ids },
      { preview: ids.map((id) => [id, grows.id]) },
    );
  }

  function endPick({ cells, remove }) {
    const picked = new Set(state.get("picked"));
    for (const cell of cells) picked[remove ? "delete" : "add"](cell);
    state.set("picked", [...picked]);
  }

  function endLine({ fresh }, spot, moved, event) {
    const before = state.get("line");
    self.byPointer = true;
    if (moved && fresh.length > 2) {
      state.set("line", [...before, ...thinned(fresh, 4 / view.scale)]);
      return finishLine();
    }
    const end = before.at(-1);
    const twice =
      event.detail > 1 || (end && Math.hypot(end[0] - spot[0], end[1] - spot[1]) * view.scale < 4);
    if (twice && before.length > 1) return finishLine();
    return state.set("line", twice ? before : [...before, spot]);
  }

  /** The line is drawn: cut the cell it crosses, or ask how to split. */
  function finishLine() {
    self.rubber = null;
    const drawn = state.get("line");
    if (drawn.length < 2) return app.tell(t("plan.lineShort"));
    return state.get("tool") === "cut" ? app.cut(drawn) : app.splitAlong(drawn);
  }

  function hover(spot) {
    const tool = state.get("tool");
    const drawing =
      (tool === "split" || tool === "cut") && state.get("line").length > 0 && !app.splitting();
    self.rubber = drawing ? spot : null;
    if (drawing) view.redrawOverlay();
    const grid =
      spot && tool !== "create" ? gridAt(spot, tool === "boundary" ? 3 : state.get("level")) : null;
    app.hover(grid, spot);
  }

  function cancel() {
    self.stroke = null;
    last = null;
    state.set("target3", null);
    view.redrawOverlay();
  }

  /** Enter on the map: act at its middle; a line that the pointer has drawn is done. */
  function act(event) {
    const spot = view.toGround(view.middle());
    const drawn = state.get("line");
    const end = drawn.at(-1);
    if (["split", "cut"].includes(state.get("tool"))) {
      const same = end && Math.hypot(end[0] - spot[0], end[1] - spot[1]) < NEAR_M;
      if (drawn.length > 1 && (same || self.byPointer)) return finishLine();
      self.byPointer = false;
      return same ? undefined : state.set("line", [...drawn, spot]);
    }
    const press = { shiftKey: event.shiftKey, ctrlKey: false, altKey: event.altKey, detail: 1 };
    if (down(spot, press) || state.get("tool") === "select") return up(spot, press, false);
    return undefined;
  }

  return self;
}
