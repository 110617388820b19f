/** The keyboard: every tool has a letter, undo is where everybody looks for it. */

import { dialog } from "../core/dialog.js";
import { el } from "../core/dom.js";
import { t, words } from "../core/words.js";
import { LETTERS } from "./tools.js";

/** Whether somebody is writing. */
function writing(event) {
  return (
    event.target.closest?.("input, textarea, select, dialog[open]") &&
    event.target.type !== "checkbox"
  );
}

export function keyboard(app) {
  const { state, view } = app;
  document.addEventListener("keydown", (event) => {
    view.overlay.classList.add("by-keyboard");
    if (event.key === "Escape") return leave();
    if (writing(event)) return undefined;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      event.preventDefault();
      return key === "y" || event.shiftKey ? app.redo() : app.undo();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    if (event.target === view.overlay && event.key === " ") {
      view.holdsSpace = true;
      return event.preventDefault();
    }
    if (event.target === view.overlay && event.key === "Enter") {
      event.preventDefault();
      return app.tool.act({ shiftKey: event.shiftKey, altKey: event.altKey });
    }
    return letter(key);
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === " ") view.holdsSpace = false;
  });
  document.addEventListener(
    "pointerdown",
    () => view.overlay.classList.remove("by-keyboard"),
    true,
  );

  function letter(key) {
    if (LETTERS[key]) {
      if (key === "v" || app.canEdit()) state.set("tool", LETTERS[key]);
    } else if ("123".includes(key)) state.set("level", Number(key));
    else if (key === "g" && app.selected().length) state.set("target", app.selected()[0].id);
    else if (key === "f") nextFinding(app);
    else if (key === "?") keyList();
  }

  function leave() {
    if (document.querySelector("dialog[open]")) return;
    if (state.get("line").length || app.splitForm) app.endLine();
    else if (state.get("picked").length) state.set("picked", []);
    else if (state.get("tool") !== "select") state.set("tool", "select");
    else state.set("selection", []);
    app.tool.cancel();
  }
}

function nextFinding(app) {
  const list = app.findings("open");
  if (!list.length) return;
  const at = list.findIndex((f) => f.id === app.state.get("finding"));
  app.state.set("tab", "findings");
  app.showFinding(list[(at + 1) % list.length]);
}

export function keyList() {
  const rows = words("plan.keyList").flatMap(([key, what]) => [
    el("dt", {}, el("kbd", {}, key)),
    el("dd", {}, what),
  ]);
  dialog(t("plan.keys"), el("dl", { class: "plan-keys" }, ...rows));
}
