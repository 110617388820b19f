/**
 * Steps on their way to the server, one at a time, in order. Each is written down in the browser
 * before it is sent and crossed out when the server has it, so neither a dead browser nor a dead
 * network loses one.
 *
 * @typedef {object} Item
 * @property {string} key
 * @property {string} method
 * @property {string} path below the plan, such as `/operations`
 * @property {any} [body]
 * @property {string} etag what the plan was when it was made; later items follow earlier ones
 * @property {boolean} [tried] it was sent, but no answer came
 * @property {[number, string][]} [preview] cells and the grids they are drawn in meanwhile
 *
 * @typedef {object} Hears
 * @property {(item: Item, delta: any) => void} done
 * @property {() => void} pending what waits has changed
 * @property {(state: "saved"|"saving"|"offline"|"signed-out"|"conflict", waiting: number) => void} state
 * @property {(item: Item, problem: any) => void} refused
 * @property {(item: Item, problem: any) => void} conflict
 */

import { api } from "../core/api.js";

const RETRY_MS = [800, 1500, 3000, 6000, 10000];

export class Outbox {
  /**
   * @param {string} plan its id
   * @param {Hears} hears
   */
  constructor(plan, hears) {
    this.plan = plan;
    this.hears = hears;
    this.name = `wangge-plan-outbox:${plan}`;
    this.etag = "";
    /** @type {Item[]} */
    this.items = this.#remembered();
    this.busy = false;
    this.halted = false;
    this.tries = 0;
    this.kept = true;
    window.addEventListener("online", () => this.#again());
  }

  #timer = 0;
  #waiters = new Map();

  #remembered() {
    try {
      return JSON.parse(localStorage.getItem(this.name) ?? "[]");
    } catch {
      return [];
    }
  }

  #remember() {
    try {
      if (this.items.length) localStorage.setItem(this.name, JSON.stringify(this.items));
      else localStorage.removeItem(this.name);
      this.kept = true;
    } catch {
      // A browser that keeps nothing still sends at once; the page asks before it is left.
      this.kept = false;
    }
  }

  /** @returns {Promise<any>} the delta, null when the step was given up */
  push(path, body = undefined, { method = "POST", preview = [] } = {}) {
    const key = crypto
      .getRandomValues(new Uint32Array(3))
      .reduce((text, n) => text + n.toString(36), "");
    const sent = path === "/operations" ? { ...body, key } : body;
    this.items.push({ key, method, path, body: sent, etag: this.etag, preview });
    this.#remember();
    const answer = new Promise((resolve) => this.#waiters.set(key, resolve));
    this.#next();
    // Drawn while the server works.
    this.hears.pending();
    return answer;
  }

  /** Begin, or go on after a conflict was settled. */
  start(etag) {
    this.etag = etag;
    this.halted = false;
    this.#next();
  }

  /** Cross out a step that the server turned out to have. */
  forget(item) {
    this.#drop(item);
    this.#settle(item.key, null);
  }

  /** Give up everything that waits. */
  clear() {
    for (const { key } of this.items) this.#settle(key, null);
    this.items = [];
    this.#remember();
    this.hears.pending();
  }

  #settle(key, value) {
    this.#waiters.get(key)?.(value);
    this.#waiters.delete(key);
  }

  #again() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#next();
  }

  async #next() {
    if (this.busy || this.halted || this.#timer || !this.etag) return;
    const item = this.items[0];
    if (!item) {
      this.hears.state("saved", 0);
      return;
    }
    this.busy = true;
    this.hears.state("saving", this.items.length);
    try {
      const { body, etag } = await api(item.method, `/plans/${this.plan}${item.path}`, item.body, {
        etag: this.etag,
      });
      this.etag = etag || this.etag;
      this.tries = 0;
      this.items = this.items.filter((other) => other !== item);
      this.#remember();
      this.hears.done(item, body);
      this.#settle(item.key, body);
    } catch (problem) {
      this.#failed(item, problem);
    } finally {
      this.busy = false;
    }
    this.#next();
  }

  #drop(item) {
    this.items = this.items.filter((other) => other !== item);
    this.#remember();
    this.hears.pending();
  }

  #failed(item, problem) {
    const { status = 0 } = problem;
    if (status === 0 || status === 429 || status >= 500) {
      item.tried = true;
      this.#remember();
      this.hears.state("offline", this.items.length);
      const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
      this.tries += 1;
      this.#timer = setTimeout(() => this.#again(), wait);
    } else if (status === 401) {
      this.halted = true;
      this.hears.state("signed-out", this.items.length);
    } else if (status === 412) {
      this.halted = true;
      this.hears.state("conflict", this.items.length);
      this.hears.conflict(item, problem);
    } else {
      this.#drop(item);
      this.hears.refused(item, problem);
      this.#settle(item.key, null);
    }
  }
}
