/**
 * The part of the address that brings a look-up back. It stands behind `#`, which no browser sends:
 * what somebody asked is in no log of the server.
 *
 * - `#q=TEXT` what was typed, and `&key=KEY` the candidate that was taken of it;
 * - `#grid=CODE` a grid; `#point=LON,LAT,DATUM` a point.
 */

const MOST = 200;

/** @param {Record<string, string>} parts */
export function hashOf(parts) {
  return `#${new URLSearchParams(parts)}`;
}

/** @param {{lon: number, lat: number, datum: string}} point */
export function hashOfPoint({ lon, lat, datum }) {
  return hashOf({ point: `${Number(lon.toFixed(7))},${Number(lat.toFixed(7))},${datum}` });
}

/**
 * @param {string} hash
 * @returns {{q?: string, key?: string, grid?: string,
 *   point?: {lon: number, lat: number, datum: string}}|null} null where it names nothing
 */
export function readHash(hash) {
  const asked = new URLSearchParams(hash.slice(1));
  const q = (asked.get("q") ?? "").slice(0, MOST).trim();
  if (q) return { q, key: asked.get("key") ?? "" };
  const grid = asked.get("grid") ?? "";
  if (/^[0-9A-Za-z-]{1,40}$/.test(grid)) return { grid };
  const [lon, lat, datum] = (asked.get("point") ?? "").split(",");
  const point = { lon: Number(lon), lat: Number(lat), datum };
  const known = lon && lat && /^(wgs84|cgcs2000|gcj02|bd09)$/.test(datum ?? "");
  return known && Number.isFinite(point.lon) && Number.isFinite(point.lat) ? { point } : null;
}

/** Keep the address of the page at a look-up; "" for none. */
export function keepHash(/** @type {string} */ hash) {
  try {
    history.replaceState(null, "", hash || location.pathname + location.search);
  } catch {
    // A browser refuses to change the address too often: the look-up is still there.
  }
}
