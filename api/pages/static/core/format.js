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

/** Today at the office, as a date field has it; `days` later. */
export function dayFromNow(days = 0) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: OFFICE_ZONE });
  return parts.format(new Date(Date.now() + days * 86_400_000));
}

/**
 * The day before another: a duty is held until the day before its end.
 * @param {string} day
 */
export function dayBefore(day) {
  const moment = new Date(`${day}T12:00:00Z`);
  return Number.isNaN(moment.getTime())
    ? day
    : new Date(moment.getTime() - 86_400_000).toISOString().slice(0, 10);
}
