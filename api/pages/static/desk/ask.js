/** Asking the service: JSON answers, problems in the reader's words, and never two versions mixed. */

import { language, t } from "../core/words.js";

/** What went wrong, said so that it can be shown. */
export class Problem extends Error {
  /**
   * @param {string} text
   * @param {string} [field] which parameter is at fault
   */
  constructor(text, field = "") {
    super(text);
    this.field = field;
  }
}

/**
 * @param {string} path
 * @param {Record<string, string|number>} params
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 * @throws {Problem} unless the request was aborted
 */
export async function ask(path, params = {}, signal = undefined) {
  const query = String(new URLSearchParams(Object.entries(params).map(([k, v]) => [k, String(v)])));
  const address = query ? `${path}?${query}` : path;
  const response = await fetch(address, {
    signal,
    headers: { "Accept-Language": language() },
  }).catch((fault) => {
    throw fault.name === "AbortError" ? fault : new Problem(t("desk.unreachable"));
  });
  const body = await response.json().catch((fault) => {
    throw fault.name === "AbortError" ? fault : new Problem(t("desk.unexpected", response.status));
  });
  if (!response.ok) throw problemOf(body, response.status);
  return body;
}

/** The problem that a problem+json answer tells of. */
export function problemOf(body, status) {
  const text = body && typeof body.detail === "string" ? body.detail : t("desk.unexpected", status);
  return new Problem(text, body && typeof body.field === "string" ? body.field : "");
}

/** Whether a request was given up because another followed it. */
export function wasAborted(fault) {
  return fault.name === "AbortError";
}

/** What tells the versions of two answers apart. */
function edition({ version, as_of }) {
  return JSON.stringify([version, as_of]);
}

/** The answers do not belong together: the data changed between two requests. */
export class Stale extends Error {}

/** @throws {Stale} unless all answers are of one version and day */
export function requireOneVersion(...answers) {
  if (new Set(answers.filter(Boolean).map(edition)).size > 1) throw new Stale();
}
