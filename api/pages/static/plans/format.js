/** Ground and rules in words, for plans. */

import { figure } from "../core/format.js";
import { language, t } from "../core/words.js";

/**
 * @param {number} m2
 * @returns {string}
 */
export function area(m2) {
  if (m2 < 20000) return t("plan.m2", figure(Math.round(m2)));
  const hectares = (m2 / 10000).toLocaleString(language(), { maximumFractionDigits: 1 });
  return t("plan.km2", hectares);
}

/**
 * A text that names the usual sizes, with the sizes of this office.
 * @param {string} text
 * @param {{buildings: number[], least_households: number}} rules
 */
export function ofRules(text, { buildings, least_households: least }) {
  return text.replace(/3–5/g, buildings.join("–")).replace(/300/g, String(least));
}
