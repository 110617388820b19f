/** The page's program. folium's lines below call `layer` for each family, then `start`. */

import { Atlas, readBlock } from "./atlas.js";
import { drawBasemap } from "./basemap.js";
import { shade } from "./colours.js";
import { controls } from "./controls.js";
import { el } from "./dom.js";
import { drawContext } from "./draw-context.js";
import { drawGrids } from "./draw-grids.js";
import { drawNames } from "./draw-names.js";
import { numberedPins } from "./draw-pins.js";
import { drawPlaces } from "./draw-places.js";
import { drawSelection } from "./draw-selection.js";
import { colophon, compass, watermark } from "./furniture.js";
import { followSelection, readLink, tellFrame } from "./link.js";
import { gridsAt, placesAt } from "./lookup.js";
import { signOf } from "./marks.js";
import { numbersKnown } from "./numbers.js";
import { panel } from "./panel.js";
import { printing } from "./print.js";
import { searchIndex } from "./search-index.js";
import { createState } from "./state.js";
import { margins, openingBounds, rendererOf } from "./view.js";
import { isLanguage, setLanguage, t } from "./words.js";

const FAMILIES = { context: drawContext, grids: drawGrids, places: drawPlaces };
const TAP_PIXELS = 12;
let app = null;

/** A family of drawings that goes onto the map as one Leaflet layer, and stays there. */
const Family = L.Layer.extend({
  initialize(family) {
    this.family = family;
  },
  onAdd(map) {
    app ||= createApp(map);
    FAMILIES[this.family](app);
  },
});

/**
 * @param {string} family
 * @returns {any} a Leaflet layer
 */
export function layer(family) {
  return new Family(family);
}

/**
 * What every part of the page is handed. `start` adds what a reader can do to it.
 *
 * @typedef {object} App
 * @property {any} map Leaflet's
 * @property {Atlas} atlas
 * @property {import("./state.js").State} state
 * @property {Set<string>} signs those that stand for any place
 * @property {(name: string, zIndex: number) => any} renderer the canvas of a pane
 *
 * @param {any} map
 * @returns {App}
 */
function createApp(map) {
  const atlas = new Atlas(readBlock());
  const { language } = atlas.block.settings;
  setLanguage(language);
  const state = createState({
    level: "auto",
    colour: "community",
    number: "households",
    tool: null,
    layers: {
      building: true,
      business: true,
      resident_unit: true,
      roads: true,
      names: true,
      basemap: true,
    },
    theme: "auto",
    language,
    selection: null,
  });
  document.documentElement.classList.toggle("is-embedded", readLink().embed);
  const [left, top, right, bottom] = margins(map);
  const room = { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] };
  map.fitBounds(openingBounds(atlas), { ...room, animate: false });
  return {
    map,
    atlas,
    state,
    signs: new Set(atlas.places.filter((p) => p.row.kind !== "building").map((p) => signOf(p.row))),
    renderer: (name, zIndex) => rendererOf(map, name, zIndex),
  };
}

/**
 * Add what belongs to no single family, and open what the link asks for.
 * @param {any} map Leaflet's
 */
export function start(map) {
  drawBasemap(app);
  drawSelection(app);
  drawNames(app);
  Object.assign(app, actions(app), { showPins: numberedPins(app) });
  dressPage(app);
  const stage = map.getContainer().parentElement;
  const mark = watermark(app);
  if (mark) map.getContainer().append(mark);
  stage.append(panel(app), controls(app), compass(app), colophon(app));
  printing(app);
  map.on("click", ({ latlng }) => answer(app, latlng));
  keyboard(app);
  followSelection(app);
  followLink(app);
  window.addEventListener("hashchange", () => followLink(app));
  document.documentElement.classList.add("is-ready");
}

/** Theme and language of the document as a whole. */
function dressPage(app) {
  const { map, state, atlas } = app;
  const root = document.documentElement;
  const update = () => {
    setLanguage(state.get("language"));
    root.lang = state.get("language");
    root.dataset.theme = shade(state);
    map.getContainer().setAttribute("aria-label", t("map.map"));
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    if (state.get("theme") !== "auto") return;
    state.set("theme", null);
    state.set("theme", "auto");
  });
  // First in line, so that whoever listens after it already speaks the new language.
  state.on(["theme", "language"], update);
  map.getContainer().setAttribute("role", "application");
  document.title = atlas.block.settings.title;
  update();
}

// --- what a reader can do --------------------------------------------------------------------------

function actions(app) {
  const { map, atlas, state } = app;

  function select(grids, places, pin) {
    state.set("selection", { grids, places, pin });
  }

  /** What is shown and stands at a spot; signs count from the zoom on at which one can hit them. */
  function placesNear(latlng) {
    const reach = (TAP_PIXELS * 360e7) / 256 / 2 ** map.getZoom();
    const kinds = state.get("layers");
    const near = placesAt(atlas, ...atlas.integers(latlng), map.getZoom() >= 16 ? reach : 0);
    return near.filter((place) => kinds[place.row.kind]);
  }

  /** Move so that what is selected does not lie under the panel. */
  function reveal(box, deepest) {
    const [left, top, right, bottom] = margins(map);
    const { x, y } = map.getSize();
    const sheet = x <= 600 && !readLink().embed;
    map.fitBounds(atlas.corners(box), {
      paddingTopLeft: [left + 8, top],
      paddingBottomRight: [right + 8, sheet ? y * 0.48 : bottom],
      maxZoom: deepest,
      animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
  }

  function zoomTo(grid) {
    reveal(grid.box, 18);
  }

  return {
    /** Answer a click or tap. */
    ask(latlng) {
      select(gridsAt(atlas, ...atlas.integers(latlng)), placesNear(latlng), latlng);
      keepInView(app, latlng);
    },
    openGrid(grid, pin = null, withPlaces = false) {
      select(atlas.chain(grid), withPlaces ? placesNear(pin) : [], pin);
      zoomTo(grid);
    },
    openEntry({ grid, place }) {
      if (!place) {
        if (grid) this.openGrid(grid);
        return;
      }
      const inner = atlas.inside.get(place.row.id) || [];
      select(atlas.chain(grid), [place, ...inner], L.latLng(atlas.degrees(place.x, place.y)));
      const [west, south, east, north] = place.box;
      reveal([west - 9000, south - 9000, east + 9000, north + 9000], 18);
    },
    zoomTo,
    close() {
      state.set("selection", null);
      map.getContainer().focus({ preventScroll: true });
    },
  };
}

/** A click, a tap, or Enter at the middle of the map. */
function answer(app, latlng) {
  if (app.state.get("tool") === "measure") app.measurePoint(latlng);
  else app.ask(latlng);
  tellFrame(latlng);
}

/** On a phone the sheet comes up over the lower half: move the spot out from under it. */
function keepInView({ map }, latlng) {
  const size = map.getSize();
  const { x, y } = map.latLngToContainerPoint(latlng);
  const [left, , , bottom] = margins(map);
  const sheet = size.x <= 600 && !readLink().embed;
  const lowest = sheet ? size.y * 0.5 : size.y - bottom;
  const dx = x < left ? x - left : 0;
  const dy = y > lowest ? y - lowest : 0;
  if (dx || dy) map.panBy([dx, dy]);
}

function keyboard(app) {
  const { map } = app;
  const container = map.getContainer();
  const cross = el("div", { class: "crosshair", "aria-hidden": "true" });
  container.append(cross);
  // Leaflet focuses the map on every click; the frame and the cross are for keyboards.
  document.addEventListener("keydown", () => container.classList.add("by-keyboard"), true);
  document.addEventListener("pointerdown", () => container.classList.remove("by-keyboard"), true);
  container.addEventListener("keydown", (event) => {
    if (event.target === container && event.key === "Enter") answer(app, map.getCenter());
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (app.state.get("tool")) app.state.set("tool", null);
    else if (app.state.get("selection")) app.close();
  });
}

/** Open what the link names. */
function followLink(app) {
  const { grid: code, at, spot, pins, level, by, lang, embed } = readLink();
  app.state.set("language", isLanguage(lang) ? lang : app.state.get("language"));
  // What stands at a pin depends on the zoom; opening the card moves the view once more.
  const look = () => at && app.map.setView(at.centre, at.zoom, { animate: false });
  look();
  if (level) app.state.set("level", level);
  colourBy(app, by);
  const pin = spot && L.latLng(spot[1], spot[0]);
  const grids = pin ? gridsAt(app.atlas, ...app.atlas.integers(pin)) : [];
  // A code that is no longer in use opens the grid that has its ground today, and says so.
  const [now] = app.atlas.block.retired?.[code] || [];
  app.retired = now ? code : null;
  const grid = app.atlas.byCode.get(now || code) || grids.at(-1);
  app.showPins(pins);
  // The page around a frame says all that is to be seen: what it does not name is gone.
  if (embed && !grid) app.state.set("selection", null);
  // A pin within the grid brings back what stands there; the grid alone opens its own card.
  if (grid) app.openGrid(grid, pin, grid === grids.at(-1));
  look();
}

function colourBy({ atlas, state }, by) {
  if (by === "rank") state.set("colour", "rank");
  if (!numbersKnown(atlas).includes(by)) return;
  state.set("number", by);
  state.set("colour", "number");
}

/** What the page knows and can do, for a console or a test. */
export function inspect() {
  return app;
}

/**
 * What the search finds, as plain values: to be held against the service's own answers.
 * @param {string} text
 * @param {number} limit
 */
export function find(text, limit) {
  return searchIndex(app)
    .find(text, limit)
    .entries.map(({ place, held, grid }) => place?.row.id || held?.name || grid.sheet.code);
}
