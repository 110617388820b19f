/** The river and the roads. */

import { basemapShown } from "./basemap.js";
import { palette } from "./colours.js";
import { growing } from "./detail.js";
import { quickAreas, quickLines } from "./quick.js";

/** @param {any} app */
export function drawContext(app) {
  const { map, atlas, state } = app;
  const renderer = app.renderer("context", 210);
  const still = { renderer, interactive: false };
  const rivers = quickAreas(
    atlas.context.rivers.map(({ lines }) => lines.map((line) => atlas.line(line))),
    { ...still, smoothFactor: 0.5 },
  ).addTo(map);
  const onRoads = { renderer: app.renderer("roads", 320), interactive: false, fill: false };
  const lines = atlas.context.roads.flatMap((road) => road.lines.map((l) => atlas.line(l)));
  const edges = quickLines(lines, onRoads).addTo(map);
  const roads = quickLines(lines, onRoads).addTo(map);

  function restyle() {
    const colours = palette(app);
    const width = growing(map.getZoom(), 2, 11);
    // A basemap has roads of its own.
    const shown = state.get("layers").roads && !basemapShown(app) ? 1 : 0;
    rivers.setStyle({
      color: colours.shore,
      weight: 1.5,
      fillColor: colours.water,
      fillOpacity: 1,
    });
    edges.setStyle({ color: colours.road_edge, weight: width + 1.6, opacity: shown });
    roads.setStyle({ color: colours.road, weight: width, opacity: shown });
  }
  map.on("zoomend", restyle);
  state.on(["theme", "layers"], restyle);
  restyle();
}
