/**
 * The shell of every page for people: its header, who may see it, and how fields and faults look.
 *
 * A page is a row in `api/http/pages.py` (its title, styles and module) whose module says
 *
 *     import { api } from "../core/api.js";
 *     import { failure, shell } from "../core/shell.js";
 *     const { main, session } = await shell({ title: t("record.peopleTitle"), current: "people" });
 *     main.append(...);
 *     const { body, etag } = await api("GET", "/people?limit=20");
 *     await api("PATCH", `/people/${id}`, changes, { etag });   // If-Match and X-CSRF-Token are sent
 *
 * `api` throws a Problem (message, field, status, body) that `failure(problem)` shows.
 */

import { api, whoAmI } from "./api.js";
import { el, fill, name } from "./dom.js";
import { language, setLanguage, t, words } from "./words.js";

const LANGUAGE = "wangge-language";
remembered((kept) => setLanguage(kept.getItem(LANGUAGE) ?? ""));

/** @typedef {import("./api.js").Session & {fault?: any}} Session */

const ROLES = ["public", "staff", "planner", "approver", "admin"];
/** The links of the header: key, address, the least role that sees them. */
const LINKS = [
  ["map", "/", "public"],
  ["desk", "/desk", "public"],
  ["data", "/desk/data", "planner"],
  ["people", "/desk/people", "staff"],
  ["plans", "/desk/plans", "planner"],
  ["audit", "/desk/audit", "approver"],
  ["users", "/desk/users", "admin"],
];

/**
 * Whether somebody may do at least what a role may.
 * @param {{role?: string}|null|undefined} who
 * @param {string} role
 */
export function reaches(who, role) {
  return ROLES.indexOf(who?.role ?? "public") >= ROLES.indexOf(role);
}

/**
 * @param {any} problem
 * @returns {HTMLElement} an error that can be read; 401 offers to sign in
 */
export function failure(problem) {
  return el(
    "div",
    { class: "notice notice-error", role: "alert" },
    el("p", {}, name(problem.message)),
    problem.status === 401
      ? el("p", {}, el("a", { href: signInAddress() }, t("shell.signIn")))
      : null,
  );
}

/**
 * @param {string} text
 * @returns {HTMLElement} word of something done, read out by screen readers
 */
export function done(text) {
  return el("p", { class: "notice notice-done", role: "status" }, text);
}

/** Where to sign in so that one comes back here. */
export function signInAddress() {
  return `/signin?next=${encodeURIComponent(location.pathname + location.search)}`;
}

/**
 * Build the header and return where the page goes.
 * @param {{title: string, current?: string, width?: "wide"|"narrow"|"",
 *   needs?: string}} how `current`: the key of the link that this page is; `needs`: the least role
 *   that may see it, others are told to sign in or are refused
 * @returns {Promise<{main: HTMLElement, session: any, allowed: boolean}>}
 */
export async function shell({ title, current = "", width = "", needs = "public" }) {
  document.documentElement.lang = language();
  document.title = `${title} · ${t("shell.brand")}`;
  /** @type {Session} */
  const who = await whoAmI().catch((fault) => ({ role: "public", signed_in: false, fault }));
  const main = el(
    "main",
    { class: `shell-main${width ? ` is-${width}` : ""}`, id: "main" },
    el("h1", { class: "shell-title" }, title),
  );
  document.body.replaceChildren(header(who, current), main);
  const allowed = reaches(who, needs);
  if (who.fault) main.append(failure(who.fault));
  else if (!allowed) main.append(refusal(who, needs));
  document.documentElement.classList.add("is-ready");
  return { main, session: who, allowed };
}

/**
 * @param {Session} who
 * @param {{current?: string, without?: string[]}} [how]
 * @returns {HTMLElement[]} links to the pages that somebody may see, without those named
 */
export function linksFor(who, { current = "", without = [] } = {}) {
  return LINKS.filter(([key, , role]) => reaches(who, role) && !without.includes(key)).map(
    ([key, href]) =>
      el("a", { href, "aria-current": key === current ? "page" : null }, words("shell.links")[key]),
  );
}

/**
 * @param {Session} who
 * @param {string} current
 */
function header(who, current) {
  return el(
    "header",
    { class: "shell-top" },
    el("a", { class: "shell-brand", href: "/desk" }, t("shell.brand")),
    el(
      "nav",
      { class: "shell-nav", "aria-label": t("shell.pages") },
      ...linksFor(who, { current }),
    ),
    el(
      "div",
      { class: "shell-who" },
      ...whoNodes(who),
      el(
        "button",
        {
          class: "tool",
          type: "button",
          lang: language() === "en" ? "zh-CN" : "en",
          onclick: switchLanguage,
        },
        t("shell.switchLanguage"),
      ),
    ),
  );
}

/** @param {Session} who */
function whoNodes(who) {
  if (!who.signed_in) return [el("a", { class: "tool", href: signInAddress() }, t("shell.signIn"))];
  return [
    el("a", { href: "/account", title: t("shell.account"), class: "name" }, who.name ?? ""),
    el("span", { class: "tag tag-quiet" }, who.role_title),
    el("button", { class: "tool", type: "button", onclick: signOut }, t("shell.signOut")),
  ];
}

/**
 * @param {Session} who
 * @param {string} needs
 */
function refusal(who, needs) {
  const text = who.signed_in
    ? t("shell.tooLow", words("shell.roles")[needs])
    : t("shell.signInFirst");
  return el(
    "div",
    { class: "notice" },
    el("p", {}, text),
    who.signed_in ? null : el("p", {}, el("a", { href: signInAddress() }, t("shell.signIn"))),
  );
}

/** End this session and go to the sign-in page; who could not be signed out is told and stays. */
async function signOut() {
  try {
    await api("DELETE", "/session");
  } catch (caught) {
    const problem = /** @type {any} */ (caught);
    if (problem.status !== 401) {
      document.querySelector("main")?.prepend(failure(problem));
      return;
    }
  }
  location.assign("/signin");
}

function switchLanguage() {
  remembered((kept) => kept.setItem(LANGUAGE, language() === "en" ? "zh-CN" : "en"));
  location.reload();
}

/**
 * Use what the browser keeps for this tab, where it lets us.
 * @param {(kept: Storage) => void} use
 */
function remembered(use) {
  try {
    use(sessionStorage);
  } catch {
    /* A browser that keeps nothing speaks Chinese. */
  }
}

/**
 * A labelled field of a form; `wrong(text)` shows what is wrong with it, "" that nothing is.
 * @param {string} label
 * @param {HTMLElement} input gets an id
 * @param {string} [hint]
 * @returns {{node: HTMLElement, input: any, wrong: (text: string) => void}}
 */
export function field(label, input, hint = "") {
  input.id ||= `f-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
  const wrong = el("span", { class: "wrong", id: `${input.id}-wrong`, hidden: true });
  input.setAttribute("aria-describedby", wrong.id);
  const node = el(
    "div",
    { class: "field" },
    el("label", { class: "label", for: input.id }, label),
    input,
    hint ? el("span", { class: "hint" }, hint) : null,
    wrong,
  );
  return {
    node,
    input,
    wrong(text) {
      fill(wrong, text);
      wrong.hidden = !text;
      node.classList.toggle("is-wrong", Boolean(text));
      input.setAttribute("aria-invalid", String(Boolean(text)));
    },
  };
}
