/** The list of plans: begin one, go on with one, compare two, look back at the divisions. */

import { api } from "../core/api.js";
import { el, fill, name } from "../core/dom.js";
import { moment } from "../core/format.js";
import { failure, reaches, shell } from "../core/shell.js";
import { t, words } from "../core/words.js";
import { choice, dialog, labelled } from "./dialog.js";
import { today } from "./review.js";
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
    "aria-label": words("plan.list").filter,
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
            { type: "button", class: "tool tool-main", onclick: () => newPlan() },
            t("plan.list.new"),
          ),
          el(
            "button",
            { type: "button", class: "tool", onclick: () => startWizard() },
            t("plan.list.fromNothing"),
          ),
          el(
            "button",
            { type: "button", class: "tool", onclick: () => compare() },
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
  if (location.hash === "#new") newPlan();

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
        ...known.map(row),
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

  function row(plan) {
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

  function newPlan() {
    const title = el("input", {
      maxlength: 100,
      placeholder: t("plan.list.titleHint"),
      required: true,
    });
    const reason = el("textarea", {
      rows: 3,
      maxlength: 1000,
      placeholder: t("plan.list.reasonHint"),
    });
    const base = choice(
      versions.map((d) => [
        d.version,
        `${t("plan.list.baseOf", d.version)} · ${d.effective_from}${d.in_force ? ` · ${t("plan.list.inForce")}` : ""}`,
      ]),
      versions[0]?.version,
    );
    const wrong = el("div", {});
    dialog(
      t("plan.list.new"),
      [
        labelled(t("plan.planTitle"), title),
        labelled(t("plan.reason"), reason),
        versions.length ? labelled(t("plan.list.base"), base) : null,
        wrong,
      ].filter(Boolean),
      [
        { label: t("plan.cancel") },
        {
          label: t("plan.list.begin"),
          main: true,
          act: async () => {
            if (!title.value.trim()) {
              title.focus();
              return false;
            }
            try {
              const body = { title: title.value.trim(), reason: reason.value.trim() };
              if (base.value) body.base = Number(base.value);
              const { body: made } = await api("POST", "/plans", body);
              location.assign(`/desk/plans/${made.id}`);
              return true;
            } catch (problem) {
              fill(wrong, failure(problem));
              return false;
            }
          },
        },
      ],
    );
  }

  async function compare() {
    const options = [
      ...known.map((p) => [`plan:${p.id}`, p.title]),
      ...versions.map((d) => [
        `division:${d.version}`,
        `${t("plan.list.baseOf", d.version)} · ${d.effective_from}`,
      ]),
    ];
    const left = choice(options, options.at(-1)?.[0]);
    const right = choice(options, options[0]?.[0]);
    dialog(
      t("plan.list.compare"),
      [labelled(t("plan.list.left"), left), labelled(t("plan.list.right"), right)],
      [
        { label: t("plan.cancel") },
        {
          label: t("plan.list.doCompare"),
          main: true,
          act: () =>
            location.assign(
              `/desk/plans/compare?left=${encodeURIComponent(left.value)}&right=${encodeURIComponent(right.value)}`,
            ),
        },
      ],
    );
  }

  function tagOf(division) {
    if (division.in_force) return el("span", { class: "tag tag-sure" }, t("plan.list.inForce"));
    if (division.effective_until && division.effective_until <= division.effective_from)
      return el("span", { class: "tag tag-quiet" }, t("plan.list.superseded"));
    return division.effective_from > today()
      ? el("span", { class: "tag" }, t("plan.list.scheduled"))
      : null;
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
                  { type: "button", class: "tool", onclick: () => restore(d) },
                  t("plan.list.restore"),
                )
              : null,
          ),
        ),
      ),
    );
  }

  function restore(division) {
    const first = versions[0].effective_from > today() ? versions[0].effective_from : today();
    const day = el("input", { type: "date", value: first, min: first });
    const reason = el("textarea", { rows: 3, maxlength: 1000 });
    const wrong = el("div", {});
    dialog(
      t("plan.list.restoreTitle", division.version),
      [
        el("p", {}, t("plan.list.restoreText")),
        labelled(t("plan.list.effective"), day),
        labelled(t("plan.list.restoreReason"), reason),
        wrong,
      ],
      [
        { label: t("plan.cancel") },
        {
          label: t("plan.ok"),
          main: true,
          act: async () => {
            try {
              const { body } = await api("POST", `/divisions/${division.version}/restore`, {
                effective_from: day.value,
                reason: reason.value.trim(),
              });
              fill(
                notes,
                el(
                  "p",
                  { class: "notice notice-done" },
                  t("plan.list.restored", body.division.version, body.division.effective_from),
                ),
              );
              await history();
              return true;
            } catch (problem) {
              fill(wrong, failure(problem));
              return false;
            }
          },
        },
      ],
    );
  }
}

begin();
