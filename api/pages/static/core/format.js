/** Numbers and times as the reader writes them. */

import { language } from "./words.js";

const OFFICE_ZONE = "Asia/Shanghai";

/**
 * @param {number|string|null|undefined} value
 * @returns {string} a dash where there is none
 */
export function figure(value) {
  return value === null || value === undefined ? "–" : Number(value).toLocaleString(language());
}

/**
 * @param {string|number|null|undefined} time of the service: text, or milliseconds since 1970
 * @returns {string} the time at the office, to the minute; "" where there is none
 */
export function moment(time) {
  if (!time) return "";
  return new Date(time).toLocaleString(language(), {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: OFFICE_ZONE,
  });
}
