import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { momentOf } from "../../api/pages/static/accounts/format.js";
import { figure, moment } from "../../api/pages/static/core/format.js";
import { distance, size } from "../../api/pages/static/desk/format.js";
import { area, ofRules } from "../../api/pages/static/plans/format.js";
import { setLanguage } from "../../maps/static/words.js";

afterEach(() => setLanguage("zh-CN"));

test("a number is grouped, a dash stands for none", () => {
  assert.equal(figure(12345), "12,345");
  assert.equal(figure(0), "0");
  assert.equal(figure(null), "–");
});

test("a time is the office's, wherever the reader is", () => {
  setLanguage("en");
  assert.match(moment("2031-10-01T23:30:00Z"), /2 Oct 2031|Oct 2, 2031/);
  assert.equal(moment(""), "");
  assert.match(momentOf(1_900_000_000), /2030/);
  assert.equal(momentOf(0), "never");
});

test("a distance is told in metres, from a kilometre on in kilometres", () => {
  assert.equal(distance(3.26), "3.3 米");
  assert.equal(distance(31.6), "32 米");
  assert.equal(distance(1234), "1.2 公里");
});

test("a file has at least one kilobyte", () => {
  assert.equal(size(3), "1 KB");
  assert.equal(size(1_500_000), "1.4 MB");
});

test("ground is told in square metres, large ground in hectares", () => {
  assert.match(area(19_999.6), /^20,000/);
  assert.match(area(34_500), /^3\.5/);
});

test("a text of the usual rules is told with this office's", () => {
  const rules = { buildings: [4, 6], least_households: 250 };
  assert.equal(ofRules("3–5 幢，少于 300 户", rules), "4–6 幢，少于 250 户");
});
