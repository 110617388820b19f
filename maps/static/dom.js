/**
 * Building the page's elements. Text becomes text nodes, never markup: that is the first law.
 */

/** @typedef {Node|string|null|undefined|false} Child what is not there, or false, is left out */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [given] attributes; `on…` functions are listeners, false and null
 *   leave an attribute out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  dress(node, given);
  node.append(...present(children));
  return node;
}

/**
 * @param {Child[]} children
 * @returns {(Node|string)[]} those that are there; "" is
 */
function present(children) {
  const there = children.filter((child) => child || child === "");
  return /** @type {(Node|string)[]} */ (there);
}

/**
 * The same for SVG.
 * @param {string} tag
 * @param {Record<string, any>} [given]
 * @param {...(Node|string)} children
 * @returns {SVGElement}
 */
export function svg(tag, given = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  dress(node, given);
  node.append(...children);
  return node;
}

/**
 * @param {Element} node
 * @param {Record<string, any>} given
 */
function dress(node, given) {
  for (const [name, value] of Object.entries(given)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * A picture of our own drawing, decorative.
 * @param {...string} paths in a square of 24 units
 */
export function icon(...paths) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    ...paths.map((d) => svg("path", { d })),
  );
}

/**
 * A name people gave: kept apart so that its writing direction cannot touch its neighbours.
 * @param {string} text
 * @param {keyof HTMLElementTagNameMap} [tag]
 * @param {Record<string, any>} [given] attributes
 */
export function name(text, tag = "span", given = {}) {
  return el(tag, { dir: "auto", ...given, class: `name ${given.class || ""}`.trim() }, text);
}

/**
 * A link that calls a number, or its plain text when nothing in it can be dialled.
 * @param {string} number
 * @param {string} label
 */
export function phone(number, label) {
  const dialled = number.replace(/[^0-9+*#,;-]/g, "");
  if (!/[0-9]/.test(dialled) || dialled.length > 24)
    return name(number, "span", { class: "phone" });
  return name(number, "a", { class: "phone", href: `tel:${dialled}`, "aria-label": label });
}

/**
 * The numbers of a responsible person, the office's first: a field may hold several.
 * @param {{office_phone?: string, public_mobile?: string, mobile?: string}} held
 * @returns {string[]}
 */
export function phonesOf({ office_phone, public_mobile, mobile }) {
  const all = [office_phone, public_mobile, mobile].flatMap((n) => (n ?? "").split(/[、；|]/));
  return [...new Set(all.map((n) => n.trim()).filter(Boolean))];
}

/**
 * Replace what stands in a node.
 * @template {Element} N
 * @param {N} node
 * @param {...Child} children
 * @returns {N}
 */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}
