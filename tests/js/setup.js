/**
 * What a script of the pages finds in a browser and not in Node: the map's modules under `core/`, and
 * the words of the page.
 */

import { readFile } from "node:fs/promises";
import { register } from "node:module";

const ROOT = new URL("../../", import.meta.url);
register("./resolve.js", import.meta.url);

/** @param {string} path */
async function json(path) {
  return JSON.parse(await readFile(new URL(path, ROOT), "utf-8"));
}

/** @param {string} file */
async function wordsIn(file) {
  const [map, pages] = await Promise.all(
    ["maps/static", "api/pages/static"].map((folder) => json(`${folder}/words/${file}`)),
  );
  return { ...map, ...pages };
}

const { setWords } = await import("../../maps/static/words.js");
setWords({ "zh-CN": await wordsIn("zh.json"), en: await wordsIn("en.json") });
