/**
 * What the reader has chosen. One value per name; whoever draws by it listens to it.
 *
 * @typedef {object} State
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {(names: string[], listener: () => void) => void} on called after any of them changed
 */

/**
 * @param {Record<string, any>} values
 * @returns {State}
 */
export function createState(values) {
  const listeners = {};
  return {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      for (const listener of listeners[name] || []) listener();
    },
    on(names, listener) {
      for (const name of names) {
        listeners[name] ||= [];
        listeners[name].push(listener);
      }
    },
  };
}
