/** The way between people and places. */

import { el } from "../core/shell.js";
import { say } from "../core/record-words.js";

/** @param {"people"|"places"} current */
export function tabs(current) {
  return el(
    "nav",
    { class: "desk-tabs", "aria-label": say("peopleTitle") },
    ...["people", "places"].map((one) =>
      el("a", { href: `/desk/${one}`, "aria-current": one === current ? "page" : null }, say(one)),
    ),
  );
}

/** Remarks about an edit: what somebody should look at. */
export function remarks(found) {
  return found.length
    ? el(
        "div",
        { class: "findings" },
        ...found.map((one) =>
          el("p", { class: `notice${one.severity === "note" ? " notice-none" : ""}` }, one.detail),
        ),
      )
    : null;
}
