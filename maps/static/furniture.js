/** What else belongs on a map: north arrow, scale, zoom, the note below, and the watermark. */

import { basemapShown } from "./basemap.js";
import { el, fill, icon, name, svg } from "./dom.js";
import { measuring } from "./measure.js";
import { inLanguage, t, tNodes } from "./words.js";

/** North arrow, zoom buttons and a metric scale, bottom right. */
export function compass(app) {
  const { map } = app;
  const needle = svg(
    "svg",
    { class: "north", viewBox: "0 0 24 36", "aria-hidden": "true" },
    svg("path", { class: "north-dark", d: "M12 2 20 34 12 27Z" }),
    svg("path", { class: "north-light", d: "M12 2 4 34 12 27Z" }),
  );
  const letter = el("span", { class: "north-letter" });
  const button = (paths, act) =>
    el("button", { class: "zoom", type: "button", onclick: act }, icon(...paths));
  const closer = button(["M12 5v14M5 12h14"], () => map.zoomIn(1));
  const farther = button(["M5 12h14"], () => map.zoomOut(1));
  const scale = L.control.scale({ imperial: false, maxWidth: 110 }).addTo(map).getContainer();
  scale.remove();
  const { button: ruler, readout } = measuring(app);
  const node = el(
    "div",
    { class: "compass" },
    readout,
    el("div", { class: "north-box" }, letter, needle),
    el("div", { class: "zooms" }, closer, farther, ruler),
    scale,
  );

  function speakAgain() {
    letter.textContent = t("map.north");
    closer.setAttribute("aria-label", t("map.zoomIn"));
    farther.setAttribute("aria-label", t("map.zoomOut"));
  }
  app.state.on(["language"], speakAgain);
  speakAgain();
  return node;
}

/** Note, maker, date of the data, approval number. */
export function colophon(app) {
  const { settings, provenance } = app.atlas.block;
  const node = el("footer", { class: "colophon" });
  const part = (key, text) => {
    return text ? el("span", {}, ...tNodes(key, name(text))) : null;
  };
  const credit = () => basemapShown(app) && inLanguage(app.atlas.block.basemap.attribution);
  function speakAgain() {
    fill(
      node,
      el("span", { class: "colophon-note" }, settings.note ? name(settings.note) : t("map.note")),
      part("map.approval", settings.approval_no),
      part("map.maker", settings.maker),
      part("map.dataDate", settings.data_date),
      provenance.version.division
        ? el("span", {}, t("map.version", provenance.version.division))
        : null,
      credit() ? el("span", { class: "colophon-credit" }, name(credit())) : null,
    );
  }
  app.state.on(["language", "layers"], speakAgain);
  speakAgain();
  return node;
}

/** Over a map of invented data, at any zoom, on screen and on paper. */
export function watermark(app) {
  if (!app.atlas.block.provenance.synthetic) return null;
  const text = svg("text", { x: 24, y: 60 }, t("common.synthetic"));
  const again = svg("text", { x: 524, y: 190 }, t("common.synthetic"));
  const tile = {
    width: 1000,
    height: 260,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(-24)",
  };
  const pattern = svg("pattern", { id: "synthetic", ...tile }, text, again);
  return svg(
    "svg",
    { class: "watermark", "aria-hidden": "true" },
    svg("defs", {}, pattern),
    svg("rect", { width: "100%", height: "100%", fill: "url(#synthetic)" }),
  );
}
