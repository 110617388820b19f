/** What lies beside the page in a published folder: downloads, posters, notice boards. */

import { el, icon } from "./dom.js";
import { t } from "./words.js";

const ARROW = "M12 4v11M7 10.500l5 5 5-5M5 20h14";

/** @returns {HTMLElement|null} the list of downloads and posters, folded; null where there are none */
export function filesFold(app) {
  const files = app.atlas.block.files.filter((path) => !path.startsWith("boards/"));
  if (!files.length) return null;
  return el(
    "details",
    { class: "fold fold-files" },
    el("summary", {}, t("map.files", files.length)),
    el("ul", { class: "plain" }, ...files.map((path) => el("li", {}, link(path, wordFor(path))))),
  );
}

/** @returns {HTMLElement|null} the link to a grid's notice board; null where there is none */
export function boardLink(app, grid) {
  const path = `boards/${grid.sheet.code}.pdf`;
  return app.atlas.block.files.includes(path) ? link(path, t("map.board")) : null;
}

function link(path, word) {
  const href = path.split("/").map(encodeURIComponent).join("/");
  return el("a", { class: "file", href, target: "_blank", rel: "noopener" }, icon(ARROW), word);
}

function wordFor(path) {
  const [folder, name] = path.split("/");
  const form = name.split(".").pop().toUpperCase();
  return folder === "posters" ? `${t("map.poster")} · ${form}` : name;
}
