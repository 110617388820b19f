/** One place: what is known of it, what is inside it, and what may be done to it. */

import { el, name } from "../core/dom.js";
import { shown } from "../core/edit-values.js";
import { fieldLabel } from "../core/field-labels.js";
import { t } from "../core/words.js";
import { remarks } from "./people-tabs.js";
import { editPlace, formFields, removePlace } from "./place-forms.js";

/** What a card says in another way: the heading, and a link. */
const APART = ["name", "building"];

/**
 * Everything about a place, and what may be done to it.
 * @param {any} place
 * @param {any[]} remarked what somebody should look at
 * @param {{open: (id: string, remarked?: any[]) => void, gone: () => void}} ways
 */
export function placeCard(place, remarked, { open, gone }) {
  const done = (found) => open(place.id, found);
  const keys = ["kind", ...formFields(place.kind).filter((key) => !APART.includes(key))];
  return el(
    "section",
    { class: "card place" },
    el(
      "div",
      { class: "subject" },
      name(place.name, "h2"),
      el("span", { class: "code quiet" }, place.id),
      place.disclosed ? null : el("span", { class: "tag tag-error" }, t("record.undisclosed")),
    ),
    place.grid
      ? el(
          "p",
          { class: "quiet" },
          [...place.grid.within, place.grid.name].join(" · "),
          " ",
          el("span", { class: "code" }, place.grid.code),
        )
      : el("p", { class: "notice" }, t("record.outside")),
    remarks(remarked),
    place.editable ? null : el("p", { class: "notice notice-none" }, t("record.readOnly")),
    el(
      "dl",
      { class: "facts" },
      ...keys.flatMap((key) => [
        el("dt", {}, fieldLabel("places", key)),
        el("dd", {}, shown(key, place[key])),
      ]),
      ...(place.building
        ? [
            el("dt", {}, fieldLabel("places", "building")),
            el(
              "dd",
              {},
              el(
                "button",
                { type: "button", class: "link name", onclick: () => open(place.building) },
                place.building_name ?? place.building,
              ),
            ),
          ]
        : []),
      el("dt", {}, fieldLabel("places", "geometry")),
      el(
        "dd",
        {},
        `${place.lon.toFixed(6)}, ${place.lat.toFixed(6)} WGS84 · ${t(place.footprint ? "record.footprint" : "record.point")}`,
      ),
    ),
    contents(place, open),
    place.editable ? actions(place, done, gone) : null,
  );
}

function contents(place, open) {
  if (!place.contents.length) return null;
  return el(
    "details",
    {},
    el("summary", {}, t("record.contents", place.contents.length)),
    el(
      "ul",
      { class: "plain" },
      ...place.contents.map((one) =>
        el(
          "li",
          {},
          el(
            "button",
            { type: "button", class: "link name", onclick: () => open(one.id) },
            one.name,
          ),
        ),
      ),
    ),
  );
}

function actions(place, done, gone) {
  return el(
    "div",
    { class: "row" },
    el(
      "button",
      { type: "button", class: "tool edit-place", onclick: () => editPlace(place, done) },
      t("record.edit"),
    ),
    el(
      "button",
      {
        type: "button",
        class: "tool tool-danger remove-place",
        onclick: () => removePlace(place, gone),
      },
      t("record.remove"),
    ),
  );
}
