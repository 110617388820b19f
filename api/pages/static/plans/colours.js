/** The map's colours, and which community and compound gets which. */

import { get } from "../core/api.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
let both = null;

/** Fetch the colours of the map. */
export async function fetchColours() {
  both ||= await get("/desk/plans/colours.json");
  return both;
}

/** @returns {any} the palette in use */
export function colours() {
  return both[dark.matches ? "dark" : "light"];
}

/** Call when the reader's scheme changes. */
export function onScheme(listener) {
  dark.addEventListener("change", listener);
}

/**
 * A number for each grid of a level, other than its neighbours' where four are enough. Grids that
 * have one keep it.
 * @param {import("./model.js").Model} model
 * @param {number} level
 * @param {number} many
 * @param {Map<string, number>} kept
 */
export function number(model, level, many, kept) {
  const near = new Map(model.level(level).map((g) => [g.id, new Set()]));
  for (const cell of model.cells.values()) {
    const here = model.gridOf(cell, level);
    if (!here) continue;
    for (const other of cell.across.flat()) {
      const there = other && model.gridOf(other, level);
      if (there && there !== here) near.get(here.id)?.add(there.id);
    }
  }
  for (const id of [...kept.keys()]) if (!near.has(id)) kept.delete(id);
  const open = new Set([...near.keys()].filter((id) => !kept.has(id)));
  const usedBy = (id) =>
    new Set([...near.get(id)].map((n) => kept.get(n)).filter((n) => n !== undefined));
  while (open.size) {
    let next = null;
    for (const id of open) {
      const rank = usedBy(id).size * 1000 + near.get(id).size;
      if (!next || rank > next.rank) next = { id, rank };
    }
    const taken = usedBy(next.id);
    const counts = Array.from(
      { length: many },
      (_, i) => [...kept.values()].filter((v) => v === i).length,
    );
    const free = counts
      .map((n, i) => [n, i])
      .filter(([, i]) => !taken.has(i))
      .sort((a, b) => a[0] - b[0]);
    kept.set(next.id, free.length ? free[0][1] : 0);
    open.delete(next.id);
  }
  return kept;
}

/** Mix a colour #rrggbb with white (share above 0) or black (below). */
export function tinted(colour, share) {
  const to = share > 0 ? 255 : 0;
  const parts = [1, 3, 5].map((i) => {
    const from = parseInt(colour.slice(i, i + 2), 16);
    return Math.round(from + (to - from) * Math.abs(share));
  });
  return `rgb(${parts.join(",")})`;
}
