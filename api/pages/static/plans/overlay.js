/** What follows the hand: selection, target, strokes, lines, boxes, proposals and findings, over the ground. */

import { colours } from "./colours.js";
import { line } from "./ground-layer.js";
import { trace } from "./shapes.js";

const TARGET = { light: "#14508c", dark: "#8cc4ff" };
const OFFER = { light: "#1a6a40", dark: "#7fe0ae" };
const WARN = { hard: "#b3261e", soft: "#c98a12", note: "#5f7f9a" };

/**
 * The outline of cells taken together, in metres.
 * @param {import("./model.js").Model} model
 * @param {Iterable<any>} cells
 */
export function outline(model, cells) {
  const inside = new Set(cells);
  const { frame } = model;
  const path = new Path2D();
  for (const cell of inside) {
    cell.rings.forEach((ring, r) => {
      let running = false;
      for (let i = 0; i < cell.across[r].length; i += 1) {
        if (inside.has(cell.across[r][i])) {
          running = false;
          continue;
        }
        const k = i + 1 === cell.across[r].length ? 0 : 2 * i + 2;
        if (!running) path.moveTo(ring[2 * i] * frame.kx, -ring[2 * i + 1] * frame.ky);
        path.lineTo(ring[k] * frame.kx, -ring[k + 1] * frame.ky);
        running = true;
      }
    });
  }
  return path;
}

/** @returns {(pen: any, view: any) => void} what draws it */
export function overlay(app) {
  const { model, state } = app;
  const kept = new Map();

  /** The outline of a grid, made once for each revision. */
  function gridOutline(id) {
    const key = `${id} ${app.drawn}`;
    if (!kept.has(key)) {
      if (kept.size > 60) kept.clear();
      kept.set(key, outline(model, model.cellsOf(id)));
    }
    return kept.get(key);
  }

  function cells(pen, list, colour, seen) {
    const path = new Path2D();
    for (const cell of list) trace(path, cell.rings, model.frame);
    pen.globalAlpha = seen;
    pen.fillStyle = colour;
    pen.fill(path);
    pen.globalAlpha = 1;
  }

  function handLine(pen, view, spots, colour) {
    if (!spots.length) return;
    pen.beginPath();
    for (const [i, spot] of spots.entries()) pen[i ? "lineTo" : "moveTo"](...view.toScreen(spot));
    for (const [width, paint] of [
      [6, colours().casing],
      [2.6, colour],
    ]) {
      pen.lineWidth = width;
      pen.strokeStyle = paint;
      pen.setLineDash(width < 6 ? [9, 5] : []);
      pen.stroke();
    }
    pen.setLineDash([]);
    for (const spot of spots) {
      pen.beginPath();
      pen.arc(...view.toScreen(spot), 4.2, 0, 7);
      pen.fillStyle = colours().casing;
      pen.fill();
      pen.lineWidth = 2;
      pen.strokeStyle = colour;
      pen.stroke();
    }
  }

  function flags(pen, view) {
    for (const finding of app.shownFindings()) {
      if (!finding.place) continue;
      const [x, under] = view.toScreen(model.frame.fromDegrees(finding.place));
      const y = under - 19;
      const current = state.get("finding") === finding.id;
      const size = current ? 13 : 8.5;
      pen.beginPath();
      pen.arc(x, y, size, 0, 7);
      pen.fillStyle = WARN[finding.severity];
      pen.globalAlpha = finding.waived ? 0.5 : 0.95;
      pen.fill();
      pen.globalAlpha = 1;
      pen.lineWidth = current ? 3.5 : 2;
      pen.strokeStyle = "#fff";
      pen.stroke();
      pen.fillStyle = "#fff";
      pen.font = `700 ${size * 1.3}px sans-serif`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText("!", x, y + 0.5);
    }
  }

  return (pen, view) => {
    const shade = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const look = colours();
    const px = 1 / view.scale;
    view.onGround(pen);
    pen.lineJoin = "round";
    const offered = app.offered();
    if (offered.length) {
      cells(pen, offered, OFFER[shade], 0.5);
      line(pen, outline(model, offered), OFFER[shade], 2.4 * px);
    }
    for (const ghost of app.ghosts) cells(pen, ghost, TARGET[shade], 0.4);
    const stroke = app.tool.stroke;
    if (stroke?.cells?.size) {
      cells(pen, stroke.cells, stroke.remove ? look.paper : TARGET[shade], 0.42);
      line(pen, outline(model, stroke.cells), TARGET[shade], 2 * px);
    }
    const picked = state.get("picked");
    if (picked.length) {
      cells(pen, picked, OFFER[shade], 0.42);
      line(pen, outline(model, picked), OFFER[shade], 2.4 * px);
    }
    const hover = state.get("hover");
    if (hover && model.grids.has(hover))
      line(pen, gridOutline(hover), look.boundary[0], 1.6 * px, 0.8);
    const target = app.target();
    for (const id of state.get("selection")) {
      if (id === target || !model.grids.has(id)) continue;
      line(pen, gridOutline(id), look.casing, 6 * px, 0.9);
      line(pen, gridOutline(id), look.selection, 3 * px);
    }
    if (target) {
      line(pen, gridOutline(target), look.casing, 7.5 * px, 0.95);
      line(pen, gridOutline(target), TARGET[shade], 4 * px);
    }
    view.onScreen(pen);
    if (stroke?.box) {
      const [[x1, y1], [x2, y2]] = stroke.box.map((spot) => view.toScreen(spot));
      pen.fillStyle = TARGET[shade];
      pen.globalAlpha = 0.12;
      pen.fillRect(x1, y1, x2 - x1, y2 - y1);
      pen.globalAlpha = 1;
      pen.lineWidth = 1.6;
      pen.strokeStyle = TARGET[shade];
      pen.setLineDash([6, 4]);
      pen.strokeRect(x1, y1, x2 - x1, y2 - y1);
      pen.setLineDash([]);
    }
    const drawn = stroke?.line ?? state.get("line");
    handLine(
      pen,
      view,
      app.tool.rubber && drawn.length ? [...drawn, app.tool.rubber] : drawn,
      look.selection,
    );
    flags(pen, view);
    for (const { place } of app.plan.comments.filter(
      (c) => c.place && state.get("tab") === "review",
    )) {
      const [x, y] = view.toScreen(model.frame.fromDegrees(place));
      pen.fillStyle = TARGET[shade];
      pen.beginPath();
      pen.arc(x, y, 7, 0, 7);
      pen.fill();
    }
  };
}
