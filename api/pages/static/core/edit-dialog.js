/** Dialogs that change something: they show what is wrong at its field, and a colleague's edit. */

import { api } from "./api.js";
import { el, fill } from "./dom.js";
import { shown, when } from "./edit-values.js";
import { anyFieldLabel } from "./field-labels.js";
import { dayBefore } from "./format.js";
import { failure, field } from "./shell.js";
import { table } from "./table.js";
import { t } from "./words.js";

/**
 * @param {string} title
 * @param {(Node|null)[]} nodes
 * @param {{label: string, danger?: boolean, act: () => Promise<any>, fields?: Record<string, any>, wide?: boolean}} main
 *   `act` saves; what it throws is shown, at the field it names where there is one
 * @returns {HTMLDialogElement}
 */
export function editDialog(title, nodes, main) {
  const trouble = el("div", { class: "form-trouble" });
  const submit = el(
    "button",
    { type: "submit", class: `tool tool-main${main.danger ? " tool-danger" : ""}` },
    main.label,
  );
  const form = el(
    "form",
    { class: `form${main.wide ? " is-two" : ""}`, novalidate: true, onsubmit: save },
    ...nodes.filter(Boolean),
    trouble,
    el(
      "div",
      { class: "buttons" },
      el(
        "button",
        { type: "button", class: "tool", onclick: () => box.close() },
        t("record.cancel"),
      ),
      submit,
    ),
  );
  const box = el(
    "dialog",
    { class: `dialog${main.wide ? " is-wide" : ""}`, "aria-label": title },
    el("h2", {}, title),
    form,
  );

  /** @param {Event} event */
  async function save(event) {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    fill(trouble);
    for (const one of Object.values(main.fields ?? {})) one.wrong("");
    try {
      if ((await main.act()) !== false) box.close();
    } catch (problem) {
      show(problem);
    } finally {
      submit.disabled = false;
    }
  }

  /** @param {any} problem */
  function show(problem) {
    const at = main.fields?.[problem.field];
    if (at) {
      at.wrong(problem.message);
      at.input.focus();
    } else fill(trouble, failure(problem));
  }

  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  /** @type {HTMLElement|null} */
  const first = form.querySelector("input:not([type=hidden]), select, textarea");
  (first ?? submit).focus();
  return box;
}

/** The field for the reason that goes on record. */
export function reasonField() {
  const made = field(
    t("record.reason"),
    el("input", { type: "text", maxlength: 200, autocomplete: "off", class: "reason" }),
    t("record.reasonHint"),
  );
  made.node.classList.add("is-whole");
  return made;
}

/**
 * A field that takes a day.
 * @param {string} label
 */
export function dayField(label, value = "") {
  return field(
    label,
    el("input", { type: "date", value, min: "1949-01-01", max: "2199-12-31", required: true }),
  );
}

/**
 * A check box with its label.
 * @param {string} label
 * @param {any} checked
 */
export function checkField(label, checked, hint = "") {
  const input = el("input", { type: "checkbox" });
  input.checked = Boolean(checked);
  const node = el(
    "div",
    { class: "field is-whole" },
    el("label", { class: "check" }, input, label),
    hint ? el("span", { class: "hint" }, hint) : null,
  );
  return { node, input, wrong: () => {} };
}

/**
 * A select of `[value, label]`.
 * @param {string} label
 * @param {[string, string][]} options
 */
export function choiceField(label, options, value = "", hint = "") {
  const input = el(
    "select",
    {},
    ...options.map(([one, text]) => el("option", { value: one, selected: one === value }, text)),
  );
  return field(label, input, hint);
}

/**
 * The days of a duty in words; the last one is counted.
 * @param {{since: string, until?: string|null}} duty
 */
export function daysOf({ since, until }) {
  return until ? t("record.fromTo", since, dayBefore(until)) : t("record.from", since);
}

/**
 * Save, and where a colleague was faster let the reader choose: keep mine (it is sent again over
 * theirs), or take theirs (nothing is sent).
 * @param {{method: string, path: string, etag: string, changes: any, base: any,
 *   label?: (name: string) => string}} how `changes` are the fields to send, `base` what they were
 * @returns {Promise<{body: any, theirs: boolean}|null>} null: the reader backed out
 */
export async function saveOver({ method, path, etag, changes, base, label }) {
  for (let tag = etag; ; ) {
    try {
      const { body } = await api(method, path, changes, { etag: `"${tag}"` });
      return { body, theirs: false };
    } catch (fault) {
      const problem = /** @type {import("./api.js").Problem} */ (fault);
      if (problem.status !== 412) throw problem;
      const choice = await conflict(problem.body, changes, base, label);
      if (choice === "mine") tag = problem.body.etag.replaceAll('"', "");
      else return choice === "theirs" ? { body: problem.body.current, theirs: true } : null;
    }
  }
}

/**
 * @param {any} told what the refusal says: the row as it is now, and who changed it
 * @param {any} changes
 * @param {any} base
 * @param {(name: string) => string} [label]
 * @returns {Promise<"mine"|"theirs"|"">}
 */
function conflict(told, changes, base, label = anyFieldLabel) {
  const { current, changed } = told;
  const names = Object.keys(base).filter(
    (name) => !same(base[name], current[name]) || (name in changes && name !== "reason"),
  );
  const rows = names.map((name) =>
    el(
      "tr",
      {},
      el("td", {}, label(name)),
      el("td", {}, name in changes ? shown(name, changes[name]) : t("record.onlyTheirs")),
      el(
        "td",
        {},
        same(base[name], current[name]) ? t("record.onlyTheirs") : shown(name, current[name]),
      ),
    ),
  );
  return new Promise((resolve) => {
    /** @type {"mine"|"theirs"|""} */
    let choice = "";
    const take = (/** @type {"mine"|"theirs"} */ one) => () => {
      choice = one;
      box.close();
    };
    const box = el(
      "dialog",
      { class: "dialog conflict", "aria-label": t("record.conflictTitle") },
      el("h2", {}, t("record.conflictTitle")),
      changed ? el("p", {}, t("record.conflictBy", changed.who ?? "?", when(changed.at))) : null,
      changed?.reason ? el("p", { class: "quiet" }, t("record.because", changed.reason)) : null,
      rows.length
        ? table([t("record.field"), t("record.mine"), t("record.theirs")], rows, "differs")
        : null,
      el(
        "div",
        { class: "buttons" },
        el(
          "button",
          { type: "button", class: "tool", onclick: () => box.close() },
          t("record.cancel"),
        ),
        el(
          "button",
          { type: "button", class: "tool take-theirs", onclick: take("theirs") },
          t("record.takeTheirs"),
        ),
        el(
          "button",
          { type: "button", class: "tool tool-main keep-mine", onclick: take("mine") },
          t("record.keepMine"),
        ),
      ),
    );
    box.addEventListener("close", () => {
      box.remove();
      resolve(choice);
    });
    document.body.append(box);
    box.showModal();
    /** @type {HTMLElement|null} */ (box.querySelector(".take-theirs"))?.focus();
  });
}

/**
 * @param {any} one
 * @param {any} other
 */
function same(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
