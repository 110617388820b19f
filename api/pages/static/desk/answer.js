/** From what was chosen to everything that is said about it: one answer, of one version of the data. */

import { get, Problem } from "../core/api.js";
import { t } from "../core/words.js";
import { datumName } from "./datum-choice.js";
import { requireOneVersion, Stale } from "./versions.js";

/** Candidates that are a spot, so that a distance to the boundary means something. */
const SPOTS = new Set(["building", "resident_unit", "business", "door_plate"]);
const MOST_NEAR = 3;

/**
 * Everything about one place, person, grid or point.
 *
 * @typedef {object} Answer
 * @property {string} title
 * @property {string} detail
 * @property {string} kind a candidate's match, or `point`
 * @property {any[]} sheets the grids, level 3 first
 * @property {any[]} places what stands at the spot
 * @property {number|null} edgeM metres to the level-3 boundary; null: not asked, or outside
 * @property {any[]} near grids beyond the boundary, with their leaders
 * @property {any} nearest the nearest grid when the point is outside
 * @property {{lon: number, lat: number}|null} spot where it is, WGS84
 * @property {string[]} reasons
 * @property {number|null} accuracyM of a measured position
 * @property {any} provenance version, day and whether it is synthetic
 */

/**
 * The answer for a candidate of an address.
 * @param {any} candidate
 * @param {any} found the answer that the candidate is of
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
export async function answerFor(candidate, found, signal) {
  try {
    return await gather(candidate, found, signal);
  } catch (fault) {
    if (!(fault instanceof Stale)) throw fault;
    return answerAnew(candidate.key, found.address, signal);
  }
}

/** The same, asked for again: the data or the language changed. */
export async function answerAnew(key, address, signal) {
  const found = await get("/locate", { address, limit: 50 }, signal);
  const same = found.candidates.find((c) => c.key === key);
  if (!same) throw new Problem(t("desk.changing"));
  return unlessStale(gather(same, found, signal));
}

async function gather(candidate, found, signal) {
  const sheets = [...candidate.grids].sort((a, b) => b.level - a.level);
  const answer = {
    ...blank(found),
    title: candidate.address || candidate.name,
    detail:
      candidate.address &&
      candidate.name !== candidate.address &&
      !candidate.address.endsWith(candidate.name)
        ? candidate.name
        : "",
    kind: candidate.match,
    sheets,
    reasons: candidate.reasons.map((r) => r.text),
  };
  if (!isSpot(candidate)) return { ...answer, centre: pointOf(candidate) };
  const spot = await get("/locate", { ...pointOf(candidate), datum: "wgs84" }, signal);
  requireOneVersion(found, spot);
  if (spot.grids.at(-1)?.code !== sheets[0].code)
    return { ...answer, spot: pointOf(candidate), places: spot.places };
  return { ...answer, ...(await ofSpot(spot, signal)) };
}

function isSpot({ match, point, buildings, grids }) {
  return point !== null && SPOTS.has(match) && buildings <= 1 && grids.at(-1)?.level === 3;
}

function pointOf({ point }) {
  return point && { lon: point[0], lat: point[1] };
}

/**
 * The answer for a point.
 * @param {{lon: number, lat: number, datum: string}} point
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
export async function answerForPoint({ lon, lat, datum }, signal) {
  const { spot, parts } = await twice(async () => {
    const located = await get("/locate", { lon, lat, datum }, signal);
    return { spot: located, parts: await ofSpot(located, signal) };
  });
  return {
    ...blank(spot),
    title: t("desk.fromDatum", sixDecimals(lon), sixDecimals(lat), datumName(datum)),
    detail:
      datum === "wgs84"
        ? ""
        : t("desk.inWgs84", sixDecimals(spot.point.lon), sixDecimals(spot.point.lat)),
    kind: "point",
    sheets: [...spot.grids].reverse(),
    ...parts,
  };
}

/** A decimeter is all that can be read: a click gives fifteen decimals. */
function sixDecimals(degrees) {
  return Number(degrees.toFixed(6));
}

/** The answer for a grid by its code. */
export async function answerForGrid(code, signal) {
  const found = await get("/locate", { address: code }, signal);
  const [candidate] = found.candidates;
  if (!candidate || candidate.grids.at(-1)?.code !== code) throw new Problem(t("desk.changing"));
  return answerFor(candidate, found, signal);
}

function blank({ version, as_of, synthetic, edition }) {
  return {
    title: "",
    detail: "",
    kind: "point",
    sheets: [],
    places: [],
    edgeM: null,
    near: [],
    nearest: null,
    spot: null,
    centre: null,
    reasons: [],
    accuracyM: null,
    provenance: { version, as_of, synthetic, edition },
  };
}

/** What a spot adds: the boundary and who is beyond it, and what stands there. */
async function ofSpot(spot, signal) {
  const asked = spot.near
    .slice(0, MOST_NEAR)
    .map(({ code }) => get(`/grids/${encodeURIComponent(code)}/sheet`, {}, signal));
  const sheets = await Promise.all(asked);
  requireOneVersion(spot, ...sheets);
  const near = spot.near
    .slice(0, MOST_NEAR)
    .map((grid, i) => ({ ...grid, leader: leaderOf(sheets[i]) }));
  return {
    places: spot.places,
    edgeM: spot.distance_to_boundary_m,
    near,
    nearest: spot.nearest || null,
    spot: { lon: spot.point.lon, lat: spot.point.lat },
  };
}

/** Who leads a grid, its own leader or an inherited one. */
export function leaderOf(sheet) {
  return sheet.responsible.find((held) => held.role === "grid_leader") || null;
}

async function twice(work) {
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof Stale)) throw fault;
    return unlessStale(work());
  }
}

async function unlessStale(work) {
  return work.catch((fault) => {
    throw fault instanceof Stale ? new Problem(t("desk.changing")) : fault;
  });
}
