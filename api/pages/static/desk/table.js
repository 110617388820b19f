/** A spreadsheet in, the same spreadsheet with grid columns out. */

import { forgeryToken, problemOf } from "../core/api.js";
import { el, fill, icon, name } from "../core/dom.js";
import { language, t, tNodes } from "../core/words.js";
import { DATUMS, datumName } from "./datum-choice.js";
import { size } from "./format.js";

/** What a row can come to, in the order they are told. */
const COUNTS = ["located", "outside", "errors", "review"];
/** Of a table of codes of 18 digits: Excel keeps 15 of a number that it reads from a CSV. */
const FORMATS = ["xlsx", "csv"];
const MOST_BYTES = 20 * 1024 * 1024;
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/**
 * @param {() => void} wanted a file was dropped: the panel is to be shown
 * @returns {{node: HTMLElement, speakAgain: () => void, focus: () => void}}
 */
export function tablePanel(wanted) {
  const title = el("h1", { class: "answer-title", tabindex: "-1" });
  const how = el("p", { class: "quiet" });
  const picker = el("input", {
    type: "file",
    class: "unseen",
    id: "table-file",
    accept: `.csv,.xlsx,text/csv,${XLSX}`,
    onchange: () => take(picker.files[0]),
  });
  const pick = el("label", { class: "tool tool-main", for: "table-file" });
  const chosen = el("p", { class: "chosen" });
  const datum = el("select", { class: "picker", id: "table-datum" });
  const datumLabel = el("label", { for: "table-datum", class: "quiet" });
  const format = el("select", { class: "picker", id: "table-format" });
  const formatLabel = el("label", { for: "table-format", class: "quiet" });
  const formatWhy = el("p", { class: "quiet small" });
  const send = el("button", {
    class: "tool tool-main",
    type: "button",
    disabled: true,
    onclick: upload,
  });
  const cancel = el("button", {
    class: "tool",
    type: "button",
    hidden: true,
    onclick: () => request?.abort(),
  });
  const bar = el("progress", { class: "bar-progress", max: 100, hidden: true });
  const said = el("div", { class: "table-said", role: "status" });
  const node = el(
    "section",
    { class: "table-panel", "aria-labelledby": "table-title" },
    title,
    how,
    el("div", { class: "table-row" }, picker, pick, chosen),
    el("div", { class: "table-row" }, datumLabel, datum),
    el("div", { class: "table-row" }, formatLabel, format, formatWhy),
    el("div", { class: "table-row" }, send, cancel),
    bar,
    said,
  );
  title.id = "table-title";

  let file = null;
  let request = null;
  let clock = 0;
  let result = "";
  /** @type {Record<string, string>} the columns that were chosen, by their parameter */
  let columns = {};

  function take(given) {
    if (!given || request) return;
    const wrong = fault(given);
    file = wrong ? null : given;
    columns = {};
    fill(chosen, wrong ? null : name(t("desk.fileIs", given.name, size(given.size))));
    fill(said, wrong ? el("p", { class: "notice notice-error", role: "alert" }, ...wrong) : null);
    send.disabled = !file;
    pick.textContent = t(file ? "desk.chooseAgain" : "desk.choose");
    picker.value = "";
    if (file) send.focus();
  }

  function upload() {
    if (!file || request) return;
    request = new XMLHttpRequest();
    request.responseType = "blob";
    const asked = new URLSearchParams({ ...columns, format: format.value });
    if (datum.value) asked.set("datum", datum.value);
    request.open("POST", `/locate/table?${asked}`);
    request.setRequestHeader("Accept-Language", language());
    request.upload.addEventListener("progress", ({ loaded, total }) =>
      tellProgress(total ? loaded / total : 0),
    );
    request.upload.addEventListener("load", tellWorking);
    request.addEventListener("load", () => finish(request));
    request.addEventListener("error", () => ended(error(t("shell.unreachable"))));
    request.addEventListener("abort", () => ended(el("p", {}, t("desk.cancelled"))));
    busy(true);
    tellProgress(0);
    const form = new FormData();
    form.append("file", file, file.name);
    sendAs(request, form);
  }

  function busy(yes) {
    send.disabled = yes || !file;
    datum.disabled = format.disabled = picker.disabled = yes;
    cancel.hidden = bar.hidden = !yes;
    clearInterval(clock);
  }

  function tellProgress(share) {
    bar.value = 100 * share;
    fill(said, el("p", {}, t("desk.sending", Math.floor(100 * share))));
  }

  function tellWorking() {
    const since = performance.now();
    bar.removeAttribute("value");
    const words = el("p", { "aria-live": "off" }, t("desk.working", 0));
    fill(said, words);
    clock = setInterval(
      () => (words.textContent = t("desk.working", Math.round((performance.now() - since) / 1000))),
      1000,
    );
  }

  function ended(...nodes) {
    request = null;
    busy(false);
    fill(said, ...nodes);
  }

  async function finish({ status, response, getResponseHeader }) {
    const header = getResponseHeader.bind(request);
    const counts = countsOf(header("x-wangge-counts"));
    if (status === 200 && counts) {
      const notes = notesOf(header("x-wangge-notes"));
      ended(...done(response, counts, notes, header("x-wangge-synthetic") === "true"));
      said.querySelector("a").focus();
      return;
    }
    const body = await response
      .text()
      .then(JSON.parse)
      .catch(() => null);
    const problem = problemOf(body, status);
    const offered = problem.field.endsWith("_column") ? (body?.accepted ?? []).filter(Boolean) : [];
    if (offered.length) {
      ended(columnChoice(problem, offered));
      said.querySelector("select").focus();
      return;
    }
    ended(error(problem.message));
    if (problem.field.startsWith("datum")) datum.focus();
  }

  /** Which column holds what was not recognised: chosen, and the file is sent again. */
  function columnChoice(problem, offered) {
    const select = el(
      "select",
      { class: "picker", id: "table-column", required: true },
      ...offered.map((column) => el("option", { value: column }, column)),
    );
    const which = problem.field.replace("_column", "");
    return el(
      "form",
      {
        class: "table-row",
        onsubmit: (event) => {
          event.preventDefault();
          columns = { ...columns, [problem.field]: select.value };
          upload();
        },
      },
      el("p", { class: "notice", role: "alert" }, t("desk.columnUnknown")),
      el("label", { for: "table-column" }, t(`desk.columnOf.${which}`)),
      select,
      el("button", { class: "tool tool-main", type: "submit" }, t("desk.columnGo")),
    );
  }

  function done(blob, counts, notes, synthetic) {
    URL.revokeObjectURL(result);
    result = URL.createObjectURL(blob);
    const xlsx = blob.type.startsWith(XLSX);
    const link = el(
      "a",
      { class: "tool tool-main", href: result, download: resultName(file.name, xlsx) },
      icon("M12 4v11M7 11l5 5 5-5M5 20h14"),
      t("desk.download"),
    );
    return [
      el("p", {}, el("b", {}, t("desk.done", counts.rows.toLocaleString("en")))),
      // The first three add up to the rows; those to look at are some of them.
      el("dl", { class: "table-counts" }, ...COUNTS.slice(0, 3).map((key) => count(key, counts))),
      el("p", { class: "quiet" }, t("desk.ofThese")),
      el("dl", { class: "table-counts" }, count("review", counts)),
      ...notes.map((text) => el("p", { class: "notice" }, name(text))),
      counts.review
        ? el("p", { class: "quiet" }, t(xlsx ? "desk.review" : "desk.reviewCsv"))
        : null,
      link,
      synthetic ? el("p", {}, el("span", { class: "tag" }, t("common.synthetic"))) : null,
    ];
  }

  function speakAgain() {
    title.textContent = t("desk.tableTitle");
    how.textContent = t("desk.tableHow");
    pick.textContent = t(file ? "desk.chooseAgain" : "desk.choose");
    send.textContent = t("desk.send");
    cancel.textContent = t("desk.cancel");
    datumLabel.textContent = t("desk.tableDatum");
    const kept = datum.value;
    fill(
      datum,
      el("option", { value: "" }, t("desk.tableDatumNone")),
      ...DATUMS.map((d) => el("option", { value: d }, datumName(d))),
    );
    datum.value = kept;
    formatLabel.textContent = t("desk.tableFormat");
    formatWhy.textContent = t("desk.tableFormatWhy");
    const chosen = format.value;
    fill(format, ...FORMATS.map((f) => el("option", { value: f }, f.toUpperCase())));
    format.value = chosen || FORMATS[0];
  }

  dropping((given) => {
    wanted();
    take(given);
  });
  speakAgain();
  return { node, speakAgain, focus: () => title.focus() };
}

/** What is wrong with a file before it is sent; null: nothing. */
function fault({ name: title, size: bytes }) {
  const says = (key, ...more) => tNodes(key, name(title), ...more);
  if (/\.xls$/i.test(title)) return says("desk.oldExcel");
  if (!/\.(csv|xlsx)$/i.test(title)) return says("desk.notTable");
  if (!bytes) return says("desk.emptyFile");
  return bytes > MOST_BYTES ? says("desk.tooLarge", size(bytes)) : null;
}

function error(text) {
  return el("p", { class: "notice notice-error", role: "alert" }, name(text));
}

function count(key, counts) {
  return el(
    "div",
    { class: counts[key] ? `count count-${key}` : "count" },
    el("dt", {}, t(`desk.rowsCounted.${key}`)),
    el("dd", {}, counts[key].toLocaleString("en")),
  );
}

function countsOf(header) {
  try {
    const counts = JSON.parse(header);
    return ["rows", ...COUNTS].every((key) => Number.isInteger(counts[key])) ? counts : null;
  } catch {
    return null;
  }
}

/** What was left out of a table, as sentences. */
function notesOf(header) {
  try {
    return JSON.parse(header ?? "[]").map(String);
  } catch {
    return [];
  }
}

function resultName(title, xlsx) {
  return `${t("desk.resultName", title.replace(/\.[^.]*$/, ""))}.${xlsx ? "xlsx" : "csv"}`;
}

/** A file may be dropped anywhere on the page. */
function dropping(take) {
  const curtain = el("div", { class: "curtain", hidden: true }, el("p", {}));
  document.body.append(curtain);
  const hasFile = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    curtain.hidden = depth === 0;
    curtain.firstChild.textContent = t("desk.dropHere");
  };
  window.addEventListener("dragenter", (event) => hasFile(event) && show(1));
  window.addEventListener("dragleave", (event) => hasFile(event) && show(-1));
  window.addEventListener("dragover", (event) => hasFile(event) && event.preventDefault());
  window.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    depth = 0;
    show(0);
    take(event.dataTransfer.files[0]);
  });
}

/** Send a form as whoever is signed in, so that staff get the internal edition. */
async function sendAs(request, form) {
  const headers = await forgeryToken().catch(() => ({}));
  for (const [header, value] of Object.entries(headers)) request.setRequestHeader(header, value);
  request.send(form);
}
