/** Who is responsible for a grid, and putting somebody else in office. */

import { api } from "../core/api.js";
import { choice, dialog, labelled } from "../core/dialog.js";
import { el, fill, name } from "../core/dom.js";
import { figure } from "../core/format.js";
import { failure } from "../core/shell.js";
import { inLanguage, t, words } from "../core/words.js";

const ROLES = {
  1: [
    "grid_leader",
    "leading_group_member",
    "service_commissioner",
    "social_worker",
    "post_holder",
    "volunteer",
    "residents_representative",
  ],
  2: [
    "grid_leader",
    "service_commissioner",
    "social_worker",
    "post_holder",
    "volunteer",
    "residents_representative",
  ],
  3: ["grid_leader", "volunteer"],
};

/** The people of a grid, asked of the server when it is looked at. */
export function peopleOf(app, grid) {
  const list = el("ul", { class: "plain plan-people" });
  const leader = el(
    "div",
    { class: "row is-spread" },
    el(
      "span",
      {},
      el("span", { class: "quiet" }, `${t("plan.leader")} `),
      grid.leader
        ? name(grid.leader.name, "b")
        : el("b", { class: "plan-warn" }, t("plan.noLeader")),
    ),
    app.canEdit()
      ? el(
          "button",
          {
            type: "button",
            class: "tool",
            "data-key": "assign",
            onclick: () => assignDialog(app, grid),
          },
          t("plan.assign"),
        )
      : null,
  );
  const more = el(
    "details",
    {},
    el("summary", { class: "quiet small" }, t("plan.alreadyHolds")),
    list,
  );
  more.addEventListener("toggle", async () => {
    if (!more.open || list.childElementCount) return;
    const found = await search(app, "").catch((problem) => {
      fill(list, failure(problem));
      return [];
    });
    const rows = found.flatMap((who) =>
      who.duties
        .filter((d) => d.grid === grid.id)
        .map((duty) =>
          el(
            "li",
            { class: "row is-spread" },
            el(
              "span",
              {},
              name(who.name),
              " ",
              el(
                "small",
                { class: "quiet" },
                inLanguage(duty.title) || words("plan.roles")[duty.role],
              ),
            ),
            app.canEdit()
              ? el(
                  "button",
                  {
                    type: "button",
                    class: "plan-link",
                    onclick: () =>
                      app.act({
                        kind: "unassign",
                        person: who.person,
                        grid: grid.id,
                        role: duty.role,
                      }),
                  },
                  t("plan.unassign"),
                )
              : null,
          ),
        ),
    );
    if (found.length)
      fill(list, ...(rows.length ? rows : [el("li", { class: "quiet" }, t("plan.noPeople"))]));
  });
  return el("section", { class: "plan-stack is-tight" }, leader, more);
}

async function search(app, q) {
  const query = q ? `?q=${encodeURIComponent(q)}` : "";
  return (await api("GET", `/plans/${app.id}/people${query}`)).body.people;
}

export function assignDialog(app, grid) {
  const role = choice(
    ROLES[grid.level].map((r) => [r, words("plan.roles")[r]]),
    "grid_leader",
  );
  const field = el("input", {
    type: "search",
    placeholder: t("plan.searchPeople"),
    autocomplete: "off",
  });
  const since = el("input", { type: "date" });
  const list = el("div", {
    class: "plan-choose",
    role: "radiogroup",
    "aria-label": t("plan.searchPeople"),
  });
  const instead = choice(
    [
      ["", t("plan.insteadNobody")],
      ["all", t("plan.insteadAll")],
    ],
    "",
  );
  const insteadField = labelled(t("plan.instead"), instead);
  let chosen = null;
  let turn = 0;

  const dress = () => {
    insteadField.hidden = role.value === "grid_leader";
  };
  async function refresh() {
    turn += 1;
    const mine = turn;
    const found = await search(app, field.value.trim()).catch((problem) => {
      fill(list, failure(problem));
      return null;
    });
    if (!found || mine !== turn) return;
    fill(
      list,
      ...found.slice(0, 40).map(option),
      found.length ? null : el("p", { class: "quiet" }, t("plan.noPeople")),
    );
  }
  function option(who) {
    const box = el("input", {
      type: "radio",
      name: "plan-person",
      value: who.person,
      checked: who.person === chosen,
      onchange: () => {
        chosen = who.person;
      },
    });
    const duties = who.duties
      .slice(0, 2)
      .map((d) => `${d.name} ${inLanguage(d.title)}`)
      .join(t("plan.and"));
    return el(
      "label",
      {},
      box,
      el(
        "span",
        {},
        name(who.name, "b"),
        " ",
        el("small", { class: "quiet" }, who.organisation ?? ""),
        el("br", {}),
        el(
          "small",
          { class: "quiet" },
          t("plan.currentLoad", figure(who.load?.households ?? 0), figure(who.load?.grids ?? 0)),
          duties ? ` · ${duties}` : "",
        ),
      ),
    );
  }
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 150);
  });
  role.addEventListener("change", dress);
  dress();
  dialog(
    t("plan.assignTitle", grid.name),
    [
      labelled(t("plan.role"), role),
      labelled(t("plan.searchPeople"), field),
      list,
      insteadField,
      labelled(t("plan.since"), since),
    ],
    [
      { label: t("plan.cancel") },
      {
        label: t("plan.ok"),
        main: true,
        act: async () => {
          if (!chosen) return false;
          const operation = { kind: "assign", person: chosen, grid: grid.id, role: role.value };
          if (since.value) operation.since = since.value;
          if (instead.value && role.value !== "grid_leader") operation.instead_of = instead.value;
          return Boolean(await app.act(operation));
        },
      },
    ],
  );
  field.focus();
  refresh();
}
