/** Proposals: computed by the server, seen on the map with their effect, taken whole or in part, or not. */

import { api } from "../core/api.js";
import { choice, labelled } from "../core/dialog.js";
import { el, name } from "../core/dom.js";
import { figure } from "../core/format.js";
import { inLanguage, t, words } from "../core/words.js";
import { ofRules } from "./format.js";

const KINDS = ["repair", "clusters", "merge_under", "balance", "balance_leaders"];
/** What is said when a kind finds nothing to do. */
const NOTHING = {
  balance: "plan.nothingToBalance",
  balance_leaders: "plan.nothingToRelieve",
};
const POLL_MS = 250;
/** The field at fault, for programs: here it is what was chosen on the map. */
const FIELD = /^grids?[:：]\s*/;

/** Run what a finding recommends, for its grid. */
export function runProposal(app, kind, finding) {
  const level = { clusters: 2, merge_under: 1 }[kind];
  const grid = level ? app.model.above(finding.grid, level)?.id : finding.grid;
  app.state.set("tab", "proposals");
  app.proposal = { ...app.proposal, kind };
  if (grid) app.state.set("selection", [grid]);
  return run(app, kind, balanceScope(app, kind, grid ? [grid] : []));
}

/** Balancing is between all the children of one grid: the one above what was chosen, or a community itself. */
function balanceScope(app, kind, grids) {
  return kind === "balance" ? [...new Set(grids.map((id) => app.grid(id)?.parent ?? id))] : grids;
}

function scopeFor(app, kind) {
  const chosen = app.selected();
  if (kind === "clusters")
    return [...new Set(chosen.map((g) => app.model.above(g.id, 2)?.id).filter(Boolean))].slice(
      0,
      1,
    );
  if (kind === "merge_under")
    return [...new Set(chosen.map((g) => app.model.above(g.id, 1)?.id).filter(Boolean))].slice(
      0,
      1,
    );
  return balanceScope(
    app,
    kind,
    chosen.map((g) => g.id),
  );
}

async function run(app, kind, grids, options = {}) {
  const body = { kind, options };
  if (grids.length === 1 && kind !== "repair") [body.grid] = grids;
  else if (grids.length) body.grids = grids;
  const answer = await app.ask("POST", "/proposals", body, { free: true });
  if (!answer) return;
  app.state.set("parts", null);
  app.state.set("job", answer.body);
  follow(app, answer.body.id);
}

/** Ask how far it is until it is done; another proposal ends the watch. */
async function follow(app, id) {
  for (;;) {
    const now = app.state.get("job");
    if (!now || now.id !== id || now.state !== "running") return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const answer = await api("GET", `/plans/${app.id}/proposals/${id}`).catch((problem) =>
      problem.status === 404 ? forgotten(app, problem) : null,
    );
    if (!answer || app.state.get("job")?.id !== id) continue;
    app.state.set("job", answer.body);
    const found = answer.body.result?.parts ?? [];
    if (found.length)
      zoomTo(
        app,
        found.flatMap((part) => part.grids ?? []),
      );
  }
}

/** The server began anew and knows nothing of the search. */
function forgotten(app, problem) {
  app.state.set("job", null);
  app.tell(problem.message, "is-error");
  return null;
}

export function proposalsPanel(app) {
  const job = app.state.get("job");
  return el(
    "div",
    { class: "plan-stack" },
    app.canEdit() ? form(app, job) : null,
    job ? result(app, job) : null,
  );
}

function form(app, job) {
  app.proposal ??= { kind: "repair" };
  const { kind } = app.proposal;
  const kinds = el(
    "div",
    { class: "plan-kinds", role: "group" },
    ...KINDS.map((one) =>
      el(
        "button",
        {
          type: "button",
          "aria-pressed": String(one === kind),
          "data-key": `kind-${one}`,
          onclick: () => {
            app.proposal.kind = one;
            app.panel.show();
          },
        },
        ofRules(words("plan.proposalKinds")[one], app.plan.rules),
      ),
    ),
  );
  const scope = scopeFor(app, kind);
  const names = scope.map((id) => app.grid(id)?.name).filter(Boolean);
  const whole = kind === "repair" || kind === "merge_under";
  const ready = scope.length > 0 || whole;
  const where = choice(
    [
      ...(scope.length
        ? [
            [
              "selected",
              t("plan.scopeSelected", names.length > 2 ? names.length : names.join(t("plan.and"))),
            ],
          ]
        : []),
      ...(whole ? [["whole", t("plan.scopeWhole")]] : []),
    ],
    scope.length ? "selected" : "whole",
    { "data-key": "scope" },
  );
  const limit = el("input", {
    type: "number",
    min: 1,
    max: 120,
    value: app.proposal.limit ?? 10,
    "data-key": "limit",
    oninput: (event) => {
      app.proposal.limit = Number(event.target.value);
    },
  });
  return el(
    "div",
    { class: "plan-stack" },
    kinds,
    el("p", { class: "quiet small" }, ofRules(words("plan.proposalNotes")[kind], app.plan.rules)),
    ready ? labelled(t("plan.scope"), where) : el("p", { class: "notice" }, t("plan.needsOne")),
    el("details", {}, el("summary", { class: "quiet small" }, t("plan.timeLimit")), limit),
    el(
      "button",
      {
        type: "button",
        class: "tool tool-main",
        disabled: !ready || job?.state === "running",
        "data-key": "run",
        onclick: () =>
          run(app, kind, where.value === "whole" ? [] : scope, {
            time_limit_s: Math.min(120, Math.max(1, app.proposal.limit ?? 10)),
          }),
      },
      t("plan.run"),
    ),
  );
}

function result(app, job) {
  const title = el(
    "h3",
    {},
    ofRules(words("plan.proposalKinds")[job.kind] ?? job.kind, app.plan.rules),
  );
  if (job.state === "running")
    return el("section", { class: "plan-stack plan-job" }, title, progress(app, job));
  if (job.state === "failed")
    return el(
      "section",
      { class: "plan-stack plan-job" },
      title,
      el("p", { class: "notice notice-none" }, name(inLanguage(job.error).replace(FIELD, ""))),
    );
  const head = job.state === "cancelled" ? [el("p", { class: "notice" }, t("plan.stopped"))] : [];
  if (!job.result) return el("section", { class: "plan-stack plan-job" }, title, ...head);
  return el("section", { class: "plan-stack plan-job" }, title, ...head, ...offer(app, job));
}

function progress(app, job) {
  const { done, total, text } = job.progress ?? {};
  return el(
    "div",
    { class: "plan-stack", role: "status" },
    el("progress", { max: total || 1, value: total ? done : null }),
    el("p", { class: "quiet small" }, `${t("plan.running")} ${name(inLanguage(text)).textContent}`),
    el(
      "button",
      {
        type: "button",
        class: "tool",
        "data-key": "stop",
        onclick: async () => {
          const answer = await app.ask("DELETE", `/proposals/${job.id}`, undefined, { free: true });
          if (answer) app.state.set("job", answer.body ?? null);
        },
      },
      t("plan.stop"),
    ),
  );
}

function offer(app, job) {
  const { result: found } = job;
  const parts = found.parts ?? [];
  const chosen = new Set(app.state.get("parts") ?? parts.map((p) => p.id));
  const toggle = (id) => {
    if (!chosen.delete(id)) chosen.add(id);
    app.state.set("parts", [...chosen]);
  };
  const quality = found.proven
    ? t("plan.proven")
    : found.gap && job.kind !== "merge_under"
      ? t("plan.gap", `${(found.gap * 100).toFixed(1)}%`)
      : "";
  const nodes =
    !parts.length && NOTHING[job.kind]
      ? []
      : [
          el(
            "p",
            {},
            name(inLanguage(found.text)),
            " ",
            quality
              ? el("span", { class: `tag${found.proven ? " tag-sure" : ""}` }, quality)
              : null,
          ),
        ];
  if (parts.length) {
    nodes.push(
      el(
        "p",
        { class: "quiet small" },
        `${t("plan.foundParts", parts.length)} · ${t("plan.preview")}`,
      ),
      el(
        "ul",
        { class: "plan-parts plain" },
        ...parts.map((part) =>
          el(
            "li",
            {},
            partRow(app, part, chosen.has(part.id), () => toggle(part.id)),
          ),
        ),
      ),
    );
    if (found.effect) nodes.push(wholeEffect(found.effect));
  } else
    nodes.push(
      el("p", { class: "notice notice-none" }, t(NOTHING[job.kind] ?? "plan.nothingFound")),
    );
  if (found.impossible?.length) {
    nodes.push(
      el(
        "div",
        {},
        el("b", {}, t("plan.impossible")),
        el(
          "ul",
          { class: "plan-doubt-list" },
          ...found.impossible.map((one) =>
            el(
              "li",
              {},
              el(
                "button",
                { type: "button", class: "plan-link", onclick: () => app.showGrid(one.grid) },
                app.grid(one.grid)?.name ?? one.grid ?? "",
              ),
              t("plan.colon"),
              name(inLanguage(one.text)),
            ),
          ),
        ),
      ),
    );
  }
  if (job.outdated) nodes.push(el("p", { class: "notice" }, t("plan.outdatedJob")));
  nodes.push(
    el(
      "div",
      { class: "row" },
      parts.length
        ? el(
            "button",
            {
              type: "button",
              class: "tool tool-main",
              disabled: !chosen.size || job.outdated || !app.canEdit(),
              "data-key": "take",
              onclick: () => take(app, job, [...chosen]),
            },
            t("plan.take", chosen.size),
          )
        : null,
      el(
        "button",
        {
          type: "button",
          class: "tool",
          "data-key": "dismiss",
          onclick: () => app.state.set("job", null),
        },
        t("plan.dismiss"),
      ),
    ),
  );
  return nodes;
}

function partRow(app, part, chosen, toggle) {
  const { effect = {} } = part;
  const solved = effect.findings_solved?.length ?? 0;
  const made = effect.findings_new ?? [];
  const box = el(
    "label",
    {},
    el("input", {
      type: "checkbox",
      checked: chosen,
      "data-key": `part-${part.id}`,
      onchange: toggle,
    }),
    el("span", {}, name(inLanguage(part.text))),
  );
  const facts = [
    effect.households || effect.buildings
      ? t("plan.handsOver", figure(effect.households), figure(effect.buildings))
      : "",
    solved ? t("plan.solves", solved) : "",
  ]
    .filter(Boolean)
    .join(" · ");
  const where = part.grids?.[0];
  return el(
    "div",
    { class: "plan-part" },
    box,
    el("small", { class: "quiet" }, facts),
    made.length
      ? el(
          "small",
          { class: "plan-warn", title: made.map((f) => inLanguage(f.text)).join("\n") },
          t("plan.makes", made.length),
        )
      : null,
    where
      ? el(
          "button",
          { type: "button", class: "plan-link", onclick: () => zoomTo(app, part.grids) },
          t("plan.zoomThere"),
        )
      : null,
  );
}

function zoomTo(app, grids) {
  const boxes = [...new Set(grids)].map((id) => app.model.extent(id)).filter(Boolean);
  if (!boxes.length) return;
  const box = boxes.reduce((a, b) => [
    Math.min(a[0], b[0]),
    Math.min(a[1], b[1]),
    Math.max(a[2], b[2]),
    Math.max(a[3], b[3]),
  ]);
  app.view.fit([box[0] - 60, box[1] - 60, box[2] + 60, box[3] + 60], 3);
}

function wholeEffect({ impact, counts, loads = [] }) {
  const facts = [];
  if (impact)
    facts.push(
      `${t("plan.live.moved")} ${figure(impact.moved.households)}`,
      `${t("plan.live.buildings")} ${figure(impact.moved.buildings)}`,
    );
  if (counts) facts.push(`${t("plan.live.issues")} ${figure(counts.hard + counts.soft)}`);
  const changed = loads.filter((l) => l.before?.households !== l.after?.households).slice(0, 6);
  return el(
    "div",
    { class: "plan-effect" },
    el("p", { class: "small" }, facts.join(" · ")),
    changed.length
      ? el(
          "ul",
          { class: "plain small" },
          ...changed.map((l) =>
            el(
              "li",
              {},
              name(l.name),
              ` ${figure(l.before?.households)} → `,
              el("b", {}, figure(l.after?.households)),
            ),
          ),
        )
      : null,
  );
}

async function take(app, job, parts) {
  const all = parts.length === job.result.parts.length;
  const done = await app.outbox.push(`/proposals/${job.id}/take`, all ? {} : { parts });
  if (done) app.state.set("job", null);
}
