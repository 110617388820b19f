/** What is said around candidates: ties, doubts, nothing found, and what to ask the caller for. */

import { el, name } from "../core/dom.js";
import { around, tell } from "./desk-words.js";

/** @returns {HTMLElement|null} what stands above candidates of which none is certain */
export function tieNotice(found) {
  const { tied, clear, candidates } = found;
  if (tied > 1) {
    return el(
      "p",
      { class: "notice notice-ask" },
      el("b", {}, tell("tied", tied, toAskFor(found))),
      tied > candidates.length ? ` ${tell("tiedMore", candidates.length)}` : null,
    );
  }
  return clear ? null : el("p", { class: "notice notice-ask" }, tell("notSure"));
}

/** What tells the tied candidates apart, in words: what to ask the caller for. */
function toAskFor({ tied, candidates }) {
  const among = candidates.slice(0, tied);
  const codes = new Set(among.flatMap((c) => c.reasons.map((r) => r.code)));
  const words = tell("tellApart");
  const wanted = [
    codes.has("missing_compound") && words.compound,
    codes.has("missing_door_plate") && words.door_plate,
    codes.has("missing_building") && words.building,
  ].filter(Boolean);
  return wanted.length ? wanted.join(tell("or")) : words.any;
}

/** @returns {HTMLElement} what to ask for when nothing here is like the text */
export function nothingFound(text) {
  return el(
    "div",
    { class: "notice notice-none" },
    el("p", {}, el("b", {}, ...around("nothing", name(text)))),
    el("p", {}, tell("nothingAsk")),
    el("ul", {}, ...tell("nothingWays").map((way) => el("li", {}, way))),
  );
}

/** @returns {HTMLElement} an error that can be read */
export function failure(fault) {
  return el(
    "p",
    { class: "notice notice-error", role: "alert" },
    ...around("failed", name(fault.message)),
  );
}
