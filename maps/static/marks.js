/** The signs of businesses and resident units: told apart by shape as well as by colour. */

import { el, svg } from "./dom.js";
import { quick } from "./quick.js";

const MEDICAL = /hospital|clinic|medical|health|医|卫生/;
const SCHOOL = /school|kindergarten|college|education|学校|小学|中学|幼儿园|教育/;

/** @returns {"business"|"resident_unit"|"school"|"medical"} the sign of a place's row */
export function signOf(row) {
  if (row.kind === "business") return "business";
  const about = row.category || "";
  if (SCHOOL.test(about)) return "school";
  return MEDICAL.test(about) ? "medical" : "resident_unit";
}

/** Corners of each sign in a circle of radius 1; no corners: the circle itself. */
const SHAPES = {
  business: [],
  resident_unit: [
    [0, -1.15],
    [1.15, 0],
    [0, 1.15],
    [-1.15, 0],
  ],
  school: [
    [0, -1.2],
    [1.15, 0.85],
    [-1.15, 0.85],
  ],
  medical: [
    [-0.4, -1.1],
    [0.4, -1.1],
    [0.4, -0.4],
    [1.1, -0.4],
    [1.1, 0.4],
    [0.4, 0.4],
    [0.4, 1.1],
    [-0.4, 1.1],
    [-0.4, 0.4],
    [-1.1, 0.4],
    [-1.1, -0.4],
    [-0.4, -0.4],
  ],
};

/**
 * Many points as one layer of the canvas: the sign of each stands in the option `signs`, their
 * colours by sign in `colours`, their size in `radius`.
 */
export const Marks = L.Polyline.extend({
  ...quick,
  options: { noClip: true, fill: true, fillOpacity: 1 },
  _update() {
    if (this._map) this._updatePath();
  },
  _updatePath() {
    const { _ctx: ctx, _drawing: drawing } = this._renderer;
    const points = this._rings[0];
    if (!drawing || !points) return;
    const { signs, colours, radius } = this.options;
    const { min, max } = this._renderer._bounds;
    points.forEach((point, i) => {
      const { x, y } = point;
      if (x < min.x - radius || x > max.x + radius || y < min.y - radius || y > max.y + radius)
        return;
      this.options.fillColor = colours[signs[i]];
      tracePath(ctx, SHAPES[signs[i]], x, y, radius);
      this._renderer._fillStroke(ctx, this);
    });
  },
});

function tracePath(ctx, corners, x, y, r) {
  ctx.beginPath();
  for (const [dx, dy] of corners) ctx.lineTo(x + dx * r, y + dy * r);
  if (!corners.length) ctx.arc(x, y, r * 0.92, 0, 2 * Math.PI);
  ctx.closePath();
}

/** The same sign for legend and lists. */
export function signPicture(sign) {
  const corners = SHAPES[sign];
  const shape = corners.length
    ? svg("polygon", { points: corners.map(([x, y]) => `${x},${y}`).join(" ") })
    : svg("circle", { r: 0.95 });
  const picture = svg("svg", { class: `sign sign-${sign}`, viewBox: "-1.5 -1.5 3 3" }, shape);
  return el("span", { class: "swatch", "aria-hidden": "true" }, picture);
}
