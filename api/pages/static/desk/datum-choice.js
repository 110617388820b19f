/** The choice of the datum of coordinates: required, never guessed, kept for the session in sight. */

import { el, fill } from "../core/dom.js";
import { t, words } from "../core/words.js";

const KEPT = "wangge.datum";
export const DATUMS = ["gcj02", "bd09", "wgs84", "cgcs2000"];

/**
 * @param {() => void} changed called when the reader has chosen
 * @returns {{node: HTMLElement, value: () => string|null, focus: () => void, speakAgain: () => void}}
 */
export function datumChoice(changed) {
  const node = el("fieldset", { class: "datum", hidden: true });
  let chosen = kept();

  function choose(datum) {
    chosen = datum;
    keep(datum);
    node.querySelector(".datum-note").textContent = t("desk.datumKept");
    changed();
  }

  function speakAgain() {
    fill(
      node,
      el("legend", {}, t("desk.datum")),
      el("div", { class: "datum-options" }, ...DATUMS.map(option)),
      el("p", { class: "datum-note quiet" }, t(chosen ? "desk.datumKept" : "desk.datumWhy")),
    );
  }

  function option(datum) {
    const [plain, exact] = words("desk.datums")[datum];
    const radio = el("input", {
      type: "radio",
      name: "datum",
      value: datum,
      required: true,
      onchange: () => choose(datum),
    });
    radio.checked = datum === chosen;
    return el(
      "label",
      { class: "datum-option" },
      radio,
      el("span", {}, plain, " ", el("small", {}, exact)),
    );
  }

  speakAgain();
  return {
    node,
    value: () => chosen,
    focus: () => (node.querySelector("input:checked") || node.querySelector("input")).focus(),
    speakAgain,
  };
}

/** A datum's name in words: 高德、腾讯 GCJ-02. */
export function datumName(datum) {
  return words("desk.datums")[datum].join(" ");
}

function kept() {
  try {
    const datum = sessionStorage.getItem(KEPT);
    return DATUMS.includes(datum) ? datum : null;
  } catch {
    return null;
  }
}

function keep(datum) {
  try {
    sessionStorage.setItem(KEPT, datum);
  } catch {
    // A browser that keeps nothing: it is asked again after a reload.
  }
}
