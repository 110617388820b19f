/** The workbench: one plan on the map, edited by cells. It asks the API and holds no rules. */

import { api } from "../core/api.js";
import { el, fill, icon, name } from "../core/dom.js";
import { failure, shell } from "../core/shell.js";
import { createState } from "../core/state.js";
import { t, words } from "../core/words.js";
import { fetchColours, onScheme } from "./colours.js";
import { settleConflict, settleOutdated } from "./conflicts.js";
import { Drawing } from "./ground-layer.js";
import { bar } from "./header.js";
import { keyboard } from "./keys.js";
import { stage } from "./map-controls.js";
import { Model } from "./model.js";
import { Outbox } from "./outbox.js";
import { sky } from "./overlay.js";
import { Poster } from "./scan-layer.js";
import { panel } from "./side-panel.js";
import { hand } from "./tools.js";
import { View } from "./view.js";

const POLL_MS = 12000;
const id = decodeURIComponent(location.pathname.split("/")[3] ?? "");

async function begin() {
  const { main, session, allowed } = await shell({
    title: t("plan.editor"),
    current: "plans",
    width: "wide",
    needs: "planner",
  });
  if (!allowed) return;
  document.documentElement.classList.remove("is-ready");
  const wait = el("p", { class: "quiet" }, t("plan.loading"));
  main.append(wait);
  try {
    const [plan, drawing] = await Promise.all([
      api("GET", `/plans/${id}`),
      api("GET", `/plans/${id}/drawing?base=true`),
      fetchColours(),
    ]);
    wait.remove();
    open(main, session, plan, drawing.body);
  } catch (problem) {
    fill(wait, failure(problem));
  }
  document.documentElement.classList.add("is-ready");
}

/** Put everything together. */
function open(main, session, { body: plan, etag }, drawn) {
  const app = createApp(session, plan, drawn);
  app.tool = hand(app);
  app.view.gesture = app.tool;
  app.view.drawn = { ground: (pen, view) => app.drawing.draw(pen, view), sky: sky(app) };
  app.poster = new Poster(app);
  app.drawing.poster = app.poster;
  const title = main.querySelector(".shell-title");
  main.classList.add("plan-editor");
  app.panel = panel(app);
  main.replaceChildren(
    bar(app, title),
    el("div", { class: "plan-body" }, stage(app), app.panel.node),
  );
  keyboard(app);
  onScheme(() => app.view.redraw());
  app.view.margins = matchMedia("(max-width: 719.98px)").matches
    ? [10, 76, 10, 54]
    : [90, 72, 66, 66];
  app.view.show(app.wholeBox());
  app.outbox.start(etag);
  if (app.outbox.items.length) app.tell(t("plan.lost", app.outbox.items.length));
  setInterval(() => app.look(), POLL_MS);
  window.addEventListener("beforeunload", (event) => {
    if (app.outbox.items.length && !app.outbox.kept) event.preventDefault();
  });
  app.view.ready.then(() => followLink(app));
  window.wanggePlan = app;
}

/** Open what the address names: `#finding=…`, `#grid=…`, `#tab=…`. */
function followLink(app) {
  const asked = new URLSearchParams(location.hash.slice(1));
  const named = asked.get("grid");
  const grid =
    named &&
    (app.model.grids.get(named) ?? [...app.model.grids.values()].find((g) => g.code === named));
  if (asked.get("tab")) app.state.set("tab", asked.get("tab"));
  if (grid) {
    app.showGrid(grid.id);
    app.state.set("tab", "grid");
  }
  const finding = app.plan.findings.find((f) => f.id === asked.get("finding"));
  if (finding) app.showFinding(finding);
}

function createApp(session, plan, drawn) {
  const state = createState({
    tool: "select",
    level: 3,
    selection: [],
    target: null,
    target3: null,
    unit: "cells",
    hover: null,
    line: [],
    picked: [],
    tab: "findings",
    finding: null,
    filter: "open",
    job: null,
    parts: null,
    saving: ["saved", 0],
    turn: 0,
  });
  const model = new Model(drawn);
  const view = new View(t("plan.mapOf"));
  const drawing = new Drawing(model);
  const notes = el("div", { class: "plan-notes", role: "status", "aria-live": "polite" });

  const app = {
    id,
    session,
    plan,
    model,
    view,
    drawing,
    state,
    notes,
    ghosts: [],
    drawn: 0,
    splitForm: null,
    through: false,

    // --- what is shown -----------------------------------------------------------------------------

    wholeBox() {
      const boxes = app.model
        .level(1)
        .map((g) => app.model.extent(g.id))
        .filter(Boolean);
      return boxes.length
        ? boxes.reduce((a, b) => [
            Math.min(a[0], b[0]),
            Math.min(a[1], b[1]),
            Math.max(a[2], b[2]),
            Math.max(a[3], b[3]),
          ])
        : [0, -3000, 3000, 0];
    },
    grid: (gridId) => app.model.grids.get(gridId) ?? null,
    selected: () =>
      state
        .get("selection")
        .map((one) => app.grid(one))
        .filter(Boolean),
    canEdit: () => app.plan.allowed.includes("edit"),
    may: (what) => app.plan.allowed.includes(what),
    unit: () =>
      state.get("level") === 3
        ? state.get("unit")
        : state.get("level") === 2
          ? "grids"
          : "compounds",
    splitting: () => Boolean(app.splitForm),
    target() {
      if (state.get("target3")) return state.get("target3");
      const grid = app.grid(state.get("target"));
      return ["paint", "box"].includes(state.get("tool")) && grid?.level === state.get("level")
        ? grid.id
        : null;
    },
    /** Findings that the map flags now. */
    shownFindings() {
      const chosen = state.get("finding");
      if (state.get("tab") !== "findings") return app.plan.findings.filter((f) => f.id === chosen);
      return app.findings(state.get("filter"));
    },
    findings(filter) {
      return app.plan.findings.filter(
        {
          open: (f) => !f.waived && f.severity !== "note",
          touched: (f) => f.touched && !f.waived && f.severity !== "note",
          waived: (f) => f.waived,
          note: (f) => f.severity === "note" && !f.waived,
        }[filter],
      );
    },
    /** Cells that the proposals chosen would move. */
    offered() {
      const parts = state.get("tab") === "proposals" ? (state.get("job")?.result?.parts ?? []) : [];
      const chosen = state.get("parts");
      return parts
        .filter((p) => !chosen || chosen.includes(p.id))
        .flatMap((p) => {
          const moved = (p.cells ?? []).map(([cell]) => app.model.cells.get(cell)).filter(Boolean);
          return moved.length ? moved : (p.grids ?? []).flatMap((grid) => app.model.cellsOf(grid));
        });
    },
    tell(text, kind = "") {
      const note = el(
        "div",
        { class: `plan-note ${kind}` },
        name(text),
        el(
          "button",
          {
            type: "button",
            class: "plan-x",
            "aria-label": t("plan.close"),
            onclick: () => note.remove(),
          },
          icon("M6 6 18 18M18 6 6 18"),
        ),
      );
      notes.append(note);
      while (notes.childElementCount > 3) notes.firstElementChild.remove();
      setTimeout(() => note.remove(), kind ? 12000 : 5000);
    },
    /** Lay over the model what is still on its way. */
    lay() {
      app.model.pending = new Map(app.outbox.items.flatMap((item) => item.preview ?? []));
    },
    redraw() {
      app.drawn += 1;
      drawing.changed();
      view.redraw();
    },
    /** The plan changed: draw and list anew. */
    turn() {
      app.redraw();
      state.set("turn", state.get("turn") + 1);
    },

    // --- choosing ----------------------------------------------------------------------------------

    pick(grid, extend) {
      const now = state.get("selection");
      if (!grid) return state.set("selection", []);
      if (extend)
        state.set(
          "selection",
          now.includes(grid.id) ? now.filter((one) => one !== grid.id) : [...now, grid.id],
        );
      else state.set("selection", now.length === 1 && now[0] === grid.id ? [] : [grid.id]);
      return state.set("tab", "grid");
    },
    aim(grid) {
      if (grid) {
        state.set("target", grid.id);
        state.set("selection", [grid.id]);
      }
    },
    hover(grid) {
      state.set("hover", grid?.id ?? null);
    },
    showGrid(gridId) {
      const grid = app.grid(gridId) ?? app.model.base.get(gridId);
      if (!grid) return;
      state.set("level", grid.level);
      state.set("selection", app.grid(gridId) ? [gridId] : []);
      const box = app.model.extent(gridId);
      if (box) view.fit(grown(box), 3);
    },
    showFinding(finding) {
      state.set("finding", finding.id);
      const grid = finding.grid && app.grid(finding.grid);
      if (grid) app.showGrid(grid.id);
      else if (finding.place) {
        const [x, y] = app.model.frame.fromDegrees(finding.place);
        view.fit([x - 120, y - 120, x + 120, y + 120]);
      }
      view.redraw();
    },

    // --- doing -------------------------------------------------------------------------------------

    /** Ask for one operation. @returns {Promise<any>} the delta, null when it was not done */
    async act(operation, { preview = [], ghost = [] } = {}) {
      if (!app.canEdit()) {
        app.tell(t("plan.readOnly", words("plan.states")[app.plan.state]), "is-error");
        return null;
      }
      performance.mark?.("plan-act");
      if (ghost.length) app.ghosts.push(ghost);
      try {
        return await app.outbox.push("/operations", operation, { preview });
      } finally {
        app.ghosts = app.ghosts.filter((g) => g !== ghost);
        view.redrawSky();
      }
    },
    paint(cells) {
      const into = app.target();
      const unit = app.unit();
      const ids = cells.map((c) => c.id);
      if (unit === "cells")
        return app.act(
          { kind: "paint", into, cells: ids },
          { preview: ids.map((cell) => [cell, into]) },
        );
      const level = unit === "grids" ? 3 : 2;
      const grids = [...new Set(cells.map((c) => app.model.gridOf(c, level)?.id).filter(Boolean))];
      if (unit === "compounds") {
        const operations = grids.map((grid) => ({ kind: "set_parent", grid, parent: into }));
        return app.act(operations.length === 1 ? operations[0] : { kind: "batch", operations }, {
          ghost: cells,
        });
      }
      const preview = state.get("level") === 3 ? ids.map((cell) => [cell, into]) : [];
      return app.act(
        { kind: "paint", into, grids },
        { preview, ghost: preview.length ? [] : cells },
      );
    },
    async cut(line) {
      const spots = line.map((spot) => app.degrees(spot));
      const middle =
        line.length > 2
          ? line[Math.floor(line.length / 2)]
          : [(line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2];
      const cell = app.model.cellAt(middle);
      state.set("line", []);
      if (!cell) return app.tell(t("plan.tools.cut.1"));
      return app.act({
        kind: "cut_cell",
        cell: cell.id,
        line: spots,
        ...(app.through ? { through: true } : {}),
      });
    },
    splitAlong(line) {
      const grid =
        app.selected()[0] ??
        app.model.gridOf(
          app.model.cellAt(line[Math.floor(line.length / 2)]) ?? {},
          state.get("level"),
        );
      if (!grid) return app.tell(t("plan.tools.split.1"));
      app.splitForm = { grid: grid.id, line: line.map((spot) => app.degrees(spot)) };
      state.set("selection", [grid.id]);
      state.set("tab", "grid");
      state.set("turn", state.get("turn") + 1);
      return document.querySelector('[data-key="split-name"]')?.focus();
    },
    endLine() {
      app.splitForm = null;
      app.tool.rubber = null;
      state.set("line", []);
      state.set("turn", state.get("turn") + 1);
    },
    degrees: (spot) => app.model.frame.degrees(spot).map((v) => Math.round(v * 1e7) / 1e7),
    undo() {
      if (app.canEdit() && app.undoable())
        app.outbox.push("/operations/last", undefined, { method: "DELETE" });
    },
    redo() {
      if (app.canEdit() && app.redoable()) app.outbox.push("/operations/redo");
    },
    undoable: () =>
      app.plan.steps_list.length > 0 || app.plan.steps > 0 || app.outbox.items.length > 0,
    redoable: () => app.plan.undone.length > 0,

    // --- the plan as a whole -----------------------------------------------------------------------

    /** Take the plan as the server has it now. */
    async reload() {
      const [{ body, etag }, fresh] = await Promise.all([
        api("GET", `/plans/${id}`),
        api("GET", `/plans/${id}/drawing?base=true`),
      ]);
      const numbers = drawing.numbers;
      Object.assign(app.model, new Model(fresh.body));
      drawing.numbers = numbers;
      app.take(body);
      return etag;
    },
    /** Take the plan's own answer to something that changed no cells. */
    take(body) {
      app.plan = body;
      app.turn();
    },
    /** Ask for something of the plan that is no operation; shows what went wrong. */
    async ask(method, path, body, { free = false } = {}) {
      try {
        const answer = await api(
          method,
          `/plans/${id}${path}`,
          body,
          free ? {} : { etag: app.outbox.etag },
        );
        if (answer.etag) app.outbox.etag = answer.etag;
        return answer;
      } catch (problem) {
        if (problem.status === 412) {
          app.outbox.etag = await app.reload();
          app.tell(t("plan.newerLoaded"));
        } else if (problem.body?.type?.endsWith("plan-conflict")) settleOutdated(app, problem.body);
        else app.tell(problem.message, "is-error");
        return null;
      }
    },
    /** Look whether somebody else changed the plan. */
    async look() {
      if (document.hidden || app.outbox.items.length || app.outbox.busy) return;
      const answer = await api("GET", `/plans/${id}`).catch(() => null);
      if (!answer || answer.etag === app.outbox.etag || app.outbox.items.length) return;
      const { state: was, steps } = app.plan;
      if (answer.body.revision === app.plan.revision) app.take(answer.body);
      else await app.reload();
      if (app.plan.state !== was)
        app.tell(t("plan.stateNow", words("plan.states")[app.plan.state]));
      else if (app.plan.steps !== steps) app.tell(t("plan.newerLoaded"));
      app.outbox.etag = answer.etag;
    },
  };

  app.outbox = new Outbox(id, {
    done: (item, delta) => took(app, item, delta),
    pending() {
      app.lay();
      app.redraw();
      view.drawNow();
    },
    state(which, waiting) {
      state.set("saving", [which, waiting]);
    },
    refused(_item, problem) {
      app.tell(t("plan.refused", problem.message), "is-error");
      app.redraw();
    },
    conflict: (item, problem) => settleConflict(app, item, problem),
  });
  state.on(
    [
      "selection",
      "hover",
      "target",
      "target3",
      "line",
      "picked",
      "finding",
      "job",
      "parts",
      "tab",
      "filter",
    ],
    () => view.redrawSky(),
  );
  state.on(["level", "tool"], () => {
    drawing.level = state.get("level");
    state.set("line", []);
    state.set("hover", null);
    app.splitForm = null;
    if (state.get("tool") !== "create") state.set("picked", []);
    const [first] = app.selected();
    if (!app.target() && first?.level === state.get("level")) state.set("target", first.id);
    view.redraw();
  });
  return app;
}

/** The server has done a step: take what it says has become of the plan. */
function took(app, item, delta) {
  const { plan } = app;
  if (item.tried && item.path === "/operations" && !delta.step) {
    // The server had it already: its first answer was lost on the way.
    app.lay();
    app.reload();
    return;
  }
  app.model.apply(delta);
  app.lay();
  if (item.path === "/operations/last") plan.undone.unshift(...plan.steps_list.splice(-1));
  else if (item.path === "/operations/redo") plan.steps_list.push(...plan.undone.splice(0, 1));
  else if (delta.step) {
    plan.steps_list.push(delta.step);
    plan.undone = [];
  }
  plan.steps = delta.undo;
  plan.revision = delta.revision;
  for (const part of ["findings", "counts", "impact", "loads"]) plan[part] = delta[part];
  app.state.set(
    "selection",
    app.state.get("selection").filter((one) => app.grid(one)),
  );
  if (app.state.get("target") && !app.grid(app.state.get("target"))) app.state.set("target", null);
  if (app.state.get("job")) app.state.set("job", { ...app.state.get("job"), outdated: true });
  app.turn();
}

/** A box of metres with room around it. */
function grown([left, top, right, bottom]) {
  const by = 60 + Math.max(right - left, bottom - top) * 0.35;
  return [left - by, top - by, right + by, bottom + by];
}

begin();
