import assert from "node:assert/strict";
import { test } from "node:test";
import {
  areaText,
  groundOf,
  lengthText,
  measured,
  metresToDegree,
} from "../../maps/static/metres.js";
import { breaksOf, NUMBERS, numbersKnown } from "../../maps/static/numbers.js";
import { linesOf, Occupied } from "../../maps/static/place-names.js";
import { kindWord, SearchIndex } from "../../maps/static/search-index.js";

// --- metres ------------------------------------------------------------------------------------------

test("a degree is as long as the ellipsoid has it", () => {
  const { east, north } = metresToDegree(32);
  assert.ok(Math.abs(east - 94_492) < 20, `${east}`);
  assert.ok(Math.abs(north - 110_886) < 20, `${north}`);
});

test("a line is measured open, its ground closed", () => {
  const { east, north } = metresToDegree(32);
  const at = (x, y) => ({
    lng: 118 + x / east,
    lat: 32 + y / north,
  });
  const { length, area } = measured([at(0, 0), at(300, 0), at(300, 400)]);
  assert.ok(Math.abs(length - 700) < 1e-6);
  assert.ok(Math.abs(area - 60_000) < 1e-3);
  assert.deepEqual(measured([at(0, 0)]), { length: 0, area: 0 });
});

test("a hole is no ground", () => {
  const rings = [
    Int32Array.of(0, 0, 1000, 0, 1000, 1000, 0, 1000),
    Int32Array.of(0, 0, 0, 500, 500, 500, 500, 0),
  ];
  const whole = groundOf({ south: 32e7 }, [rings[0]]);
  assert.ok(Math.abs(groundOf({ south: 32e7 }, rings) / whole - 0.75) < 1e-9);
});

test("lengths and areas take the unit that reads well", () => {
  assert.equal(lengthText(340.4), "340 m");
  assert.equal(lengthText(1250), "1.25 km");
  assert.equal(areaText(850), "850 平方米");
  assert.equal(areaText(32_000), "3.20 公顷");
  assert.equal(areaText(1_250_000), "1.25 平方公里");
});

// --- numbers -----------------------------------------------------------------------------------------

const counted = (sheet) => ({
  level: 3,
  rings: [],
  sheet: { counts: {}, responsible: [], ...sheet },
});

test("steps are round and rise; equal values have none", () => {
  assert.deepEqual(breaksOf([1, 2, 3, 4, 100, 1234, undefined], 3), [3, 100]);
  assert.deepEqual(breaksOf([7, 7, 7], 5), []);
  assert.deepEqual(breaksOf([], 5), []);
});

test("only numbers that some grid has are offered", () => {
  const atlas = { grids: [counted({ counts: { households: 12 } }), counted({})] };
  assert.deepEqual(numbersKnown(atlas), ["households"]);
});

test("a leader's load is the sum over the grids of the level, people told apart by their phone", () => {
  const led = (phone, households) =>
    counted({
      counts: { households },
      responsible: [{ role: "grid_leader", name: "王示例", office_phone: phone }],
    });
  const atlas = { grids: [led("1", 100), led("1", 50), led("2", 7)] };
  assert.deepEqual(
    atlas.grids.map((g) => NUMBERS.load(atlas, g)),
    [150, 150, 7],
  );
});

// --- names on the map --------------------------------------------------------------------------------

test("no name lies over another; touching is allowed", () => {
  const taken = new Occupied();
  assert.equal(taken.claim([[0, 0, 100, 20]]), true);
  assert.equal(taken.isFree([90, 10, 190, 30]), false);
  assert.equal(taken.isFree([100, 0, 200, 20]), true);
});

test("of boxes claimed together all are taken or none", () => {
  const taken = new Occupied();
  taken.take([0, 0, 10, 10]);
  assert.equal(
    taken.claim([
      [20, 0, 30, 10],
      [5, 5, 15, 15],
    ]),
    false,
  );
  assert.equal(taken.isFree([20, 0, 30, 10]), true);
});

test("a long name is broken at a separator and ends", () => {
  assert.deepEqual(linesOf("宝塔桥社区"), ["宝塔桥社区"]);
  assert.deepEqual(linesOf("宝塔桥西街小区·第三网格片"), ["宝塔桥西街小区·", "第三网格片"]);
  const endless = linesOf("长".repeat(200));
  assert.equal(endless.length, 3);
  assert.ok(endless[2].endsWith("…"));
});

// --- searching ---------------------------------------------------------------------------------------

/** A community with a compound, a building in it and a leader. */
function atlas() {
  const community = {
    level: 1,
    sheet: { name: "宝塔桥社区", code: "320106012005", responsible: [] },
  };
  const compound = {
    level: 2,
    sheet: {
      name: "静怡里",
      code: "320106012005003",
      responsible: [{ name: "王示例", title: "网格长", role: "grid_leader" }],
    },
  };
  const building = {
    row: {
      kind: "building",
      name: "3幢",
      compound: "静怡里",
      address: "西街18号",
      grid: "320106012005003",
      former_names: ["老三楼"],
    },
  };
  return {
    block: {
      pinyin: { 静: ["jing"], 怡: ["yi"], 里: ["li"], 宝: ["bao"], 塔: ["ta"], 桥: ["qiao"] },
    },
    grids: [community, compound],
    places: [building],
    byCode: new Map([[compound.sheet.code, compound]]),
    chain: (one) => (one === compound ? [community, compound] : [one]),
  };
}

const titles = (text) =>
  new SearchIndex(atlas()).find(text, 10).entries.map((entry) => entry.title);

test("a name is found by itself, by sound and by initials", () => {
  for (const text of ["静怡里", "jingyili", "jyl", "ＪＹＬ"])
    assert.equal(titles(text)[0], "静怡里", text);
});

test("a grid is found by the end of its code", () => {
  assert.deepEqual(titles("5003"), ["静怡里"]);
});

test("a building is found by its address and by what it was called", () => {
  assert.deepEqual(titles("西街１８号"), ["静怡里3幢"]);
  assert.deepEqual(titles("老三楼"), ["静怡里3幢"]);
});

test("all the words must fit; nothing asked is nothing found", () => {
  assert.deepEqual(titles("静怡里 西街"), ["静怡里3幢"]);
  assert.deepEqual(titles("静怡里 东街"), []);
  assert.deepEqual(titles("  "), []);
});

test("an entry says what it is", () => {
  assert.equal(kindWord({ kind: "grid-1" }), "社区");
  assert.equal(kindWord({ kind: "person" }), "人员");
});
