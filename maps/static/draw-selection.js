/** What is selected: the grid outlined, those above it lightly, a pin at the spot. */

import { palette } from "./colours.js";
import { growing } from "./detail.js";
import { svg } from "./dom.js";

/** @param {any} app */
export function drawSelection(app) {
  const { map, atlas, state } = app;
  const renderer = app.renderer("selection", 450);
  const group = L.layerGroup().addTo(map);

  function outline(grid, style) {
    const rings = grid.rings.map((ring) => [...atlas.line(ring), atlas.degrees(ring[0], ring[1])]);
    L.polyline(rings, { renderer, interactive: false, fill: false, ...style }).addTo(group);
  }

  function redraw() {
    group.clearLayers();
    const spot = state.get("selection");
    if (!spot) return;
    const { selection: color, casing } = palette(app);
    const weight = growing(map.getZoom(), 2.6, 4.5);
    for (const grid of spot.grids.slice(0, -1)) {
      outline(grid, { color, weight: weight * 0.55, opacity: 0.75, dashArray: "2 5" });
    }
    const grid = spot.grids.at(-1);
    if (grid) {
      const rings = grid.rings.map((ring) => atlas.line(ring));
      const ground = { renderer, interactive: false, stroke: false, fillColor: color };
      L.polygon(rings, { ...ground, fillOpacity: 0.1 }).addTo(group);
      outline(grid, { color: casing, weight: weight + 3.5, opacity: 0.9 });
      outline(grid, { color, weight });
    }
    if (spot.pin) pin(map, spot.pin).addTo(group);
  }
  map.on("zoomend", redraw);
  state.on(["selection", "theme"], redraw);
}

function pin(map, at) {
  const picture = svg(
    "svg",
    { viewBox: "0 0 24 32", width: 26, height: 35, "aria-hidden": "true" },
    svg("path", {
      class: "pin-body",
      d: "M12 31C12 31 23 18 23 11.5A11 11 0 1 0 1 11.5C1 18 12 31 12 31Z",
    }),
    svg("circle", { class: "pin-eye", cx: 12, cy: 11.5, r: 4 }),
  );
  const look = L.divIcon({
    html: picture,
    className: "pin",
    iconSize: [26, 35],
    iconAnchor: [13, 35],
  });
  return L.marker(at, { icon: look, interactive: false, keyboard: false, pane: pinPane(map) });
}

function pinPane(map) {
  if (!map.getPane("pins")) map.createPane("pins").style.zIndex = "610";
  return "pins";
}
