/** The list of plans: begin one, go on with one, compare two, look back at the divisions. */

import { el, fill, name } from "../core/dom.js";
import { choice, dialog, labelled } from "./dialog.js";
import { today } from "./review.js";
import { startWizard } from "./start.js";
import { moment, word } from "./words.js";
import { api, failure, reaches, shell } from "../core/shell.js";

const w = (key, ...values) => word(`list.${key}`, ...values);
const PAGE = 30;

async function begin() {
  const { main, session, allowed } = await shell({
    title: word("title"),
    current: "plans",
    needs: "planner",
  });
  if (!allowed) return;
  const notes = el("div", { role: "status" });
  const plans = el("div", { class: "plan-list" });
  const filter = choice([["", w("all")], ...Object.entries(word("states"))], "", {
    "aria-label": w("filter"),
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
            w("new"),
          ),
          el(
            "button",
            { type: "button", class: "tool", onclick: () => startWizard() },
            w("fromNothing"),
          ),
          el("button", { type: "button", class: "tool", onclick: () => compare() }, w("compare")),
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
        known.length ? null : el("p", { class: "quiet" }, w("none")),
        body.total > known.length
          ? el(
              "button",
              { type: "button", class: "tool", onclick: () => load(known.length) },
              w("more"),
            )
          : null,
      );
    } catch (problem) {
      fill(plans, failure(problem));
    }
  }

  function row(plan) {
    const base = plan.base_version
      ? `${w("base")} ${w("baseOf", plan.base_version)}`
      : w("nothingBase");
    const state = el(
      "span",
      {
        class: `tag${["approved", "published"].includes(plan.state) ? " tag-sure" : plan.state === "withdrawn" ? " tag-quiet" : ""}`,
      },
      word("states")[plan.state],
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
        ` · ${base}${plan.steps === undefined ? "" : ` · ${w("steps", plan.steps)}`} · ${w("changed", moment(plan.changed_at))}${plan.effective_from ? ` · ${w("effective")} ${plan.effective_from}` : ""}`,
      ),
    );
  }

  function newPlan() {
    const title = el("input", { maxlength: 100, placeholder: w("titleHint"), required: true });
    const reason = el("textarea", { rows: 3, maxlength: 1000, placeholder: w("reasonHint") });
    const base = choice(
      versions.map((d) => [
        d.version,
        `${w("baseOf", d.version)} · ${d.effective_from}${d.in_force ? ` · ${w("inForce")}` : ""}`,
      ]),
      versions[0]?.version,
    );
    const wrong = el("div", {});
    dialog(
      w("new"),
      [
        labelled(word("planTitle"), title),
        labelled(word("reason"), reason),
        versions.length ? labelled(w("base"), base) : null,
        wrong,
      ].filter(Boolean),
      [
        { label: word("cancel") },
        {
          label: w("begin"),
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
        `${w("baseOf", d.version)} · ${d.effective_from}`,
      ]),
    ];
    const left = choice(options, options.at(-1)?.[0]);
    const right = choice(options, options[0]?.[0]);
    dialog(
      w("compare"),
      [labelled(w("left"), left), labelled(w("right"), right)],
      [
        { label: word("cancel") },
        {
          label: w("doCompare"),
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
    if (division.in_force) return el("span", { class: "tag tag-sure" }, w("inForce"));
    if (division.effective_until && division.effective_until <= division.effective_from)
      return el("span", { class: "tag tag-quiet" }, w("superseded"));
    return division.effective_from > today() ? el("span", { class: "tag" }, w("scheduled")) : null;
  }

  function fromPlan(id) {
    const title = known.find((p) => p.id === id)?.title;
    return title ? name(w("fromPlanNamed", title)) : w("fromPlan");
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
      el("h2", {}, w("history")),
      el(
        "ul",
        { class: "plan-versions plain" },
        ...versions.map((d) =>
          el(
            "li",
            {},
            el("b", {}, w("baseOf", d.version)),
            tagOf(d),
            el(
              "span",
              {},
              d.effective_from,
              d.effective_until ? ` ${w("until", d.effective_until)}` : "",
            ),
            name(d.title ?? "", "span", { class: "quiet" }),
            d.plan ? el("a", { href: `/desk/plans/${d.plan}` }, fromPlan(d.plan)) : null,
            reaches(session, "approver") && d !== versions[0]
              ? el(
                  "button",
                  { type: "button", class: "tool", onclick: () => restore(d) },
                  w("restore"),
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
      w("restoreTitle", division.version),
      [
        el("p", {}, w("restoreText")),
        labelled(w("effective"), day),
        labelled(w("restoreReason"), reason),
        wrong,
      ],
      [
        { label: word("cancel") },
        {
          label: word("ok"),
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
                  w("restored", body.division.version, body.division.effective_from),
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
