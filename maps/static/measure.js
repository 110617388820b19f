/** Measuring on the map: a line point by point, its length, and the ground it would enclose. */

import { palette } from "./colours.js";
import { el, fill, icon } from "./dom.js";
import { areaText, lengthText, measured } from "./metres.js";
import { t } from "./words.js";

/**
 * The measuring tool: a button, a line on the map, and what it measured.
 * @param {any} app
 * @returns {{button: HTMLElement, readout: HTMLElement}}
 */
export function measuring(app) {
  const { map, state } = app;
  const renderer = app.renderer("measure", 620);
  const shape = L.polygon([], { renderer, interactive: false, dashArray: "2 4", weight: 1 });
  const line = L.polyline([], { renderer, interactive: false, fill: false, weight: 3 });
  const figures = el("p", { role: "status", class: "measure-figures" });
  const undo = el("button", {
    class: "tool",
    type: "button",
    onclick: () => draw(points.slice(0, -1)),
  });
  const readout = el("div", { class: "measure", hidden: true }, figures, undo);
  const button = el(
    "button",
    { class: "zoom", type: "button", onclick: toggle },
    icon("M3 16 16 3l5 5L8 21Z M7 12l2 2 M10 9l3 3 M13 6l2 2"),
  );
  let points = [];

  function draw(now) {
    points = now;
    line.setLatLngs(points);
    shape.setLatLngs(points.length > 2 ? points : []);
    const { length, area } = measured(points);
    const parts = [t("map.length", lengthText(length))];
    if (points.length > 2) parts.push(t("map.area", areaText(area)));
    figures.textContent = points.length > 1 ? parts.join(" · ") : t("map.measureHint");
    undo.hidden = !points.length;
  }

  function toggle() {
    state.set("tool", state.get("tool") === "measure" ? null : "measure");
  }

  function switched() {
    const on = state.get("tool") === "measure";
    button.setAttribute("aria-pressed", String(on));
    readout.hidden = !on;
    map.getContainer().classList.toggle("is-measuring", on);
    for (const layer of [shape, line]) layer[on ? "addTo" : "removeFrom"](map);
    draw([]);
  }

  function dressMeasure() {
    const { selection: color } = palette(app);
    line.setStyle({ color });
    shape.setStyle({ color, fillColor: color, fillOpacity: 0.15 });
    button.setAttribute("aria-label", t("map.measure"));
    button.title = t("map.measure");
    fill(undo, t("map.undo"));
    draw(points);
  }
  app.measurePoint = (latlng) => draw([...points, latlng]);
  state.on(["tool"], switched);
  state.on(["theme", "language"], dressMeasure);
  dressMeasure();
  return { button, readout };
}
