/** The view: the canvases the map is drawn on, and the room left between what floats over it. */

/** The canvas of a pane of its own; asked twice, the same. */
export function rendererOf(map, name, zIndex) {
  if (!map.getPane(name)) {
    const pane = map.createPane(name);
    pane.style.zIndex = String(zIndex);
    pane.canvas = L.canvas({ pane: name, padding: 0.25 });
  }
  return map.getPane(name).canvas;
}

/**
 * Draw every canvas afresh. While a page is being printed Chromium prints what is drawn onto a new
 * canvas as lines, but cuts off what is drawn onto one that changed its size.
 */
export function renewCanvases(map) {
  for (const { canvas } of Object.values(map.getPanes())) {
    if (canvas && map.hasLayer(canvas)) canvas.remove().addTo(map);
  }
}

/** What the page opens on, as Leaflet takes it. */
export function openingBounds(atlas) {
  const [west, south, east, north] = atlas.block.bounds;
  return [
    [south, west],
    [north, east],
  ];
}

/** Pixels at the edges that lie under what floats over the map: left, top, right, bottom. */
export function margins(map) {
  const { x } = map.getSize();
  if (document.documentElement.classList.contains("is-embedded")) return [16, 16, 16, 40];
  if (x > 900) return [392, 24, 276, 44];
  return x > 600 ? [356, 24, 16, 44] : [12, 150, 12, 60];
}

/** The part of the ground that nothing floats over. */
export function boundsInView(map) {
  const [left, top, right, bottom] = margins(map);
  const { x, y } = map.getSize();
  const corner = (...at) => map.containerPointToLatLng(at);
  return L.latLngBounds(corner(left, y - bottom), corner(x - right, top));
}

const PANELS = ".panel-head, .sheet, .controls, .compass";

/**
 * @param {any} map Leaflet's
 * @param {string} [which] a selector
 * @returns {{left: number, top: number, right: number, bottom: number}[]} pixels of the map
 */
export function coveredByPanels(map, which = PANELS) {
  const { left, top } = map.getContainer().getBoundingClientRect();
  return [...document.querySelectorAll(which)].map((node) => {
    const box = node.getBoundingClientRect();
    return {
      left: box.left - left,
      top: box.top - top,
      right: box.right - left,
      bottom: box.bottom - top,
    };
  });
}
