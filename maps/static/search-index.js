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
 * @property {string[]} names what it is called, the usual name first
 * @property {number} weight smaller comes first among equals, as in the service
 */

import { keyOf, readAddress } from "./address-text.js";
import { likeness } from "./alike.js";
import { words } from "./words.js";

const LIKELY = 0.7;
const OF_A_KIND = 0.7;
const RETIRED = 0.9;
const NOT_THERE = 0.6;
const SHORTEST_PHONE = 7;

/** The page's one index, made when it is first asked for. */
export function searchIndex(app) {
  app.index ||= new SearchIndex(app.atlas);
  return app.index;
}

export class SearchIndex {
  /** @param {import("./atlas.js").Atlas} atlas */
  constructor(atlas) {
    this.readings = atlas.block.pinyin;
    this.kinds = atlas.block.kinds || {};
    this.retired = atlas.block.retired || {};
    /** @type {Entry[]} */
    this.entries = [...gridEntries(atlas), ...placeEntries(atlas), ...peopleEntries(atlas)];
    this.keys = this.entries.map((entry) => this.#keysOf(entry));
    this.streets = new Set(this.keys.map((keys) => keys.street).filter(Boolean));
    this.compounds = new Set(this.keys.map((keys) => keys.compound).filter(Boolean));
    this.plates = countBy(
      this.keys.filter((keys) => keys.isHouse),
      (keys) => keys.spot,
    );
  }

  #keysOf({ title, others, names, code, place, phone }) {
    const spelled = (place ? [title] : [title, ...names]).map((n) => soundsOf(n, this.readings));
    const said = place ? readAddress(place.row.address || "") : null;
    const number = /^([0-9]+|[A-Z])幢$/.exec(oneNumber(place?.row.name || ""))?.[1] || "";
    return {
      title: plain(title),
      others: plain(others.join("\n")),
      names: names.map(keyOf),
      code,
      phone: (phone || "").replace(/[^0-9]/g, ""),
      full: spelled.flatMap((sound) => sound.full),
      initials: spelled.flatMap((sound) => sound.initials),
      street: said?.plate ? keyOf(said.head) : "",
      plate: said?.plate || "",
      spot: said?.plate ? `${keyOf(said.head)} ${said.plate}` : "",
      building: said?.building || number,
      room: said?.room || "",
      compound: place ? keyOf(place.row.compound || "") : "",
      isHouse: place?.row.kind === "building",
    };
  }

  /**
   * @param {string} text
   * @param {number} limit
   * @returns {{entries: Entry[], count: number}} the best first
   */
  find(text, limit) {
    const asked = plain(text);
    if (!asked) return { entries: [], count: 0 };
    const kind = this.kinds[keyOf(text)];
    const score = kind ? (i) => this.#ofKind(kind, i) : this.#scorer(text);
    let hits = this.#hits(score);
    // Words that stand apart are looked for one by one where nothing fits as it stands.
    if (!hits.length || hits[0].score < NOT_THERE)
      hits = this.#hits(byWords(asked, this.keys), hits);
    return { entries: hits.slice(0, limit).map((hit) => hit.entry), count: hits.length };
  }

  #hits(score, known = []) {
    const found = new Map(known.map((hit) => [hit.i, hit]));
    this.entries.forEach((entry, i) => {
      const points = Math.max(score(i), found.get(i)?.score || 0);
      if (points > 0) found.set(i, { entry, score: points, i });
    });
    const rank = ({ score: points }) => -Math.round(points * 100);
    return [...found.values()].sort(
      (a, b) => rank(a) - rank(b) || a.entry.weight - b.entry.weight || a.i - b.i,
    );
  }

  #ofKind([kinds, names], i) {
    const { place, names: called } = this.entries[i];
    if (!place) return 0;
    const fits =
      kinds.includes(place.row.category) ||
      called.some((name) => names.some((n) => name.includes(n)));
    return fits ? OF_A_KIND : 0;
  }

  /** @returns {(i: number) => number} how well an entry fits what was asked */
  #scorer(text) {
    const said = readAddress(text);
    const sound = (c) => this.readings[c]?.[0] || c;
    const alike = (asked) => {
      const known = new Map();
      return (name) => {
        if (!known.has(name)) known.set(name, asked && name ? likeness(asked, name, sound) : 0);
        return known.get(name);
      };
    };
    const [head, whole] = [alike(keyOf(said.head)), alike(said.key)];
    const ground = alike(keyOf(said.compound || (said.plate ? "" : said.head)));
    const digits = said.key.length >= SHORTEST_PHONE && /^[0-9]+$/.test(said.key) ? said.key : "";
    const typed = plain(text);
    const spaced = /\s/.test(typed);
    return (i) => {
      const keys = this.keys[i];
      if (digits && keys.phone?.endsWith(digits)) return 1;
      if (keys.code && keys.code === typed) return 1;
      if (keys.code && this.retired[typed]?.includes(keys.code)) return RETIRED;
      const numbers = Math.max(
        this.#byPlate(keys, said, head),
        this.#byCompound(keys, said, ground),
      );
      if (numbers) return numbers;
      if (said.building || said.plate) return 0;
      // What is said in words that stand apart is more than a name within it.
      const names = keys.names.filter((called) => !spaced || called.length >= said.key.length);
      const [first = "", ...more] = names;
      const called = Math.max(whole(first), ...more.map((other) => whole(other) - 0.01));
      const name = spaced ? called : Math.max(called, ground(first));
      return Math.max(name >= NOT_THERE ? name : 0, bySound(keys, typed));
    };
  }

  #byPlate(keys, said, head) {
    if (!said.plate || !keys.plate) return 0;
    const like = head(keys.street);
    if (like < LIKELY) return 0;
    const [main, sub] = said.plate.split("-");
    if (keys.plate !== said.plate) {
      const read = sub && !said.building && keys.plate === main && keys.building === sub;
      return read && keys.isHouse ? like * 0.85 : 0;
    }
    if (said.building) {
      if (keys.building !== said.building) return 0;
      return keys.isHouse ? like : keys.room && keys.room === said.room ? like * 0.95 : 0;
    }
    if (said.room && keys.room === said.room) return like;
    if (!keys.building && !keys.room) return like;
    return keys.isHouse && this.plates.get(keys.spot) === 1 ? like : NOT_THERE * like;
  }

  #byCompound(keys, said, ground) {
    if (!said.building || !keys.compound || keys.building !== said.building) return 0;
    if (said.plate && !said.compound) return 0;
    const like = ground(keys.compound);
    return keys.isHouse && like >= LIKELY ? like : 0;
  }
}

function oneNumber(name) {
  return keyOf(name).replace(/(?:号楼|[栋座])$/, "幢");
}

function countBy(items, key) {
  const counts = new Map();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) || 0) + 1);
  return counts;
}

/** Every word must fit: by what is written, a part of a code, or by sound. */
function byWords(asked, all) {
  const said = asked.split(/\s+/).filter(Boolean);
  return (i) => {
    let score = 0;
    for (const word of said) {
      const points = scoreOf(all[i], word);
      if (!points) return 0;
      score += points;
    }
    return score / said.length;
  };
}

/** How well a word matches: 0 not at all, below what a name that fits has. */
function scoreOf(keys, word) {
  const { title, others, code } = keys;
  if (title === word || code === word) return 0.59;
  if (title.startsWith(word)) return 0.57;
  if (title.includes(word)) return 0.55;
  if (others.includes(word)) return 0.5;
  if (!/^[a-z0-9]+$/.test(word)) return 0;
  if (code && word.length >= 3 && code.includes(word)) return code.endsWith(word) ? 0.48 : 0.45;
  return bySound(keys, word) / 2;
}

/** How well letters match how a name is spelled: in full, or its initials. */
function bySound({ full, initials }, word) {
  if (!/^[a-z]{2,}[a-z0-9]*$/.test(word)) return 0;
  if (full.includes(word)) return 0.78;
  if (initials.includes(word)) return 0.74;
  if (full.some((text) => text.startsWith(word))) return 0.66;
  if (initials.some((text) => text.startsWith(word))) return 0.6;
  if (initials.some((text) => text.includes(word))) return 0.4;
  return word.length > 2 && full.some((text) => text.includes(word)) ? 0.38 : 0;
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
      names: gridNames(sheet),
      code: sheet.code,
      grid,
      place: null,
      weight: { 1: 6, 2: 4, 3: 7 }[grid.level],
    };
  }
}

/** A grid's name, that of its compounds; a community also without 社区. */
function gridNames({ name, level, members }) {
  const all = [name, ...(members || []).map((m) => m.name)];
  return level === 1 ? [...all, name.replace(/社区$/, "")] : all;
}

/** What a place is called: of a building with a number, its compound's name with it. */
function placeNames(row, home) {
  const bare = row.name.split(/[(（]/)[0];
  const former = (row.former_names || []).map((name) => name.replace(/^原/, ""));
  const names = [home ? `${home}${row.name}` : row.name, ...(row.aliases || []), ...former];
  return bare && bare !== row.name && !home ? [...names, bare] : names;
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
      names: placeNames(row, home),
      code: "",
      grid,
      place,
      weight: { building: 0, resident_unit: 1, business: 2 }[row.kind],
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
        names: [held.name],
        phone: held.office_phone,
        code: "",
        grid,
        place: null,
        weight: 8 + grid.level / 10,
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
