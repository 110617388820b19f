/** When somebody else was there too: what clashes is listed, and there are three ways out; nothing is lost. */

import { api } from "../core/api.js";
import { dialog } from "../core/dialog.js";
import { el, name } from "../core/dom.js";
import { table } from "../core/table.js";
import { inLanguage, t, words } from "../core/words.js";

/** A step could not be stored, for the plan has moved on. */
export async function settleConflict(app, item, problem) {
  const body = problem.body ?? {};
  if (isOurs(app, item, body)) return goOn(app);
  const mine = app.outbox.items;
  const clash = (body.clash ?? []).length ? body.clash : (body.cells ?? []);
  const ways = words("plan.conflictWays");
  const others = [...new Set((body.steps ?? []).map((s) => s.author))].join(t("plan.and")) || "?";
  return dialog(
    t("plan.conflictTitle"),
    [
      el("p", {}, t("plan.conflictText", others, (body.steps ?? []).length, mine.length)),
      steps(
        t("plan.conflictSteps"),
        (body.steps ?? []).map((step) => inLanguage(step.text)),
      ),
      clash.length
        ? el(
            "div",
            {},
            el("h3", {}, `${t("plan.conflictCells")} (${clash.length})`),
            cellList(app, clash),
          )
        : null,
      el(
        "dl",
        { class: "plan-ways" },
        ...Object.values(ways).flatMap(([label, what]) => [
          el("dt", {}, label),
          el("dd", { class: "quiet" }, what),
        ]),
      ),
    ].filter(Boolean),
    [
      { label: ways.copy[0], act: () => copyAsNew(app, body) },
      {
        label: ways.theirs[0],
        act: () => {
          app.outbox.clear();
          return goOn(app);
        },
      },
      {
        label: ways.mine[0],
        main: true,
        act: () => {
          for (const other of [...mine]) if (other.path !== "/operations") app.outbox.forget(other);
          return goOn(app);
        },
      },
    ],
  ).addEventListener("cancel", (event) => event.preventDefault());
}

/** Whether all that was added is what we sent: its answer was lost on the way. */
function isOurs(app, item, { steps: added = [], revision }) {
  if (item.tried && item.path !== "/operations" && revision === app.plan.revision + 1) {
    app.outbox.forget(item);
    return true;
  }
  return (
    added.length > 0 &&
    added.every((step) =>
      app.outbox.items.some((one) => one.body?.key && one.body.key === step.operation?.key),
    )
  );
}

/** Take the plan as it is, then send what waits on top of it. */
async function goOn(app) {
  const etag = await app.reload();
  const done = new Set(app.plan.steps_list.map((step) => step.operation?.key).filter(Boolean));
  for (const item of [...app.outbox.items])
    if (item.body?.key && done.has(item.body.key)) app.outbox.forget(item);
  app.outbox.start(etag);
}

async function copyAsNew(app, body) {
  const operations = app.outbox.items
    .filter((item) => item.path === "/operations")
    .map(({ body: { key, ...operation } }) => operation);
  const last = app.plan.steps_list.at(-1)?.number ?? 0;
  const answer = await app.ask("POST", "/copy", { at: last, operations }, { free: true });
  if (!answer) return false;
  app.outbox.clear();
  location.assign(`/desk/plans/${answer.body.id}`);
  return body;
}

function steps(title, list) {
  return el(
    "div",
    {},
    el("h3", {}, title),
    el("ul", { class: "plan-doubt-list" }, ...list.map((text) => el("li", {}, name(text)))),
  );
}

function cellList(app, ids) {
  const where = (id) => {
    const cell = app.model.cells.get(id);
    return cell ? (app.grid(cell.grid)?.name ?? "") : "";
  };
  return el(
    "ul",
    { class: "plan-doubt-list" },
    ...ids
      .slice(0, 100)
      .map((id) =>
        el(
          "li",
          {},
          el(
            "button",
            { type: "button", class: "plan-link", onclick: () => lookAt(app, id) },
            `#${id}`,
          ),
          " ",
          name(where(id)),
        ),
      ),
  );
}

function lookAt(app, id) {
  const cell = app.model.cells.get(id);
  if (!cell) return;
  const [x, y] = app.model.frame.metres(cell.point);
  app.view.fit([x - 90, y - 90, x + 90, y + 90]);
}

/** The division moved on under the plan. */
export async function settleOutdated(app, given = null) {
  const body =
    given ??
    (
      await api("GET", `/plans/${app.id}/conflicts`).catch((problem) =>
        app.tell(problem.message, "is-error"),
      )
    )?.body;
  if (!body) return;
  const ways = words("plan.conflictWays");
  const rows = (body.grids ?? []).map((grid) =>
    el(
      "tr",
      {},
      el("td", {}, name(grid.name), " ", el("span", { class: "code quiet" }, grid.code ?? "")),
      el("td", {}, name(inLanguage(grid.mine))),
      el("td", {}, name(inLanguage(grid.theirs))),
    ),
  );
  const rebase = (keep) => async () => {
    const answer = await app.ask("POST", "/rebase", { keep });
    if (!answer) return false;
    await app.reload();
    app.tell(t("plan.rebased", app.plan.base_version));
    return true;
  };
  const meant = Object.values(words("plan.outdatedWays"));
  dialog(
    t("plan.outdatedTitle"),
    [
      el("p", {}, t("plan.outdatedText", body.base_version, body.newest_version)),
      body.free ? el("p", { class: "notice notice-done" }, t("plan.outdatedFree")) : null,
      rows.length
        ? table([t("plan.tabs.grid"), t("plan.outdatedMine"), t("plan.outdatedTheirs")], rows)
        : null,
      (body.cells ?? []).length
        ? el(
            "details",
            {},
            el("summary", {}, `${t("plan.outdatedCells")} (${body.cells.length})`),
            cellList(app, body.cells),
          )
        : null,
      el(
        "dl",
        { class: "plan-ways" },
        ...Object.values(ways).flatMap(([label], i) => [
          el("dt", {}, label),
          el("dd", { class: "quiet" }, meant[i]),
        ]),
      ),
    ].filter(Boolean),
    [
      { label: t("plan.close") },
      {
        label: ways.copy[0],
        act: async () => {
          const copy = await app.ask("POST", "/copy", {}, { free: true });
          if (copy) location.assign(`/desk/plans/${copy.body.id}#tab=review`);
          return Boolean(copy);
        },
      },
      { label: ways.theirs[0], act: rebase("theirs") },
      { label: ways.mine[0], main: true, act: rebase("mine") },
    ],
  );
}
