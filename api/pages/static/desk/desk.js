/** The desk: one page from what a caller says to whoever can be called. */

import { get, wasAborted, whoAmI } from "../core/api.js";
import { el, fill, icon } from "../core/dom.js";
import { linksFor } from "../core/shell.js";
import { language, setLanguage, t, words } from "../core/words.js";
import { answerAnew, answerFor, answerForGrid, answerForPoint } from "./answer.js";
import { answerView, copyAllButton } from "./cards.js";
import { mapFrame } from "./map-frame.js";
import { failure } from "./notices.js";
import { positionButton } from "./position.js";
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
  const map = mapFrame(({ lon, lat }) =>
    fromElsewhere((signal) => answerForPoint({ lon, lat, datum: "wgs84" }, signal)),
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
   * @param {boolean} [moveFocus] to the answer, so that the next Tab calls
   */
  async function open(gather, moveFocus = true) {
    request.abort();
    const mine = new AbortController();
    request = mine;
    again = gather;
    try {
      const answer = await gather(mine.signal);
      if (mine !== request) return;
      put(answer);
      mark(answer.provenance);
      map.show(answer);
      box.say(t("desk.opened", answer.title));
      if (moveFocus) content.querySelector(".answer-title").focus({ preventScroll: true });
    } catch (fault) {
      if (!wasAborted(fault) && mine === request) put(null, failure(fault));
    }
  }

  function openCandidate(candidate, found) {
    open((signal) => answerFor(candidate, found, signal));
    again = (signal) => answerAnew(candidate.key, found.address, signal);
  }

  /** Coordinates may still be being typed: the box keeps the focus. */
  function openPoint(point) {
    open((signal) => answerForPoint(point, signal), false);
  }

  function fromElsewhere(gather) {
    box.leave();
    open(gather);
  }

  function openGrid(code) {
    fromElsewhere((signal) => answerForGrid(code, signal));
  }
  openGrid.children = async (code) => (await get("/grids", { parent: code, limit: 1000 })).grids;

  function openPosition({ lon, lat, accuracyM }) {
    fromElsewhere(async (signal) => {
      const answer = await answerForPoint({ lon, lat, datum: "wgs84" }, signal);
      return {
        ...answer,
        title: t("desk.myPosition"),
        detail: t("desk.fromDatum", lon.toFixed(6), lat.toFixed(6), "WGS84"),
        accuracyM,
      };
    });
  }

  // --- language and marks --------------------------------------------------------------------------

  function mark({ synthetic }) {
    tag.hidden = !synthetic;
  }

  function switchLanguage() {
    setLanguage(language() === "en" ? "zh-CN" : "en");
    speakAgain();
    if (table.node.isConnected) return;
    if (again) open(again, false);
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
