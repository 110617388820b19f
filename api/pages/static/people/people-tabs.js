/** The way between people and places. */

import { el } from "../core/dom.js";
import { t } from "../core/words.js";

/** @param {"people"|"places"} current */
export function tabs(current) {
  return el(
    "nav",
    { class: "desk-tabs", "aria-label": t("record.peopleTitle") },
    ...[
      ["people", "record.people"],
      ["places", "record.places"],
    ].map(([one, label]) =>
      el("a", { href: `/desk/${one}`, "aria-current": one === current ? "page" : null }, t(label)),
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
