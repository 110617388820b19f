/** Reading coordinates as people write them. The datum is never read from them: it is asked for. */

const LABEL = `东经|西经|北纬|南纬|经度|纬度|longitude|latitude|lon|lng|lat|[EWNS]`;
const NUMBER = String.raw`[+-]?\d{1,3}(?:\.\d*)?`;
const PART = String.raw`\d{1,2}(?:\.\d+)?`;
const DEGREES = String.raw`(${NUMBER})\s*(?:([°度])\s*(?:(${PART})\s*['′’分]\s*(?:(${PART})\s*(?:"|″|”|''|′′|秒)\s*)?)?)?`;
const ONE = String.raw`(?:(${LABEL})\s*[:=]?\s*)?${DEGREES}\s*([EWNS])?`;
const TWO = new RegExp(
  String.raw`^[(\[]?\s*${ONE}(?:(\s*[,、;/]\s*|\s+)|(?=${LABEL}))${ONE}\s*[)\]]?$`,
  "i",
);

/**
 * @typedef {"lon"|"lat"|undefined} Axis
 *
 * @typedef {object} Part one of the two numbers
 * @property {number} value
 * @property {Axis} axis as its label says
 * @property {boolean} marked with degrees
 * @property {boolean} decimal
 */

/** @type {Record<string, Axis>} */
const AXES = {
  e: "lon",
  w: "lon",
  n: "lat",
  s: "lat",
  东经: "lon",
  西经: "lon",
  经度: "lon",
  北纬: "lat",
  南纬: "lat",
  纬度: "lat",
  longitude: "lon",
  lon: "lon",
  lng: "lon",
  latitude: "lat",
  lat: "lat",
};
const NEGATIVE = new Set(["w", "s", "西经", "南纬"]);

/**
 * @param {string} text
 * @returns {{lon: number, lat: number}|{problem: "order"|"range"}|null} null: these are no coordinates
 */
export function readCoordinates(text) {
  const found = TWO.exec(text.normalize("NFKC").trim());
  if (!found) return null;
  const [, ...groups] = found;
  const one = read(groups.slice(0, 6));
  const other = read(groups.slice(7, 13));
  const told = one.axis || other.axis || one.marked || other.marked;
  const comma = /[,、;]/.test(groups[6] || "");
  if (!told && !(one.decimal && other.decimal) && !(comma && (one.decimal || other.decimal)))
    return null;
  return ordered(one, other);
}

/**
 * @param {string[]} groups of {@link ONE}
 * @returns {Part}
 */
function read([before, degrees, mark, minutes, seconds, after]) {
  const label = (before || after || "").toLowerCase();
  const size = Math.abs(Number(degrees)) + Number(minutes || 0) / 60 + Number(seconds || 0) / 3600;
  const negative = degrees.startsWith("-") !== NEGATIVE.has(label);
  return {
    value: negative ? -size : size,
    axis: AXES[label],
    marked: Boolean(mark),
    decimal: degrees.includes("."),
  };
}

/**
 * @param {Part} one
 * @param {Part} other
 * @returns {{lon: number, lat: number}|{problem: "order"|"range"}}
 */
function ordered(one, other) {
  const first = one.axis || opposite(other.axis) || byRange(one.value, other.value);
  if (!first || (one.axis && one.axis === other.axis)) return { problem: "order" };
  const [lon, lat] = first === "lon" ? [one.value, other.value] : [other.value, one.value];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat } : { problem: "range" };
}

/**
 * @param {Axis} axis
 * @returns {Axis}
 */
function opposite(axis) {
  if (!axis) return undefined;
  return axis === "lon" ? "lat" : "lon";
}

/**
 * In China every longitude (73 to 136) is greater than every latitude (3 to 54).
 * @param {number} one
 * @param {number} other
 * @returns {Axis} of the one; undefined: it cannot be told
 */
function byRange(one, other) {
  if (Math.abs(one) > 90) return "lon";
  if (Math.abs(other) > 90) return "lat";
  const lon = (/** @type {number} */ v) => v >= 73 && v <= 136;
  const lat = (/** @type {number} */ v) => v >= 3 && v <= 54;
  if (lon(one) && lat(other)) return "lon";
  return lat(one) && lon(other) ? "lat" : undefined;
}
