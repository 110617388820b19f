/** What is asked of the workbench: the plan, what is selected, what may be done. */

/**
 * Answers, none of which changes anything.
 * @param {any} app the workbench
 */
export function queries(app) {
  const { state } = app;
  return {
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
  };
}
