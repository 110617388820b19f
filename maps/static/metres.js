/** Lengths and areas on the ground, and how they are written. */

import { words } from "./words.js";

/**
 * Metres to a degree at a latitude, on the ellipsoid of WGS84 and CGCS2000.
 * @param {number} lat degrees
 * @returns {{east: number, north: number}}
 */
export function metresToDegree(lat) {
  const f = (lat * Math.PI) / 180;
  return {
    east: 111412.84 * Math.cos(f) - 93.5 * Math.cos(3 * f) + 0.118 * Math.cos(5 * f),
    north: 111132.954 - 559.822 * Math.cos(2 * f) + 1.175 * Math.cos(4 * f),
  };
}

/**
 * @param {{lat: number, lng: number}[]} points
 * @returns {{length: number, area: number}} metres along the line; square metres within it, closed
 */
export function measured(points) {
  if (points.length < 2) return { length: 0, area: 0 };
  const { east, north } = metresToDegree(points[0].lat);
  const flat = points.map(({ lat, lng }) => [
    (lng - points[0].lng) * east,
    (lat - points[0].lat) * north,
  ]);
  let length = 0;
  let twice = 0;
  flat.forEach(([x, y], i) => {
    const [nextX, nextY] = flat[(i + 1) % flat.length];
    if (i < flat.length - 1) length += Math.hypot(nextX - x, nextY - y);
    twice += x * nextY - nextX * y;
  });
  return { length, area: Math.abs(twice) / 2 };
}

/**
 * @param {any} atlas
 * @param {Int32Array[]} rings of a grid
 * @returns {number} square metres, holes taken off
 */
export function groundOf(atlas, rings) {
  const { east, north } = metresToDegree((atlas.south + rings[0][1]) / 1e7);
  let twice = 0;
  for (const ring of rings) {
    const n = ring.length;
    for (let i = 0; i < n; i += 2) {
      twice += ring[i] * ring[(i + 3) % n] - ring[(i + 2) % n] * ring[i + 1];
    }
  }
  return (Math.abs(twice) / 2) * (east / 1e7) * (north / 1e7);
}

/** 340 m · 1.25 km */
export function lengthText(metres) {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(2)} km`;
}

/** 850 m² · 3.20 ha · 1.25 km², in the reader's language */
export function areaText(squareMetres) {
  const { square, hectare, kilometre } = words("map.areas");
  if (squareMetres < 10_000) return `${Math.round(squareMetres)} ${square}`;
  if (squareMetres < 1_000_000) return `${(squareMetres / 10_000).toFixed(2)} ${hectare}`;
  return `${(squareMetres / 1_000_000).toFixed(2)} ${kilometre}`;
}
