/** Where one is led on to: a page of this service, whatever the address asks for. */

const ELSE = "/desk";

/**
 * The path and query of a page of ours that is asked for; the desk where it is none of ours.
 *
 * The address is read as the browser will read it, blanks and backslashes in it too, and compared by
 * its origin. A path that begins with two slashes would be read as another host when it is gone to.
 * @param {string|null|undefined} wanted
 * @param {string} [here] an address of ours
 * @returns {string}
 */
export function ownPage(wanted, here = location.origin) {
  if (!wanted) return ELSE;
  /** @type {URL} */
  let url;
  try {
    url = new URL(wanted, here);
  } catch {
    return ELSE;
  }
  const ours = new URL(here);
  if (url.protocol !== ours.protocol || url.origin !== ours.origin) return ELSE;
  return /^\/(?!\/)/.test(url.pathname) ? url.pathname + url.search : ELSE;
}

/** The page that the present address asks for (`?next=`). */
export function nextPage() {
  return ownPage(new URLSearchParams(location.search).get("next"));
}
