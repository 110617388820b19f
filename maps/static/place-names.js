/** Deciding which names fit on the map: none over another, the important first. */

/** Boxes that are taken, in a coarse raster so that asking stays cheap. */
export class Occupied {
  #cells = new Map();
  #size = 64;

  /** @param {number[]} box */
  *#keys([left, top, right, bottom]) {
    for (let i = Math.floor(left / this.#size); i <= Math.floor(right / this.#size); i += 1) {
      for (let j = Math.floor(top / this.#size); j <= Math.floor(bottom / this.#size); j += 1) {
        yield `${i},${j}`;
      }
    }
  }

  /** @param {number[]} box left, top, right, bottom */
  isFree(box) {
    for (const key of this.#keys(box)) {
      for (const other of this.#cells.get(key) || []) {
        if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) {
          return false;
        }
      }
    }
    return true;
  }

  take(box) {
    for (const key of this.#keys(box)) {
      if (!this.#cells.has(key)) this.#cells.set(key, []);
      this.#cells.get(key).push(box);
    }
  }

  /** Take all the boxes if all are free. */
  claim(boxes) {
    if (!boxes.every((box) => this.isFree(box))) return false;
    for (const box of boxes) this.take(box);
    return true;
  }
}

const FACE = '"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif';
/** Size, weight and line height of each kind of name; the style sheet says the same. */
export const LOOK = {
  community: { size: 17, weight: 700, line: 22 },
  smallcommunity: { size: 14.5, weight: 700, line: 18 },
  compound: { size: 13.5, weight: 600, line: 17 },
  cluster: { size: 12.5, weight: 600, line: 16 },
  under: { size: 11.5, weight: 400, line: 15 },
  place: { size: 11, weight: 400, line: 14 },
  road: { size: 11.5, weight: 500, line: 15 },
};

const widths = new Map();
/** @type {CanvasRenderingContext2D|null} */
let pencil = null;

/** @returns {number} the width of a text in pixels */
export function widthOf(text, font) {
  const key = `${font}|${text}`;
  if (!widths.has(key)) {
    pencil ??= document.createElement("canvas").getContext("2d");
    pencil.font = font;
    widths.set(key, pencil.measureText(text).width);
  }
  return widths.get(key);
}

const MOST_LINES = 3;
const LONGEST_LINE = 10;

/**
 * A name in lines short enough for a map, cut with … where it is endless.
 * @param {string} text
 * @param {number} [longest] letters to a line
 * @returns {string[]}
 */
export function linesOf(text, longest = LONGEST_LINE) {
  const letters = Array.from(text.replace(/\s+/g, " ").slice(0, 80));
  if (letters.length <= longest) return [letters.join("")];
  const count = Math.min(MOST_LINES, Math.ceil(letters.length / longest));
  const fair = Math.ceil(letters.length / count);
  const lines = [];
  while (letters.length && lines.length < count) {
    const last = lines.length === count - 1 && letters.length <= longest;
    lines.push(
      letters.splice(0, last ? longest : breakAt(letters, Math.min(fair, longest + 4))).join(""),
    );
  }
  if (letters.length) lines[lines.length - 1] += "…";
  return lines.map((line) => line.replace(/^[·、 ]+/, ""));
}

/** Prefer to break after a separator near the fair length. */
function breakAt(letters, fair) {
  for (let i = Math.min(fair + 2, letters.length); i > fair - 4 && i > 0; i -= 1) {
    if ("·、 -".includes(letters[i - 1])) return i;
  }
  return fair;
}

export function fontOf(kind) {
  const { size, weight } = LOOK[kind];
  return `${weight} ${size}px ${FACE}`;
}

export function boxAround({ x, y }, lines, kind) {
  const high = lines.length * LOOK[kind].line;
  const half = Math.max(...lines.map((line) => widthOf(line, fontOf(kind)))) / 2 + 3;
  return [x - half, y - high / 2 - 1, x + half, y + high / 2 + 1];
}

export function keyOf(...parts) {
  return parts.join("|");
}
