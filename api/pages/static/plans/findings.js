/** Findings: a sentence, the way there, a proposal that may help, or a waiver with reason and name. */

import { dialog, labelled } from "../core/dialog.js";
import { el, name } from "../core/dom.js";
import { inLanguage, t, words } from "../core/words.js";
import { ofRules } from "./format.js";
import { doubtList, lookAt } from "./import.js";
import { assignDialog } from "./people.js";
import { runProposal } from "./proposals.js";

/** Rules about who leads: another leader is a way out. */
const LEADS = ["leaders", "load"];
const SHOWN = 60;
const ORDER = { hard: 0, soft: 1, note: 2 };

export function findingsPanel(app) {
  const { state } = app;
  const filter = state.get("filter");
  const filters = el(
    "div",
    { class: "segments is-wide", role: "group" },
    ...Object.entries(words("plan.findingsFilter")).map(([key, label]) =>
      el(
        "button",
        {
          type: "button",
          "aria-pressed": String(filter === key),
          "data-key": `filter-${key}`,
          onclick: () => state.set("filter", key),
        },
        label,
        el("small", {}, String(app.findings(key).length)),
      ),
    ),
  );
  const list = app
    .findings(filter)
    .sort(
      (a, b) =>
        ORDER[a.severity] - ORDER[b.severity] ||
        Number(b.touched) - Number(a.touched) ||
        Number(a.in_base) - Number(b.in_base) ||
        importance(b) - importance(a),
    );
  const chosen = list.findIndex((finding) => finding.id === state.get("finding"));
  const shown = app.manyFindings ? list : list.slice(0, Math.max(SHOWN, chosen + 1));
  return el(
    "div",
    { class: "plan-stack" },
    doubts(app),
    filters,
    list.length
      ? el("ul", { class: "plan-findings plain" }, ...shown.map((finding) => row(app, finding)))
      : el("p", { class: "quiet" }, t("plan.noFindings")),
    shown.length < list.length
      ? el(
          "button",
          {
            type: "button",
            class: "tool",
            onclick: () => {
              app.manyFindings = true;
              app.panel.show();
            },
          },
          t("plan.allFindings", list.length),
        )
      : null,
    el("p", { class: "quiet small" }, rulesOf(app.plan.rules)),
  );
}

/** The numbers of the office's rules, as its settings have them. */
function rulesOf(rules) {
  const most =
    rules.leader_households === null
      ? t("plan.rulesFactor", rules.load_factor)
      : t("plan.rulesMost", rules.leader_households);
  const { least_households: least, buildings, shopfronts } = rules;
  return t("plan.rules", least, buildings.join("–"), shopfronts.join("–"), most);
}

/** The buildings that were in doubt when the plan was drafted from a table. */
function doubts(app) {
  const { doubts: listed = [] } = app.plan;
  if (!listed.length) return null;
  const more = el(
    "details",
    { class: "plan-doubts", open: app.doubtsOpen },
    el("summary", {}, t("plan.draftDoubts", listed.length)),
    doubtList(listed, (doubt) => lookAt(app, doubt.place)),
  );
  more.addEventListener("toggle", () => {
    app.doubtsOpen = more.open;
  });
  return more;
}

/** Of two findings alike, which stands first: those on a size or a load before the rest. */
function importance({ rule }) {
  return [
    "contiguity",
    "under_minimum",
    "load",
    "shopfronts_out_of_range",
    "buildings_out_of_range",
  ]
    .reverse()
    .indexOf(rule);
}

export function row(app, finding) {
  const chosen = app.state.get("finding") === finding.id;
  const show = () => {
    app.showFinding(finding);
    app.panel.show();
  };
  const solve = app.canEdit() && !finding.waived ? (finding.repairs ?? []).slice(0, 2) : [];
  return el(
    "li",
    {
      class: `plan-finding is-${finding.severity}${chosen ? " is-chosen" : ""}${finding.waived ? " is-waived" : ""}`,
    },
    el(
      "div",
      { class: "row is-spread" },
      name(finding.name ?? "", "b"),
      el("span", { class: "code quiet small" }, finding.code ?? ""),
    ),
    el("p", {}, name(sentence(finding))),
    finding.waived
      ? el(
          "p",
          { class: "small plan-waiver" },
          t("plan.waivedBy", finding.waived.reason, finding.waived.by),
        )
      : null,
    el(
      "div",
      { class: "row" },
      el(
        "button",
        { type: "button", class: "tool", "data-key": `find-${finding.id}`, onclick: show },
        t("plan.zoomThere"),
      ),
      ...solve.map((kind) =>
        el(
          "button",
          {
            type: "button",
            class: "tool",
            "data-key": `solve-${kind}-${finding.id}`,
            onclick: () => runProposal(app, kind, finding),
          },
          ofRules(words("plan.proposalKinds")[kind], app.plan.rules),
        ),
      ),
      app.canEdit() && !finding.waived && LEADS.includes(finding.rule) && app.grid(finding.grid)
        ? el(
            "button",
            {
              type: "button",
              class: "tool",
              "data-key": `assign-${finding.id}`,
              onclick: () => assignDialog(app, app.grid(finding.grid)),
            },
            t("plan.assign"),
          )
        : null,
      app.canEdit() && finding.waivable && !finding.waived
        ? el(
            "button",
            {
              type: "button",
              class: "tool",
              "data-key": `waive-${finding.id}`,
              onclick: () => waive(app, finding),
            },
            t("plan.waive"),
          )
        : null,
      app.canEdit() && finding.waived
        ? el(
            "button",
            {
              type: "button",
              class: "tool",
              onclick: () => app.act({ kind: "unwaive", finding: finding.id }),
            },
            t("plan.unwaive"),
          )
        : null,
    ),
  );
}

/** What is found, without the grid's name that stands above it. */
function sentence(finding) {
  const text = inLanguage(finding.text);
  const head = ["：", ": "]
    .map((colon) => `${finding.name}${colon}`)
    .find((one) => text.startsWith(one));
  return head ? text.slice(head.length) : text;
}

function waive(app, finding) {
  const reason = el("textarea", { rows: 3, maxlength: 500 });
  dialog(
    t("plan.waiveTitle", finding.name ?? ""),
    [
      el("p", { class: "quiet" }, name(inLanguage(finding.text))),
      labelled(t("plan.waiveReason", app.session.name ?? ""), reason),
    ],
    [
      { label: t("plan.cancel") },
      {
        label: t("plan.ok"),
        main: true,
        act: async () => {
          if (!reason.value.trim()) {
            reason.focus();
            return false;
          }
          await app.act({ kind: "waive", finding: finding.id, reason: reason.value.trim() });
          return true;
        },
      },
    ],
  );
}
