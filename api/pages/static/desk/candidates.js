/** The candidates of an address, as rows of a listbox. */

import { el, name } from "../core/dom.js";
import { t, words } from "../core/words.js";

const LIKELY = 0.8;

/**
 * A candidate in its row.
 * @param {any} found the answer that it is of
 * @param {number} i its place there
 * @param {() => void} take
 * @returns {HTMLElement}
 */
export function candidateRow(found, i, take) {
  const candidate = found.candidates[i];
  const sure = certainty(found, i);
  const isGrid = candidate.match === "grid" || candidate.match === "community";
  const grid = isGrid ? null : candidate.grids.at(-1);
  const detail = detailOf(candidate);
  return el(
    "li",
    {
      id: `candidate-${i}`,
      role: "option",
      class: "candidate",
      "aria-selected": "false",
      onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
      onclick: take,
    },
    el(
      "span",
      { class: "candidate-head" },
      el("span", { class: "candidate-number" }, String(i + 1)),
      el("span", { class: "kind" }, words("desk.kinds")[candidate.match] || candidate.match),
      name(candidate.address || candidate.name, "span", { class: "candidate-title" }),
      el("span", { class: `certainty certainty-${sure}` }, t(`desk.certainty.${sure}`)),
    ),
    el(
      "span",
      { class: "candidate-why" },
      detail ? name(detail) : null,
      detail ? " · " : null,
      candidate.reasons.map((/** @type {any} */ reason) => reason.text).join(t("desk.or")),
    ),
    grid ? name(grid.name, "span", { class: "candidate-grid" }) : null,
  );
}

/**
 * What a candidate's title leaves out: its name, and how many buildings it stands for.
 * @param {{name: string, address: string, buildings: number}} candidate
 */
function detailOf({ name: called, address, buildings }) {
  const other = address && !address.endsWith(called) ? called : "";
  return [other, buildings > 1 ? t("desk.buildingsIn", buildings) : ""].filter(Boolean).join(" · ");
}

/**
 * @param {any} found
 * @param {number} i
 * @returns {"sure"|"likely"|"unsure"}
 */
function certainty(found, i) {
  if (found.clear && i === 0) return "sure";
  return found.candidates[i].score >= LIKELY ? "likely" : "unsure";
}
