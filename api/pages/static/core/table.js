/** Tables in a frame that scrolls by itself, so that a page never does sideways. */

import { el } from "./dom.js";

/**
 * @param {string[]} heads what stands above each column; "" above buttons
 * @param {Node[]|HTMLTableSectionElement} rows the rows, or the body that holds them
 * @param {string} [look] further classes: `is-stacked` makes a card of each row on a phone
 * @returns {HTMLDivElement}
 */
export function table(heads, rows, look = "") {
  const head = heads.map((text) => (text ? el("th", { scope: "col" }, text) : el("td")));
  const body = Array.isArray(rows) ? el("tbody", {}, ...rows) : rows;
  return el(
    "div",
    { class: "table-frame" },
    el("table", { class: `table ${look}`.trim() }, el("thead", {}, el("tr", {}, ...head)), body),
  );
}
