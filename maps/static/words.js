/**
 * The words of a page, in the two languages of the office. Data keep the language they are in.
 *
 * They come from two files, `words/zh.json` and `words/en.json`, and stand in the page as JSON. A
 * key is a path such as `plan.states.draft`: its first part says whose words they are. Keys are
 * written out in full in the scripts, so that a test finds what is missing and what nobody uses.
 */

const BLOCK = "wangge-words";
/** @type {Record<string, any>} the words by language */
let tables = wordsOfPage();
let current = "zh-CN";

/** @returns {Record<string, any>} what the page carries; nothing where there is no page */
function wordsOfPage() {
  const block = globalThis.document?.getElementById(BLOCK);
  return JSON.parse(block?.textContent || "{}");
}

/**
 * Use other words than the page's.
 * @param {Record<string, any>} given by language
 */
export function setWords(given) {
  tables = given;
}

/**
 * Speak a language from here on.
 * @param {string} wanted a language there are words in; others are ignored
 */
export function setLanguage(wanted) {
  if (isLanguage(wanted)) current = wanted;
}

/**
 * @param {string} wanted
 * @returns {boolean} whether there are words in a language
 */
export function isLanguage(wanted) {
  return Object.hasOwn(tables, wanted);
}

/** @returns {string} the tag of the language in use: `zh-CN` or `en` */
export function language() {
  return current;
}

/**
 * A text of the page.
 * @param {string} key
 * @param {...(string|number)} values stand where {0}, {1} … are
 * @returns {string} the key itself where there is no such text
 */
export function t(key, ...values) {
  const found = words(key);
  if (typeof found !== "string") return key;
  return values.length ? format(found, ...values) : found;
}

/**
 * A text of the page with nodes in it.
 * @template N
 * @param {string} key
 * @param {...N} nodes stand where {0}, {1} … are
 * @returns {(string|N)[]}
 */
export function tNodes(key, ...nodes) {
  const places = nodes.map((_, i) => `\u0000${i}\u0000`);
  const parts = t(key, ...places).split("\u0000");
  return parts.map((part, i) => (i % 2 ? nodes[Number(part)] : part));
}

/**
 * A table or list of texts, such as the names of all roles.
 * @param {string} key
 * @returns {any} undefined where there is none
 */
export function words(key) {
  return key.split(".").reduce((found, part) => found?.[part], tables[current]);
}

/**
 * Put values into a text.
 * @param {string} text
 * @param {...(string|number)} values stand where {0}, {1} … are
 * @returns {string}
 */
export function format(text, ...values) {
  return text.replace(/\{(\d)\}/g, (_, n) => String(values[Number(n)] ?? ""));
}

/**
 * @param {string|{zh: string, en?: string|null}|null|undefined} text one that may come in both
 * @returns {string} it in the language in use, in Chinese where there is no other
 */
export function inLanguage(text) {
  if (!text) return "";
  if (typeof text === "string") return text;
  return (current === "en" ? text.en : text.zh) ?? text.zh ?? "";
}
