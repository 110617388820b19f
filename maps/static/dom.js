/**
 * Building the page's elements. Text becomes text nodes, never markup: that is the first law.
 */

/**
 * @param {string} tag
 * @param {Record<string, any>} [given] attributes; `on…` functions are listeners, false and null
 *   leave an attribute out
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function el(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  dress(node, given);
  node.append(...children.filter((child) => child || child === ""));
  return node;
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

/** A picture of our own drawing: paths of a 24-unit square, decorative. */
export function icon(...paths) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    ...paths.map((d) => svg("path", { d })),
  );
}

/** A name people gave: kept apart so that its writing direction cannot touch its neighbours. */
export function name(text, tag = "span", given = {}) {
  return el(tag, { dir: "auto", ...given, class: `name ${given.class || ""}`.trim() }, text);
}

/** A link that calls a number, or its plain text when nothing in it can be dialled. */
export function phone(number, label) {
  const dialled = number.replace(/[^0-9+*#,;-]/g, "");
  if (!/[0-9]/.test(dialled) || dialled.length > 24)
    return name(number, "span", { class: "phone" });
  return name(number, "a", { class: "phone", href: `tel:${dialled}`, "aria-label": label });
}

/** Replace what stands in a node. */
export function fill(node, ...children) {
  node.replaceChildren(...children.filter((child) => child || child === ""));
  return node;
}
