/** Data in and out: drop files, answer the datum, look at the preview, import, undo. */

import { api } from "../core/api.js";
import { el, fill } from "../core/dom.js";
import { done, failure, shell } from "../core/shell.js";
import { inLanguage, t, words } from "../core/words.js";
import { changesCard, cleaningCard, problemsCard, rolesCard } from "./data-preview.js";

const WAIT_MS = 400;
const DATUMS = [
  "wgs84",
  "cgcs2000",
  "gcj02",
  "bd09",
  "EPSG:4549",
  "EPSG:4548",
  "EPSG:4547",
  "EPSG:4528",
  "EPSG:32650",
];

const { main, allowed } = await shell({
  title: t("data.title"),
  current: "data",
  needs: "planner",
});
const stage = el("div", { class: "data-stage" });
if (allowed) {
  main.append(stage);
  await begin();
}

/** Show the beginning: the steps of an empty store, where to drop files, templates, undo. */
async function begin(...above) {
  try {
    const { body, etag } = await api("GET", "/data");
    fill(
      stage,
      ...above,
      firstSteps(body),
      dropCard(body),
      templatesCard(body),
      undoCard(body, etag),
    );
  } catch (fault) {
    fill(stage, ...above, failure(fault));
  }
}

function firstSteps(state) {
  const steps = Object.entries(state.steps);
  if (steps.every(([, loaded]) => loaded)) return null;
  const next = steps.find(([, loaded]) => !loaded)[0];
  return el(
    "section",
    { class: "card", id: "first-run" },
    el("h2", {}, t("data.first")),
    state.name ? el("p", {}, `${state.name} ${state.code}`) : null,
    el("p", { class: "quiet" }, t("data.firstWhy")),
    el(
      "ol",
      { class: "data-steps" },
      ...steps.map(([key, loaded]) =>
        el(
          "li",
          { class: loaded ? "is-done" : key === next ? "is-next" : "" },
          el("strong", {}, words("data.steps")[key][0]),
          " ",
          loaded
            ? el("span", { class: "tag tag-sure" }, t("data.stepDone"))
            : key === next
              ? el("span", { class: "tag" }, t("data.stepNext"))
              : null,
          el("div", { class: "quiet" }, words("data.steps")[key][1]),
        ),
      ),
    ),
  );
}

function dropCard(state) {
  const input = el("input", {
    type: "file",
    multiple: true,
    id: "files",
    class: "unseen",
    accept: ".geojson,.json,.gpkg,.zip,.shp,.shx,.dbf,.prj,.cpg,.xlsx,.csv",
    onchange: () => send([...input.files]),
  });
  const absent = el(
    "select",
    { id: "absent" },
    el("option", { value: "keep" }, t("data.absentKeep")),
    el("option", { value: "retire" }, t("data.absentRetire")),
  );
  const send = (files) => files.length && upload(files, absent.value);
  const zone = el(
    "div",
    {
      class: "data-drop",
      ondragover: (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      },
      ondragleave: () => zone.classList.remove("is-over"),
      ondrop: (event) => {
        event.preventDefault();
        zone.classList.remove("is-over");
        send([...event.dataTransfer.files]);
      },
    },
    el(
      "p",
      {},
      t("data.drop"),
      " ",
      el(
        "button",
        { class: "tool tool-main", type: "button", onclick: () => input.click() },
        t("data.choose"),
      ),
    ),
    input,
    el("label", { class: "unseen", for: "files" }, t("data.choose")),
    el("p", { class: "quiet small" }, t("data.accepted", Math.round(state.limits.bytes / 1e6))),
  );
  return el(
    "section",
    { class: "card" },
    zone,
    el(
      "div",
      { class: "field" },
      el("label", { class: "label", for: "absent" }, t("data.absent")),
      absent,
    ),
  );
}

function templatesCard(state) {
  const link = (file, text) => el("a", { href: `/data/templates/${file}`, download: "" }, text);
  return el(
    "section",
    { class: "card" },
    el("h2", {}, t("data.templates")),
    el("p", { class: "quiet" }, t("data.templatesWhy")),
    el("p", {}, link("all.xlsx", t("data.all"))),
    el(
      "ul",
      { class: "plain data-templates" },
      ...state.templates.map((template) =>
        el(
          "li",
          {},
          `${inLanguage(template.says)} `,
          link(`${template.name}.xlsx`, "XLSX"),
          " · ",
          link(`${template.name}.csv`, "CSV"),
        ),
      ),
    ),
  );
}

function undoCard(state, etag) {
  const { directory, roster } = state.versions;
  const button = (part, label, version) =>
    version > 1
      ? el(
          "button",
          { class: "tool", type: "button", onclick: () => undo(part, etag) },
          t(label, version - 1),
        )
      : null;
  const buttons = [
    button("places", "data.undoPlaces", directory),
    button("people", "data.undoPeople", roster),
  ].filter(Boolean);
  const stored = el(
    "p",
    { class: "quiet small" },
    t("data.stored", state.versions.division, directory, roster),
  );
  if (!buttons.length) return el("section", { class: "card" }, stored);
  return el(
    "section",
    { class: "card" },
    el("h2", {}, t("data.undo")),
    el("p", { class: "quiet" }, t("data.undoWhy")),
    el("div", { class: "row" }, ...buttons),
    stored,
  );
}

async function undo(part, etag) {
  if (!window.confirm(t("data.undoSure", words("data.partNames")[part]))) return;
  try {
    const { body } = await api("POST", "/data/undo", { part }, { etag });
    await begin(done(t("data.undone", body.as_in, body.version)));
  } catch (fault) {
    await begin(failure(fault));
  }
}

// --- one import --------------------------------------------------------------------------------

async function upload(files, absent) {
  const form = new FormData();
  for (const file of files) form.append("file", file, file.name);
  form.append("absent", absent);
  showReading({ files: files.map((f) => f.name), done: 0 });
  try {
    const { body } = await api("POST", "/data/previews", form);
    await follow(body.id, { absent });
  } catch (fault) {
    await begin(failure(fault));
  }
}

function showReading(pending) {
  const bar = el("progress", {
    max: "1",
    value: String(pending.done),
    "aria-label": t("data.reading", ""),
  });
  fill(
    stage,
    el(
      "section",
      { class: "card", "aria-live": "polite" },
      el("p", {}, t("data.reading", pending.files.join("、"))),
      bar,
    ),
  );
}

/** Wait until a pending import is ready, then show it. */
async function follow(id, how) {
  for (;;) {
    const { body, etag } = await api("GET", `/data/previews/${id}`);
    if (body.state === "asking") return askDatum(id, body, how);
    if (body.state === "failed") {
      api("DELETE", `/data/previews/${id}`).catch(() => null);
      return begin(failure({ message: body.problem.detail, status: 0 }));
    }
    if (body.state === "ready") return showPreview(id, body.preview, etag, how);
    showReading(body);
    await new Promise((go) => setTimeout(go, WAIT_MS));
  }
}

async function again(id, how) {
  try {
    showReading({ files: [], done: 0 });
    await api("POST", `/data/previews/${id}/read`, how);
    await follow(id, how);
  } catch (fault) {
    await begin(failure(fault));
  }
}

function discard(id) {
  api("DELETE", `/data/previews/${id}`).catch(() => null);
  begin();
}

function askDatum(id, pending, how) {
  const options = DATUMS.map((key) =>
    el(
      "label",
      { class: "check" },
      el("input", { type: "radio", name: "datum", value: key, required: true }),
      " ",
      words("data.datums")[key],
    ),
  );
  const other = el("input", {
    type: "text",
    id: "epsg",
    pattern: "[0-9]{4,6}",
    inputmode: "numeric",
    maxlength: "6",
    class: "code",
  });
  const form = el(
    "form",
    {
      class: "form",
      onsubmit: (event) => {
        event.preventDefault();
        const chosen = form.elements.namedItem("datum").value;
        again(id, { ...how, datum: chosen === "other" ? `EPSG:${other.value}` : chosen });
      },
    },
    ...options,
    el(
      "label",
      { class: "check" },
      el("input", { type: "radio", name: "datum", value: "other" }),
      " ",
      t("data.other"),
      " ",
      other,
    ),
    el(
      "div",
      { class: "row" },
      el("button", { class: "tool tool-main", type: "submit" }, t("data.goOn")),
      el(
        "button",
        { class: "tool", type: "button", onclick: () => discard(id) },
        t("data.discard"),
      ),
    ),
  );
  fill(
    stage,
    el(
      "section",
      { class: "card", id: "datum" },
      el("h2", {}, t("data.datum")),
      el("p", {}, pending.problem.detail),
      el("p", { class: "quiet" }, t("data.datumWhy")),
      form,
    ),
  );
}

function showPreview(id, preview, etag, how) {
  const reason = el("input", { type: "text", id: "reason", maxlength: "200" });
  const told = el("div", { "aria-live": "polite" });
  const go = el(
    "button",
    { class: "tool tool-main", type: "submit", disabled: preview.errors > 0 },
    t("data.apply"),
  );
  const form = el(
    "form",
    {
      class: "form",
      onsubmit: async (event) => {
        event.preventDefault();
        go.disabled = true;
        fill(told, el("p", {}, t("data.applying")));
        try {
          const { body } = await api(
            "POST",
            `/data/previews/${id}/apply`,
            { reason: reason.value },
            { etag },
          );
          const parts = body.changed
            .map((p) => `${words("data.partNames")[p]} ${body.versions[p]}`)
            .join("、");
          await begin(
            done(parts ? t("data.applied", parts) : t("data.appliedNone")),
            body.left_out.length
              ? el("p", { class: "notice" }, t("data.leftOut", body.left_out.length))
              : null,
          );
        } catch (fault) {
          go.disabled = false;
          fill(told, failure(fault));
        }
      },
    },
    el(
      "div",
      { class: "field" },
      el("label", { class: "label", for: "reason" }, t("data.reason")),
      reason,
    ),
    el(
      "div",
      { class: "row" },
      go,
      el(
        "button",
        { class: "tool", type: "button", onclick: () => discard(id) },
        t("data.discard"),
      ),
    ),
    told,
  );
  fill(
    stage,
    changesCard(preview),
    rolesCard(preview, (roles) => again(id, { ...how, roles: { ...how.roles, ...roles } })),
    problemsCard(preview),
    cleaningCard(preview, (cleaning) => again(id, { ...how, ...cleaning })),
    el("section", { class: "card" }, form),
  );
  stage.querySelector("h2")?.scrollIntoView({ block: "nearest" });
}
