/** The colours in use, by the palette of the page and by what the reader has chosen. */

import { basemapShown } from "./basemap.js";
import { shownLevel } from "./detail.js";
import { breaksOf, NUMBERS } from "./numbers.js";

/** @returns {"light"|"dark"} */
export function shade(state) {
  const wanted = state.get("theme");
  if (wanted !== "auto") return wanted;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** @returns {any} the palette of the theme in use */
export function palette(app) {
  return app.atlas.block.palette[shade(app.state)];
}

/** How much of the ground's colour is left over a basemap. */
const OVER_TILES = 0.6;

/** The class of a community or the grade of a compound, null where it has none. */
export function rankOf(grid) {
  return grid.sheet.grid_class || grid.sheet.grid_grade || null;
}

/** The colour of a community on its own. */
export function communityColour(app, grid) {
  const { communities } = palette(app);
  return communities[grid.colour % communities.length];
}

/**
 * How the ground is coloured now.
 * @returns {{key: string, level: number, opacity: number, colour: (grid: any) => string,
 *   ranks?: string[], breaks?: number[]}} `key` changes when anything but the theme does
 */
export function colouring(app) {
  const level = shownLevel(app.state.get("level"), app.map.getZoom());
  const way = { community: byCommunity, rank: byRank, number: byNumber }[app.state.get("colour")];
  const made = way(app, level, palette(app));
  if (!basemapShown(app)) return made;
  return { ...made, key: `${made.key} over tiles`, opacity: made.opacity * OVER_TILES };
}

/** Level 2 in the colour of its community, a little lighter or darker than its neighbours. */
function byCommunity(_app, _, { communities, tints, fill_opacity: opacity }) {
  const colour = (grid) => {
    const base = communities[(grid.parent || grid).colour % communities.length];
    return tinted(base, tints[grid.colour % tints.length]);
  };
  return { key: "community", level: 2, opacity, colour };
}

function byRank(_app, shown, { ranks, unranked, rank_opacity: opacity }) {
  const level = Math.min(shown, 2);
  const colour = (grid) => ranks[rankOf(grid)] || unranked;
  const order = level === 1 ? ["甲", "乙", "丙"] : ["A", "B", "C"];
  return { key: `rank ${level}`, level, opacity, colour, ranks: order };
}

function byNumber(app, level, { scale, unranked, rank_opacity: opacity }) {
  const number = app.state.get("number");
  const figureOf = NUMBERS[number];
  const grids = app.atlas.level(level);
  const breaks = breaksOf(
    grids.map((grid) => figureOf(app.atlas, grid)),
    scale.length,
  );
  const colour = (grid) => {
    const value = figureOf(app.atlas, grid);
    if (value === undefined) return unranked;
    const step = breaks.filter((least) => value >= least).length;
    return scale[spread(step, breaks.length, scale.length)];
  };
  return { key: `${number} ${level}`, level, opacity, colour, breaks };
}

/** The colour number of a step, so that few steps use the whole scale. */
export function spread(step, steps, colours) {
  return steps ? Math.round((step * (colours - 1)) / steps) : 0;
}

/** Mix a colour #rrggbb with white (share above 0) or black (below). */
function tinted(colour, share) {
  const to = share > 0 ? 255 : 0;
  const mix = (from) => Math.round(from + (to - from) * Math.abs(share));
  const parts = [1, 3, 5].map((i) => mix(parseInt(colour.slice(i, i + 2), 16)));
  return `rgb(${parts.join(",")})`;
}
