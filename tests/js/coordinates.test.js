import assert from "node:assert/strict";
import { test } from "node:test";
import { readCoordinates } from "../../api/pages/static/core/coordinates.js";

const READINGS = [
  ["118.75, 32.11", { lon: 118.75, lat: 32.11 }],
  ["32.11，118.75", { lon: 118.75, lat: 32.11 }],
  ["（118.75　32.11）", { lon: 118.75, lat: 32.11 }],
  ["东经118.75北纬32.11", { lon: 118.75, lat: 32.11 }],
  ["N32.11 E118.75", { lon: 118.75, lat: 32.11 }],
  ["lat: 32.11, lng: 118.75", { lon: 118.75, lat: 32.11 }],
  ["118°45′0″E, 32°6′36″N", { lon: 118.75, lat: 32.11 }],
  ["118.75,32", { lon: 118.75, lat: 32 }],
  ["W118.75 S32.11", { lon: -118.75, lat: -32.11 }],
  ["-77.5, 38.9", { problem: "order" }],
  ["10.5 20.5", { problem: "order" }],
  ["E118.75 E32.11", { problem: "order" }],
  ["118.75, 132.11", { problem: "range" }],
  ["18-3-2-501", null],
  ["18 3", null],
  ["320106012005", null],
  ["宝塔桥西街18号", null],
  ["118.75", null],
  ["118.7532.11", null],
];

for (const [text, expected] of READINGS) {
  test(`“${text}” is ${expected ? JSON.stringify(expected) : "no coordinates"}`, () => {
    const found = readCoordinates(text);
    if (!expected || "problem" in expected) return assert.deepEqual(found, expected);
    assert.ok(found && "lon" in found);
    assert.ok(Math.abs(found.lon - expected.lon) < 1e-9);
    assert.ok(Math.abs(found.lat - expected.lat) < 1e-9);
    return undefined;
  });
}
