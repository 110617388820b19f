/** How values are said: a flag, a list, a role, a position, a time. */

import { el, name } from "./dom.js";
import { anyFieldLabel } from "./field-labels.js";
import { t, words } from "./words.js";

/** What only the machinery needs. */
const HIDDEN = new Set(["outbox", "epoch"]);

/**
 * @param {string} field
 * @param {any} value
 * @returns {HTMLElement} a value of a field, as people read it
 */
export function shown(field, value) {
  return name(told(field, value));
}

/**
 * @param {string} field
 * @param {any} value
 * @returns {string}
 */
export function told(field, value) {
  if (value === null || value === undefined || value === "")
    return field === "party_member" ? t("record.unknown") : t("record.empty");
  if (typeof value === "boolean") return t(value ? "record.yes" : "record.no");
  if (field === "role") return words("record.roles")[value] ?? String(value);
  if (field === "kind") return words("record.kinds")[value] ?? String(value);
  if (field === "status") return words("record.statuses")[value] ?? String(value);
  if (field === "sha256") return `${String(value).slice(0, 12)}…`;
  if (Array.isArray(value))
    return value.length
      ? value
          .map((one) => (isPlain(one) ? String(one) : brief(one)))
          .join(field === "geometry" ? ", " : "；")
      : t("record.empty");
  return isPlain(value) ? String(value) : brief(value);
}

/** @param {any} value */
function isPlain(value) {
  return value === null || typeof value !== "object";
}

/**
 * An object in one line: 王示例 · 宝塔桥社区 · 网格长.
 * @param {any} value
 */
function brief(value) {
  return Object.entries(value)
    .filter(([, one]) => one !== null && one !== "")
    .map(([key, one]) => `${anyFieldLabel(key)} ${told(key, one)}`)
    .join("，");
}

/**
 * A time of the log at the office: 2026-11-28 00:30:00.
 * @param {string} at
 */
export function when(at) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return String(at);
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: "Asia/Shanghai",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hour12: false,
    })
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
}

/**
 * What changed, field by field: before → after.
 * @param {any} before
 * @param {any} after
 */
export function changesOf(before, after) {
  const isObject = (/** @type {any} */ value) =>
    value && typeof value === "object" && !Array.isArray(value);
  if (!isObject(before) && !isObject(after)) return null;
  const was = isObject(before) ? before : {};
  const now = isObject(after) ? after : {};
  const names = [...new Set([...Object.keys(was), ...Object.keys(now)])]
    .filter((key) => !HIDDEN.has(key))
    .filter(
      (key) =>
        JSON.stringify(was[key] ?? null) !== JSON.stringify(now[key] ?? null) || !(before && after),
    );
  return el(
    "dl",
    { class: "changes" },
    ...names.flatMap((key) => [
      el("dt", {}, anyFieldLabel(key)),
      el(
        "dd",
        {},
        key in was ? (after ? el("del", {}, told(key, was[key])) : shown(key, was[key])) : null,
        key in was && after ? el("span", { class: "arrow" }, "→") : null,
        after ? el("ins", {}, told(key, now[key])) : null,
      ),
    ]),
  );
}
