/** What the reader points at: grids, a target, a finding. */

/**
 * Ways to choose, each of which shows what was chosen.
 * @param {any} app the workbench
 */
export function selection(app) {
  const { state, view } = app;
  return {
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
  };
}

/** A box of metres with room around it. */
function grown([left, top, right, bottom]) {
  const by = 60 + Math.max(right - left, bottom - top) * 0.35;
  return [left - by, top - by, right + by, bottom + by];
}
