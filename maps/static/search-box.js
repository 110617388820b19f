/** The search field and its list: a combobox with a listbox, as ARIA describes them. */

import { el, fill, icon, name } from "./dom.js";
import { kindWord, searchIndex } from "./search-index.js";
import { language, t } from "./words.js";

const MOST = 30;

/**
 * @param {any} app
 * @param {(entry: import("./search-index.js").Entry) => void} choose
 * @returns {{node: HTMLElement, focus: () => void}}
 */
export function searchBox(app, choose) {
  const field = el("input", {
    class: "search-field",
    type: "text",
    id: "search",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    enterkeyhint: "search",
    maxlength: 200,
    "aria-expanded": "false",
    "aria-controls": "search-list",
    "aria-autocomplete": "list",
  });
  const clear = el(
    "button",
    { class: "search-clear", type: "button", hidden: true, onclick: empty },
    icon("M6 6 18 18M18 6 6 18"),
  );
  const list = el("ul", { class: "search-list", id: "search-list", role: "listbox", hidden: true });
  const status = el("p", { class: "unseen", role: "status" });
  const none = el("p", { class: "search-none", hidden: true });
  const loupe = icon("M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.5 15.5 20 20");
  const node = el(
    "div",
    { class: "search", role: "search" },
    el("div", { class: "search-row" }, loupe, field, clear),
    list,
    none,
    status,
  );

  let index = null;
  let found = [];
  let active = -1;

  function speakAgain() {
    field.placeholder = t("map.search");
    field.setAttribute("aria-label", t("map.searchLabel"));
    list.setAttribute("aria-label", t("map.searchLabel"));
    clear.setAttribute("aria-label", t("common.clear"));
    if (index) search();
  }

  /** While the list is open it has the panel to itself. */
  function opened(yes) {
    node.closest(".panel")?.classList.toggle("is-searching", yes);
  }

  function makeIndex() {
    index ||= searchIndex(app);
  }
  // Made before the first letter is typed, when the page has nothing else to do.
  window.requestIdleCallback?.(makeIndex, { timeout: 4000 });

  function search() {
    makeIndex();
    const text = field.value;
    const { entries, count } = index.find(text, MOST);
    found = entries;
    active = -1;
    const asked = Boolean(text.trim());
    fill(list, ...found.map(option));
    list.hidden = !found.length;
    none.hidden = !asked || Boolean(found.length);
    none.textContent = t("map.none");
    clear.hidden = !text;
    opened(asked);
    field.setAttribute("aria-expanded", String(Boolean(found.length)));
    field.removeAttribute("aria-activedescendant");
    status.textContent = asked ? t("map.found", count) : "";
  }

  function option(entry, i) {
    const detail = entry.held
      ? `${language() === "en" ? entry.held.title_en : entry.held.title} · ${entry.grid.sheet.name}`
      : entry.detail;
    return el(
      "li",
      {
        id: `option-${i}`,
        role: "option",
        class: `option option-${entry.kind}`,
        "aria-selected": "false",
        onmousedown: (event) => event.preventDefault(),
        onclick: () => take(i),
      },
      el("span", { class: "option-kind" }, kindWord(entry)),
      name(entry.title, "span", { class: "option-title" }),
      name(detail, "span", { class: "option-detail" }),
    );
  }

  function point(i) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = (i + found.length) % found.length;
    const chosen = list.children[active];
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", chosen.id);
  }

  function close() {
    list.hidden = true;
    none.hidden = true;
    opened(false);
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function empty() {
    field.value = "";
    search();
    field.focus();
  }

  function take(i) {
    const entry = found[i];
    close();
    choose(entry);
  }

  const keys = {
    ArrowDown: () => found.length && point(active + 1),
    ArrowUp: () => found.length && point(active < 0 ? found.length - 1 : active - 1),
    Home: () => active >= 0 && point(0),
    End: () => active >= 0 && point(found.length - 1),
    PageDown: () => found.length && point(Math.min(active + 8, found.length - 1)),
    PageUp: () => found.length && point(Math.max(active - 8, 0)),
    Enter: () => found.length && !list.hidden && take(Math.max(active, 0)),
  };
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      close();
      event.stopPropagation();
    } else if (keys[event.key]) {
      if (list.hidden && event.key !== "Enter") search();
      // Home and End move within the text until a line of the list is chosen.
      if (keys[event.key]() !== false) event.preventDefault();
    }
  });
  field.addEventListener("input", search);
  field.addEventListener("focus", () => field.value && search());
  field.addEventListener("blur", close);
  app.state.on(["language"], speakAgain);
  speakAgain();
  return { node, focus: () => field.focus() };
}
