/** Times of accounts in words. */

import { moment } from "../core/format.js";
import { t } from "../core/words.js";

/**
 * @param {number|null|undefined} seconds since 1970
 * @returns {string} the time at the office, or the word for never
 */
export function momentOf(seconds) {
  return seconds ? moment(seconds * 1000) : t("account.never");
}
