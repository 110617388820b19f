/** Finds the modules that the map shares with the pages, as the service does. */

const SHARED = /\/api\/pages\/static\/core\/(dom|state|words)\.js$/;

/**
 * @param {string} specifier
 * @param {{parentURL?: string}} context
 * @param {(specifier: string, context: any) => any} next
 */
export function resolve(specifier, context, next) {
  if (specifier.startsWith(".") && context.parentURL) {
    const { href } = new URL(specifier, context.parentURL);
    const found = SHARED.exec(href);
    if (found) return next(href.replace(SHARED, `/maps/static/${found[1]}.js`), context);
  }
  return next(specifier, context);
}
