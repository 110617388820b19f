/**
 * Asking the service, in one place: JSON in and out, the reader's language, preconditions, the token
 * against forged requests, and what goes wrong in the reader's words.
 */

import { language, t } from "./words.js";

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/**
 * @typedef {object} Answer
 * @property {any} body JSON, else text; null where there is none or it was not to be read
 * @property {string} etag "" where there is none
 * @property {number} status
 * @property {Response} response
 *
 * @typedef {object} Session who is signed in
 * @property {boolean} signed_in
 * @property {string} role
 * @property {string} [name]
 * @property {string} [role_title]
 * @property {boolean} [must_change_password]
 * @property {string} [csrf_token]
 */

/** What went wrong, said so that it can be shown. */
export class Problem extends Error {
  /**
   * @param {string} text
   * @param {{field?: string, status?: number, body?: any}} [more] `field`: the one at fault;
   *   `status` 0: there was no answer
   */
  constructor(text, { field = "", status = 0, body = null } = {}) {
    super(text);
    this.field = field;
    this.status = status;
    this.body = body;
  }
}

/**
 * Ask the service.
 * @param {string} method
 * @param {string} path with its query
 * @param {any} [body] sent as JSON; a Blob, FormData or URLSearchParams goes as it is
 * @param {{etag?: string, signal?: AbortSignal, headers?: Record<string, string>, raw?: boolean}} [how]
 *   `etag` becomes If-Match; `raw` answers with the Response itself
 * @returns {Promise<Answer>}
 * @throws {Problem} unless the answer is good (an aborted request throws its AbortError)
 */
export async function api(
  method,
  path,
  body,
  { etag = "", signal, headers = {}, raw = false } = {},
) {
  const asItIs = isSentAsItIs(body);
  /** @type {Record<string, string>} */
  const sent = {
    "Accept-Language": language(),
    Accept: "application/json, application/problem+json",
    ...headers,
  };
  if (body !== undefined && !asItIs) sent["Content-Type"] = "application/json";
  if (etag) sent["If-Match"] = etag;
  if (UNSAFE.has(method)) Object.assign(sent, await forgeryToken());
  const response = await unlessAborted(
    fetch(path, {
      method,
      signal,
      headers: sent,
      credentials: "same-origin",
      body: body === undefined || asItIs ? body : JSON.stringify(body),
    }),
    () => new Problem(t("shell.unreachable")),
  );
  if (!response.ok) throw problemOf(await response.json().catch(() => null), response.status);
  const answer = { etag: response.headers.get("ETag") ?? "", status: response.status, response };
  return { ...answer, body: raw || response.status === 204 ? null : await bodyOf(response) };
}

/**
 * The JSON of a GET.
 * @param {string} path
 * @param {Record<string, string|number>} [params] its query
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 * @throws {Problem} unless the answer is good JSON (an aborted request throws its AbortError)
 */
export async function get(path, params = {}, signal = undefined) {
  const pairs = Object.entries(params).map(([key, value]) => [key, String(value)]);
  const query = String(new URLSearchParams(pairs));
  const { body, response } = await api("GET", query ? `${path}?${query}` : path, undefined, {
    signal,
  });
  if (!isJson(response)) throw unexpected(response.status);
  return body;
}

/**
 * What a problem+json answer tells of.
 * @param {any} body of the answer; null where it was no JSON
 * @param {number} status
 * @returns {Problem}
 */
export function problemOf(body, status) {
  if (typeof body?.detail !== "string") return unexpected(status, body);
  return new Problem(body.detail, {
    field: typeof body.field === "string" ? body.field : "",
    status,
    body,
  });
}

/**
 * Whether a request was given up because another followed it.
 * @param {any} fault
 */
export function wasAborted(fault) {
  return fault?.name === "AbortError";
}

/** @type {Promise<Session>|null} */
let session = null;

/**
 * Who is signed in.
 * @param {{again?: boolean}} [how] `again`: ask anew, after signing in or out
 * @returns {Promise<Session>}
 */
export function whoAmI({ again = false } = {}) {
  if (again || !session) {
    session = get("/session");
    session.catch(() => {
      session = null;
    });
  }
  return session;
}

/**
 * The header that shows that a request comes from our own pages.
 * @returns {Promise<Record<string, string>>}
 */
export async function forgeryToken() {
  const { csrf_token: token } = await whoAmI();
  return token ? { "X-CSRF-Token": token } : {};
}

/** @param {any} body */
function isSentAsItIs(body) {
  return body instanceof Blob || body instanceof FormData || body instanceof URLSearchParams;
}

/** @param {Response} response */
function isJson(response) {
  return (response.headers.get("Content-Type") ?? "").includes("json");
}

/** @param {Response} response */
function bodyOf(response) {
  if (!isJson(response)) return response.text();
  return unlessAborted(response.json(), () => unexpected(response.status));
}

/**
 * @param {number} status
 * @param {any} [body]
 */
function unexpected(status, body = null) {
  return new Problem(t("shell.unexpected", status), { status, body });
}

/**
 * @template T
 * @param {Promise<T>} work
 * @param {() => Problem} problem what a failure is told as
 * @returns {Promise<T>}
 */
function unlessAborted(work, problem) {
  return work.catch((fault) => {
    throw wasAborted(fault) ? fault : problem();
  });
}
