/** What was looked up lately, in this tab alone: it is forgotten when the tab is closed. */

import { el, name } from "../core/dom.js";
import { t } from "../core/words.js";

const KEPT = "wangge-desk-recent";
const MOST = 8;

/**
 * @typedef {object} Lookup
 * @property {string} title what it was about
 * @property {string} hash that brings it back
 */

/** @returns {Lookup[]} the newest first */
function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    return kept.filter(
      (/** @type {any} */ one) => typeof one?.title === "string" && /^#/.test(one.hash),
    );
  } catch {
    return [];
  }
}

/** @param {Lookup[]} lookups */
function write(lookups) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(lookups));
  } catch {
    // Storage is full or switched off: nothing is remembered.
  }
}

/** @param {Lookup} lookup */
export function remember(lookup) {
  if (!lookup.hash || !lookup.title) return;
  const others = read().filter(({ hash, title }) => hash !== lookup.hash && title !== lookup.title);
  write([lookup, ...others].slice(0, MOST));
}

/**
 * @param {(hash: string) => void} open
 * @returns {HTMLElement|null} null where nothing was looked up
 */
export function recentList(open) {
  const lookups = read();
  if (!lookups.length) return null;
  const node = el(
    "section",
    { class: "recents" },
    el("p", { class: "label" }, t("desk.recent")),
    el(
      "ul",
      { class: "recent" },
      ...lookups.map(({ title, hash }) =>
        el(
          "li",
          {},
          el("button", { type: "button", class: "tool", onclick: () => open(hash) }, name(title)),
        ),
      ),
    ),
    el(
      "button",
      {
        type: "button",
        class: "tool small",
        onclick: () => {
          write([]);
          node.remove();
        },
      },
      t("desk.forgetRecent"),
    ),
  );
  return node;
}
