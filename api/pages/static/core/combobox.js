/** A box to type in and the list under it: people, grids or places, found as one types. */

import { get, wasAborted } from "./api.js";
import { el, fill, name } from "./dom.js";
import { failure, field } from "./shell.js";
import { t, words } from "./words.js";

const PAUSE_MS = 180;

/**
 * Ask the service a moment after the reader stopped typing; only the last answer counts.
 * @param {(q: string, signal: AbortSignal) => Promise<any>} ask
 * @param {(answer: any, q: string) => void} answered
 * @param {(problem: Error) => void} failed
 * @returns {(q: string) => void}
 */
export function asTyped(ask, answered, failed) {
  let timer = 0;
  /** @type {AbortController|null} */
  let running = null;
  return (q) => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      try {
        const answer = await ask(q, mine.signal);
        if (running === mine) answered(answer, q);
      } catch (problem) {
        if (!wasAborted(problem) && running === mine) failed(/** @type {Error} */ (problem));
      }
    }, PAUSE_MS);
  };
}

/**
 * People and grids by name, sound or code.
 * @param {string} q
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
export function findPeople(q, signal, limit = 30) {
  return get("/people/find", { q, limit }, signal);
}

/**
 * Places by name, address or sound.
 * @param {string} q
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
export function findPlaces(q, signal, limit = 30) {
  return get("/places/find", { q, limit }, signal);
}

/**
 * @typedef {object} Line
 * @property {string} title
 * @property {string} [side]
 * @property {string} [more]
 * @property {boolean} [current]
 * @property {() => void} choose
 * @property {boolean} [option] it stands in a listbox
 */

/**
 * A line of a list that can be chosen.
 * @param {Line} line
 */
export function pick({ title, side = "", more = "", current = false, choose, option = false }) {
  /** @type {Record<string, any>} */
  const given = {
    type: "button",
    class: "pick",
    onclick: choose,
    "aria-current": current ? "true" : null,
  };
  if (option) Object.assign(given, { role: "option", tabindex: -1, "aria-selected": "false" });
  return el(
    "button",
    given,
    name(title),
    side ? el("span", { class: "pick-side" }, side) : el("span", {}),
    more ? el("span", { class: "pick-more name" }, more) : null,
  );
}

/**
 * A person in a line.
 * @param {any} person
 * @param {() => void} choose
 * @returns {Line}
 */
export function personLine(person, choose, current = false) {
  const duties = person.duties
    .map((/** @type {any} */ duty) => `${duty.grid_name} ${duty.role_title}`.trim())
    .join("、");
  return {
    title: person.name,
    side: person.office_phone,
    more: duties || person.organisation,
    choose,
    current,
  };
}

/**
 * A grid in a line.
 * @param {any} grid
 * @param {() => void} choose
 * @returns {Line}
 */
export function gridLine(grid, choose, current = false) {
  const leader =
    grid.leader === undefined ? "" : grid.leader ? grid.leader.name : t("record.noLeader");
  return {
    title: grid.name,
    side: leader,
    more: `${grid.code}${grid.within.length ? ` · ${grid.within.join("·")}` : ""}`,
    choose,
    current,
  };
}

/**
 * A place in a line.
 * @param {any} place
 * @param {() => void} choose
 * @returns {Line}
 */
export function placeLine(place, choose, current = false) {
  const where = place.grid
    ? [...place.grid.within.slice(1), place.grid.name].join("·")
    : t("record.outside");
  return {
    title: place.name,
    side: place.disclosed ? words("record.kinds")[place.kind] : t("record.undisclosed"),
    more: [place.address, where].filter(Boolean).join(" · "),
    choose,
    current,
  };
}

/**
 * A field whose value is one of those that are found; works by keyboard as a combobox.
 * @param {string} label
 * @param {{find: (q: string, signal: AbortSignal) => Promise<any[]>, line: (one: any, choose: () => void) => Line,
 *   hint?: string, chosen?: any, changed?: () => void}} how
 * @returns {{node: HTMLElement, input: any, wrong: (text: string) => void, value: () => any}}
 */
export function picker(label, { find, line, hint = "", chosen = null, changed = () => {} }) {
  const list = el("div", {
    class: "picker-list",
    role: "listbox",
    "aria-label": label,
    hidden: true,
  });
  list.id = `l-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
  const input = el("input", {
    type: "text",
    autocomplete: "off",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-autocomplete": "list",
    maxlength: 100,
    oninput: () => ask(input.value),
    onkeydown: key,
  });
  const made = field(label, input, hint);
  const picked = el("div", { class: "picked", hidden: true });
  input.after(list, picked);
  /** @type {any} */
  let value = null;
  let at = -1;

  const ask = asTyped(
    async (q, signal) => (q.trim() ? find(q, signal) : []),
    show,
    (problem) => {
      fill(list, failure(problem));
      open(true);
    },
  );

  /** @param {any[]} found */
  function show(found) {
    at = -1;
    const lines = found.map((one) => pick({ ...line(one, () => take(one)), option: true }));
    fill(
      list,
      ...(lines.length
        ? lines
        : [el("p", { class: "quiet small" }, input.value.trim() ? t("record.nothing") : "")]),
    );
    open(Boolean(input.value.trim()));
  }

  /** @param {boolean} yes */
  function open(yes) {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    if (!yes) input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    /** @type {HTMLElement[]} */
    const options = [...list.querySelectorAll("button")];
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      open(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      open(true);
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
      options.forEach((one, n) => {
        one.id ||= `${list.id}-${n}`;
        one.setAttribute("aria-selected", String(n === at));
      });
      options[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[at].id);
    } else if (event.key === "Enter" && !list.hidden && options.length) {
      event.preventDefault();
      options[Math.max(at, 0)].click();
    }
  }

  /**
   * @param {any} one null: none
   * @param {{focus?: boolean}} [how]
   */
  function take(one, { focus = true } = {}) {
    value = one;
    open(false);
    made.wrong("");
    input.hidden = Boolean(one);
    picked.hidden = !one;
    if (one) {
      const { title, more } = line(one, () => {});
      const again = el(
        "button",
        {
          type: "button",
          class: "tool",
          onclick: () => {
            take(null);
            input.value = "";
            input.focus();
          },
        },
        t("record.change"),
      );
      fill(
        picked,
        el("span", {}, name(title), " ", el("small", { class: "quiet name" }, more)),
        again,
      );
      if (focus) again.focus();
    }
    changed();
  }

  if (chosen) take(chosen, { focus: false });
  return { ...made, value: () => value };
}
