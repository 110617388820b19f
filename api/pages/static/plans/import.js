/** Taking in a plan made elsewhere: tried first, every cell in doubt listed. */

import { api } from "../core/api.js";
import { choice, dialog, labelled } from "../core/dialog.js";
import { el, fill, name } from "../core/dom.js";
import { failure } from "../core/shell.js";
import { inLanguage, t, words } from "../core/words.js";

export function importDialog(app) {
  const file = el("input", { type: "file", accept: ".csv,.xlsx,.json,.geojson" });
  const format = choice(Object.entries(words("plan.importFormats")), "cells");
  const datum = choice([["", "…"], ...Object.entries(words("plan.datums"))], "");
  const datumField = labelled(t("plan.datum"), datum);
  const found = el("div", { class: "plan-doubts" });
  const shape = () => {
    datumField.hidden = format.value !== "geojson";
  };
  file.addEventListener("change", () => {
    if (/geojson$/i.test(file.files[0]?.name ?? "")) format.value = "geojson";
    shape();
  });
  format.addEventListener("change", shape);
  shape();

  async function send(dry) {
    const query = new URLSearchParams({ format: format.value });
    if (format.value === "geojson") query.set("datum", datum.value);
    if (dry) query.set("dry_run", "true");
    if (!file.files[0]) {
      fill(found, el("p", { class: "notice notice-error" }, t("plan.importNoFile")));
      return null;
    }
    try {
      const answer = await api("POST", `/plans/${app.id}/import?${query}`, file.files[0], {
        etag: app.outbox.etag,
      });
      if (!dry) app.outbox.etag = answer.etag || app.outbox.etag;
      return answer.body;
    } catch (problem) {
      fill(found, failure(problem));
      return null;
    }
  }
  dialog(
    t("plan.importTitle"),
    [
      el("p", { class: "quiet" }, t("plan.importHint")),
      el("div", { class: "field" }, file),
      labelled(t("plan.importFormat"), format),
      datumField,
      found,
    ],
    [
      { label: t("plan.cancel") },
      {
        label: t("plan.importTry"),
        act: async () => {
          const tried = await send(true);
          if (tried)
            fill(
              found,
              el("p", {}, t("plan.importWould", tried.cells.length)),
              doubtList(tried.doubts, (doubt) => lookAt(app, doubt.place)),
            );
          return false;
        },
      },
      {
        label: t("plan.importDo"),
        main: true,
        act: async () => {
          const done = await send(false);
          if (!done) return false;
          await app.reload();
          if (done.doubts?.length) app.tell(t("plan.doubts", done.doubts.length));
          return true;
        },
      },
    ],
  );
}

/** Bring a place (degrees) into view. */
export function lookAt(app, place) {
  const [x, y] = app.model.frame.fromDegrees(place);
  app.view.fit([x - 150, y - 150, x + 150, y + 150]);
}

/** A list of what is in doubt; `show` jumps to one. */
export function doubtList(doubts, show = null) {
  if (!doubts?.length) return el("p", { class: "quiet" }, t("plan.noDoubts"));
  const items = doubts.slice(0, 300).map((doubt) => {
    const text = name(
      `${doubt.building ? `${doubt.building}${t("plan.colon")}` : ""}${inLanguage(doubt.text)}`,
    );
    return el(
      "li",
      {},
      show && doubt.place
        ? el("button", { type: "button", class: "plan-link", onclick: () => show(doubt) }, text)
        : text,
    );
  });
  return el(
    "div",
    {},
    el("p", {}, el("b", {}, t("plan.doubts", doubts.length))),
    el("ul", { class: "plan-doubt-list" }, ...items),
  );
}
