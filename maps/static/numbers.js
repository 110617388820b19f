/** The numbers an office colours its grids by, and the steps they are shown in. */

import { groundOf } from "./metres.js";

/** @type {Record<string, (atlas: any, grid: any) => number|undefined>} undefined: not known */
export const NUMBERS = {
  households: (_, { sheet }) => sheet.counts.households,
  load: loadOf,
  resident_population: (_, { sheet }) => sheet.counts.resident_population,
  density: densityOf,
  buildings: (_, { sheet }) => sheet.counts.buildings,
  businesses: (_, { sheet }) => sheet.counts.businesses,
  resident_units: (_, { sheet }) => sheet.counts.resident_units,
};

/** @returns {string[]} the numbers this atlas knows anything of */
export function numbersKnown(atlas) {
  return Object.keys(NUMBERS).filter((key) =>
    atlas.grids.some((g) => NUMBERS[key](atlas, g) !== undefined),
  );
}

/** Households to a hectare of ground. */
function densityOf(atlas, { sheet, rings }) {
  const { households } = sheet.counts;
  if (households === undefined || !rings.length) return undefined;
  return Math.round(households / (groundOf(atlas, rings) / 10_000));
}

/** All households in the charge of a grid's leader, on grids of its level: names tell people apart. */
function loadOf(atlas, grid) {
  const leader = leaderOf(grid);
  return leader && loads(atlas).get(`${grid.level} ${leader}`);
}

function leaderOf({ sheet }) {
  const held = sheet.responsible.find((r) => r.role === "grid_leader");
  return held && `${held.name} ${held.office_phone || held.public_mobile || held.mobile || ""}`;
}

const known = new WeakMap();

function loads(atlas) {
  if (!known.has(atlas)) {
    const sums = new Map();
    for (const grid of atlas.grids) {
      const leader = leaderOf(grid);
      const { households } = grid.sheet.counts;
      if (!leader || households === undefined) continue;
      const key = `${grid.level} ${leader}`;
      sums.set(key, (sums.get(key) || 0) + households);
    }
    known.set(atlas, sums);
  }
  return known.get(atlas);
}

/**
 * Round values between steps that hold about equally many grids.
 * @param {(number|undefined)[]} values
 * @param {number} steps
 * @returns {number[]} the least value of each step but the first, rising; [] when all are equal
 */
export function breaksOf(values, steps) {
  const sorted = values.filter((v) => v !== undefined).sort((a, b) => a - b);
  const breaks = new Set();
  for (let i = 1; i < steps; i += 1) {
    const value = rounded(sorted[Math.floor((i * sorted.length) / steps)] ?? 0);
    if (value > sorted[0] && value <= sorted[sorted.length - 1]) breaks.add(value);
  }
  return [...breaks].sort((a, b) => a - b);
}

function rounded(value) {
  if (value < 20) return Math.ceil(value);
  const unit = 10 ** Math.floor(Math.log10(value) - 1);
  return Math.round(value / unit) * unit;
}
