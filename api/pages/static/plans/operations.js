/** What the reader does to the plan: each is one operation, sent by way of the outbox. */

import { t, words } from "../core/words.js";

/**
 * Ways to change the plan, and back.
 * @param {any} app the workbench
 */
export function operations(app) {
  const { state, view } = app;
  return {
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
        view.redrawOverlay();
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
  };
}
