/** Answers that belong together: never two versions of the data mixed. */

/**
 * What tells the versions of two answers apart.
 * @param {{version: any, as_of: string}} answer
 */
function edition({ version, as_of }) {
  return JSON.stringify([version, as_of]);
}

/** The answers do not belong together: the data changed between two requests. */
export class Stale extends Error {}

/**
 * @param {...any} answers
 * @throws {Stale} unless all answers are of one version and day
 */
export function requireOneVersion(...answers) {
  if (new Set(answers.filter(Boolean).map(edition)).size > 1) throw new Stale();
}
