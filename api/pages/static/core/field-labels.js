/** What fields are called, as the registry of fields has it. */

import { words } from "./words.js";

/** @type {Record<string, string>} the kinds of row whose fields are shown */
const TABLES = { people: "fields.people", duties: "fields.duties", places: "fields.places" };

/**
 * @param {"people"|"duties"|"places"} kind of row
 * @param {string} name of a field
 * @returns {string} its label; the name itself where it has none
 */
export function fieldLabel(kind, name) {
  return words(TABLES[kind])[name] ?? name;
}

/**
 * The label of a field where rows of all kinds, and steps, are told of alike.
 * @param {string} name
 * @returns {string}
 */
export function anyFieldLabel(name) {
  const kind = Object.keys(TABLES).find((one) => words(TABLES[one])[name]);
  return words("record.fields")[name] ?? (kind ? words(TABLES[kind])[name] : name);
}
