/**
 * The grids: grounds without strokes, and every boundary once, as a mesh for each level; a white
 * casing runs under level 1.
 */

import { colouring, palette } from "./colours.js";
import { growing, shownLevel } from "./detail.js";
import { quickAreas, quickLines } from "./quick.js";

/** @param {any} app */
export function drawGrids(app) {
  drawGrounds(app);
  drawMeshes(app);
}

function drawGrounds(app) {
  const { map, atlas, state } = app;
  const renderer = app.renderer("grounds", 300);
  const still = { renderer, interactive: false, stroke: false, smoothFactor: 0 };
  const made = new Map();
  let drawn = [];

  /** The grounds of a level; most levels are never asked for. */
  function grounds(level) {
    if (!made.has(level)) {
      made.set(
        level,
        atlas.level(level).map((grid) => {
          return {
            grid,
            shape: quickAreas(
              grid.rings.map((ring) => atlas.line(ring)),
              still,
            ),
          };
        }),
      );
    }
    return made.get(level);
  }

  function restyle() {
    const way = colouring(app);
    const now = [way.key, palette(app)];
    if (now.every((value, i) => value === drawn[i])) return;
    drawn = now;
    for (const [level, shapes] of made) {
      if (level === way.level) continue;
      for (const { shape } of shapes) shape.remove();
    }
    for (const { grid, shape } of grounds(way.level)) {
      shape.setStyle({ fillColor: way.colour(grid), fillOpacity: way.opacity }).addTo(map);
    }
  }
  map.on("zoomend", restyle);
  state.on(["theme", "level", "colour", "number", "layers"], restyle);
  restyle();
}

/** How a mesh looks at a zoom when a level is shown: its weight and how much of it is seen. */
const MESHES = [
  { of: [3], dashes: true, weight: [0.6, 1.5], seen: [0, 0.35, 1] },
  { of: [2], dashes: false, weight: [0.9, 2.6], seen: [0.45, 0.95, 1] },
  { of: [0, 1], casing: true, dashes: false, weight: [5.2, 9], seen: [0.85, 0.85, 0.85] },
  { of: [1], dashes: false, weight: [2.1, 4.2], seen: [1, 1, 1] },
  { of: [0], dashes: false, weight: [2.8, 5], seen: [1, 1, 1] },
];

function drawMeshes(app) {
  const { map, atlas, state } = app;
  const renderer = app.renderer("meshes", 400);
  const meshes = MESHES.map((look) => {
    const lines = atlas.arcs.filter((_, i) => look.of.includes(atlas.arcLevels[i]));
    const options = { renderer, interactive: false, fill: false, smoothFactor: 0.5 };
    return {
      look,
      shape: quickLines(
        lines.map((arc) => atlas.line(arc)),
        options,
      ).addTo(map),
    };
  });

  function restyle() {
    const zoom = map.getZoom();
    const level = shownLevel(state.get("level"), zoom);
    const colours = palette(app);
    for (const { look, shape } of meshes) {
      shape.setStyle({
        color: look.casing ? colours.casing : colours.boundary[look.of[0]],
        weight: growing(zoom, ...look.weight),
        opacity: look.seen[level - 1],
        dashArray: look.dashes ? "5 4" : null,
      });
    }
  }
  map.on("zoomend", restyle);
  state.on(["theme", "level"], restyle);
  restyle();
}
