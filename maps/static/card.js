/** The cards of a spot: one for each level, and what stands there. The Sheet of the API, to read. */

import { communityColour, palette, rankOf } from "./colours.js";
import { el, name, phone, phonesOf } from "./dom.js";
import { boardLink } from "./files.js";
import { signOf, signPicture } from "./marks.js";
import { areaText, groundOf } from "./metres.js";
import { language, t, tNodes, words } from "./words.js";

/**
 * @param {any} app
 * @param {any} spot what is selected
 * @returns {HTMLElement[]}
 */
export function cardsOf(app, spot) {
  const [first, ...others] = spot.grids
    .map((grid) => gridCard(app, grid, grid === spot.grids.at(-1)))
    .reverse();
  // Whoever is responsible stands first; what stands here takes two lines until it is opened.
  return [first, spot.places.length ? hereCard(spot.places) : null, ...others].filter(Boolean);
}

function gridCard(app, grid, open) {
  const { sheet } = grid;
  const title = `card-${grid.level}`;
  const card = el(
    "section",
    { class: `card card-level-${grid.level}`, "aria-labelledby": title },
    el(
      "header",
      { class: "card-head" },
      el(
        "p",
        { class: "card-level" },
        words("common.levels")[grid.level],
        badge(app, grid),
        kindBadge(sheet),
      ),
      name(sheet.name, "h3", { id: title, class: "card-name" }),
      el(
        "p",
        { class: "card-code" },
        el("span", { class: "quiet" }, t("common.code")),
        " ",
        el("bdi", {}, sheet.code),
        grid.rings.length
          ? el("span", { class: "card-area quiet" }, areaText(groundOf(app.atlas, grid.rings)))
          : null,
      ),
      retiredNote(app, sheet),
    ),
    people(app, sheet),
    open ? counts(sheet.counts) : countsLine(sheet.counts),
    members(sheet.members || []),
    organisations(sheet.organisations),
    children(app, grid),
    ...placesWithin(app, grid),
    boardLink(app, grid),
  );
  const community = app.atlas.chain(grid)[0];
  card.style.setProperty("--ground", communityColour(app, community));
  return card;
}

/** What a link to a grid that is no more says on the card of its ground today. */
function retiredNote(app, { code, name: called }) {
  const now = app.atlas.block.retired?.[app.retired] || [];
  return now.includes(code)
    ? el("p", { class: "quiet" }, ...tNodes("map.retired", app.retired, name(called)))
    : null;
}

function badge(app, grid) {
  const rank = rankOf(grid);
  if (!rank) return null;
  const note = words("common.rankNote")[rank] || "";
  const node = el("span", { class: "badge", title: note }, words("common.rank")[rank] || rank);
  node.style.setProperty("--rank", palette(app).ranks[rank] || "transparent");
  return node;
}

function kindBadge(sheet) {
  const word = words("common.gridKinds")[sheet.kind];
  return word ? el("span", { class: "badge badge-kind" }, word) : null;
}

// --- people ----------------------------------------------------------------------------------------

function people(app, { responsible }) {
  if (!responsible.length) return el("p", { class: "quiet" }, t("common.noLeader"));
  const leaders = responsible.filter((held) => held.role === "grid_leader");
  const others = responsible.filter((held) => held.role !== "grid_leader");
  const first = leaders.length ? leaders : others.splice(0, 1);
  return el(
    "div",
    { class: "people" },
    el("ul", { class: "plain" }, ...first.map((held) => person(app, held))),
    folded(
      t("map.others", others.length),
      others.map((held) => person(app, held)),
    ),
  );
}

/** The first letter of a name in a disc, for the eye only. */
function disc(held) {
  const letter = Array.from(held.name.trim())[0] || "";
  return el("span", { class: "person-disc", "aria-hidden": "true" }, letter);
}

/** One responsible person: role, name, number to call, and the level above it is inherited from. */
export function person(app, held) {
  const from = held.inherited_from && app.atlas.byCode.get(held.inherited_from);
  return el(
    "li",
    { class: `person person-${held.role}` },
    disc(held),
    el("span", { class: "person-role" }, roleTitle(held)),
    name(held.name, "span", { class: "person-name" }),
    el(
      "span",
      { class: "person-phones" },
      ...phonesOf(held).map((n) => phone(n, `${held.name} ${n}`)),
    ),
    held.organisation ? name(held.organisation, "span", { class: "person-note" }) : null,
    from
      ? el(
          "span",
          { class: "person-note person-inherited" },
          ...tNodes("common.inherited", name(from.sheet.name)),
        )
      : null,
  );
}

function roleTitle(held) {
  return language() === "en" ? held.title_en : held.title;
}

function folded(title, items) {
  if (!items.length) return null;
  return el(
    "details",
    { class: "fold" },
    el("summary", {}, title),
    el("ul", { class: "plain" }, ...items),
  );
}

// --- numbers ---------------------------------------------------------------------------------------

function counts(known) {
  const labels = words("common.counts");
  const pairs = Object.keys(labels).filter((key) => known[key] !== undefined);
  return el(
    "dl",
    { class: "counts" },
    ...pairs.map((key) =>
      el("div", { class: "count" }, el("dt", {}, labels[key]), el("dd", {}, grouped(known[key]))),
    ),
  );
}

function countsLine(known) {
  const labels = words("common.counts");
  const pairs = Object.keys(labels).filter((key) => known[key] !== undefined);
  return el(
    "p",
    { class: "counts-line" },
    ...pairs.map((key) => el("span", {}, `${labels[key]} `, el("b", {}, grouped(known[key])))),
  );
}

function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

// --- what hangs on a grid --------------------------------------------------------------------------

function members(list) {
  if (list.length < 2) return null;
  const node = (m) =>
    el(
      "li",
      {},
      name(m.name),
      m.under_construction
        ? el("span", { class: "quiet" }, ` ${t("common.underConstruction")}`)
        : null,
    );
  return el(
    "div",
    { class: "members" },
    el("h4", {}, t("common.members")),
    el("ul", { class: "plain chips" }, ...list.map(node)),
  );
}

function organisations(list) {
  const kinds = words("common.organisationKinds");
  return folded(
    t("common.organisations", list.length),
    list.map((body) =>
      el(
        "li",
        { class: "body" },
        el("span", { class: "person-role" }, kinds[body.kind] || body.kind),
        name(body.name, "span", { class: "body-name" }),
        body.phone ? phone(body.phone, `${body.name} ${body.phone}`) : null,
      ),
    ),
  );
}

function children(app, grid) {
  return folded(
    t("map.children", grid.children.length),
    grid.children.map((child) =>
      el(
        "li",
        {},
        el(
          "button",
          { class: "child", type: "button", onclick: () => app.openGrid(child) },
          name(child.sheet.name),
          el("bdi", { class: "quiet" }, child.sheet.code.slice(-3)),
        ),
      ),
    ),
  );
}

/** What stands on a level-3 grid, by kind: each leads to its own card. */
function placesWithin(app, grid) {
  if (grid.level !== 3) return [];
  const within = app.atlas.placesOf.get(grid.sheet.code) || [];
  return ["building", "business", "resident_unit"].map((kind) => {
    const places = within.filter((place) => place.row.kind === kind);
    return folded(
      t("map.kindCount", words("map.kinds")[kind], places.length),
      places.map((place) => placeButton(app, grid, place)),
    );
  });
}

function placeButton(app, grid, place) {
  const { row } = place;
  return el(
    "li",
    {},
    el(
      "button",
      { class: "child", type: "button", onclick: () => app.openEntry({ grid, place }) },
      name(row.name),
      row.address && row.address !== row.name
        ? name(row.address, "span", { class: "quiet" })
        : null,
    ),
  );
}

// --- places ----------------------------------------------------------------------------------------

/** What stands here: two lines, and all of it when it is opened. */
function hereCard(places) {
  const two = places.length > 2 ? places.slice(0, 1) : places;
  return el(
    "section",
    { class: "card card-here", "aria-labelledby": "card-here" },
    el(
      "details",
      { class: "here" },
      el(
        "summary",
        {},
        el("h3", { id: "card-here", class: "card-level" }, t("map.here")),
        el(
          "span",
          { class: "here-lines" },
          ...two.map(({ row }) =>
            name([row.name, ...factsOf(row)].join(" · "), "span", { class: "here-line" }),
          ),
          places.length > 2
            ? el("span", { class: "here-line quiet" }, t("common.moreHere", places.length - 1))
            : null,
        ),
      ),
      el("ul", { class: "plain places" }, ...places.slice(0, 60).map(placeItem)),
    ),
  );
}

function factsOf(row) {
  return [
    row.floors && t("common.floors", row.floors),
    row.units && t("common.units", row.units),
    row.households && t("common.households", row.households),
    row.status === "under_construction" && t("common.underConstruction"),
    row.undisclosed && t("common.undisclosed"),
  ].filter(Boolean);
}

function placeItem({ row }) {
  const sign =
    row.kind === "building"
      ? el("span", { class: "swatch swatch-building", "aria-hidden": "true" })
      : signPicture(signOf(row));
  const home = row.kind === "building" && row.compound ? row.compound : "";
  const facts = factsOf(row);
  return el(
    "li",
    { class: "place" },
    sign,
    el(
      "div",
      { class: "place-text" },
      el(
        "p",
        { class: "place-name" },
        home ? name(home, "span", { class: "place-home" }) : null,
        name(row.name),
      ),
      row.address ? name(row.address, "p", { class: "quiet" }) : null,
      facts.length ? el("p", { class: "quiet" }, facts.join(" · ")) : null,
      row.former_names?.length
        ? el(
            "p",
            { class: "quiet" },
            `${t("common.formerNames")} `,
            name(row.former_names.join("、")),
          )
        : null,
    ),
  );
}
