/** What floats over the map: tools at its left, what the tool needs above, levels and layers below. */

import { el, fill, icon, name } from "../core/dom.js";
import { figure } from "../core/format.js";
import { t, words } from "../core/words.js";
import { TOOLS } from "./tools.js";

const ICONS = {
  select: ["M6 3l12 9-5.500 1 3 6-2.500 1.200-3-6L6 18z"],
  paint: ["M4 20c3 0 5-1 5-4 0-1.500-1-2.500-2.500-2.500S4 15 4 17zM9 14 19 4l1.500 1.500L11 16"],
  box: ["M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4", "M9 9h6v6H9z"],
  boundary: [
    "M12 3v3M12 9v3M12 15v3M12 21v0M4 12h5M7 9.500 9.500 12 7 14.500",
    "M20 12h-5M17 9.500 14.500 12 17 14.500",
  ],
  split: ["M4 6h7v12H4zM15 6h5v12h-5z", "M13 3v18"],
  cut: [
    "M6 8a2.500 2.500 0 1 0 0-.01zM6 18a2.500 2.500 0 1 0 0-.01z",
    "M8 9.500 20 17M8 16.500 20 8",
  ],
};

export function controls(app) {
  const { state, view } = app;
  const tools = el("div", {
    class: "plan-tools",
    role: "toolbar",
    "aria-orientation": "vertical",
    "aria-label": t("plan.editor"),
  });
  const hint = el("div", { class: "plan-hint" });
  const corner = el("div", { class: "plan-corner" }, levels(app), layers(app));
  const zooms = el(
    "div",
    { class: "plan-zooms" },
    zoom("M12 5v14M5 12h14", "plan.zoomIn", () => view.zoomAt(view.middle(), 1.5)),
    zoom("M5 12h14", "plan.zoomOut", () => view.zoomAt(view.middle(), 1 / 1.5)),
    zoom("M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", "plan.zoomAll", () => view.fit(app.wholeBox())),
  );
  const about = el("p", { class: "plan-about", "aria-hidden": "true" });
  const node = el(
    "section",
    { class: "plan-stage" },
    view.node,
    el("div", { class: "crosshair", "aria-hidden": "true" }),
    tools,
    hint,
    corner,
    zooms,
    about,
    app.notes,
  );
  if (app.model.synthetic)
    node.append(el("p", { class: "plan-mark", "aria-hidden": "true" }, t("plan.synthetic")));

  function dress() {
    const edit = app.canEdit();
    const list = edit ? TOOLS : ["select"];
    fill(
      tools,
      ...list.map((tool) =>
        el(
          "button",
          {
            type: "button",
            class: "plan-tool",
            "aria-pressed": String(state.get("tool") === tool),
            title: t(`plan.tools.${tool}.1`),
            onclick: () => state.set("tool", tool),
          },
          icon(...ICONS[tool]),
          el("span", {}, t(`plan.tools.${tool}.0`)),
        ),
      ),
    );
    tools.hidden = list.length < 2;
    fill(hint, ...hints(app));
    hint.hidden = !hint.childElementCount;
    view.overlay.dataset.tool = state.get("tool");
  }

  function under() {
    const grid = app.grid(state.get("hover"));
    about.hidden = !grid;
    if (grid)
      fill(
        about,
        name(grid.name, "b"),
        ` ${t("plan.n.h", figure(grid.households))} · ${t("plan.n.b", figure(grid.buildings))}`,
        grid.shops ? ` · ${t("plan.n.s", figure(grid.shops))}` : "",
      );
  }
  state.on(["tool", "level", "selection", "target", "unit", "line", "picked", "turn"], dress);
  state.on(["hover"], under);
  dress();
  under();
  return node;
}

function zoom(path, key, act) {
  return el(
    "button",
    { type: "button", class: "plan-zoom", "aria-label": t(key), title: t(key), onclick: act },
    icon(path),
  );
}

/** What the tool in use wants to be told. */
function hints(app) {
  const { state } = app;
  const tool = state.get("tool");
  if (tool === "paint" || tool === "box") return paintHints(app);
  if (tool === "create") {
    const picked = state.get("picked");
    return [
      el(
        "span",
        {},
        picked.length
          ? t(
              "plan.createPick",
              picked.length,
              figure(picked.reduce((n, c) => n + c.households, 0)),
            )
          : t("plan.createHint"),
      ),
    ];
  }
  if (tool === "split" || tool === "cut") {
    const drawn = state.get("line").length;
    return [
      el("span", {}, drawn ? t("plan.lineHint") : t(`plan.tools.${tool}.1`)),
      tool === "cut"
        ? el(
            "label",
            { class: "plan-check" },
            el("input", {
              type: "checkbox",
              checked: app.through,
              onchange: (event) => {
                app.through = event.target.checked;
              },
            }),
            t("plan.through"),
          )
        : null,
      drawn > 1 && !app.splitForm
        ? el(
            "button",
            { type: "button", class: "tool tool-main", onclick: () => app.tool.finishLine() },
            t("plan.ok"),
          )
        : null,
      drawn
        ? el(
            "button",
            { type: "button", class: "tool", onclick: () => app.endLine() },
            t("plan.cancel"),
          )
        : null,
    ].filter(Boolean);
  }
  if (tool === "boundary") return [el("span", {}, t("plan.tools.boundary.1"))];
  return [];
}

function paintHints(app) {
  const { state } = app;
  const target = app.grid(app.target());
  const parts = [];
  if (state.get("level") === 3) {
    parts.push(
      el("span", { class: "quiet" }, t("plan.paintUnit")),
      el(
        "div",
        { class: "segments" },
        ...["cells", "grids"].map((unit) =>
          el(
            "button",
            {
              type: "button",
              "aria-pressed": String(state.get("unit") === unit),
              onclick: () => state.set("unit", unit),
            },
            words("plan.units")[unit],
          ),
        ),
      ),
    );
  } else
    parts.push(
      el("span", { class: "quiet" }, `${t("plan.paintUnit")} ${words("plan.units")[app.unit()]}`),
    );
  parts.push(el("span", { class: "quiet" }, t("plan.target")));
  if (target) {
    parts.push(
      name(target.name, "b", { class: "plan-target" }),
      el(
        "button",
        { type: "button", class: "plan-link", onclick: () => state.set("target", null) },
        t("plan.remove"),
      ),
    );
  } else parts.push(el("b", { class: "plan-target is-none" }, t("plan.noTarget")));
  return parts;
}

function levels(app) {
  const { state } = app;
  const node = el("div", { class: "segments", role: "group", "aria-label": t("plan.sheet.level") });
  const dress = () =>
    fill(
      node,
      ...[1, 2, 3].map((level) =>
        el(
          "button",
          {
            type: "button",
            "aria-pressed": String(state.get("level") === level),
            title: words("plan.levels")[level],
            onclick: () => state.set("level", level),
          },
          words("plan.levelShort")[level],
          el("small", {}, words("plan.levelNouns")[level]),
        ),
      ),
    );
  state.on(["level"], dress);
  dress();
  return node;
}

function layers(app) {
  const box = (key, label) =>
    el(
      "label",
      {},
      el("input", {
        type: "checkbox",
        checked: app.drawing[key],
        onchange: (event) => {
          app.drawing[key] = event.target.checked;
          app.view.redraw();
        },
      }),
      label,
    );
  return el(
    "details",
    { class: "plan-layers" },
    el("summary", { class: "tool" }, t("plan.layers")),
    el(
      "div",
      { class: "plan-menu-list" },
      box("showCells", t("plan.layerCells")),
      box("showNames", t("plan.layerNames")),
      box("showChanges", t("plan.layerChanges")),
      el("button", { type: "button", onclick: () => app.poster.openDialog() }, t("plan.poster")),
    ),
  );
}
