/** The bar over the map: what plan this is, whether it is saved, undo and redo, and what it comes to. */

import { api } from "../core/api.js";
import { choice, dialog, labelled } from "../core/dialog.js";
import { el, fill, icon } from "../core/dom.js";
import { figure } from "../core/format.js";
import { signInAddress } from "../core/shell.js";
import { t, words } from "../core/words.js";
import { importDialog } from "./import.js";
import { keyList } from "./keys.js";

const ICONS = {
  undo: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  redo: "M15 7l5 5-5 5M20 12H10a6 6 0 0 0-6 6",
  back: "M15 5l-7 7 7 7",
};

export function header(app, title) {
  const state = el("span", { class: "tag" });
  const saved = el("span", { class: "plan-saved", role: "status" });
  const live = el("dl", { class: "plan-live", "aria-label": t("plan.impact") });
  const button = (key, keys, path, act) =>
    el(
      "button",
      {
        type: "button",
        class: "tool plan-icon-tool",
        title: `${t(key)} ${keys}`,
        "aria-label": t(key),
        onclick: act,
      },
      icon(path),
    );
  const undo = button("plan.undo", "Ctrl+Z", ICONS.undo, () => app.undo());
  const redo = button("plan.redo", "Ctrl+Shift+Z", ICONS.redo, () => app.redo());
  const node = el(
    "header",
    { class: "plan-bar" },
    el(
      "a",
      {
        class: "tool plan-icon-tool",
        href: "/desk/plans",
        "aria-label": t("plan.title"),
        title: t("plan.title"),
      },
      icon(ICONS.back),
    ),
    el("div", { class: "plan-name" }, title, state, saved),
    live,
    el(
      "div",
      { class: "plan-bar-tools" },
      undo,
      redo,
      el("a", { class: "tool", href: `/desk/plans/${app.id}/impact` }, t("plan.impact")),
      menu(app),
    ),
  );

  function say() {
    const { plan } = app;
    title.textContent = plan.title;
    document.title = `${plan.title} · ${t("plan.title")}`;
    state.textContent = words("plan.states")[plan.state];
    state.className = `tag${plan.state === "published" || plan.state === "approved" ? " tag-sure" : ""}`;
    undo.disabled = !app.canEdit() || !app.undoable();
    redo.disabled = !app.canEdit() || !app.redoable();
    const { impact, counts } = plan;
    const facts = [
      ["grids", impact.grids_changed],
      ["new", impact.grids_new],
      ["retired", impact.grids_retired],
      ["moved", impact.moved.households],
      ["buildings", impact.moved.buildings],
      ["leaders", impact.handed_over.leaders],
    ];
    fill(
      live,
      ...facts.map(([key, value]) =>
        el(
          "div",
          { class: value ? "is-some" : "" },
          el("dt", {}, words("plan.live")[key]),
          el("dd", {}, figure(value)),
        ),
      ),
      el(
        "div",
        { class: counts.hard ? "is-bad" : counts.soft ? "is-some" : "" },
        el("dt", {}, t("plan.live.issues")),
        el("dd", {}, figure(counts.hard + counts.soft)),
      ),
    );
  }

  function saying() {
    const [which, waiting] = app.state.get("saving");
    saved.className = `plan-saved is-${which}`;
    const text = {
      saved: t("plan.saved"),
      saving: t("plan.saving", waiting),
      offline: t("plan.offline", waiting),
      "signed-out": t("plan.signedOut", waiting),
      conflict: t("plan.conflict"),
    }[which];
    fill(
      saved,
      text,
      which === "signed-out" ? el("a", { href: signInAddress() }, t("plan.signIn")) : null,
    );
    undo.disabled = !app.canEdit() || !app.undoable();
  }
  app.state.on(["turn"], say);
  app.state.on(["saving"], saying);
  say();
  saying();
  return node;
}

function menu(app) {
  const base = `/plans/${app.id}`;
  const file = (label, path) =>
    el("a", { href: base + path, download: "", role: "menuitem" }, label);
  const entry = (label, act) =>
    el(
      "button",
      {
        type: "button",
        role: "menuitem",
        onclick: () => {
          node.open = false;
          act();
        },
      },
      label,
    );
  const node = el(
    "details",
    { class: "plan-menu" },
    el("summary", { class: "tool" }, t("plan.more")),
    el(
      "div",
      { class: "plan-menu-list" },
      entry(t("plan.rename"), () => renameDialog(app)),
      entry(t("plan.copyOf"), () => copyPlan(app)),
      entry(t("plan.poster"), () => app.poster.openDialog()),
      entry(t("plan.importTitle"), () => importDialog(app)),
      el("hr", {}),
      file(t("plan.exports.geojson"), "/export.geojson"),
      file(t("plan.exports.cells"), "/export.geojson?what=cells"),
      file(t("plan.exports.gpkg"), "/export.gpkg"),
      file(t("plan.exports.xlsx"), "/export.xlsx"),
      el("hr", {}),
      entry(t("plan.compare"), () => compareDialog(app)),
      entry(t("plan.keys"), keyList),
      app.may("withdraw") ? entry(t("plan.review.withdraw"), () => withdraw(app)) : null,
    ),
  );
  document.addEventListener(
    "pointerdown",
    (event) => {
      if (!node.contains(event.target)) node.open = false;
    },
    true,
  );
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") node.open = false;
  });
  return node;
}

function renameDialog(app) {
  const title = el("input", { value: app.plan.title, maxlength: 100 });
  const reason = el("textarea", { rows: 3, maxlength: 500 }, app.plan.reason);
  dialog(
    t("plan.rename"),
    [labelled(t("plan.planTitle"), title), labelled(t("plan.reason"), reason)],
    [
      { label: t("plan.cancel") },
      {
        label: t("plan.save"),
        main: true,
        act: async () => {
          const answer = await app.ask("PATCH", "", { title: title.value, reason: reason.value });
          if (answer) app.take(answer.body);
          return Boolean(answer);
        },
      },
    ],
  );
}

export async function copyPlan(app, at = undefined) {
  const answer = await app.ask("POST", "/copy", at === undefined ? {} : { at }, { free: true });
  if (answer) location.assign(`/desk/plans/${answer.body.id}`);
}

function withdraw(app) {
  dialog(t("plan.review.withdraw"), el("p", {}, t("plan.review.confirmWithdraw")), [
    { label: t("plan.cancel") },
    {
      label: t("plan.review.withdraw"),
      danger: true,
      act: async () => {
        const answer = await app.ask("DELETE", "");
        if (answer) app.take(answer.body);
      },
    },
  ]);
}

async function compareDialog(app) {
  const [{ body: plans }, divisions] = await Promise.all([
    api("GET", "/plans?limit=100"),
    api("GET", "/divisions").catch(() => ({ body: { divisions: [] } })),
  ]);
  const options = [
    ...divisions.body.divisions.map((d) => [
      `division:${d.version}`,
      `${t("plan.list.baseOf", d.version)} · ${d.effective_from}`,
    ]),
    ...plans.plans.filter((p) => p.id !== app.id).map((p) => [`plan:${p.id}`, p.title]),
  ];
  const other = choice(options, options[0]?.[0]);
  dialog(t("plan.compare"), labelled(t("plan.list.left"), other), [
    { label: t("plan.cancel") },
    {
      label: t("plan.list.doCompare"),
      main: true,
      act: () =>
        location.assign(
          `/desk/plans/compare?left=${encodeURIComponent(other.value)}&right=plan:${app.id}`,
        ),
    },
  ]);
}
