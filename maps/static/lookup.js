/** Which grids and places are at a spot: the same answer as the server's, edges and corners too. */

/**
 * Tell whether closed rings cover a position (even-odd). Exact for integers up to 2 ** 26.
 * @param {Int32Array[]} rings without the repeated last position
 * @param {number} x
 * @param {number} y
 * @returns {boolean} true on the boundary
 */
export function covers(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    let x1 = ring[ring.length - 2];
    let y1 = ring[ring.length - 1];
    for (let i = 0; i < ring.length; i += 2) {
      const x2 = ring[i];
      const y2 = ring[i + 1];
      const side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);
      if (side === 0 && between(x1, x, x2) && between(y1, y, y2)) return true;
      if (y1 > y !== y2 > y && side > 0 === y2 > y1) inside = !inside;
      x1 = x2;
      y1 = y2;
    }
  }
  return inside;
}

function between(a, value, b) {
  return a < b ? a <= value && value <= b : b <= value && value <= a;
}

function inBox([west, south, east, north], x, y) {
  return west <= x && x <= east && south <= y && y <= north;
}

/**
 * The grids at a position: decided at level 3, the lowest code on a shared boundary.
 * @param {import("./atlas.js").Atlas} atlas
 * @returns {import("./atlas.js").Grid[]} level 1 first; [] outside
 */
export function gridsAt(atlas, x, y) {
  const hit = (grid) => grid.level === 3 && inBox(grid.box, x, y) && covers(grid.rings, x, y);
  return atlas.chain(atlas.grids.find(hit) || null);
}

/**
 * The places at a position: footprints it is in and what is inside them, and points near it.
 * @param {import("./atlas.js").Atlas} atlas
 * @param {number} reach how near a point must be, in degrees of latitude / 1e7
 * @returns {import("./atlas.js").Place[]} buildings first
 */
export function placesAt(atlas, x, y, reach) {
  const squeeze = Math.cos(((atlas.south + y) / 1e7 / 180) * Math.PI);
  const found = new Set();
  for (const place of atlas.places) {
    const here = place.rings.length
      ? inBox(place.box, x, y) && covers(place.rings, x, y)
      : Math.hypot((place.x - x) * squeeze, place.y - y) <= reach;
    if (!here) continue;
    found.add(place);
    for (const inner of atlas.inside.get(place.row.id) || []) found.add(inner);
  }
  const order = ["building", "business", "resident_unit"];
  return [...found].sort((a, b) => order.indexOf(a.row.kind) - order.indexOf(b.row.kind));
}
