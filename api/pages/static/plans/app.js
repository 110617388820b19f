/** The workbench as one thing: the plan, its model, its views, and everything one can do with them. */

import { el, icon, name } from "../core/dom.js";
import { createState } from "../core/state.js";
import { t } from "../core/words.js";
import { Drawing } from "./ground-layer.js";
import { Model } from "./model.js";
import { operations } from "./operations.js";
import { queries } from "./queries.js";
import { selection } from "./selection.js";
import { outboxOf, sync } from "./sync.js";
import { View } from "./view.js";

/**
 * @param {string} id of the plan
 * @param {any} session who is signed in
 * @param {any} plan as the service gives it
 * @param {any} drawn its drawing
 */
export function createApp(id, session, plan, drawn) {
  const model = new Model(drawn);
  /** @type {any} */
  const app = {
    id,
    session,
    plan,
    model,
    view: new View(t("plan.mapOf")),
    drawing: new Drawing(model),
    state: openingState(),
    notes: el("div", { class: "plan-notes", role: "status", "aria-live": "polite" }),
    ghosts: [],
    drawn: 0,
    splitForm: null,
    through: false,
  };
  Object.assign(app, queries(app), selection(app), operations(app), sync(app), showing(app));
  app.outbox = outboxOf(app);
  follow(app);
  return app;
}

function openingState() {
  return createState({
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
}

/** Ways to show how things stand. */
function showing(app) {
  const { drawing, notes, state, view } = app;
  return {
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
    showPending() {
      app.model.pending = new Map(app.outbox.items.flatMap((item) => item.preview ?? []));
    },
    redraw() {
      app.drawn += 1;
      drawing.changed();
      view.redraw();
    },
    /** The plan changed: draw and list anew. */
    refresh() {
      app.redraw();
      state.set("turn", state.get("turn") + 1);
    },
  };
}

/** Draw anew what depends on what the reader chose. */
function follow(app) {
  const { drawing, state, view } = app;
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
    () => view.redrawOverlay(),
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
}
