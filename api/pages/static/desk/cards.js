/** The cards of an answer: where it is, how near the border, and who is responsible on each level. */

import { el, fill, icon, name, phone, phonesOf } from "../core/dom.js";
import { t, tNodes, words } from "../core/words.js";
import { leaderOf } from "./answer.js";
import { distance } from "./format.js";
import { failure } from "./notices.js";
import { answerText, copyText, gridText, metres, titleOf, versionText } from "./plain-text.js";

const HANDSET =
  "M6 3h3l2 5-2.500 1.500a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z";
const NEAR_M = 15;
const MOST_PLACES = 12;

/**
 * @param {import("./answer.js").Answer} answer
 * @param {(code: string) => void} openGrid
 * @returns {HTMLElement}
 */
export function answerView(answer, openGrid) {
  const nameOf = (code) => chainNames(answer).get(code) || code;
  return el(
    "article",
    { class: "answer" },
    head(answer),
    ...warnings(answer),
    ...inOrder(answer, nameOf, openGrid),
    hereCard(answer.places),
    provenance(answer),
  );
}

/** The cards, whoever is responsible first; near a border the neighbours come after that. */
function inOrder(answer, nameOf, openGrid) {
  const [first, ...others] = answer.sheets.map((sheet) => gridCard(sheet, nameOf, openGrid));
  return [first, answer.spot ? border(answer) : null, ...others].filter(Boolean);
}

/** The names of all grids in the answer and above them, by code. */
function chainNames({ sheets }) {
  return new Map(sheets.flatMap((sheet) => sheet.chain.map((grid) => [grid.code, grid.name])));
}

function head({ title, detail, kind, reasons, accuracyM }) {
  const kindWord = kind === "point" ? t("desk.point") : words("desk.kinds")[kind] || kind;
  return el(
    "header",
    { class: "answer-head" },
    el(
      "p",
      { class: "answer-kind" },
      el("span", { class: "kind" }, kindWord),
      reasons.length ? el("span", { class: "quiet" }, reasons.join(t("desk.or"))) : null,
    ),
    name(title, "h1", { class: "answer-title", id: "answer-title", tabindex: "-1" }),
    detail ? name(detail, "p", { class: "quiet" }) : null,
    accuracyM === null
      ? null
      : el(
          "p",
          { class: "quiet" },
          t("desk.accuracy", Math.ceil(accuracyM)),
          el("br"),
          t("desk.positionNote"),
        ),
  );
}

// --- what to mind ----------------------------------------------------------------------------------

function warnings(answer) {
  const { sheets, kind, nearest, spot, accuracyM, edgeM } = answer;
  if (kind === "point" && !sheets.length) return [outside(nearest)];
  if (kind === "person")
    return sheets.length ? [] : [el("p", { class: "notice notice-ask" }, t("desk.personNoGrid"))];
  const deepest = sheets.length ? sheets[0].level : 0;
  const rough = accuracyM !== null && edgeM !== null && accuracyM > edgeM;
  return [
    deepest < 3 && kind !== "grid"
      ? el("p", { class: "notice notice-ask" }, words("desk.askNext")[deepest])
      : null,
    spot ? borderLine(answer) : null,
    rough ? el("p", { class: "notice notice-ask" }, t("desk.accuracyWarning")) : null,
  ].filter(Boolean);
}

function outside(nearest) {
  return el(
    "div",
    { class: "notice notice-none" },
    el("p", {}, el("b", {}, t("desk.outsideHere"))),
    nearest
      ? el(
          "p",
          {},
          ...tNodes(
            "desk.outsideNearest",
            name([...nearest.within, nearest.name].join(" / ")),
            distance(nearest.distance_m),
          ),
        )
      : null,
    el("p", {}, t("desk.outsideHint")),
  );
}

/** That there is a border to mind, in a line: the neighbours stand below. */
function borderLine({ edgeM, near, sheets }) {
  if (edgeM === null || edgeM >= NEAR_M || !near.length || !sheets.length) return null;
  const lead = edgeM === 0 ? t("desk.onBoundary") : t("desk.near", metres(edgeM));
  return el("p", { class: "border-line" }, lead, " ", t("desk.nearBelow"));
}

/** Within a few metres of the boundary the map decides nothing: name whoever is on the other side. */
function border({ edgeM, near }) {
  if (edgeM === null || edgeM >= NEAR_M) return null;
  if (!near.length)
    return el("p", { class: "notice notice-border" }, t("desk.nearOutside", metres(edgeM)));
  const lead = edgeM === 0 ? t("desk.onBoundary") : t("desk.near", metres(edgeM));
  return el(
    "section",
    { class: "notice notice-border", "aria-label": lead },
    el("p", {}, el("b", {}, lead)),
    el(
      "ul",
      { class: "plain" },
      ...near.map((grid, i) =>
        el(
          "li",
          { class: "neighbour" },
          i ? el("span", { class: "quiet" }, t("desk.nearMore", metres(grid.distance_m))) : null,
          el(
            "span",
            { class: "neighbour-grid" },
            name(grid.name, "b"),
            " ",
            name(`（${grid.within.join(" / ")}）`),
            " ",
            el("bdi", { class: "quiet" }, grid.code),
            " ",
            el("span", { class: "badge" }, t("desk.neighbour")),
          ),
          grid.leader
            ? person(grid.leader, () => "")
            : el("span", { class: "quiet" }, t("common.noLeader")),
        ),
      ),
    ),
    el("p", { class: "quiet" }, t("desk.nearHint")),
  );
}

// --- a grid ----------------------------------------------------------------------------------------

function gridCard(sheet, nameOf, openGrid) {
  const id = `card-${sheet.code}`;
  return el(
    "section",
    { class: `card card-level-${sheet.level}`, "aria-labelledby": id },
    el(
      "header",
      { class: "card-head" },
      el(
        "p",
        { class: "card-level" },
        words("common.levels")[sheet.level],
        rank(sheet),
        kindOf(sheet),
      ),
      name(sheet.name, "h2", { id, class: "card-name" }),
      el(
        "p",
        { class: "card-code" },
        el("span", { class: "quiet" }, t("common.code")),
        " ",
        el("bdi", {}, sheet.code),
      ),
    ),
    people(sheet, nameOf),
    copyButton(t("desk.copy"), t("desk.copyLabel", sheet.name), () => gridText(sheet), "card-copy"),
    counts(sheet.counts),
    members(sheet.members || []),
    organisations(sheet.organisations),
    sheet.level < 3 ? children(sheet, openGrid) : null,
  );
}

function rank({ grid_class: letter, grid_grade: grade }) {
  const mark = letter || grade;
  if (!mark) return null;
  const note = words("common.rankNote")[mark];
  return el(
    "span",
    { class: "badge" },
    words("common.rank")[mark] || mark,
    note ? el("span", { class: "badge-note" }, note) : null,
  );
}

function kindOf({ kind }) {
  const word = words("common.gridKinds")[kind];
  return word ? el("span", { class: "badge" }, word) : null;
}

function people(sheet, nameOf) {
  const leader = leaderOf(sheet);
  const others = sheet.responsible.filter((held) => held !== leader);
  const list = others.map((held) => el("li", {}, person(held, nameOf)));
  return el(
    "div",
    { class: "people" },
    leader ? person(leader, nameOf, true) : el("p", { class: "quiet" }, t("common.noLeader")),
    sheet.level === 3
      ? el("ul", { class: "plain" }, ...list)
      : fold(t("desk.others", others.length), list),
  );
}

/** One responsible person: role, name, whom it is inherited from, and buttons that call. */
function person(held, nameOf, large = false) {
  const numbers = phonesOf(held);
  return el(
    "div",
    { class: large ? "person person-leader" : "person" },
    el(
      "div",
      { class: "person-who" },
      el("span", { class: "person-role" }, titleOf(held)),
      name(held.name, "span", { class: "person-name" }),
      held.inherited_from && nameOf(held.inherited_from)
        ? el(
            "span",
            { class: "person-inherited" },
            ...tNodes("common.inherited", name(nameOf(held.inherited_from))),
          )
        : null,
    ),
    el(
      "div",
      { class: "person-calls" },
      ...numbers.map((n) => callButton(n, held.name)),
      numbers.length ? null : el("span", { class: "quiet" }, t("desk.noPhone")),
    ),
  );
}

function callButton(number, whom) {
  const link = phone(number, `${t("desk.call", whom)} ${number}`);
  link.classList.add("call");
  if (link.tagName === "A") link.prepend(icon(HANDSET));
  return link;
}

function counts(known) {
  const labels = words("common.counts");
  const keys = Object.keys(labels).filter((key) => known[key] !== undefined);
  return el(
    "p",
    { class: "counts quiet" },
    ...keys.map((key) =>
      el("span", {}, `${labels[key]} `, el("b", {}, known[key].toLocaleString("en"))),
    ),
  );
}

function members(list) {
  if (list.length < 2) return null;
  return el(
    "p",
    { class: "members quiet" },
    t("common.members"),
    ...list.map((m) => name(m.name, "span", { class: "chip" })),
  );
}

function organisations(list) {
  return fold(
    t("common.organisations", list.length),
    list.map((body) =>
      el(
        "li",
        {},
        el(
          "div",
          { class: "person" },
          el(
            "div",
            { class: "person-who" },
            el(
              "span",
              { class: "person-role" },
              words("common.organisationKinds")[body.kind] || body.kind,
            ),
            name(body.name),
          ),
          body.phone
            ? el("div", { class: "person-calls" }, callButton(body.phone, body.name))
            : null,
        ),
      ),
    ),
  );
}

function fold(title, items) {
  if (!items.length) return null;
  return el(
    "details",
    { class: "fold" },
    el("summary", {}, title),
    el("ul", { class: "plain" }, ...items),
  );
}

/** The grids below, fetched when they are asked for. */
function children(sheet, openGrid) {
  const list = el("ul", { class: "plain children" });
  const below = words("common.levels")[sheet.level + 1];
  const node = el("details", { class: "fold" }, el("summary", {}, below), list);
  node.addEventListener("toggle", async () => {
    if (!node.open || list.querySelector("button")) return;
    const found = await openGrid.children(sheet.code).catch((fault) => fault);
    if (found instanceof Error) return void fill(list, el("li", {}, failure(found)));
    return void fill(
      list,
      ...found.map((child) =>
        el(
          "li",
          {},
          el(
            "button",
            { class: "child", type: "button", onclick: () => openGrid(child.code) },
            name(child.name),
            el("bdi", { class: "quiet" }, child.code),
          ),
        ),
      ),
    );
  });
  return node;
}

// --- what stands there -----------------------------------------------------------------------------

/** What stands here: two lines, and all of it when it is opened. */
function hereCard(places) {
  if (!places.length) return null;
  const more = places.length - MOST_PLACES;
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
        el("h2", { id: "card-here", class: "card-level" }, t("desk.here")),
        el(
          "span",
          { class: "here-lines" },
          ...two.map((row) =>
            name([row.name, ...factsOf(row)].join(" · "), "span", { class: "here-line" }),
          ),
          places.length > 2
            ? el("span", { class: "here-line quiet" }, t("common.moreHere", places.length - 1))
            : null,
        ),
      ),
      el("ul", { class: "plain" }, ...places.slice(0, MOST_PLACES).map(place)),
      more > 0 ? el("p", { class: "quiet" }, t("desk.moreHere", more)) : null,
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

function place(row) {
  const facts = factsOf(row);
  return el(
    "li",
    { class: "place" },
    el(
      "p",
      {},
      el("span", { class: "kind" }, words("desk.kinds")[row.kind] || row.kind),
      " ",
      row.compound ? name(`${row.compound} `) : null,
      name(row.name, "b"),
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
  );
}

function provenance(answer) {
  return el(
    "footer",
    { class: "provenance quiet" },
    el("p", {}, versionText(answer.provenance)),
    answer.provenance.edition === "internal"
      ? el("p", {}, el("span", { class: "tag" }, t("common.internal")))
      : null,
    answer.provenance.synthetic
      ? el("p", {}, el("span", { class: "tag" }, t("common.synthetic")))
      : null,
  );
}

// --- copying ---------------------------------------------------------------------------------------

/** A button that copies; where the browser does not let it, the text stands there to be copied. */
function copyButton(word, label, textOf, look) {
  const said = el("span", { class: "copied", role: "status" });
  const button = el(
    "button",
    { class: `tool ${look}`, type: "button", "aria-label": label, onclick: copy },
    icon("M9 9h11v11H9zM15 9V4H4v11h5"),
    el("span", {}, word),
  );
  async function copy() {
    if (await copyText(textOf())) {
      said.textContent = t("desk.copied");
      setTimeout(() => (said.textContent = ""), 4000);
      return;
    }
    const field = el("textarea", {
      class: "copy-field",
      readonly: true,
      rows: 6,
      "aria-label": t("desk.copyByHand"),
    });
    field.value = textOf();
    fill(said, t("desk.copyByHand"), field);
    field.select();
  }
  return el("span", { class: "copy" }, button, said);
}

/** The button that copies all of an answer. */
export function copyAllButton(answer) {
  return copyButton(t("desk.copyAll"), t("desk.copyAll"), () => answerText(answer), "tool-main");
}
