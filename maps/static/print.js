/** Printing the view: the map takes the size of the paper, in light colours, while it is printed. */

import { boundsInView, renewCanvases } from "./view.js";

/**
 * Chromium lays the page out right after `beforeprint`, so all is drawn before it returns.
 * @param {any} app
 */
export function printing(app) {
  const { map, state } = app;
  let before = null;

  function prepare() {
    if (before) return;
    before = { centre: map.getCenter(), zoom: map.getZoom(), theme: state.get("theme") };
    const seen = boundsInView(map);
    document.documentElement.classList.add("is-printing");
    state.set("theme", "light");
    map.invalidateSize({ animate: false });
    map.fitBounds(seen, { animate: false });
    app.redrawNames();
    renewCanvases(map);
  }
  function restore() {
    if (!before) return;
    document.documentElement.classList.remove("is-printing");
    state.set("theme", before.theme);
    map.invalidateSize({ animate: false });
    map.setView(before.centre, before.zoom, { animate: false });
    before = null;
  }
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
}
