/** The map page beside the desk: it jumps to what was chosen, and tells where it was clicked. */

import { el, icon } from "../core/dom.js";
import { language, t } from "../core/words.js";

const WIDE = "(min-width: 900px)";

/**
 * @param {(point: {lon: number, lat: number}) => void} clicked with a WGS84 point
 * @param {(number: number) => void} chosen the number of a pin
 * @returns {any}
 */
export function mapFrame(clicked, chosen) {
  const toggle = el(
    "button",
    {
      class: "map-toggle",
      type: "button",
      "aria-expanded": "false",
      "aria-controls": "map",
      onclick: () => stance(!open()),
    },
    icon("M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14"),
    el("span", {}),
  );
  const body = el("div", { class: "map-body", id: "map" });
  const node = el("section", { class: "map" }, toggle, body);
  const wide = matchMedia(WIDE);
  let frame = null;
  let link = "";
  let turn = 0;

  function open() {
    return wide.matches || node.classList.contains("is-open");
  }

  function stance(yes) {
    node.classList.toggle("is-open", yes);
    toggle.setAttribute("aria-expanded", String(yes));
    toggle.lastChild.textContent = t(yes ? "desk.hideMap" : "desk.showMap");
    load();
  }

  /** The map is fetched when it is first seen. */
  function load() {
    if (!open()) return;
    // Counted, so that asking for the same place again brings the map back to it.
    turn += 1;
    const address = `/#embed=1&lang=${language()}${link}&turn=${turn}`;
    if (frame) {
      frame.contentWindow.location.replace(address);
      return;
    }
    frame = el("iframe", { class: "map-frame", src: address, title: t("desk.map") });
    body.append(frame);
  }

  function show(answer) {
    const parts = [];
    const smallest = answer.kind === "person" ? answer.sheets.at(-1) : answer.sheets[0];
    if (smallest) parts.push(`grid=${encodeURIComponent(smallest.code)}`);
    if (answer.spot) parts.push(`spot=${degrees(answer.spot.lon)},${degrees(answer.spot.lat)}`);
    else if (!smallest && answer.centre)
      parts.push(`at=15/${answer.centre.lat}/${answer.centre.lon}`);
    go(parts);
  }

  /** Number the candidates that have a place; the number is that of their row. */
  function list(candidates) {
    const pins = candidates.flatMap(({ point }, i) =>
      point ? [`${i + 1}:${point.map(degrees).join(",")}`] : [],
    );
    go(pins.length ? [`pins=${pins.join(";")}`] : []);
  }

  /** Show nothing of an answer that is no longer asked for. */
  function clear() {
    if (link) go([]);
  }

  function go(parts) {
    link = parts.map((part) => `&${part}`).join("");
    // A map that nobody has opened yet is fetched when it is, with what is shown by then.
    if (frame || link) load();
  }

  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || !frame || source !== frame.contentWindow) return;
    if (Number.isInteger(data?.wanggePin)) chosen(data.wanggePin);
    const { lon, lat } = data?.wanggeSpot || {};
    if (Number.isFinite(lon) && Number.isFinite(lat)) clicked({ lon, lat });
  });
  wide.addEventListener("change", load);

  function speakAgain() {
    node.setAttribute("aria-label", t("desk.map"));
    frame?.setAttribute("title", t("desk.map"));
    toggle.lastChild.textContent = t(
      node.classList.contains("is-open") ? "desk.hideMap" : "desk.showMap",
    );
    if (frame) load();
  }
  speakAgain();
  return { node, show, list, clear, load, speakAgain };
}

function degrees(number) {
  return Number(number.toFixed(7));
}
