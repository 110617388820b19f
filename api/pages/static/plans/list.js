/** The list of plans: begin one, go on with one, compare two, look back at the divisions. */

import { api } from "../core/api.js";
import { choice } from "../core/dialog.js";
import { el, fill, name } from "../core/dom.js";
import { dayFromNow, moment } from "../core/format.js";
import { failure, reaches, shell } from "../core/shell.js";
import { t, words } from "../core/words.js";
import { compareDialog, newPlanDialog, restoreDialog } from "./list-dialogs.js";
import { startWizard } from "./start.js";

const PAGE = 30;

async function begin() {
  const { main, session, allowed } = await shell({
    title: t("plan.title"),
    current: "plans",
    needs: "planner",
  });
  if (!allowed) return;
  const notes = el("div", { role: "status" });
  const plans = el("div", { class: "plan-list" });
  const filter = choice([["", t("plan.list.all")], ...Object.entries(words("plan.states"))], "", {
    "aria-label": t("plan.list.filter"),
  });
  const divisions = el("section", { class: "card" });
  main.append(
    notes,
    el(
      "section",
      { class: "card" },
      el(
        "div",
        { class: "plan-heads" },
        el(
          "div",
          { class: "row" },
          el(
            "button",
            { type: "button", class: "tool tool-main", onclick: () => newPlanDialog(versions) },
            t("plan.list.new"),
          ),
          el(
            "button",
            { type: "button", class: "tool", onclick: () => startWizard() },
            t("plan.list.fromNothing"),
          ),
          el(
            "button",
            { type: "button", class: "tool", onclick: () => compareDialog(known, versions) },
            t("plan.list.compare"),
          ),
        ),
        filter,
      ),
      plans,
    ),
    divisions,
  );
  let known = [];
  let versions = [];
  filter.addEventListener("change", () => load());
  await load();
  await history();
  if (location.hash === "#new") newPlanDialog(versions);

  async function load(offset = 0) {
    try {
      const query = new URLSearchParams({
        offset: String(offset),
        limit: String(PAGE),
        ...(filter.value ? { state: filter.value } : {}),
      });
      const { body } = await api("GET", `/plans?${query}`);
      known = offset ? [...known, ...body.plans] : body.plans;
      fill(
        plans,
        ...known.map(planRow),
        known.length ? null : el("p", { class: "quiet" }, t("plan.list.none")),
        body.total > known.length
          ? el(
              "button",
              { type: "button", class: "tool", onclick: () => load(known.length) },
              t("plan.list.more"),
            )
          : null,
      );
    } catch (problem) {
      fill(plans, failure(problem));
    }
  }

  function fromPlan(id) {
    const title = known.find((p) => p.id === id)?.title;
    return title ? name(t("plan.list.fromPlanNamed", title)) : t("plan.list.fromPlan");
  }

  async function history() {
    try {
      ({ divisions: versions } = (await api("GET", "/divisions")).body);
    } catch (problem) {
      fill(divisions, failure(problem));
      return;
    }
    fill(
      divisions,
      el("h2", {}, t("plan.list.history")),
      el(
        "ul",
        { class: "plan-versions plain" },
        ...versions.map((d) =>
          el(
            "li",
            {},
            el("b", {}, t("plan.list.baseOf", d.version)),
            tagOf(d),
            el(
              "span",
              {},
              d.effective_from,
              d.effective_until ? ` ${t("plan.list.until", d.effective_until)}` : "",
            ),
            name(d.title ?? "", "span", { class: "quiet" }),
            d.plan ? el("a", { href: `/desk/plans/${d.plan}` }, fromPlan(d.plan)) : null,
            reaches(session, "approver") && d !== versions[0]
              ? el(
                  "button",
                  {
                    type: "button",
                    class: "tool",
                    onclick: () => restoreDialog(d, versions[0].effective_from, restored),
                  },
                  t("plan.list.restore"),
                )
              : null,
          ),
        ),
      ),
    );
  }

  async function restored(division) {
    const text = t("plan.list.restored", division.version, division.effective_from);
    fill(notes, el("p", { class: "notice notice-done" }, text));
    await history();
  }
}

/** A plan in the list. */
function planRow(plan) {
  const base = plan.base_version
    ? `${t("plan.list.base")} ${t("plan.list.baseOf", plan.base_version)}`
    : t("plan.list.nothingBase");
  const state = el(
    "span",
    {
      class: `tag${["approved", "published"].includes(plan.state) ? " tag-sure" : plan.state === "withdrawn" ? " tag-quiet" : ""}`,
    },
    words("plan.states")[plan.state],
  );
  return el(
    "a",
    { class: "plan-row", href: `/desk/plans/${plan.id}` },
    name(plan.title, "b"),
    state,
    plan.reason ? el("p", {}, name(plan.reason)) : null,
    el(
      "p",
      { class: "quiet small" },
      name(plan.author),
      ` · ${base}${plan.steps === undefined ? "" : ` · ${t("plan.list.steps", plan.steps)}`} · ${t("plan.list.changed", moment(plan.changed_at))}${plan.effective_from ? ` · ${t("plan.list.effective")} ${plan.effective_from}` : ""}`,
    ),
  );
}

/** What a division is by its day: in force, scheduled, superseded. */
function tagOf(division) {
  if (division.in_force) return el("span", { class: "tag tag-sure" }, t("plan.list.inForce"));
  if (division.effective_until && division.effective_until <= division.effective_from)
    return el("span", { class: "tag tag-quiet" }, t("plan.list.superseded"));
  return division.effective_from > dayFromNow()
    ? el("span", { class: "tag" }, t("plan.list.scheduled"))
    : null;
}

begin();
