/** How likely a name is meant by what was asked for, as the service has it (gis/addresses/names). */

const APART = new Set("东西南北中上下前后左右新老内外甲乙丙丁0123456789");

/**
 * @param {string} asked
 * @param {string} name
 * @param {(c: string) => string} sound how a character is read
 * @returns {number} 0 to 1
 */
export function likeness(asked, name, sound) {
  if (asked === name) return 1;
  if (asked.length === name.length) {
    const other = differing(asked, name);
    if (other.every(([a, b]) => sound(a) === sound(b) && !(APART.has(a) && APART.has(b))))
      return 0.94;
  }
  if (Math.min(asked.length, name.length) > 1) {
    const part = containment(asked, name);
    if (part) return part;
  }
  return slip(asked, name);
}

function containment(asked, name) {
  if (asked.endsWith(name)) return 0.84;
  if (name.endsWith(asked)) {
    const left = name.slice(0, -asked.length);
    return left.length === 1 && APART.has(left) ? 0.75 : 0.89;
  }
  if (name.startsWith(asked)) return 0.88;
  if (name.includes(asked)) return 0.865;
  if (asked.startsWith(name)) return 0.8;
  return asked.includes(name) ? 0.78 : 0;
}

function slip(asked, name) {
  const shortest = Math.min(asked.length, name.length);
  if (shortest < 2 || Math.abs(asked.length - name.length) > 2) return 0;
  if (leftOut(asked, name)) return asked[0] === name[0] ? 0.82 : 0.74;
  const away = distance(asked, name);
  if (away === 1) {
    const [a, b] = middle(asked, name);
    const apart = [...a, ...b].some((c) => APART.has(c)) && sorted(a) !== sorted(b);
    if (apart) return a && b ? 0.5 : 0.72;
    return 0.93 - 0.55 / shortest;
  }
  return away === 2 && shortest > 5 ? 0.76 : 0;
}

const sorted = (text) => [...text].sort().join("");

function differing(a, b) {
  const pairs = [];
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) pairs.push([a[i], b[i]]);
  return pairs;
}

/** What is left of two texts without their common beginning and end. */
function middle(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  const most = Math.min(a.length, b.length) - start;
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

/** Whether the name is the asked one with characters left out: 恒盛园, 恒盛嘉园. */
function leftOut(asked, name) {
  if (asked.length < 3 || asked.length >= name.length) return false;
  let i = 0;
  const missing = [];
  for (const c of name) {
    if (c === asked[i]) i += 1;
    else missing.push(c);
  }
  return i === asked.length && !missing.some((c) => APART.has(c));
}

/** The number of characters that are wrong, left out, put in or swapped; more than 2 is 3. */
function distance(a, b) {
  const [x, y] = middle(a, b);
  if (x.length > 3 || y.length > 3) return 3;
  if (x.length === 2 && x === [...y].reverse().join("")) return 1;
  let before = Array.from({ length: y.length + 1 }, (_, i) => i);
  for (let i = 1; i <= x.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= y.length; j += 1) {
      const same = x[i - 1] === y[j - 1] ? 0 : 1;
      row.push(Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + same));
    }
    before = row;
  }
  return before[y.length];
}
