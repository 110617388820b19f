import assert from "node:assert/strict";
import { test } from "node:test";
import { ownPage } from "../../api/pages/static/core/own-page.js";

const HERE = "https://office.example";

test("one is led on to a page of ours, by its path and query", () => {
  for (const [wanted, path] of [
    ["/desk/plans?state=draft", "/desk/plans?state=draft"],
    ["/desk/plans#x", "/desk/plans"],
    ["desk/people", "/desk/people"],
    ["?a=1", "/?a=1"],
    [`${HERE}/account`, "/account"],
    ["https://me:pw@office.example/account", "/account"],
    ["/desk?next=https://evil.example/", "/desk?next=https://evil.example/"],
    ["/a/%2F%2Fevil.example", "/a/%2F%2Fevil.example"],
    ["", "/desk"],
    [null, "/desk"],
  ]) {
    assert.equal(ownPage(wanted, HERE), path, String(wanted));
  }
});

test("nothing in an address leads to another host", () => {
  for (const wanted of [
    "//evil.example",
    "///evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\u0000//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/.//evil.example",
    "/./\t/evil.example",
    "/%2e//evil.example",
    "/a/..//evil.example",
    "/a/%2e%2e//evil.example",
    ".//evil.example/..//evil.example",
    `${HERE}//evil.example`,
    "https:evil.example",
    "https:/\t/evil.example",
    "HTTPS://EVIL.example",
    "http://office.example/",
    "https://office.example:8443/",
    "https://office.example@evil.example/",
    "https://office.example.evil.example/",
    "https://office.example\\@evil.example",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    `blob:${HERE}/1`,
    `filesystem:${HERE}/temporary/x`,
    "mailto:x@evil.example",
    "https://[",
  ]) {
    const path = ownPage(wanted, HERE);
    assert.equal(new URL(path, HERE).origin, HERE, JSON.stringify(wanted));
    assert.doesNotMatch(path, /^[^/]|^\/[/\\]/, JSON.stringify(wanted));
  }
});
