/** The panel beside the map: grid, findings, proposals, load, steps, review; one at a time. */

import { el, fill, icon, name } from "../core/dom.js";
import { moment } from "../core/format.js";
import { inLanguage, t, words } from "../core/words.js";
import { findingsPanel } from "./findings.js";
import { gridPanel } from "./grid-panel.js";
import { copyPlan } from "./header.js";
import { changedLoads, loadsPanel } from "./loads.js";
import { proposalsPanel } from "./proposals.js";
import { reviewPanel } from "./review.js";

const TABS = {
  findings: findingsPanel,
  grid: gridPanel,
  proposals: proposalsPanel,
  loads: loadsPanel,
  steps: stepsPanel,
  review: reviewPanel,
};

export function panel(app) {
  const { state } = app;
  const list = el("div", { class: "plan-tabs", role: "tablist" });
  const body = el("div", { class: "plan-tab-body", role: "tabpanel", tabindex: "-1" });
  const shut = el(
    "button",
    { type: "button", class: "plan-sheet-toggle", onclick: () => node.classList.toggle("is-shut") },
    icon("M6 9l6 6 6-6"),
  );
  const node = el(
    "aside",
    { class: "plan-panel", "aria-label": t("plan.editor") },
    el("div", { class: "plan-tab-row" }, list, shut),
    body,
  );
  let shown = "";

  function tabs() {
    const { plan } = app;
    const badge = {
      findings: plan.counts.hard + plan.counts.soft,
      steps: plan.steps,
      loads: changedLoads(plan).length,
      review: plan.comments.length,
      grid: state.get("selection").length > 1 ? state.get("selection").length : 0,
    };
    fill(
      list,
      ...Object.keys(TABS).map((key) =>
        el(
          "button",
          {
            type: "button",
            role: "tab",
            "aria-selected": String(state.get("tab") === key),
            "data-key": `tab-${key}`,
            onclick: () => {
              node.classList.remove("is-shut");
              state.set("tab", key);
            },
          },
          words("plan.tabs")[key],
          badge[key]
            ? el(
                "span",
                { class: `plan-badge${key === "findings" && plan.counts.hard ? " is-bad" : ""}` },
                String(badge[key]),
              )
            : null,
        ),
      ),
    );
  }

  function show() {
    const tab = TABS[state.get("tab")] ? state.get("tab") : "findings";
    const focus = document.activeElement?.dataset?.key;
    const scroll = shown === tab ? body.scrollTop : 0;
    shown = tab;
    tabs();
    body.setAttribute("aria-label", words("plan.tabs")[tab]);
    fill(body, TABS[tab](app));
    body.scrollTop = scroll;
    if (focus)
      node.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
  }
  state.on(["tab", "turn", "selection", "job", "parts", "filter", "picked"], show);
  state.on(["tool"], () => {
    if (state.get("tool") === "create") state.set("tab", "grid");
    show();
  });
  show();
  return { node, show };
}

// --- steps -----------------------------------------------------------------------------------------

const STEPS_SHOWN = 30;

function stepsPanel(app) {
  const { plan } = app;
  if (!plan.steps_list.length && !plan.undone.length)
    return el("p", { class: "quiet" }, t("plan.stepsNone"));
  const row = (step, undone, number) =>
    el(
      "li",
      { class: undone ? "is-undone" : "" },
      el(
        "div",
        {},
        el("span", { class: "plan-number" }, String(number)),
        name(inLanguage(step.text)),
      ),
      el("small", { class: "quiet" }, t("plan.review.by", step.author, moment(step.at))),
      el(
        "div",
        { class: "row" },
        app.canEdit() && (undone || step !== plan.steps_list.at(-1))
          ? el(
              "button",
              {
                type: "button",
                class: "plan-link",
                "data-key": `step-${step.number}`,
                onclick: () => travel(app, step, undone),
              },
              t("plan.backTo"),
            )
          : null,
        undone
          ? null
          : el(
              "button",
              { type: "button", class: "plan-link", onclick: () => copyPlan(app, step.number) },
              t("plan.copyHere"),
            ),
      ),
    );
  const rows = (most) => [
    ...plan.undone
      .slice(0, most)
      .map((step, i) => row(step, true, plan.steps + 1 + i))
      .reverse(),
    ...[...plan.steps_list]
      .reverse()
      .slice(0, most)
      .map((step, i) => row(step, false, plan.steps - i)),
  ];
  const list = el("ol", { class: "plan-steps plain" }, ...rows(STEPS_SHOWN));
  const all = plan.undone.length + plan.steps_list.length;
  const more =
    list.childElementCount < all
      ? el(
          "button",
          {
            type: "button",
            class: "tool",
            onclick: () => {
              fill(list, ...rows(all));
              more.remove();
            },
          },
          t("plan.stepAll", all),
        )
      : null;
  return el(
    "div",
    {},
    plan.undone.length
      ? el("p", { class: "quiet small" }, t("plan.stepsUndone", plan.undone.length))
      : null,
    list,
    more,
    plan.steps > plan.steps_list.length
      ? el("p", { class: "quiet small" }, t("plan.stepMore"))
      : null,
  );
}

/** Undo or redo until a step is the last one done. */
function travel(app, step, undone) {
  const { plan } = app;
  const times = undone
    ? plan.undone.indexOf(step) + 1
    : plan.steps_list.length - 1 - plan.steps_list.indexOf(step);
  for (let i = 0; i < times; i += 1) {
    if (undone) app.outbox.push("/operations/redo");
    else app.outbox.push("/operations/last", undefined, { method: "DELETE" });
  }
}
