/** The settings on the right: level, colours, layers with their legend, language, light and dark. */

import { colouring, palette, spread } from "./colours.js";
import { FROM_ZOOM, placesShown, shownLevel } from "./detail.js";
import { el, fill, icon } from "./dom.js";
import { copyLink } from "./link.js";
import { signPicture } from "./marks.js";
import { NUMBERS, numbersKnown } from "./numbers.js";
import { inLanguage, language, t, words } from "./words.js";

/** @param {any} app */
export function controls(app) {
  const { state } = app;
  const body = el("div", { class: "controls-body", id: "controls-body" });
  const button = el(
    "button",
    { class: "controls-button", type: "button", "aria-controls": "controls-body", onclick: toggle },
    icon("M12 4 3 9l9 5 9-5-9-5ZM3 14l9 5 9-5"),
    el("span", { class: "controls-word" }),
  );
  const node = el("section", { class: "controls" }, button, body);

  function toggle() {
    const open = node.classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
  }

  function redraw() {
    const focused = document.activeElement?.dataset?.control;
    node.setAttribute("aria-label", t("map.controls"));
    button.lastChild.textContent = t("map.controlsButton");
    fill(
      body,
      choice(app, "level", "map.showLevel", words("map.levelShort"), ["auto", 1, 2, 3]),
      choice(
        app,
        "colour",
        "map.colourBy",
        words("map.colours"),
        ["community", "rank", "number"],
        numberPicker(app),
      ),
      legend(app),
      foot(app),
    );
    if (focused) body.querySelector(`[data-control="${focused}"]`)?.focus();
  }
  button.setAttribute("aria-expanded", "false");
  state.on(["level", "colour", "number", "layers", "theme", "language"], redraw);
  let before = "";
  app.map.on("zoomend", () => {
    const zoom = app.map.getZoom();
    const now = JSON.stringify([
      shownLevel(state.get("level"), zoom),
      Object.values(FROM_ZOOM).map((z) => zoom >= z),
    ]);
    if (now !== before) redraw();
    before = now;
  });
  redraw();
  return node;
}

/** A row of buttons of which one is pressed. */
function choice(app, key, title, labels, values, more = null) {
  const chosen = app.state.get(key);
  return el(
    "div",
    { class: "choice", role: "group", "aria-label": t(title) },
    el("h2", { class: "control-title", "aria-hidden": "true" }, t(title)),
    el(
      "div",
      { class: "segments" },
      ...values.map((value) =>
        el(
          "button",
          {
            type: "button",
            class: "segment",
            "data-control": `${key}-${value}`,
            "aria-pressed": String(value === chosen),
            onclick: () => app.state.set(key, value),
          },
          labels[value],
        ),
      ),
    ),
    more,
  );
}

/** Which number the ground is coloured by. */
function numberPicker(app) {
  if (app.state.get("colour") !== "number") return null;
  const labels = words("map.numbers");
  return el(
    "select",
    {
      class: "picker",
      "data-control": "number",
      "aria-label": t("map.colours.number"),
      onchange: (event) => app.state.set("number", event.target.value),
    },
    ...numbersKnown(app.atlas).map((key) =>
      el("option", { value: key, selected: key === app.state.get("number") }, labels[key]),
    ),
  );
}

// --- legend ----------------------------------------------------------------------------------------

function legend(app) {
  return el(
    "div",
    { class: "legend" },
    el("h2", { class: "control-title" }, t("map.layers")),
    el("ul", { class: "plain lines" }, ...lineRows(app)),
    groundRows(app),
    el(
      "ul",
      { class: "plain switches" },
      layerRow(
        app,
        "building",
        t("map.kinds.building"),
        el("span", { class: "swatch swatch-building", "aria-hidden": "true" }),
      ),
      layerRow(app, "resident_unit", t("map.kinds.resident_unit"), signPicture("resident_unit")),
      subRow(app, "school", t("map.school")),
      subRow(app, "medical", t("map.medical")),
      layerRow(app, "business", t("map.kinds.business"), signPicture("business")),
      layerRow(
        app,
        "roads",
        t("map.roads"),
        el("span", { class: "swatch swatch-road", "aria-hidden": "true" }),
      ),
      basemapRow(app),
      layerRow(
        app,
        "names",
        t("map.names"),
        el("span", { class: "swatch swatch-name", "aria-hidden": "true" }, "字"),
      ),
    ),
  );
}

/** The basemap, by the name its source gives it, where the office chose one. */
function basemapRow(app) {
  const source = app.atlas.block.basemap;
  if (!source) return null;
  const swatch = el("span", { class: "swatch swatch-basemap", "aria-hidden": "true" });
  return layerRow(app, "basemap", `${t("map.basemap")} ${inLanguage(source.name)}`, swatch);
}

function lineRows(app) {
  const level = shownLevel(app.state.get("level"), app.map.getZoom());
  return [1, 2, 3]
    .filter((n) => n < 3 || level > 1)
    .map((n) =>
      el(
        "li",
        { class: "legend-row" },
        el("span", { class: `stroke stroke-${n}`, "aria-hidden": "true" }),
        words("common.levels")[n],
      ),
    );
}

/** What the colours of the ground mean. */
function groundRows(app) {
  const { ranks, breaks, level, opacity } = colouring(app);
  const { ranks: colours, scale, unranked } = palette(app);
  let title = "";
  let rows = [];
  if (ranks) {
    title = words("map.ranks")[level];
    rows = ranks.map((rank) =>
      areaRow(opacity, colours[rank], words("common.rank")[rank], words("common.rankNote")[rank]),
    );
  } else if (breaks) {
    const ends = ["", ...breaks, ""];
    title = `${words("map.level")[level]} · ${words("map.numbers")[app.state.get("number")]}`;
    rows = ends
      .slice(1)
      .map((next, i) =>
        areaRow(opacity, scale[spread(i, breaks.length, scale.length)], rangeText(ends[i], next)),
      );
    const figureOf = NUMBERS[app.state.get("number")];
    if (app.atlas.level(level).some((grid) => figureOf(app.atlas, grid) === undefined)) {
      rows.push(areaRow(opacity, unranked, t("map.unknown")));
    }
  }
  if (!rows.length) return null;
  return el(
    "div",
    { class: "legend-ranks" },
    el("h3", { class: "control-title" }, title),
    el("ul", { class: "plain" }, ...rows),
  );
}

function rangeText(from, next) {
  if (from === "" && next === "") return t("map.all");
  if (from === "") return t("map.under", next);
  return next === "" ? t("map.over", from) : t("map.from", from, next);
}

function areaRow(opacity, colour, word, note = "") {
  const swatch = el("span", { class: "swatch swatch-area", "aria-hidden": "true" });
  swatch.style.setProperty("--area", colour);
  swatch.style.setProperty("--seen", String(opacity));
  return el(
    "li",
    { class: "legend-row" },
    swatch,
    word,
    note ? el("span", { class: "quiet" }, note) : null,
  );
}

/** @returns {boolean} whether the page holds any place of a kind: with less detail it does not */
function holds(app, kind) {
  return !words("map.kinds")[kind] || app.atlas.places.some((place) => place.row.kind === kind);
}

function layerRow(app, kind, word, swatch) {
  if (!holds(app, kind)) return null;
  const layers = app.state.get("layers");
  const hidden = FROM_ZOOM[kind] > app.map.getZoom();
  const unseen = hidden || !layers[kind] || kind === "names";
  return el(
    "li",
    { class: `legend-row ${unseen ? "is-later" : ""}` },
    el(
      "label",
      {},
      el("input", {
        type: "checkbox",
        checked: layers[kind],
        "data-control": `layer-${kind}`,
        onchange: (event) => app.state.set("layers", { ...layers, [kind]: event.target.checked }),
      }),
      swatch,
      el("span", {}, word),
    ),
    hidden ? el("span", { class: "quiet later" }, t("map.zoomToSee")) : null,
  );
}

/** A sign within a layer, shown while the map has any. */
function subRow(app, sign, word) {
  if (!app.signs.has(sign)) return null;
  const later = placesShown(app, "resident_unit") ? "" : "is-later";
  return el("li", { class: `legend-row legend-sub ${later}` }, signPicture(sign), word);
}

// --- language and light ------------------------------------------------------------------------------

function foot(app) {
  const other = language() === "en" ? "zh-CN" : "en";
  const said = el("p", { class: "tool-said", role: "status" });
  return el(
    "div",
    { class: "control-foot" },
    el(
      "div",
      { class: "segments", role: "group", "aria-label": t("map.themeLabel") },
      ...["auto", "light", "dark"].map((value) =>
        el(
          "button",
          {
            type: "button",
            class: "segment",
            "data-control": `theme-${value}`,
            "aria-pressed": String(app.state.get("theme") === value),
            onclick: () => app.state.set("theme", value),
          },
          words("map.theme")[value],
        ),
      ),
    ),
    el(
      "div",
      { class: "control-row" },
      el(
        "button",
        {
          type: "button",
          class: "tool",
          "data-control": "language",
          lang: other,
          onclick: () => app.state.set("language", other),
        },
        t("common.switchLanguage"),
      ),
      el(
        "button",
        { type: "button", class: "tool", "data-control": "print", onclick: () => window.print() },
        t("map.printMap"),
      ),
      el(
        "button",
        {
          type: "button",
          class: "tool",
          "data-control": "copy",
          onclick: () => copyLink(app, said),
        },
        t("map.copyView"),
      ),
    ),
    said,
  );
}
