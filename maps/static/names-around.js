/** The names of what lies around the grids: water in the midst of it, roads along their lines. */

import { basemapShown } from "./basemap.js";
import { growing } from "./detail.js";
import { covers } from "./lookup.js";
import { boxAround, fontOf, keyOf, LOOK, linesOf, widthOf } from "./place-names.js";
import { coveredByPanels } from "./view.js";

const LATTICE = 44;

/** A river's name stands in the middle of the widest water in view. */
export function* waterNames({ app, taken, corner, size, zoom }) {
  const { map, atlas } = app;
  const covered = coveredByPanels(map);
  for (const river of atlas.context.rivers) {
    const rows = [];
    for (let y = LATTICE / 2; y < size.y; y += LATTICE) {
      const row = [];
      for (let x = LATTICE / 2; x < size.x; x += LATTICE) {
        const under = covered.some((r) => x > r.left && x < r.right && y > r.top && y < r.bottom);
        const [ix, iy] = atlas.integers(map.containerPointToLatLng([x, y]));
        row.push(!under && covers(river.lines, ix, iy) ? Infinity : 0);
      }
      rows.push(row);
    }
    const best = widest(rows);
    if (best.room < 2) continue;
    const x = corner.x + (best.column + 0.5) * LATTICE;
    const y = corner.y + (best.row + 0.5) * LATTICE;
    const lines = [...linesOf(river.name)];
    if (!taken.claim([boxAround({ x, y }, lines, "community")])) continue;
    yield { key: keyOf("w", river.name, zoom), kind: "water", lines, x, y };
  }
}

/** The cell farthest from any cell with 0, counted in cells; the edge of the lattice counts too. */
function widest(rows) {
  const best = { room: 0, row: 0, column: 0 };
  const get = (i, j) => rows[i]?.[j] ?? 0;
  const sweep = (i, j, step) => {
    if (rows[i][j] === 0) return;
    const near = Math.min(
      get(i - step, j),
      get(i, j - step),
      get(i - step, j - step),
      get(i - step, j + step),
    );
    rows[i][j] = Math.min(rows[i][j], near + 1);
  };
  for (let i = 0; i < rows.length; i += 1)
    for (let j = 0; j < rows[i].length; j += 1) sweep(i, j, 1);
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    for (let j = rows[i].length - 1; j >= 0; j -= 1) {
      sweep(i, j, -1);
      if (rows[i][j] > best.room) Object.assign(best, { room: rows[i][j], row: i, column: j });
    }
  }
  return best;
}

const STEEP = (50 / 180) * Math.PI;

export function* roadNames({ app, taken, at, seen, zoom }) {
  if (!app.state.get("layers").roads || zoom < 13.5 || basemapShown(app)) return;
  const high = LOOK.road.line;
  for (const road of app.atlas.context.roads) {
    const [text] = linesOf(road.name);
    if (!text) continue;
    const letters = Array.from(text);
    const gap = growing(zoom, 1, 4);
    const width = widthOf(text, fontOf("road")) + gap * letters.length;
    let last = null;
    for (const line of road.lines) {
      const points = [];
      for (let i = 0; i < line.length; i += 2) points.push(at(line[i], line[i + 1]));
      for (const spot of straightSpots(points, width, 36)) {
        if (!seen(spot)) continue;
        if (last && Math.hypot(spot.x - last.x, spot.y - last.y) < 420) continue;
        const boxes = letters.map((_, i) => {
          const off = ((i + 0.5) / letters.length - 0.5) * width;
          const [x, y] = [spot.x + off * Math.cos(spot.angle), spot.y + off * Math.sin(spot.angle)];
          return [x - high / 2, y - high / 2, x + high / 2, y + high / 2];
        });
        if (!taken.claim(boxes)) continue;
        last = spot;
        const upright = Math.abs(spot.angle) > STEEP && /[\u4e00-\u9fff]/.test(text);
        const key = keyOf("r", road.name, zoom, Math.round(spot.x), Math.round(spot.y));
        yield { key, kind: "road", lines: [text], ...spot, upright };
      }
    }
  }
}

/**
 * Places along a line where a text of a width lies nearly straight.
 * @param {{x: number, y: number}[]} points of the line, pixels
 * @param {number} width
 * @param {number} every pixels between two tries
 * @returns {{x: number, y: number, angle: number}[]} middles and directions, radians in ±π/2
 */
function straightSpots(points, width, every) {
  const along = [0];
  for (let i = 1; i < points.length; i += 1) {
    const { x, y } = points[i - 1];
    along.push(along[i - 1] + Math.hypot(points[i].x - x, points[i].y - y));
  }
  const length = along[along.length - 1];
  const spots = [];
  for (let middle = width / 2 + 8; middle < length - width / 2 - 8; middle += every) {
    const a = pointAt(points, along, middle - width / 2);
    const b = pointAt(points, along, middle + width / 2);
    const chord = Math.hypot(b.x - a.x, b.y - a.y);
    if (chord < width * 0.97) continue;
    let angle = Math.atan2(b.y - a.y, b.x - a.x);
    if (angle > Math.PI / 2) angle -= Math.PI;
    if (angle <= -Math.PI / 2) angle += Math.PI;
    const on = pointAt(points, along, middle);
    spots.push({ x: (a.x + b.x) / 4 + on.x / 2, y: (a.y + b.y) / 4 + on.y / 2, angle });
  }
  return spots;
}

function pointAt(points, along, distance) {
  let i = 1;
  while (i < along.length - 1 && along[i] < distance) i += 1;
  const share = (distance - along[i - 1]) / (along[i] - along[i - 1] || 1);
  const [a, b] = [points[i - 1], points[i]];
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
}
