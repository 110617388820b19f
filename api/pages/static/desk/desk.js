/** The desk: one page from what a caller says to whoever can be called. */

import { get, wasAborted, whoAmI } from "../core/api.js";
import { el, fill, icon } from "../core/dom.js";
import { linksFor } from "../core/shell.js";
import { language, setLanguage, t, words } from "../core/words.js";
import { answerAnew, answerFor, answerForGrid, answerForPoint } from "./answer.js";
import { answerView, copyAllButton } from "./cards.js";
import { hashOf, hashOfPoint, keepHash, readHash } from "./lookup-link.js";
import { mapFrame } from "./map-frame.js";
import { failure } from "./notices.js";
import { positionButton } from "./position.js";
import { recentList, remember } from "./recent.js";
import { askBox } from "./search-box.js";
import { tablePanel } from "./table.js";

function start() {
  const title = el("p", { class: "title" });
  const tag = el("span", { class: "tag", hidden: true });
  const account = el("a", { class: "tool", href: "/account" });
  const toMap = el("a", { class: "tool", href: "/" });
  const switcher = el("button", { class: "tool", type: "button", onclick: switchLanguage });
  const pages = el("nav", { class: "pages", hidden: true });
  const content = el("div", { class: "content" });
  const bar = el("footer", { class: "bar", hidden: true });
  const box = askBox({
    open: openCandidate,
    openPoint,
    asking,
    changed: () => map.clear(),
    listed: (candidates) => map.list(candidates),
    listing,
    failed: (fault) => fill(content, failure(fault)),
  });
  const position = positionButton(openPosition, explain);
  const table = tablePanel(showTable);
  const tableWord = el("span", {});
  const tableTool = el(
    "button",
    { class: "tool", type: "button", onclick: showTable },
    icon("M4 5h16v14H4zM4 10h16M4 14.500h16M10 5v14"),
    tableWord,
  );
  const map = mapFrame(
    ({ lon, lat }) => {
      const point = { lon, lat, datum: "wgs84" };
      fromElsewhere((signal) => answerForPoint(point, signal), hashOfPoint(point));
    },
    (number) => box.takeNumber(number),
  );
  const results = el("div", { class: "results" }, box.results, content);
  const column = el(
    "main",
    { class: "column" },
    el(
      "header",
      { class: "top" },
      title,
      tag,
      el("span", { class: "top-tools" }, toMap, account, switcher),
    ),
    pages,
    box.node,
    el("div", { class: "tools" }, position.node, tableTool),
    results,
    bar,
  );

  let request = new AbortController();
  let shown = null;
  let again = null;
  /** Who is signed in, null for the public: they get links to their own pages. */
  let who = null;

  document.body.append(el("div", { class: "desk" }, column, map.node));

  // --- what is shown below the box -----------------------------------------------------------------

  function asking() {
    request.abort();
    again = null;
    keepHash("");
    put(null);
  }

  /** While candidates are listed they have the column to themselves. */
  function listing(yes) {
    content.hidden = yes;
    bar.hidden = yes || !shown;
  }

  function put(answer, ...nodes) {
    shown = answer;
    fill(bar, answer?.sheets.length ? copyAllButton(answer) : null);
    bar.hidden = !bar.childElementCount;
    content.hidden = false;
    if (nodes.length) fill(content, ...nodes);
    else fill(content, answer ? answerView(answer, openGrid) : intro());
    results.scrollTop = 0;
  }

  function intro() {
    return el(
      "section",
      { class: "intro" },
      el("p", {}, t("desk.intro")),
      el(
        "dl",
        {},
        ...words("desk.introWays").flatMap(([what, how]) => [
          el("dt", {}, what),
          el("dd", {}, how),
        ]),
      ),
      el("p", { class: "quiet keys" }, t("desk.keys")),
      recentList(bringBack),
    );
  }

  function explain(node) {
    box.leave();
    again = null;
    put(null, node);
  }

  function showTable() {
    if (table.node.isConnected) return;
    box.leave();
    again = null;
    put(null, table.node);
    table.focus();
  }

  // --- answers -------------------------------------------------------------------------------------

  /**
   * @param {(signal: AbortSignal) => Promise<import("./answer.js").Answer>} gather
   * @param {string} hash that brings it back; "" for none
   * @param {boolean} [moveFocus] to the answer, so that the next Tab calls
   */
  async function open(gather, hash, moveFocus = true) {
    request.abort();
    const mine = new AbortController();
    request = mine;
    again = gather;
    try {
      const answer = await gather(mine.signal);
      if (mine !== request) return;
      put(answer);
      keepHash(hash);
      remember({ title: answer.title, hash });
      mark(answer.provenance);
      map.show(answer);
      box.say(t("desk.opened", answer.title));
      if (moveFocus) content.querySelector(".answer-title").focus({ preventScroll: true });
    } catch (fault) {
      if (!wasAborted(fault) && mine === request) put(null, failure(fault));
    }
  }

  function openCandidate(candidate, found) {
    const hash = hashOf({ q: found.address, key: candidate.key });
    open((signal) => answerFor(candidate, found, signal), hash);
    again = (signal) => answerAnew(candidate.key, found.address, signal);
  }

  /** Coordinates may still be being typed: the box keeps the focus. */
  function openPoint(point) {
    open((signal) => answerForPoint(point, signal), hashOfPoint(point), false);
  }

  function fromElsewhere(gather, hash) {
    box.leave();
    open(gather, hash);
  }

  function openGrid(code) {
    fromElsewhere((signal) => answerForGrid(code, signal), hashOf({ grid: code }));
  }

  /** Look up again what an address of this page names. */
  function bringBack(hash) {
    const { q, key, grid, point } = readHash(hash) ?? {};
    if (grid) openGrid(grid);
    else if (point) fromElsewhere((signal) => answerForPoint(point, signal), hashOfPoint(point));
    else if (q && key) {
      box.put(q);
      open((signal) => answerAnew(key, q, signal), hashOf({ q, key }));
    } else if (q) box.ask(q);
  }
  openGrid.children = async (code) => (await get("/grids", { parent: code, limit: 1000 })).grids;

  function openPosition({ lon, lat, accuracyM }) {
    const gather = async (signal) => {
      const answer = await answerForPoint({ lon, lat, datum: "wgs84" }, signal);
      return {
        ...answer,
        title: t("desk.myPosition"),
        detail: t("desk.fromDatum", lon.toFixed(6), lat.toFixed(6), "WGS84"),
        accuracyM,
      };
    };
    // Where somebody stands is kept in no address and in no list.
    fromElsewhere(gather, "");
  }

  // --- language and marks --------------------------------------------------------------------------

  function mark({ synthetic }) {
    tag.hidden = !synthetic;
  }

  function switchLanguage() {
    setLanguage(language() === "en" ? "zh-CN" : "en");
    speakAgain();
    if (table.node.isConnected) return;
    if (again) open(again, location.hash, false);
    else if (!content.hidden) put(null);
  }

  function speakAgain() {
    document.documentElement.lang = language();
    document.title = t("desk.title");
    title.textContent = t("desk.title");
    tag.textContent = t("desk.invented");
    tag.title = t("common.synthetic");
    toMap.textContent = t("desk.toMap");
    account.textContent = t("desk.account");
    switcher.textContent = t("common.switchLanguage");
    switcher.lang = language() === "en" ? "zh-CN" : "en";
    tableWord.textContent = t("desk.table");
    fill(pages, ...(who ? linksFor(who, { without: ["map", "desk"] }) : []));
    pages.hidden = !pages.childElementCount;
    for (const part of [box, position, table, map]) part.speakAgain();
  }

  speakAgain();
  put(null);
  box.focus();
  map.load();
  bringBack(location.hash);
  addEventListener("hashchange", () => bringBack(location.hash));
  whoAmI().then(
    (found) => {
      who = found.signed_in ? found : null;
      speakAgain();
    },
    () => {},
  );
  get("/grids", { level: 1, limit: 1 }).then(mark, (fault) => put(null, failure(fault)));
  document.documentElement.classList.add("is-ready");
}

start();
