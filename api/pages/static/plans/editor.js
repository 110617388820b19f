/** The workbench: one plan on the map, edited by cells. It asks the API and holds no rules. */

import { api } from "../core/api.js";
import { el, fill } from "../core/dom.js";
import { failure, shell } from "../core/shell.js";
import { t } from "../core/words.js";
import { createApp } from "./app.js";
import { fetchColours, onScheme } from "./colours.js";
import { header } from "./header.js";
import { keyboard } from "./keys.js";
import { controls } from "./map-controls.js";
import { overlay } from "./overlay.js";
import { ScanLayer } from "./scan-layer.js";
import { panel } from "./side-panel.js";
import { tools } from "./tools.js";

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
  const app = createApp(id, session, plan, drawn);
  app.tool = tools(app);
  app.view.gesture = app.tool;
  app.view.drawn = { ground: (pen, view) => app.drawing.draw(pen, view), overlay: overlay(app) };
  app.poster = new ScanLayer(app);
  app.drawing.poster = app.poster;
  const title = main.querySelector(".shell-title");
  main.classList.add("plan-editor");
  app.panel = panel(app);
  main.replaceChildren(
    header(app, title),
    el("div", { class: "plan-body" }, controls(app), app.panel.node),
  );
  keyboard(app);
  onScheme(() => app.view.redraw());
  app.view.margins = matchMedia("(max-width: 719.98px)").matches
    ? [10, 76, 10, 54]
    : [90, 72, 66, 66];
  app.view.show(app.wholeBox());
  app.outbox.start(etag);
  if (app.outbox.items.length) app.tell(t("plan.lost", app.outbox.items.length));
  setInterval(() => app.poll(), POLL_MS);
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

begin();
