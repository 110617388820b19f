/**
 * Addresses as people say them, taken apart as the service does it: one spelling, the road and its
 * door plate, the compound, the numbers inside. What it cannot read it leaves to the names.
 *
 * @typedef {object} Said
 * @property {string} key the whole text without region and talk
 * @property {string} head what stands before the first number
 * @property {string} plate
 * @property {string} compound what is named behind the door plate
 * @property {string} building
 * @property {string} room
 * @property {boolean} away it is near the place and not there
 */

const DIGITS = "零一二三四五六七八九";
const FORMAL = "零壹贰叁肆伍陆柒捌玖";
const TENS = { 十: 10, 拾: 10, 百: 100, 佰: 100 };
const NUMERAL = "〇零一二两三四五六七八九十百壹贰叁肆伍陆柒捌玖拾佰";
const NUMBERED = new RegExp(
  `第?([${NUMERAL}]+)(?=号(?!线|桥|店)|幢|栋|座|单元|室|楼(?!村|乡|镇)|层|门(?!面|市|口)|组|队|户)`,
  "g",
);
const BUILDING_WORD = /([0-9A-Z])(?:号楼|栋楼|幢楼|楼栋|[栋幢座]|#楼|#)(?=.?)/g;
const LEAD_IN =
  /^(?:收货地址|联系地址|地址|你好|您好|喂|请问|麻烦问?一?下|我?想问一?下|我家住在|我家住|我家在|我们家在|我住在|我住|家住|住在|我家|就在|我在|\s|:)+/;
const TALK =
  /(?:归谁管|归哪个网格管|属于哪个网格|是哪个网格|在哪个网格|哪个网格|的网格员是谁|网格员是谁|的网格长是谁|谁负责|谁管|怎么走|在哪里|在哪儿|在哪|这边|那边|这里|那里|这儿|那儿|里面|电联|请?代收|电话|吗|呢|吧|啊|的|\s)+$/;
const PHONE = /(?:\+?86[- ]?)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}/g;
const REGION =
  /^(?:(?:[^0-9省]{2,3}省)?(?:[^0-9市省]{2,4}市)?(?:(?!.{0,4}[小社园]区)[^0-9区市路街村园苑]{1,3}区)?(?:[^0-9区市路]{2,6}街道)?)/;
const COMPOUND_END =
  /(?:小区|社区|花园|公寓|家园|嘉园|宿舍|棚户房|新寓|大厦|广场|中心|市场|[苑园城里庭府居阁邸郡墅轩庄舍]|[0-9新一二三四五六七八九十]村)$/;
const AWAY =
  /(?:斜对面|对面|旁边|附近|隔壁|边上|后面|后边|前面|前边|[东西南北][侧边面]|路口|之间|楼上)/;

/** A Chinese numeral as digits: 十八 is 18, 五〇一 is 501. */
export function numeral(text) {
  if (!/[十拾百佰]/.test(text)) return Array.from(text, digit).join("");
  let total = 0;
  let pending = 0;
  for (const c of text) {
    if (TENS[c]) {
      total += (pending || 1) * TENS[c];
      pending = 0;
    } else pending = Number(digit(c));
  }
  return String(total + pending);
}

function digit(c) {
  if (c === "〇") return "0";
  if (c === "两") return "2";
  return String(Math.max(DIGITS.indexOf(c), FORMAL.indexOf(c)));
}

/** One spelling: half width, numbers in digits, 栋 and 号楼 as 幢, one dash. */
export function oneSpelling(text) {
  const plain = /^[\u4e00-\u9fff0-9]*$/.test(text) ? text : oneWidth(text);
  return plain
    .replace(NUMBERED, (_, number) => numeral(number))
    .replace(BUILDING_WORD, "$1幢")
    .replace(/号?之([0-9一二三四五六七八九])/g, (_, n) => `-${/[0-9]/.test(n) ? n : numeral(n)}`)
    .replace(/号-([0-9]+)(?:号)?/g, "-$1号")
    .trim();
}

function oneWidth(text) {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[‐‑‒–—―−－~～]/g, "-")
    .replace(/[,，。；;、·.|/\\]+/g, " ")
    .replace(/[（【[]/g, "(")
    .replace(/[）】\]]/g, ")");
}

/** What two spellings of a name share: no signs, everyday numerals as digits. */
export function keyOf(name) {
  return oneSpelling(name)
    .replace(/[^\p{L}\p{N}]+/gu, "")
    .replace(/[零〇一二两三四五六七八九十百]+/g, numeral);
}

/**
 * @param {string} text
 * @returns {Said}
 */
export function readAddress(text) {
  let plain = oneSpelling(text).replace(PHONE, " ").trim().replace(LEAD_IN, "").replace(TALK, "");
  plain = withoutRegion(plain);
  const away = AWAY.test(plain);
  const flat = plain.replace(AWAY, "").replace(/[()]/g, " ").replace(/\s+/g, " ").trim();
  return { key: keyOf(plain), away, ...numbersOf(flat) };
}

function withoutRegion(text) {
  const head = REGION.exec(text)?.[0] || "";
  return (text.slice(head.length) || text).trim();
}

/** The numbers of an address, by what stands behind them or by their place. */
function numbersOf(flat) {
  const found = { head: flat, plate: "", compound: "", building: "", room: "" };
  const first = /[0-9]|[A-Z](?=幢|-?[0-9])/.exec(flat);
  if (!first) return found;
  found.head = flat.slice(0, first.index).trim();
  const onRoad = Boolean(found.head) && !COMPOUND_END.test(found.head);
  const rest = flat.slice(first.index);
  const chain = /^[0-9A-Z]+(?:[- ][0-9A-Z]+)*/.exec(rest)[0];
  const atoms = chain.split(/[- ]/).map((atom) => atom.replace(/^0+(?=[0-9])/, ""));
  const after = rest.slice(chain.length);
  if (after.startsWith("号")) {
    if (onRoad || atoms.length > 1) found.plate = atoms.join("-");
    else found.building = atoms[0];
    inside(found, after.replace(/^号(?:院|大院)?/, ""));
  } else if (after.startsWith("幢")) {
    found.building = atoms.at(-1);
    if (onRoad && atoms.length === 2) found.plate = atoms[0];
    inside(found, after.slice(1));
  } else if (onRoad || atoms.length === 4) {
    [found.plate, found.building, found.room] = onRoadOnly(atoms);
  } else {
    found.building = atoms[0];
    if (atoms.length > 1) found.room = atoms.at(-1);
    else if (atoms[0].length > 2 || /^室/.test(after))
      [found.building, found.room] = ["", atoms[0]];
  }
  return found;
}

/** 18 · 201-3 · 18-501 · 18-3-501 · 18-3-2-501 behind a road. */
function onRoadOnly(atoms) {
  if (atoms.length === 1) return [atoms[0], "", ""];
  const last = atoms.at(-1);
  if (atoms.length === 2) return last.length > 2 ? [atoms[0], "", last] : [atoms.join("-"), "", ""];
  return [atoms[0], atoms[1], last];
}

/** What stands behind the first number: 恒盛嘉园3幢2单元501室, 506. */
function inside(found, text) {
  const rest = text.trim();
  const building = /^(\D*?)\s*0*([0-9]+|[A-Z])幢/.exec(rest);
  if (building && !found.building) {
    found.compound = building[1].trim();
    found.building = building[2];
  } else if (!building) {
    const dashed = /^\s*0*([0-9]+)-/.exec(rest);
    if (dashed && !found.building) found.building = dashed[1];
    else if (found.plate) found.compound = /^[^0-9]*/.exec(rest)[0].trim();
  }
  found.room = /([0-9]{3,5})室?(?:\D*)$/.exec(rest)?.[1] || found.room;
}
