/**
 * Searching grids, buildings, businesses, units, addresses and people: by what is written, by
 * pinyin and by its initials.
 *
 * @typedef {object} Entry
 * @property {string} kind a key of the words for kinds of entry
 * @property {string} title
 * @property {string} detail
 * @property {import("./atlas.js").Grid|null} grid
 * @property {import("./atlas.js").Place|null} place
 * @property {number} weight smaller comes first among equals
 */

import { words } from "./words.js";

export class SearchIndex {
  /** @param {import("./atlas.js").Atlas} atlas */
  constructor(atlas) {
    this.readings = atlas.block.pinyin;
    /** @type {Entry[]} */
    this.entries = [...gridEntries(atlas), ...placeEntries(atlas), ...peopleEntries(atlas)];
    this.keys = this.entries.map((entry) => this.#keysOf(entry));
  }

  #keysOf({ title, others, code }) {
    const sound = soundsOf(title, this.readings);
    return {
      title: plain(title),
      others: plain(others.join("\n")),
      code,
      full: sound.full,
      initials: sound.initials,
    };
  }

  /**
   * @param {string} text
   * @param {number} limit
   * @returns {{entries: Entry[], count: number}} the best first
   */
  find(text, limit) {
    const words = plain(text).split(/\s+/).filter(Boolean);
    if (!words.length) return { entries: [], count: 0 };
    const hits = [];
    this.keys.forEach((keys, i) => {
      let score = 0;
      for (const word of words) {
        const points = scoreOf(keys, word);
        if (!points) return;
        score += points;
      }
      hits.push({ entry: this.entries[i], score: score / words.length, i });
    });
    hits.sort((a, b) => b.score - a.score || a.entry.weight - b.entry.weight || a.i - b.i);
    return { entries: hits.slice(0, limit).map((hit) => hit.entry), count: hits.length };
  }
}

/** How well a word matches: 0 not at all, 100 the whole name. */
function scoreOf({ title, others, code, full, initials }, word) {
  if (title === word || code === word) return 100;
  if (title.startsWith(word)) return 90 - Math.min(9, title.length - word.length);
  if (title.includes(word)) return 75;
  if (others.includes(word)) return 60;
  if (!/^[a-z0-9]+$/.test(word)) return 0;
  if (code && word.length >= 3 && code.includes(word)) return code.endsWith(word) ? 58 : 50;
  if (initials.some((text) => text === word)) return 70;
  if (initials.some((text) => text.startsWith(word))) return 55;
  if (full.some((text) => text.startsWith(word))) return 54;
  if (word.length >= 2 && initials.some((text) => text.includes(word))) return 40;
  return word.length >= 3 && full.some((text) => text.includes(word)) ? 38 : 0;
}

/** Half width, lower case: 18－３号 is 18-3号. */
function plain(text) {
  return text.normalize("NFKC").toLowerCase().trim();
}

/** A name by sound: with the first readings of its characters, and with the last. */
function soundsOf(title, readings) {
  const letters = Array.from(plain(title));
  const spell = (pick) => letters.map((c) => (readings[c] ? pick(readings[c]) : c));
  const ways = [spell((r) => r[0])];
  if (letters.some((c) => readings[c]?.length > 1)) ways.push(spell((r) => r[r.length - 1]));
  return {
    full: ways.map((way) => way.join("")),
    initials: ways.map((way) => way.map((sound) => sound[0]).join("")),
  };
}

function* gridEntries(atlas) {
  for (const grid of atlas.grids) {
    const { sheet } = grid;
    const above = atlas.chain(grid).slice(0, -1);
    yield {
      kind: `grid-${grid.level}`,
      title: sheet.name,
      detail: above.map((g) => g.sheet.name).join(" › "),
      others: [sheet.code, ...(sheet.members || []).map((m) => m.name)],
      code: sheet.code,
      grid,
      place: null,
      weight: grid.level,
    };
  }
}

function* placeEntries(atlas) {
  for (const place of atlas.places) {
    const { row } = place;
    const grid = atlas.byCode.get(row.grid) || null;
    const home = row.kind === "building" && row.compound ? row.compound : "";
    yield {
      kind: row.kind,
      title: home ? `${home}${row.name}` : row.name,
      detail: row.address || "",
      others: [row.name, row.address || "", ...(row.aliases || []), ...(row.former_names || [])],
      code: "",
      grid,
      place,
      weight: { resident_unit: 4, business: 5, building: 6 }[row.kind],
    };
  }
}

function* peopleEntries(atlas) {
  for (const grid of atlas.grids) {
    for (const held of grid.sheet.responsible) {
      if (held.inherited_from) continue;
      yield {
        kind: "person",
        title: held.name,
        detail: "",
        held,
        others: [held.title],
        code: "",
        grid,
        place: null,
        weight: 3 + grid.level / 10,
      };
    }
  }
}

/** What kind of thing an entry is, in the reader's language. */
export function kindWord({ kind }) {
  return kind.startsWith("grid-")
    ? words("map.entryKinds")[Number(kind.slice(5))]
    : words("map.entry")[kind];
}
