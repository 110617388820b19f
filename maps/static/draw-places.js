/** Buildings by footprint, businesses and resident units by sign; each from its zoom on. */

import { palette } from "./colours.js";
import { growing, placesShown } from "./detail.js";
import { Marks, signOf } from "./marks.js";
import { quickAreas } from "./quick.js";

/** @param {any} app */
export function drawPlaces(app) {
  drawBuildings(app);
  for (const kind of ["business", "resident_unit"]) drawPoints(app, kind);
}

/** Keep a layer on the map while its kind of place is shown. */
function keepShown(app, kind, shape, style) {
  function update() {
    const shown = placesShown(app, kind);
    if (shown) shape.setStyle(style());
    if (shown !== app.map.hasLayer(shape)) shape[shown ? "addTo" : "removeFrom"](app.map);
  }
  app.map.on("zoomend", update);
  app.state.on(["theme", "layers"], update);
  update();
}

/** All footprints are one shape: a thousand shapes of their own are slow to move. */
function drawBuildings(app) {
  const { map, atlas } = app;
  const areas = atlas.places.filter((place) => place.rings.length);
  const shape = quickAreas(
    areas.map(({ rings }) => rings.map((ring) => atlas.line(ring))),
    { renderer: app.renderer("buildings", 350), interactive: false, smoothFactor: 0.3 },
  );
  keepShown(app, "building", shape, () => {
    const colours = palette(app);
    return {
      color: colours.building_edge,
      weight: growing(map.getZoom(), 0.3, 1.1),
      fillColor: colours.building,
      fillOpacity: 0.92,
      fillRule: "nonzero",
    };
  });
}

function drawPoints(app, kind) {
  const { map, atlas } = app;
  const points = atlas.places.filter((place) => place.row.kind === kind && !place.rings.length);
  const marks = new Marks(
    points.map(({ x, y }) => atlas.degrees(x, y)),
    {
      renderer: app.renderer("points", 500),
      interactive: false,
      signs: points.map(({ row }) => signOf(row)),
    },
  );
  keepShown(app, kind, marks, () => {
    const colours = palette(app);
    const radius = growing(map.getZoom(), 2, kind === "business" ? 5 : 6.5);
    return { color: colours.point_edge, weight: 1.3, colours: colours.points, radius };
  });
}
