/** Distances and sizes in words, for the desk. */

import { t } from "../core/words.js";

/**
 * A distance in words.
 * @param {number} metres
 */
export function distance(metres) {
  if (metres >= 1000) return t("desk.kilometres", (metres / 1000).toFixed(1));
  return t("desk.metres", metres < 10 ? Number(metres.toFixed(1)) : Math.round(metres));
}

/**
 * A file's size in words.
 * @param {number} bytes
 */
export function size(bytes) {
  if (bytes >= 1 << 20) return `${(bytes / (1 << 20)).toFixed(1)} MB`;
  return `${Math.max(1, Math.round(bytes / 1024))} KB`;
}
