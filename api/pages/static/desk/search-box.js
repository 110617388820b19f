/** The one box: what is typed becomes candidates (a combobox with a listbox, as ARIA has it) or a point. */

import { get, wasAborted } from "../core/api.js";
import { readCoordinates } from "../core/coordinates.js";
import { el, fill, icon } from "../core/dom.js";
import { t } from "../core/words.js";
import { candidateRow } from "./candidates.js";
import { datumChoice } from "./datum-choice.js";
import { isPhone, nothingFound, tieNotice } from "./notices.js";

const TYPING_MS = 150;
const SLOW_MS = 400;
const MOST = 10;

/**
 * @param {object} to who takes what was asked for
 * @param {(candidate: any, found: any) => void} to.open
 * @param {(point: {lon: number, lat: number, datum: string}) => void} to.openPoint
 * @param {() => void} to.asking the reader begins to ask anew
 * @param {() => void} to.changed what is asked is another thing already
 * @param {(candidates: any[]) => void} to.listed what may be meant, in the order of its rows
 * @param {(yes: boolean) => void} to.listing candidates are listed, or no longer
 * @param {(fault: Error) => void} to.failed
 * @returns {any}
 */
export function askBox(to) {
  const { field, label, clear, list, notice, status, wait, head } = parts(typed, empty);
  const datum = datumChoice(() => lookUpPoint());
  const node = el("div", { class: "ask", role: "search" }, label, head, datum.node, status);
  const results = el("div", { class: "found" }, wait, notice, list);

  let found = null;
  let point = null;
  let active = -1;
  let entered = false;
  /** A candidate was taken: the list is there to come back to. */
  let taken = false;
  let asked = "";
  let timer = 0;
  let request = new AbortController();

  function typed() {
    clear.hidden = !field.value;
    entered = taken = false;
    stop();
    to.changed();
    const text = field.value.trim();
    if (!text) return forget();
    point = readCoordinates(text);
    if (!point) timer = setTimeout(search, TYPING_MS);
    else takeCoordinates(2 * TYPING_MS);
    datum.node.hidden = !point || "problem" in point;
    return undefined;
  }

  function stop() {
    clearTimeout(timer);
    request.abort();
    wait.hidden = true;
  }

  /** Show nothing and know nothing. */
  function forget() {
    found = point = null;
    asked = "";
    datum.node.hidden = true;
    status.textContent = "";
    fill(notice);
    close();
    to.asking();
  }

  // --- coordinates ---------------------------------------------------------------------------------

  function takeCoordinates(after) {
    found = null;
    asked = "";
    close();
    fill(notice);
    to.asking();
    if ("problem" in point) {
      const text = t(point.problem === "order" ? "desk.coordinateOrder" : "desk.coordinateRange");
      fill(notice, el("p", { class: "notice notice-ask" }, text));
      status.textContent = text;
    } else if (datum.value()) timer = setTimeout(lookUpPoint, after);
    else status.textContent = `${t("desk.datum")} ${t("desk.datumWhy")}`;
  }

  function lookUpPoint() {
    clearTimeout(timer);
    if (!point || "problem" in point || !datum.value()) return;
    status.textContent = "";
    to.openPoint({ ...point, datum: datum.value() });
  }

  // --- candidates ----------------------------------------------------------------------------------

  async function search() {
    stop();
    const text = field.value.trim();
    const mine = new AbortController();
    request = mine;
    const slow = setTimeout(() => {
      wait.textContent = t(isPhone(text) ? "desk.phoneAsked" : "desk.wait");
      wait.hidden = false;
    }, SLOW_MS);
    try {
      const answer = await get("/locate", { address: text, limit: MOST }, mine.signal);
      if (mine === request) show(answer, text);
    } catch (fault) {
      if (wasAborted(fault) || mine !== request) return;
      forget();
      to.failed(fault);
    } finally {
      clearTimeout(slow);
      if (mine === request) wait.hidden = true;
    }
  }

  function show(answer, text) {
    found = answer;
    asked = text;
    to.asking();
    list.scrollTop = 0;
    fill(list, ...answer.candidates.map((_, i) => candidateRow(answer, i, () => take(i))));
    active = -1;
    reopen();
    const shown = answer.candidates.length;
    status.textContent = shown
      ? `${notice.textContent} ${t(answer.clear ? "desk.candidateClear" : "desk.candidatesFound", shown)}`.trim()
      : notice.textContent;
    if (entered) enter();
  }

  function reopen() {
    if (!found) return;
    fill(notice, found.candidates.length ? tieNotice(found) : nothingFound(asked));
    list.hidden = !found.candidates.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    to.listed(found.candidates);
    to.listing(true);
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    list.children[active]?.setAttribute("aria-selected", "false");
    active = -1;
    to.listing(false);
  }

  function pointAt(i) {
    if (list.hidden) reopen();
    if (!found?.candidates.length) return;
    list.children[active]?.setAttribute("aria-selected", "false");
    active = (i + found.candidates.length) % found.candidates.length;
    const chosen = list.children[active];
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", chosen.id);
  }

  function take(i) {
    entered = false;
    taken = true;
    close();
    fill(notice);
    to.open(found.candidates[i], found);
  }

  /** Enter: the chosen candidate; none chosen, the first when it is certain, else the choice begins. */
  function enter() {
    if (!field.value.trim()) return;
    if (point) {
      if ("problem" in point) return;
      if (datum.value()) lookUpPoint();
      else datum.focus();
      return;
    }
    if (!found || asked !== field.value.trim()) {
      entered = true;
      search();
      return;
    }
    entered = false;
    if (list.hidden) reopen();
    if (!found.candidates.length) return;
    if (active >= 0) take(active);
    else if (found.clear) take(0);
    else pointAt(0);
  }

  function empty() {
    field.value = "";
    clear.hidden = true;
    stop();
    forget();
    field.focus();
  }

  /** Back by a step: from an answer to the list it was taken of, from there to an empty box. */
  function leave() {
    if (list.hidden && taken && found?.candidates.length) {
      taken = false;
      reopen();
      field.focus();
    } else if (list.hidden) empty();
    else close();
  }

  const keys = {
    ArrowDown: () => pointAt(active + 1),
    ArrowUp: () => pointAt(active < 0 ? -1 : active - 1),
    Enter: enter,
    Escape: leave,
  };
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.target === field) return;
    if (!taken || !list.hidden || within(event, "input, textarea, select, dialog")) return;
    event.preventDefault();
    leave();
  });
  document.addEventListener("keydown", (event) => {
    const typing = within(event, "input:not([type=radio]):not([type=file]), textarea, select");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    focus();
  });

  function focus() {
    field.focus();
    field.select();
  }

  function speakAgain() {
    label.textContent = t("desk.ask");
    field.placeholder = t("desk.askPlaceholder");
    clear.setAttribute("aria-label", t("common.clear"));
    list.setAttribute("aria-label", t("desk.candidates"));
    datum.speakAgain();
    if (asked && !list.hidden) search();
  }
  speakAgain();
  return {
    node,
    results,
    focus,
    speakAgain,
    datum,
    /** Leave what was typed: something else is shown now. */
    leave() {
      stop();
      field.value = "";
      clear.hidden = true;
      taken = false;
      found = point = null;
      datum.node.hidden = true;
      fill(notice);
      close();
    },
    say: (text) => (status.textContent = text),
    /** Take the candidate of a number, as it stands in the list and on the map. */
    takeNumber(number) {
      if (found?.candidates[number - 1]) take(number - 1);
    },
    /** Let a text stand in the box as what was asked. */
    put(text) {
      this.leave();
      field.value = text;
      clear.hidden = false;
    },
    /** Ask as if it were typed. */
    ask(text) {
      field.value = text;
      typed();
    },
  };
}

/** @param {Event} event @param {string} selector */
function within(event, selector) {
  return event.target instanceof Element && event.target.closest(selector);
}

/**
 * What the box is made of.
 * @param {() => void} typed
 * @param {() => void} empty
 * @returns {any}
 */
function parts(typed, empty) {
  const field = el("input", {
    class: "ask-field",
    type: "text",
    id: "ask",
    role: "combobox",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "search",
    maxlength: 200,
    "aria-expanded": "false",
    "aria-controls": "candidates",
    "aria-autocomplete": "list",
    oninput: typed,
  });
  const clear = el(
    "button",
    { class: "ask-clear", type: "button", hidden: true, onclick: empty },
    icon("M6 6 18 18M18 6 6 18"),
  );
  const glass = icon("M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.5 15.5 20 20");
  return {
    field,
    clear,
    label: el("label", { class: "ask-label", for: "ask" }),
    list: el("ul", { class: "candidates", id: "candidates", role: "listbox", hidden: true }),
    notice: el("div", { class: "notices" }),
    status: el("p", { class: "unseen", role: "status" }),
    wait: el("p", { class: "wait quiet", hidden: true }),
    head: el("div", { class: "ask-row" }, glass, field, clear),
  };
}
