/** What is copied: the card, or the whole chain, as plain text for a message or a form. */

import { el, phonesOf } from "../core/dom.js";
import { language, t, words } from "../core/words.js";

/** @returns {string} the lines of one grid: level, name, code, and who is responsible */
export function gridText(sheet) {
  const people = sheet.responsible.map(
    (held) => `  ${line([titleOf(held), held.name, ...phonesOf(held)])}`,
  );
  return [line([words("common.levels")[sheet.level], sheet.name, sheet.code]), ...people].join(
    "\n",
  );
}

/** @returns {string} everything an answer says, the smallest grid first */
export function answerText(answer) {
  const place = line([answer.title, answer.detail]);
  const near = answer.near.map((n) =>
    line([
      t("desk.near", metres(answer.edgeM)),
      n.name,
      n.code,
      n.leader?.name,
      ...phonesOf(n.leader ?? {}).slice(0, 1),
    ]),
  );
  const mark = answer.provenance.synthetic ? [t("common.synthetic")] : [];
  return [
    place,
    ...answer.sheets.map(gridText),
    ...near,
    versionText(answer.provenance),
    ...mark,
  ].join("\n");
}

/** @returns {string} the versions and the day of an answer */
export function versionText({ version, as_of }) {
  return t("desk.versions", version.division, version.directory, version.roster, as_of);
}

/** What a role is called, in the language of the page. */
export function titleOf(held) {
  return language() === "en" ? held.title_en : held.title;
}

/** Metres to a decimal, as they stand in a sentence. */
export function metres(number) {
  return number < 10 ? Number(number.toFixed(1)) : Math.round(number);
}

/** One line of what is known: a name cannot begin a line of its own. */
function line(parts) {
  return parts
    .filter(Boolean)
    .map((part) => String(part).replace(/\s+/g, " ").trim())
    .join(" ");
}

/**
 * Put text on the clipboard, also on plain http, where browsers offer the old way only.
 * @param {string} text
 * @returns {Promise<boolean>} whether it is there
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text.toWellFormed?.() ?? text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

function copyTheOldWay(text) {
  const before = document.activeElement;
  const field = el("textarea", {
    class: "unseen",
    readonly: true,
    tabindex: "-1",
    "aria-hidden": "true",
  });
  field.value = text;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    before?.focus?.({ preventScroll: true });
  }
}
