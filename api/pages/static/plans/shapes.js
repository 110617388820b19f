/**
 * Shapes as the plans API writes them, and what can be asked of them.
 *
 * On the wire: integers of 1e-7 degree from an origin, each position after the first as a difference
 * from the one before. Here: whole rings of such integers; and for drawing, metres from the origin,
 * x to the east, y to the south.
 */

const UNITS = 1e7;

/** The ground around an origin: between degrees, integers and metres. */
export class Frame {
  /** @param {[number, number]} origin lon, lat in degrees */
  constructor([lon, lat]) {
    this.lon = lon;
    this.lat = lat;
    // Metres to a degree there, on the ellipsoid of WGS84 and CGCS2000.
    const f = (lat / 180) * Math.PI;
    const east = 111412.84 * Math.cos(f) - 93.5 * Math.cos(3 * f) + 0.118 * Math.cos(5 * f);
    const north = 111132.954 - 559.822 * Math.cos(2 * f) + 1.175 * Math.cos(4 * f);
    this.kx = east / UNITS;
    this.ky = north / UNITS;
  }

  /** @returns {[number, number]} metres */
  metres([x, y]) {
    return [x * this.kx, -y * this.ky];
  }

  /** @returns {[number, number]} lon, lat in degrees of a spot in metres */
  degrees([x, y]) {
    return [this.lon + x / this.kx / UNITS, this.lat - y / this.ky / UNITS];
  }

  /** @returns {[number, number]} metres of a spot in degrees */
  fromDegrees([lon, lat]) {
    return [(lon - this.lon) * UNITS * this.kx, -(lat - this.lat) * UNITS * this.ky];
  }

  /** @returns {Float64Array} a line of the wire in metres, x and y in turn */
  line(flat) {
    const out = new Float64Array(flat.length);
    let [x, y] = [0, 0];
    for (let i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      out[i] = x * this.kx;
      out[i + 1] = -y * this.ky;
    }
    return out;
  }
}

/** @returns {Int32Array} a ring of the wire as integers from the origin */
export function unpacked(flat) {
  const out = Int32Array.from(flat);
  for (let i = 2; i < out.length; i += 1) out[i] += out[i - 2];
  return out;
}

/** Twice the area of a ring, above 0 when it runs to the left. */
export function turn(ring) {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2)
    sum += ring[j] * ring[i + 1] - ring[i] * ring[j + 1];
  return sum;
}

/** @returns {Int32Array} the ring the other way round */
function reversed(ring) {
  const out = new Int32Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    out[i] = ring[ring.length - 2 - i];
    out[i + 1] = ring[ring.length - 1 - i];
  }
  return out;
}

/**
 * The rings of a shape: outer ones to the left, holes to the right, so that what is drawn together
 * by the nonzero rule has no seams.
 * @param {number[][][]} shape polygons of the wire
 * @returns {Int32Array[]}
 */
export function ringsOf(shape) {
  return shape.flatMap((polygon) =>
    polygon.map((flat, i) => {
      const ring = unpacked(flat);
      return ring.length < 6 || turn(ring) > 0 === (i === 0) ? ring : reversed(ring);
    }),
  );
}

/** @returns {[number, number, number, number]} west, south, east, north of rings */
export function boxOf(rings) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      box[0] = Math.min(box[0], ring[i]);
      box[1] = Math.min(box[1], ring[i + 1]);
      box[2] = Math.max(box[2], ring[i]);
      box[3] = Math.max(box[3], ring[i + 1]);
    }
  }
  return box;
}

/** Whether closed rings cover a position (even-odd). */
export function covers(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [x1, y1, x2, y2] = [ring[j], ring[j + 1], ring[i], ring[i + 1]];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}

/** Add rings to a path, in metres. */
export function trace(path, rings, frame) {
  for (const ring of rings) {
    if (ring.length < 4) continue;
    path.moveTo(ring[0] * frame.kx, -ring[1] * frame.ky);
    for (let i = 2; i < ring.length; i += 2)
      path.lineTo(ring[i] * frame.kx, -ring[i + 1] * frame.ky);
    path.closePath();
  }
  return path;
}
