/**
 * Lines that a hand draws, in metres on the ground.
 *
 * @typedef {[number, number]} Spot
 */

/**
 * Spots on the way from one to another, both among them.
 * @param {Spot} from
 * @param {Spot} to
 * @param {number} density spots a metre
 * @returns {Spot[]}
 */
export function spotsBetween(from, to, density) {
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const steps = Math.max(1, Math.ceil(far * density));
  return Array.from({ length: steps + 1 }, (_, i) => [
    from[0] + ((to[0] - from[0]) * i) / steps,
    from[1] + ((to[1] - from[1]) * i) / steps,
  ]);
}

/**
 * A line without the points that lie nearer than `least` metres to the one before; at least two stay.
 * @param {Spot[]} line
 * @param {number} least
 * @returns {Spot[]}
 */
export function thinned(line, least) {
  const out = [line[0]];
  for (const spot of line.slice(1)) {
    const [x, y] = /** @type {Spot} */ (out.at(-1));
    if (Math.hypot(spot[0] - x, spot[1] - y) >= least) out.push(spot);
  }
  if (out.length < 2) out.push(/** @type {Spot} */ (line.at(-1)));
  return out;
}
