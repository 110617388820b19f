/** What leaders answer for, before a plan and after it. */

import { el, name } from "../core/dom.js";
import { figure } from "../core/format.js";
import { t } from "../core/words.js";

const LOAD_KEYS = ["households", "buildings", "shops", "units", "grids"];

/** The loads that a plan changes. */
export function changedLoads(plan) {
  return plan.loads.filter(({ before, after }) =>
    LOAD_KEYS.some((key) => (before?.[key] ?? 0) !== (after?.[key] ?? 0)),
  );
}

/** Everybody whose load changes, the largest change first. */
export function loadsPanel(app) {
  const rows = changedLoads(app.plan).sort((a, b) => change(b) - change(a));
  if (!rows.length) return el("p", { class: "quiet" }, t("plan.loadsNone"));
  const most = Math.max(
    ...rows.flatMap(({ before, after }) => [before?.households ?? 0, after?.households ?? 0]),
    1,
  );
  return el("ul", { class: "plan-loads plain" }, ...rows.map((load) => loadRow(load, most)));
}

function change({ before, after }) {
  return Math.abs((after?.households ?? 0) - (before?.households ?? 0));
}

/** One person's load before and after, as figures and bars. */
export function loadRow({ name: who, before, after }, most) {
  const bars = [
    ["before", "plan.before", before],
    ["now", "plan.now", after],
  ].map(([when, key, load]) => {
    const strip = el("span", { class: `plan-strip is-${when}` });
    strip.style.width = `${(100 * (load?.households ?? 0)) / most}%`;
    return el(
      "div",
      { class: "plan-load-line" },
      el("span", { class: "quiet" }, t(key)),
      el("span", { class: "plan-strip-room" }, strip),
      el("b", {}, figure(load?.households ?? 0)),
      el("small", { class: "quiet" }, t("plan.n.g", figure(load?.grids ?? 0))),
    );
  });
  const by = (after?.households ?? 0) - (before?.households ?? 0);
  return el(
    "li",
    {},
    el(
      "div",
      { class: "row is-spread" },
      name(who, "b"),
      el(
        "span",
        { class: by > 0 ? "plan-up" : by < 0 ? "plan-down" : "quiet" },
        `${by > 0 ? "+" : ""}${t("plan.n.h", figure(by))}`,
      ),
    ),
    ...bars,
  );
}
