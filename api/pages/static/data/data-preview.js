/** A preview: what would change, what is wrong, cleaning, and the way on. */

import { el, name } from "../core/dom.js";
import { table } from "../core/table.js";
import { t, words } from "../core/words.js";
import { problemMap } from "./data-map.js";

const text = (finding) => finding.text[document.documentElement.lang === "en" ? "en" : "zh"];

/** @returns {HTMLElement} counts and rows of every part */
export function changesCard(preview) {
  const nothing = preview.changes.every(
    (c) => !c.counts.new && !c.counts.changed && !c.counts.gone,
  );
  return el(
    "section",
    { class: "card" },
    el("h2", {}, t("data.preview")),
    el("p", { class: "quiet" }, `${preview.files.join("、")}　${t("data.nothingYet")}`),
    nothing && !preview.errors ? el("p", {}, t("data.noChange")) : null,
    ...preview.changes.map(partNode),
  );
}

function partNode(change) {
  const counts = ["new", "changed", "gone", "same"].map((key) =>
    el(
      "span",
      { class: `data-count data-count-${key}` },
      `${words("data.counts")[key]} ${change.counts[key].toLocaleString()}`,
    ),
  );
  const rows = ["new", "changed", "gone"].flatMap((key) =>
    change[key].slice(0, 50).map((row) => rowNode(key, row)),
  );
  const total = change.counts.new + change.counts.changed + change.counts.gone;
  return el(
    "details",
    { class: "data-part" },
    el(
      "summary",
      {},
      el("strong", {}, words("data.parts")[change.part] ?? change.part),
      " ",
      ...counts,
    ),
    el(
      "ul",
      { class: "plain data-rows" },
      ...rows,
      total > rows.length
        ? el("li", { class: "quiet" }, t("data.more", total - rows.length))
        : null,
    ),
  );
}

function rowNode(key, row) {
  return el(
    "li",
    { class: `data-row data-row-${key}` },
    el("span", { class: "tag" }, words("data.counts")[key]),
    " ",
    el("span", { class: "code" }, row.id),
    " ",
    name(row.label),
    ...(row.fields ?? []).map((f) =>
      el(
        "div",
        { class: "small quiet" },
        `${f.field}: `,
        name(f.before || "–"),
        " → ",
        name(f.after || "–"),
      ),
    ),
  );
}

/** @returns {HTMLElement} every problem with sheet, row, column and value, and a map of them */
export function problemsCard(preview) {
  const heads = words("data.heads");
  if (!preview.findings.length) {
    return el(
      "section",
      { class: "card" },
      el("h2", {}, t("data.problems")),
      el("p", {}, t("data.noProblems")),
    );
  }
  const rest = preview.finding_count - preview.findings.length;
  return el(
    "section",
    { class: "card", id: "problems" },
    el("h2", {}, `${t("data.problems")} (${preview.finding_count.toLocaleString()})`),
    preview.errors
      ? el(
          "p",
          { class: "notice notice-error", role: "alert" },
          t("data.errorsFirst", preview.errors),
        )
      : null,
    table(
      ["what", "where", "column", "value", "text"].map((k) => heads[k]),
      preview.findings.map(problemRow),
      "data-problems",
    ),
    rest > 0 ? el("p", { class: "quiet" }, t("data.moreFindings", rest)) : null,
    preview.faults.length || preview.findings.some((f) => f.place)
      ? el(
          "details",
          { open: preview.faults.length > 0 },
          el("summary", {}, t("data.mapTitle")),
          problemMap(preview),
        )
      : null,
  );
}

/** A file, with its sheet or the number of a feature, in the language of the page. */
function sourceText(source) {
  const [, file, number] = /^(.*) feature (\d+)$/.exec(source) ?? [];
  return file ? `${file} · ${t("data.feature", number)}` : source.replace(/ row \d+$/, "");
}

function problemRow(finding) {
  const where = [
    sourceText(finding.source ?? finding.sheet ?? ""),
    finding.row ? t("data.row", finding.row) : "",
    finding.grid_code ? t("data.grid", finding.grid_code) : "",
  ]
    .filter(Boolean)
    .join(" · ");
  return el(
    "tr",
    { class: `is-${finding.severity}` },
    el(
      "td",
      {},
      el(
        "span",
        { class: `tag${finding.severity === "error" ? " tag-error" : " tag-quiet"}` },
        words("data.severities")[finding.severity],
      ),
    ),
    el("td", {}, name(where)),
    el("td", {}, name(finding.column ?? "")),
    el("td", { class: "code" }, name(finding.value ?? "")),
    el("td", {}, name(text(finding))),
  );
}

/**
 * One question for all words for roles that are not known here.
 * @param {any} preview
 * @param {(roles: Record<string, string>) => void} onRoles
 * @returns {HTMLElement|null} null where there is nothing to ask
 */
export function rolesCard(preview, onRoles) {
  if (!preview.unknown_roles.length) return null;
  const titles = Object.entries(words("data.roleTitles"));
  const choices = preview.unknown_roles.map(({ word, times, suggested }, number) => {
    const select = el(
      "select",
      { id: `role-${number}`, name: word, required: true },
      el("option", { value: "" }, t("data.roleChoose")),
      ...titles.map(([role, title]) => el("option", { value: role }, title)),
      el("option", { value: "skip" }, t("data.roleSkip")),
    );
    select.value = suggested ?? "";
    const label = el(
      "label",
      { class: "label", for: `role-${number}` },
      name(word),
      ` ${t("data.roleTimes", times)}`,
    );
    return { select, node: el("div", { class: "field" }, label, select), word };
  });
  const form = el(
    "form",
    {
      class: "form",
      onsubmit: (event) => {
        event.preventDefault();
        onRoles(Object.fromEntries(choices.map(({ word, select }) => [word, select.value])));
      },
    },
    ...choices.map((choice) => choice.node),
    el("button", { class: "tool tool-main", type: "submit" }, t("data.roleGo")),
  );
  return el(
    "section",
    { class: "card", id: "roles" },
    el("h2", {}, t("data.roles")),
    el("p", { class: "quiet" }, t("data.rolesWhy")),
    form,
  );
}

/**
 * @param {any} preview
 * @param {(how: {clean: string, fill: string}) => void} onClean
 * @returns {HTMLElement|null} the offer to clean, and what it did; null where there are no boundaries
 */
export function cleaningCard(preview, onClean) {
  const wrong =
    preview.faults.length > 0 ||
    preview.cleaning ||
    preview.findings.some((f) => ["invalid_ring", "unmatched_edge"].includes(f.rule));
  if (!wrong) return null;
  const tolerance = el("input", {
    type: "number",
    min: "0.01",
    max: "20",
    step: "0.01",
    value: "0.5",
    id: "tolerance",
    required: true,
  });
  const choice = el(
    "select",
    { id: "fill" },
    el("option", { value: "" }, t("data.fillNone")),
    el("option", { value: "residual" }, t("data.fillResidual")),
    el("option", { value: "dedicated" }, t("data.fillDedicated")),
  );
  const form = el(
    "form",
    {
      class: "form",
      onsubmit: (event) => {
        event.preventDefault();
        onClean({ clean: tolerance.value, fill: choice.value });
      },
    },
    el(
      "div",
      { class: "field" },
      el("label", { class: "label", for: "tolerance" }, t("data.tolerance")),
      tolerance,
    ),
    el(
      "div",
      { class: "field" },
      el("label", { class: "label", for: "fill" }, t("data.fill")),
      choice,
    ),
    el("button", { class: "tool", type: "submit" }, t("data.cleanGo")),
  );
  return el(
    "section",
    { class: "card" },
    el("h2", {}, t("data.clean")),
    el("p", { class: "quiet" }, t("data.cleanWhy")),
    form,
    preview.cleaning ? cleanedNode(preview.cleaning) : null,
  );
}

function cleanedNode(cleaning) {
  if (cleaning.refused) return el("p", { class: "notice notice-error" }, t("data.cleanRefused"));
  const heads = words("data.areas");
  const row = (c) => [c.code, c.name, c.before_m2, c.after_m2, c.change_m2, c.moved_m];
  return el(
    "div",
    {},
    el("p", {}, t("data.cleaned", cleaning.changes.length)),
    table(
      Object.values(heads),
      cleaning.changes.map((c) =>
        el(
          "tr",
          {},
          ...row(c).map((v) =>
            el(
              "td",
              { class: typeof v === "number" ? "code" : "" },
              typeof v === "number" ? v.toLocaleString() : name(v),
            ),
          ),
        ),
      ),
    ),
    ...cleaning.added.map((a) => el("p", {}, `${t("data.added")} ${a.code} ${a.name}`)),
  );
}
