/**
 * Tiles of a basemap under the grids, where the office chose one.
 *
 * A source in GCJ-02 shows what is at a place some 500 m off. Over a subdistrict that offset varies
 * by a metre or two, so its tiles are laid as many degrees back as they are off in the middle.
 */

/** @returns {boolean} whether a basemap lies under the grids now */
export function basemapShown(app) {
  return Boolean(app.atlas.block.basemap) && app.state.get("layers").basemap;
}

/** Tiles that are laid where the map's centre, shifted, would have them. */
const ShiftedTiles = L.TileLayer.extend({
  _there(centre) {
    const [east, north] = this.options.shift;
    const { lat, lng } = L.latLng(centre);
    return L.latLng(lat + north, lng + east);
  },
  _getTiledPixelBounds(centre) {
    return L.TileLayer.prototype._getTiledPixelBounds.call(this, this._there(centre));
  },
  _setZoomTransform(level, centre, zoom) {
    L.TileLayer.prototype._setZoomTransform.call(this, level, this._there(centre), zoom);
  },
});

/** @param {any} app */
export function drawBasemap(app) {
  const { map, state } = app;
  const source = app.atlas.block.basemap;
  if (!source) return;
  map.createPane("tiles").style.zIndex = "250";
  const layers = source.urls.map(
    (url) =>
      new ShiftedTiles(url, {
        pane: "tiles",
        subdomains: source.servers,
        shift: source.shift,
        maxNativeZoom: source.max_zoom,
        maxZoom: map.getMaxZoom(),
        referrerPolicy: source.sends_origin ? "origin" : "no-referrer",
      }),
  );
  const update = () => {
    for (const layer of layers) layer[basemapShown(app) ? "addTo" : "removeFrom"](map);
  };
  state.on(["layers"], update);
  update();
}
