/** What is shown from which zoom on. Leaflet's zoom 17 is about a metre to the pixel here. */

export const FROM_ZOOM = {
  compounds: 15,
  clusters: 16.25,
  building: 15.5,
  resident_unit: 15.75,
  business: 16.5,
  building_name: 17.25,
  resident_unit_name: 16.5,
  business_name: 18,
};

/**
 * The level whose names and lines stand out.
 * @param {"auto"|1|2|3} wanted
 * @param {number} zoom
 * @returns {1|2|3}
 */
export function shownLevel(wanted, zoom) {
  if (wanted !== "auto") return wanted;
  if (zoom < FROM_ZOOM.compounds) return 1;
  return zoom < FROM_ZOOM.clusters ? 2 : 3;
}

/** @returns {boolean} whether places of a kind are shown */
export function placesShown(app, kind) {
  return app.state.get("layers")[kind] && app.map.getZoom() >= FROM_ZOOM[kind];
}

/** A value that grows with the zoom, from `small` at zoom 13 to `large` at zoom 18. */
export function growing(zoom, small, large) {
  return small + (large - small) * Math.min(1, Math.max(0, (zoom - 13) / 5));
}
