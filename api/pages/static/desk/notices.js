/** What is said around candidates: ties, doubts, nothing found, and what to ask the caller for. */

import { el, name } from "../core/dom.js";
import { t, tNodes, words } from "../core/words.js";

/** @returns {HTMLElement|null} what stands above candidates of which none is certain */
export function tieNotice(found) {
  const { tied, clear, candidates, parts } = found;
  if (parts) {
    return el(
      "p",
      { class: "notice notice-ask" },
      t("desk.several", parts.length, parts.join("；")),
    );
  }
  if (tied > 1) {
    return el(
      "p",
      { class: "notice notice-ask" },
      el("b", {}, t("desk.tied", tied, toAskFor(found))),
      tied > candidates.length ? ` ${t("desk.tiedMore", candidates.length)}` : null,
    );
  }
  return clear ? null : el("p", { class: "notice notice-ask" }, t("desk.notSure"));
}

/** What tells the tied candidates apart, in words: what to ask the caller for. */
function toAskFor({ tied, candidates }) {
  const among = candidates.slice(0, tied);
  const codes = new Set(among.flatMap((c) => c.reasons.map((r) => r.code)));
  const labels = words("desk.tellApart");
  const wanted = [
    codes.has("missing_compound") && labels.compound,
    codes.has("missing_door_plate") && labels.door_plate,
    codes.has("missing_building") && labels.building,
  ].filter(Boolean);
  return wanted.length ? wanted.join(t("desk.or")) : labels.any;
}

/** @returns {HTMLElement} what to ask for when nothing here is like the text */
export function nothingFound(text) {
  if (isPhone(text)) return el("p", { class: "notice notice-none" }, t("desk.phoneUnknown"));
  return el(
    "div",
    { class: "notice notice-none" },
    el("p", {}, el("b", {}, ...tNodes("desk.nothing", name(text)))),
    el("p", {}, t("desk.nothingAsk")),
    el("ul", {}, ...words("desk.nothingWays").map((way) => el("li", {}, way))),
  );
}

/** @returns {HTMLElement} an error that can be read */
export function failure(fault) {
  return el(
    "p",
    { class: "notice notice-error", role: "alert" },
    ...tNodes("desk.failed", name(fault.message)),
  );
}

/** Tell whether a text is a telephone number: with an area code, a mobile, or seven or eight digits. */
export function isPhone(text) {
  if (!/^[+(（]?[\d\s()（）-]+$/.test(text)) return false;
  const digits = text.replace(/\D/g, "").replace(/^(00)?86(?=1[3-9]|0)/, "");
  return /^(0\d{9,11}|1[3-9]\d{9}|[2-9]\d{6,7}|400\d{7})$/.test(digits);
}
