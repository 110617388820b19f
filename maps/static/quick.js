/**
 * Lines and areas that are quick to zoom: a position is projected once, to the unit square of Web
 * Mercator, and at each zoom only scaled. Leaflet projects every position anew.
 */

/** The position in the unit square, kept on the position itself. */
function unitOf(latlng) {
  if (!latlng.unit) {
    const crs = L.CRS.EPSG3857;
    latlng.unit = crs.transformation.transform(crs.projection.project(latlng), 1);
  }
  return latlng.unit;
}

export const quick = {
  _projectLatlngs(latlngs, result, bounds) {
    if (!(latlngs[0] instanceof L.LatLng)) {
      for (const part of latlngs) this._projectLatlngs(part, result, bounds);
      return;
    }
    const { x, y } = this._map.getPixelOrigin();
    const scale = this._map.options.crs.scale(this._map.getZoom());
    const ring = new Array(latlngs.length);
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < latlngs.length; i += 1) {
      const unit = unitOf(latlngs[i]);
      const px = Math.round(unit.x * scale) - x;
      const py = Math.round(unit.y * scale) - y;
      ring[i] = new L.Point(px, py);
      west = Math.min(west, px);
      east = Math.max(east, px);
      north = Math.min(north, py);
      south = Math.max(south, py);
    }
    if (latlngs.length) bounds.extend([west, north]).extend([east, south]);
    result.push(ring);
  },
};
const QuickLines = L.Polyline.extend(quick);
const QuickAreas = L.Polygon.extend(quick);

/** @returns {any} what L.polyline returns */
export function quickLines(latlngs, options) {
  return new QuickLines(latlngs, options);
}

/** @returns {any} what L.polygon returns */
export function quickAreas(latlngs, options) {
  return new QuickAreas(latlngs, options);
}
