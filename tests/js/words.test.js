import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
  format,
  inLanguage,
  language,
  setLanguage,
  t,
  tNodes,
  words,
} from "../../maps/static/words.js";

afterEach(() => setLanguage("zh-CN"));

test("a text is said in the language in use, with its values", () => {
  assert.equal(t("plan.list.steps", 3), "3 步");
  setLanguage("en");
  assert.equal(t("plan.list.steps", 3), "3 steps");
});

test("a language without words is not spoken", () => {
  setLanguage("fr");
  assert.equal(language(), "zh-CN");
});

test("a key without a text is shown itself, a table is none", () => {
  assert.equal(t("plan.no.such"), "plan.no.such");
  assert.equal(t("plan.states"), "plan.states");
  assert.equal(words("plan.no.such"), undefined);
});

test("an entry of a list has a key too", () => {
  assert.equal(t("common.levels.1"), words("common.levels")[1]);
});

test("nodes stand where the gaps are, whatever the values hold", () => {
  const node = { hostile: "{0}\u0000" };
  const [before, found, after] = tNodes("desk.nothing", node);
  assert.equal(found, node);
  assert.equal(`${before}|${after}`, "没有找到“|”。");
});

test("a value is put in as it is, one that is missing as nothing", () => {
  assert.equal(format("{0} und {1}", "{1}"), "{1} und ");
});

test("a text in both languages falls back on the Chinese one", () => {
  setLanguage("en");
  assert.equal(inLanguage({ zh: "网格", en: "grid" }), "grid");
  assert.equal(inLanguage({ zh: "网格", en: null }), "网格");
  assert.equal(inLanguage("already said"), "already said");
  assert.equal(inLanguage(null), "");
});
