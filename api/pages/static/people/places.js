/** Places: find one, look, edit, move, remove; a new one. */

import { api } from "../core/api.js";
import { asTyped, findPlaces, pick, placeLine } from "../core/combobox.js";
import { el, fill } from "../core/dom.js";
import { failure, shell } from "../core/shell.js";
import { t } from "../core/words.js";
import { arrive } from "./people-card.js";
import { remarks, tabs } from "./people-tabs.js";
import { placeCard } from "./place-card.js";
import { newPlace } from "./place-forms.js";

const { main, allowed } = await shell({
  title: t("record.placesTitle"),
  current: "people",
  needs: "staff",
});
if (allowed) begin();

function begin() {
  const box = el("input", {
    type: "search",
    class: "find",
    "aria-label": t("record.findPlaces"),
    placeholder: t("record.findPlaces"),
    autocomplete: "off",
    maxlength: 100,
    oninput: () => ask(box.value),
  });
  const found = el("div", { class: "found" });
  const detail = el("div", { class: "desk-detail", tabindex: -1, "aria-live": "polite" });
  const two = el(
    "div",
    { class: "desk-two" },
    el(
      "div",
      { class: "desk-side" },
      el(
        "section",
        { class: "card" },
        el("div", { class: "field" }, box),
        found,
        el(
          "div",
          { class: "row" },
          el(
            "button",
            { type: "button", class: "tool add-place", onclick: () => newPlace(open) },
            t("record.newPlace"),
          ),
        ),
      ),
    ),
    el(
      "div",
      { class: "desk-main" },
      el(
        "button",
        {
          type: "button",
          class: "tool desk-back",
          onclick: () => {
            location.hash = "";
          },
        },
        t("record.back"),
      ),
      detail,
    ),
  );
  main.append(tabs("places"), two);

  const ask = asTyped(
    (q, signal) => (q.trim() ? findPlaces(q, signal) : null),
    (answer) => {
      if (!answer) return fill(found);
      const lines = answer.places.map((one) =>
        pick(placeLine(one, () => open(one.id), location.hash === `#place=${one.id}`)),
      );
      return fill(
        found,
        lines.length
          ? el("div", { class: "picks" }, ...lines)
          : el("p", { class: "quiet" }, t("record.nothing")),
        answer.total > lines.length
          ? el("p", { class: "quiet small" }, t("record.more", answer.total, lines.length))
          : null,
      );
    },
    (problem) => fill(found, failure(problem)),
  );

  let told = [];

  function open(id, remarked = []) {
    told = remarked;
    const hash = `#place=${encodeURIComponent(id)}`;
    if (location.hash === hash) route();
    else location.hash = hash;
  }

  async function route() {
    const [, id] = /^#place=(.+)$/.exec(location.hash) ?? [];
    two.classList.toggle("is-chosen", Boolean(id));
    const remarked = told;
    told = [];
    if (!id) {
      fill(
        detail,
        el(
          "section",
          { class: "card" },
          remarks(remarked),
          el("p", { class: "quiet" }, t("record.choosePlace")),
        ),
      );
      return;
    }
    try {
      const { body } = await api("GET", `/places/${id}`);
      fill(detail, card(body, remarked));
      arrive(detail);
    } catch (problem) {
      fill(detail, failure(problem));
    }
  }

  function card(place, remarked) {
    return placeCard(place, remarked, {
      open,
      gone: () => {
        told = [{ severity: "note", detail: `${t("record.removed")}：${place.name}` }];
        location.hash = "";
      },
    });
  }

  addEventListener("hashchange", route);
  route();
  box.focus();
}
