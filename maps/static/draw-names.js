/** The names on the map: of grids, roads, water, buildings, units and businesses. */

import { FROM_ZOOM, placesShown, shownLevel } from "./detail.js";
import { el } from "./dom.js";
import { roadNames, waterNames } from "./names-around.js";
import { boxAround, fontOf, keyOf, LOOK, linesOf, Occupied, widthOf } from "./place-names.js";
import { coveredByPanels } from "./view.js";
import { format, t } from "./words.js";

const GRID_LOOK = ["", "community", "compound", "cluster"];

/** @param {any} app */
export function drawNames(app) {
  const { map, state } = app;
  const pane = map.createPane("names");
  pane.style.zIndex = "600";
  pane.classList.add("leaflet-zoom-hide");
  pane.setAttribute("aria-hidden", "true");
  const shown = new Map();

  function update() {
    const wanted = state.get("layers").names ? namesFor(app) : [];
    const keys = new Set(wanted.map((w) => w.key));
    for (const [key, node] of shown) {
      if (!keys.has(key)) {
        node.remove();
        shown.delete(key);
      }
    }
    for (const label of wanted) {
      let node = shown.get(label.key);
      if (!node) {
        node = labelNode(label);
        shown.set(label.key, node);
        pane.append(node);
      }
      L.DomUtil.setPosition(node, L.point(label.x, label.y).round());
    }
  }
  app.redrawNames = update;
  let waiting = 0;
  function soon() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(update);
  }
  map.on("moveend zoomend viewreset resize", soon);
  state.on(["level", "layers", "language", "theme"], soon);
  soon();
}

function labelNode({ kind, lines, angle, upright }) {
  const text = el("span", { class: `label label-${kind}` });
  for (const line of lines) text.append(el("span", { class: "label-line", dir: "auto" }, line));
  if (angle !== undefined) {
    const turn = upright ? angle - (Math.sign(angle) || 1) * (Math.PI / 2) : angle;
    text.style.transform = `translate(-50%,-50%) rotate(${turn.toFixed(3)}rad)`;
    if (upright) text.classList.add("label-upright");
  }
  return el("div", { class: "label-at" }, text);
}

/** The names that fit the view, with the point of the pane where each is centred. */
function namesFor(app) {
  const { map } = app;
  const size = map.getSize();
  const corner = map.containerPointToLayerPoint([0, 0]);
  const view = {
    left: corner.x - size.x * 0.2,
    top: corner.y - size.y * 0.2,
    right: corner.x + size.x * 1.2,
    bottom: corner.y + size.y * 1.2,
  };
  const taken = new Occupied();
  for (const box of coveredByPanels(map, ".compass")) {
    taken.take([
      box.left + corner.x,
      box.top + corner.y,
      box.right + corner.x,
      box.bottom + corner.y,
    ]);
  }
  const at = (x, y) => map.latLngToLayerPoint(app.atlas.degrees(x, y));
  const seen = (p) => p.x > view.left && p.x < view.right && p.y > view.top && p.y < view.bottom;
  const kit = { app, taken, at, seen, zoom: map.getZoom(), corner, size };
  keepSignsClear(kit);
  return [
    ...gridNames(kit),
    ...waterNames(kit),
    ...roadNames(kit),
    ...placeNames(kit, "resident_unit"),
    ...placeNames(kit, "building"),
    ...placeNames(kit, "business"),
  ];
}

/** The signs of units keep their spots; those of businesses are too many. */
function keepSignsClear({ app, taken, at, seen, zoom }) {
  if (!placesShown(app, "resident_unit") || zoom < FROM_ZOOM.resident_unit_name) return;
  for (const place of app.atlas.places) {
    if (place.row.kind !== "resident_unit" || place.rings.length) continue;
    const p = at(place.x, place.y);
    if (seen(p)) taken.take([p.x - 7, p.y - 7, p.x + 7, p.y + 7]);
  }
}

// --- grids ---------------------------------------------------------------------------------------

function gridNames(kit) {
  const { app, at, seen, zoom } = kit;
  const level = shownLevel(app.state.get("level"), zoom);
  // The roomiest first: where names compete, the larger grid keeps its own.
  const named = app.atlas
    .level(level)
    .filter((grid) => grid.rings.length)
    .sort((a, b) => b.label.radius - a.label.radius)
    .map((grid) => ({ grid, p: at(grid.label.x, grid.label.y) }))
    .filter(({ p }) => seen(p))
    .map((one) => ({ ...one, label: gridName(kit, level, one) }))
    .filter(({ label }) => label);
  // Who leads it stands below, once every grid has its name.
  const under = named.map((one) => leaderName(kit, level, one)).filter(Boolean);
  return [...named.map(({ label }) => label), ...under];
}

/** The name in the fullest form that fits: as it is, in lines, without what goes without saying. */
function gridName({ app, taken, zoom, size }, level, { grid, p }) {
  const narrow = size.x <= 600;
  const kind = level === 1 && narrow ? "smallcommunity" : GRID_LOOK[level];
  const room = (grid.label.radius * 2) / metresToPixel(app, zoom);
  for (const lines of waysToWrite(grid, narrow)) {
    const box = boxAround(p, lines, kind);
    const wide = box[2] - box[0];
    if (level > 1 && wide > room * 1.6) continue;
    for (const off of [0, -16, 16]) {
      const moved = [box[0], box[1] + off, box[2], box[3] + off];
      if (!taken.claim([moved])) continue;
      const key = keyOf("g", grid.sheet.code, zoom, off, lines.join());
      return { key, kind, lines, x: p.x, y: p.y + off, bottom: moved[3], room };
    }
  }
  return null;
}

function waysToWrite(grid, narrow) {
  const name = grid.sheet.name;
  const above = grid.parent?.sheet.name;
  const own =
    above && name.startsWith(above) && name.length > above.length ? name.slice(above.length) : name;
  const short = own.length > 3 ? own.replace(/社区$/, "") : own;
  const letters = Array.from(short).length;
  const ways = [linesOf(short), linesOf(short, letters > 3 ? Math.ceil(letters / 2) : letters)];
  return narrow ? ways : [linesOf(own), ...ways];
}

function leaderName({ taken }, level, { grid, label }) {
  const text = underName(grid, level);
  const y = label.bottom + LOOK.under.line / 2 + 1.5;
  if (!text || label.room < LOOK[label.kind].line * 4) return null;
  if (widthOf(text, fontOf("under")) > label.room * 1.35) return null;
  if (!taken.claim([boxAround({ x: label.x, y }, [text], "under")])) return null;
  return { key: keyOf("u", label.key, text), kind: "under", lines: [text], x: label.x, y };
}

function metresToPixel(app, zoom) {
  const [lat] = app.atlas.degrees(0, 0);
  return (40075016.7 * Math.cos((lat * Math.PI) / 180)) / 256 / 2 ** zoom;
}

function underName(grid, level) {
  const leader = grid.sheet.responsible.find((r) => r.role === "grid_leader" && !r.inherited_from);
  const who = leader ? Array.from(leader.name).slice(0, 8).join("") : "";
  if (level > 1) return who;
  const within = format(t("map.totals.1"), grid.children.length);
  return who ? `${who} · ${within}` : within;
}

// --- places ----------------------------------------------------------------------------------------

function* placeNames({ app, taken, at, seen, zoom }, kind) {
  if (!placesShown(app, kind) || zoom < FROM_ZOOM[`${kind}_name`]) return;
  for (const place of app.atlas.places) {
    if (place.row.kind !== kind) continue;
    const p = at(place.x, place.y);
    if (!seen(p)) continue;
    const lines = linesOf(place.row.name);
    // A sign keeps its point; the name stands under it.
    if (!place.rings.length) p.y += 9 + (lines.length * LOOK.place.line) / 2;
    const box = boxAround(p, lines, "place");
    if (!taken.claim([box])) continue;
    yield { key: keyOf("p", place.row.id, zoom), kind: "place", lines, x: p.x, y: p.y };
  }
}
