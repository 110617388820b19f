/** Dialogs: a title, a body, and buttons; closed by Escape, focus goes back where it was. */

import { el, fill } from "./dom.js";
import { t } from "./words.js";

/**
 * @typedef {Object} Button the dialog closes after `act`, unless that answers false (or a promise of it)
 * @property {string} label
 * @property {boolean} [main]
 * @property {boolean} [danger]
 * @property {() => any} [act]
 */

/**
 * @param {string} title
 * @param {import("./dom.js").Child|import("./dom.js").Child[]} body
 * @param {Button[]} [buttons]
 * @returns {HTMLDialogElement}
 */
export function dialog(title, body, buttons = [{ label: t("plan.close") }]) {
  const heading = el("h2", {}, title);
  const box = el("dialog", { class: "dialog plan-dialog", "aria-label": title });
  const press = async (/** @type {Button} */ { act }) => {
    for (const one of made) one.disabled = true;
    box.setAttribute("aria-busy", "true");
    try {
      if (act && (await act()) === false) return;
      box.close();
    } finally {
      for (const one of made) one.disabled = false;
      box.removeAttribute("aria-busy");
    }
  };
  const made = buttons.map((button) =>
    el(
      "button",
      {
        type: "button",
        class: `tool${button.main ? " tool-main" : ""}${button.danger ? " tool-danger" : ""}`,
        onclick: () => press(button),
      },
      button.label,
    ),
  );
  fill(box, heading, ...[body].flat(), el("div", { class: "plan-buttons" }, ...made));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  const first = /** @type {HTMLElement|null} */ (box.querySelector("input, select, textarea"));
  (first ?? made.at(-1))?.focus();
  return box;
}

/**
 * A labelled field of a dialog or panel.
 * @param {string} label
 * @param {HTMLElement} input
 * @param {string} [hint]
 */
export function labelled(label, input, hint = "") {
  return el(
    "label",
    { class: "field" },
    el("span", { class: "label" }, label),
    input,
    hint ? el("span", { class: "hint quiet small" }, hint) : null,
  );
}

/**
 * A select with options `[value, label]`.
 * @param {any[][]} options
 * @param {string|null|undefined} value the one that is chosen
 * @param {Record<string, any>} [given] attributes
 */
export function choice(options, value, given = {}) {
  const made = options.map(([one, label]) =>
    el("option", { value: one ?? "", selected: (one ?? "") === (value ?? "") }, label),
  );
  return el("select", given, ...made);
}
