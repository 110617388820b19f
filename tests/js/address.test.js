import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf, numeral, oneSpelling, readAddress } from "../../maps/static/address-text.js";
import { likeness } from "../../maps/static/alike.js";

const plain = (c) => c;

test("a numeral is a number, spoken in tens or digit by digit", () => {
  for (const [said, number] of [
    ["十八", "18"],
    ["一百零八", "108"],
    ["五〇一", "501"],
    ["拾贰", "12"],
  ])
    assert.equal(numeral(said), number);
});

test("there is one spelling for a number and a building", () => {
  assert.equal(oneSpelling("宝塔桥西街１８号三栋"), "宝塔桥西街18号3幢");
  assert.equal(keyOf("金陵二村"), keyOf("金陵2村"));
});

test("the numbers of an address go where they belong", () => {
  const rows = [
    ["南京市鼓楼区宝塔桥西街18号3幢2单元501室", "宝塔桥西街", "18", "3"],
    ["西街18-3-2-501", "西街", "18", "3"],
    ["恒盛嘉园12-501", "恒盛嘉园", "", "12"],
    ["燕江路201号之三", "燕江路", "201-3", ""],
    ["方家营37号十七幢", "方家营", "37", "17"],
  ];
  for (const [text, head, plate, building] of rows) {
    const said = readAddress(text);
    assert.deepEqual([said.head, said.plate, said.building], [head, plate, building], text);
  }
});

test("names are alike as the service has it", () => {
  assert.equal(likeness("西街", "宝塔桥西街", plain), 0.89);
  assert.equal(likeness("建安路", "东建安路", plain), 0.75);
  assert.equal(likeness("恒盛园", "恒盛嘉园", plain), 0.82);
  assert.ok(likeness("宝塔桥南街", "宝塔桥西街", plain) < 0.6);
});
