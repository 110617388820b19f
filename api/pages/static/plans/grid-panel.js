/** What is selected: its figures, its people, and every change that is no stroke on the map. */

import { choice, dialog, labelled } from "../core/dialog.js";
import { el, name } from "../core/dom.js";
import { figure } from "../core/format.js";
import { t, words } from "../core/words.js";
import { area } from "./format.js";
import { loadRow } from "./loads.js";
import { peopleOf } from "./people.js";

const KINDS = {
  1: ["community"],
  2: ["compound", "merged_compound", "dedicated"],
  3: ["building_cluster", "shopfront_row", "dedicated", "residual"],
};

export function gridPanel(app) {
  const { state } = app;
  if (state.get("tool") === "create") return createForm(app);
  const grids = app.selected();
  if (!grids.length) return intro(app);
  if (grids.length > 1) return several(app, grids);
  return one(app, grids[0]);
}

function intro(app) {
  return el(
    "div",
    { class: "plan-stack" },
    el("p", {}, t("plan.selectHint")),
    el(
      "dl",
      { class: "plan-ways" },
      ...words("plan.selectWays").flatMap(([what, how]) => [
        el("dt", {}, what),
        el("dd", { class: "quiet" }, how),
      ]),
    ),
    app.canEdit()
      ? el(
          "button",
          { type: "button", class: "tool", onclick: () => app.state.set("tool", "create") },
          t("plan.create"),
        )
      : el("p", { class: "notice" }, t("plan.readOnly", words("plan.states")[app.plan.state])),
  );
}

// --- one -------------------------------------------------------------------------------------------

function one(app, grid) {
  const edit = app.canEdit();
  const parent = app.grid(grid.parent);
  const head = el(
    "div",
    {},
    el(
      "div",
      { class: "row" },
      el("span", { class: "tag tag-quiet" }, words("plan.levels")[grid.level]),
      grid.new
        ? el("span", { class: "tag tag-sure" }, t("plan.live.new"))
        : grid.changed
          ? el("span", { class: "tag" }, t("plan.live.grids"))
          : null,
      grid.locked ? el("span", { class: "tag" }, t("plan.lock")) : null,
    ),
    el("h3", { class: "plan-grid-name" }, name(grid.name)),
    el(
      "p",
      { class: "quiet small" },
      el("span", { class: "code" }, grid.code ?? grid.proposed_code ?? ""),
      parent ? " · " : null,
      parent ? link(app, parent) : null,
    ),
  );
  return el(
    "div",
    { class: "plan-stack" },
    head,
    figures(app, grid),
    app.splitForm?.grid === grid.id ? splitForm(app, grid) : null,
    grid.locked ? el("p", { class: "notice" }, t("plan.lockedNote")) : null,
    edit ? form(app, grid) : null,
    peopleOf(app, grid),
    edit ? actions(app, grid) : null,
    children(app, grid),
    loadOf(app, grid),
  );
}

function link(app, grid) {
  return el(
    "button",
    { type: "button", class: "plan-link", onclick: () => app.showGrid(grid.id) },
    name(grid.name),
  );
}

function figures(app, grid) {
  const before = app.model.base.get(grid.id);
  /** @type {[string, (value: any) => string, string][]} */
  const rows = [
    ["households", figure, "plan.households"],
    ["resident_population", figure, "plan.population"],
    ["buildings", figure, "plan.buildings"],
    ["shops", figure, "plan.shops"],
    ["units", figure, "plan.unitsCount"],
    ["cells", figure, "plan.cells"],
    ["area_m2", area, "plan.area"],
    [
      "compactness",
      (v) => (v === null || v === undefined ? "–" : v.toFixed(2)),
      "plan.compactness",
    ],
    ["parts", figure, "plan.parts"],
  ];
  return el(
    "dl",
    { class: "plan-figures" },
    ...rows
      .filter(([key]) => grid[key] !== null && grid[key] !== undefined)
      .map(([key, show, label]) => {
        const old = before?.[key];
        const changed = old !== undefined && old !== null && show(old) !== show(grid[key]);
        return el(
          "div",
          { class: changed ? "is-some" : "" },
          el("dt", {}, t(label)),
          el(
            "dd",
            {},
            show(grid[key]),
            changed ? el("small", { class: "quiet" }, `${t("plan.before")} ${show(old)}`) : null,
          ),
        );
      }),
  );
}

/** The fields of a grid; each is a step of its own, done when it is left or Enter is pressed. */
function form(app, grid) {
  const off = grid.locked;
  const field = el("input", {
    value: grid.name,
    maxlength: 100,
    disabled: off,
    "data-key": "name",
  });
  const change = (operation) => () => app.act(operation());
  field.addEventListener(
    "change",
    () =>
      field.value.trim() &&
      field.value.trim() !== grid.name &&
      app.act({ kind: "rename", grid: grid.id, name: field.value.trim() }),
  );
  field.addEventListener("keydown", (event) => event.key === "Enter" && field.blur());
  const parts = [labelled(t("plan.name"), field)];
  const select = (label, key, options, value, operation) => {
    const node = choice(options, value, { disabled: off, "data-key": key });
    node.addEventListener(
      "change",
      change(() => operation(node.value || null)),
    );
    parts.push(labelled(label, node));
  };
  if (grid.level === 1)
    select(
      t("plan.grid_class"),
      "class",
      [["", t("plan.none")], ...Object.entries(words("plan.classes"))],
      grid.grid_class,
      (value) => ({ kind: "set_class", grid: grid.id, class: value }),
    );
  else
    select(
      t("plan.kind"),
      "kind",
      KINDS[grid.level].map((k) => [k, words("plan.kinds")[k]]),
      grid.kind,
      (value) => ({ kind: "set_kind", grid: grid.id, to: value }),
    );
  if (grid.level === 2)
    select(
      t("plan.grade"),
      "grade",
      [["", t("plan.none")], ...Object.entries(words("plan.grades"))],
      grid.grid_grade,
      (value) => ({ kind: "set_grade", grid: grid.id, grade: value }),
    );
  if (grid.level > 1)
    select(t("plan.parent"), "parent", parents(app, grid), grid.parent, (value) => ({
      kind: "set_parent",
      grid: grid.id,
      parent: value,
    }));
  if (grid.parts > 1 || grid.expected_parts > 1) {
    const count = el("input", {
      type: "number",
      min: 1,
      max: 50,
      value: grid.expected_parts,
      "data-key": "parts",
    });
    count.addEventListener("change", () =>
      app.act({ kind: "expect_parts", grid: grid.id, n: Number(count.value) }),
    );
    parts.push(labelled(t("plan.expectedParts"), count));
  }
  return el("div", { class: "plan-form" }, ...parts);
}

/** Grids of the level above, those near first. */
function parents(app, grid) {
  const near = new Set(
    [...app.model.neighbours(grid.id)].map((id) => app.grid(id)?.parent).concat(grid.parent),
  );
  const all = app.model.level(grid.level - 1);
  return [...all.filter((g) => near.has(g.id)), ...all.filter((g) => !near.has(g.id))].map((g) => [
    g.id,
    g.name,
  ]);
}

function actions(app, grid) {
  const { state } = app;
  const button = (label, act, key) =>
    el("button", { type: "button", class: "tool", "data-key": key, onclick: act }, label);
  const tool = (which) => () => {
    state.set("target", grid.id);
    state.set("tool", which);
  };
  return el(
    "div",
    { class: "plan-deeds" },
    button(t("plan.tools.paint.0"), tool("paint"), "deed-paint"),
    grid.level > 1 ? button(t("plan.tools.split.0"), tool("split"), "deed-split") : null,
    grid.level === 3
      ? button(t("plan.create"), () => state.set("tool", "create"), "deed-create")
      : null,
    button(
      t(grid.locked ? "plan.unlock" : "plan.lock"),
      () => app.act({ kind: grid.locked ? "unlock" : "lock", grids: [grid.id] }),
      "deed-lock",
    ),
    button(t("plan.retire"), () => retire(app, grid), "deed-retire"),
  );
}

function retire(app, grid) {
  const near = app.model.neighbours(grid.id);
  const all = app.model.level(grid.level).filter((g) => g.id !== grid.id);
  const same = (g) => g.parent === grid.parent;
  const order = [
    ...all.filter((g) => near.has(g.id) && same(g)),
    ...all.filter((g) => near.has(g.id) && !same(g)),
    ...all.filter((g) => !near.has(g.id) && same(g)),
  ];
  const into = choice(
    order.map((g) => [g.id, `${g.name}（${t("plan.n.h", figure(g.households))}）`]),
    order[0]?.id,
  );
  dialog(t("plan.retireTitle", grid.name), labelled(t("plan.retireInto"), into), [
    { label: t("plan.cancel") },
    {
      label: t("plan.ok"),
      main: true,
      danger: true,
      act: async () => {
        const done = await app.act({ kind: "retire", grid: grid.id, into: into.value });
        if (done) app.state.set("selection", [into.value]);
      },
    },
  ]);
}

function children(app, grid) {
  const below = app.model
    .children(grid.id)
    .sort((a, b) => (a.code ?? "~").localeCompare(b.code ?? "~"));
  if (!below.length) return null;
  return el(
    "details",
    { class: "plan-children" },
    el("summary", {}, `${words("plan.levels")[grid.level + 1]} (${below.length})`),
    el(
      "ul",
      { class: "plain" },
      ...below.map((child) =>
        el(
          "li",
          {},
          link(app, child),
          el(
            "span",
            { class: "quiet small" },
            ` ${t("plan.n.h", figure(child.households))} · ${t("plan.n.b", figure(child.buildings))}`,
          ),
        ),
      ),
    ),
  );
}

function loadOf(app, grid) {
  const load = grid.leader && app.plan.loads.find((l) => l.person === grid.leader.person);
  if (!load) return null;
  return el(
    "ul",
    { class: "plan-loads plain" },
    loadRow(load, Math.max(load.before?.households ?? 0, load.after?.households ?? 0, 1)),
  );
}

function splitForm(app, grid) {
  const field = el("input", {
    maxlength: 100,
    "data-key": "split-name",
    placeholder: t("plan.splitNewName"),
  });
  const straddling = choice(Object.entries(words("plan.straddles")), "majority");
  const cells = choice(
    Object.entries(words("plan.cellWays")),
    grid.cells === 1 ? "through" : "whole",
    {
      "data-key": "split-cells",
    },
  );
  const send = async () => {
    const operation = { kind: "split", grid: grid.id, line: app.splitForm.line };
    if (field.value.trim()) operation.name = field.value.trim();
    if (grid.level === 2) operation.straddling = straddling.value;
    else if (cells.value !== "whole")
      Object.assign(operation, {
        cut: true,
        ...(cells.value === "through" ? { through: true } : {}),
      });
    app.endLine();
    const done = await app.act(operation);
    const fresh = done?.grids.find((g) => g.level === grid.level && g.new && g.id !== grid.id);
    if (fresh) app.state.set("selection", [fresh.id]);
  };
  return el(
    "form",
    {
      class: "plan-form plan-now",
      onsubmit: (event) => {
        event.preventDefault();
        send();
      },
    },
    labelled(t("plan.splitNewName"), field),
    grid.level === 2
      ? labelled(t("plan.splitStraddle"), straddling)
      : labelled(t("plan.splitCells"), cells),
    el(
      "div",
      { class: "row" },
      el(
        "button",
        { type: "submit", class: "tool tool-main", "data-key": "split-go" },
        t("plan.splitOk"),
      ),
      el(
        "button",
        { type: "button", class: "tool", onclick: () => app.endLine() },
        t("plan.cancel"),
      ),
    ),
  );
}

// --- several ---------------------------------------------------------------------------------------

function several(app, grids) {
  const sum = (key) => grids.reduce((n, g) => n + (g[key] ?? 0), 0);
  const level = grids[0].level;
  const alike = grids.every((g) => g.level === level);
  const into = choice(
    grids.map((g) => [g.id, g.name]),
    [...grids].sort((a, b) => (b.households ?? 0) - (a.households ?? 0))[0].id,
    { "data-key": "merge-into" },
  );
  const field = el("input", {
    maxlength: 100,
    placeholder: t("plan.mergeName"),
    "data-key": "merge-name",
  });
  const grade = choice([["", "–"], ...Object.entries(words("plan.grades"))], "");
  const merge = async () => {
    const operation = { kind: "merge", grids: grids.map((g) => g.id), into: into.value };
    if (field.value.trim()) operation.name = field.value.trim();
    if (level === 2 && grade.value) operation.grade = grade.value;
    const done = await app.act(operation);
    if (done) app.state.set("selection", [operation.into]);
  };
  const above = async () => {
    const title = el("input", { maxlength: 100 });
    const parent =
      level === 3
        ? choice(
            app.model.level(1).map((g) => [g.id, g.name]),
            app.model.above(grids[0].id, 1)?.id,
          )
        : null;
    dialog(
      t("plan.createFromGrids"),
      [labelled(t("plan.name"), title), parent ? labelled(t("plan.parent"), parent) : null].filter(
        Boolean,
      ),
      [
        { label: t("plan.cancel") },
        {
          label: t("plan.ok"),
          main: true,
          act: async () => {
            if (!title.value.trim()) return false;
            const operation = {
              kind: "create",
              level: level - 1,
              grids: grids.map((g) => g.id),
              name: title.value.trim(),
            };
            if (parent) operation.parent = parent.value;
            return Boolean(await app.act(operation));
          },
        },
      ],
    );
  };
  return el(
    "div",
    { class: "plan-stack" },
    el(
      "div",
      { class: "row is-spread" },
      el("h3", {}, t("plan.selected", grids.length)),
      el(
        "button",
        { type: "button", class: "plan-link", onclick: () => app.state.set("selection", []) },
        t("plan.clearSelection"),
      ),
    ),
    el(
      "ul",
      { class: "plain plan-chosen" },
      ...grids.map((g) =>
        el(
          "li",
          {},
          link(app, g),
          el("span", { class: "quiet small" }, ` ${t("plan.n.h", figure(g.households))}`),
        ),
      ),
    ),
    el(
      "p",
      {},
      `${t("plan.n.h", figure(sum("households")))} · ${t("plan.n.b", figure(sum("buildings")))} · ${t("plan.n.s", figure(sum("shops")))}`,
    ),
    app.canEdit() && alike
      ? el(
          "div",
          { class: "plan-form plan-now" },
          el("p", { class: "quiet small" }, t("plan.mergeHint")),
          labelled(t("plan.mergeInto"), into),
          labelled(t("plan.mergeName"), field),
          level === 2 ? labelled(t("plan.grade"), grade) : null,
          el(
            "button",
            { type: "button", class: "tool tool-main", "data-key": "merge", onclick: merge },
            t("plan.merge"),
          ),
          level > 1
            ? el(
                "button",
                { type: "button", class: "tool", onclick: above },
                t("plan.createFromGrids"),
              )
            : null,
        )
      : null,
    app.canEdit()
      ? el(
          "div",
          { class: "row" },
          ...[
            ["lock", "plan.lock"],
            ["unlock", "plan.unlock"],
          ].map(([kind, label]) =>
            el(
              "button",
              {
                type: "button",
                class: "tool",
                onclick: () => app.act({ kind, grids: grids.map((g) => g.id) }),
              },
              t(label),
            ),
          ),
        )
      : null,
  );
}

// --- new -------------------------------------------------------------------------------------------

function createForm(app) {
  const picked = app.state.get("picked");
  const [first] = picked;
  const home = first
    ? app.model.gridOf(first, 2)?.id
    : app.selected().find((g) => g.level === 2)?.id;
  app.newGrid ??= { name: "", kind: "building_cluster" };
  const field = el("input", {
    maxlength: 100,
    value: app.newGrid.name,
    "data-key": "new-name",
    oninput: (event) => {
      app.newGrid.name = event.target.value;
    },
  });
  const kind = choice(
    KINDS[3].map((k) => [k, words("plan.kinds")[k]]),
    app.newGrid.kind,
    {
      onchange: (event) => {
        app.newGrid.kind = event.target.value;
      },
    },
  );
  const parent = choice(
    app.model.level(2).map((g) => [g.id, g.name]),
    app.newGrid.parent ?? home,
    {
      onchange: (event) => {
        app.newGrid.parent = event.target.value;
      },
    },
  );
  const send = async (event) => {
    event.preventDefault();
    if (!picked.length || !field.value.trim()) return field.focus();
    const done = await app.act(
      {
        kind: "create",
        cells: picked.map((c) => c.id),
        parent: parent.value,
        name: field.value.trim(),
        of_kind: kind.value,
      },
      { ghost: picked },
    );
    if (!done) return undefined;
    app.newGrid = null;
    app.state.set("picked", []);
    app.state.set("tool", "select");
    const fresh = done.grids.find((g) => g.new && g.level === 3);
    return fresh && app.state.set("selection", [fresh.id]);
  };
  return el(
    "form",
    { class: "plan-stack plan-form plan-now", onsubmit: send },
    el("h3", {}, t("plan.createTitle")),
    el("p", { class: "quiet" }, t("plan.createHint")),
    el(
      "p",
      {},
      el(
        "b",
        {},
        t("plan.createPick", picked.length, figure(picked.reduce((n, c) => n + c.households, 0))),
      ),
    ),
    labelled(t("plan.name"), field),
    labelled(t("plan.kind"), kind),
    labelled(t("plan.createParent"), parent),
    el(
      "div",
      { class: "row" },
      el(
        "button",
        {
          type: "submit",
          class: "tool tool-main",
          "data-key": "create-go",
          disabled: !picked.length,
        },
        t("plan.ok"),
      ),
      el(
        "button",
        { type: "button", class: "tool", onclick: () => app.state.set("tool", "select") },
        t("plan.cancel"),
      ),
    ),
  );
}
