/** Who is responsible for a grid, and putting somebody else in office. */

import { el, fill, name } from "../core/dom.js";
import { choice, dialog, labelled } from "./dialog.js";
import { figure, said, word } from "./words.js";
import { api, failure } from "../core/shell.js";

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
      el("span", { class: "quiet" }, `${word("leader")} `),
      grid.leader ? name(grid.leader.name, "b") : el("b", { class: "plan-warn" }, word("noLeader")),
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
          word("assign"),
        )
      : null,
  );
  const more = el(
    "details",
    {},
    el("summary", { class: "quiet small" }, word("alreadyHolds")),
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
              el("small", { class: "quiet" }, said(duty.title) || word("roles")[duty.role]),
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
                  word("unassign"),
                )
              : null,
          ),
        ),
    );
    if (found.length)
      fill(list, ...(rows.length ? rows : [el("li", { class: "quiet" }, word("noPeople"))]));
  });
  return el("section", { class: "plan-stack is-tight" }, leader, more);
}

async function search(app, q) {
  const query = q ? `?q=${encodeURIComponent(q)}` : "";
  return (await api("GET", `/plans/${app.id}/people${query}`)).body.people;
}

export function assignDialog(app, grid) {
  const role = choice(
    ROLES[grid.level].map((r) => [r, word("roles")[r]]),
    "grid_leader",
  );
  const field = el("input", {
    type: "search",
    placeholder: word("searchPeople"),
    autocomplete: "off",
  });
  const since = el("input", { type: "date" });
  const list = el("div", {
    class: "plan-choose",
    role: "radiogroup",
    "aria-label": word("searchPeople"),
  });
  const instead = choice(
    [
      ["", word("insteadNobody")],
      ["all", word("insteadAll")],
    ],
    "",
  );
  const insteadField = labelled(word("instead"), instead);
  let chosen = null;
  let turn = 0;

  const dress = () => {
    insteadField.hidden = role.value === "grid_leader";
  };
  async function look() {
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
      found.length ? null : el("p", { class: "quiet" }, word("noPeople")),
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
      .map((d) => `${d.name} ${said(d.title)}`)
      .join(word("and"));
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
          word("currentLoad", figure(who.load?.households ?? 0), figure(who.load?.grids ?? 0)),
          duties ? ` · ${duties}` : "",
        ),
      ),
    );
  }
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 150);
  });
  role.addEventListener("change", dress);
  dress();
  dialog(
    word("assignTitle", grid.name),
    [
      labelled(word("role"), role),
      labelled(word("searchPeople"), field),
      list,
      insteadField,
      labelled(word("since"), since),
    ],
    [
      { label: word("cancel") },
      {
        label: word("ok"),
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
  look();
}
