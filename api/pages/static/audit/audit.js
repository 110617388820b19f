/** The audit log: asked by who, what, when and to whom; taken away as a table. */

import { api } from "../core/api.js";
import { el, fill, name } from "../core/dom.js";
import { checkField, editDialog, reasonField } from "../core/edit-dialog.js";
import { changesOf, told, when } from "../core/edit-values.js";
import { failure, field, reaches, shell } from "../core/shell.js";
import { inLanguage, t, words } from "../core/words.js";

const SIZE = 50;
const FILTERS = ["who", "action", "subject", "since", "until", "q"];
const { main, session, allowed } = await shell({
  title: t("record.auditTitle"),
  current: "audit",
  width: "wide",
  needs: "approver",
});
if (allowed) begin();

function begin() {
  const fields = filterFields();
  const verdict = el(
    "div",
    { class: "row", role: "status" },
    el("span", { class: "quiet" }, t("record.verifying")),
  );
  const exports = el("span", { class: "row" });
  const entries = el("div", { class: "entries" });
  const paging = el("div", { class: "paging" });
  const form = el(
    "form",
    {
      class: "filters",
      role: "search",
      onsubmit: (event) => {
        event.preventDefault();
        go(asked());
      },
    },
    ...FILTERS.map((key) => fields[key].node),
    el(
      "div",
      { class: "row" },
      el("button", { type: "submit", class: "tool tool-main" }, t("record.search")),
      el("button", { type: "button", class: "tool", onclick: () => go({}) }, t("record.clear")),
    ),
  );
  main.append(
    el("section", { class: "card" }, verdict, form),
    el(
      "section",
      { class: "card" },
      el("div", { class: "row is-spread" }, el("b", { class: "count" }), exports),
      entries,
      paging,
    ),
  );

  function asked() {
    return Object.fromEntries(
      FILTERS.map((key) => [key, fields[key].input.value.trim()]).filter(([, value]) => value),
    );
  }

  function go(query, offset = 0) {
    const params = new URLSearchParams(query);
    if (offset) params.set("offset", String(offset));
    // In the fragment: what is looked for in the log goes into no server's own log.
    history.pushState(null, "", `${location.pathname}${params.size ? `#${params}` : ""}`);
    show();
  }

  async function show() {
    const params = new URLSearchParams(location.hash.slice(1));
    const query = Object.fromEntries(
      FILTERS.filter((key) => params.get(key)).map((key) => [key, params.get(key)]),
    );
    FILTERS.forEach((key) => {
      fields[key].input.value = query[key] ?? "";
      fields[key].wrong("");
    });
    const offset = Number(params.get("offset")) || 0;
    try {
      const { body } = await api(
        "GET",
        `/audit?${new URLSearchParams({ ...query, limit: String(SIZE), offset: String(offset) })}`,
      );
      fill(
        entries,
        ...(body.entries.length
          ? body.entries.map((one) => entry(one, query, go, show))
          : [el("p", { class: "quiet" }, t("record.noEntries"))]),
      );
      const last = offset + body.entries.length;
      main.querySelector(".count").textContent = t(
        "record.page",
        body.total ? offset + 1 : 0,
        last,
        body.total,
      );
      fill(
        paging,
        step(t("record.newer"), offset > 0, () => go(query, Math.max(0, offset - SIZE))),
        step(t("record.older"), last < body.total, () => go(query, last)),
      );
      fill(
        exports,
        ...["csv", "xlsx"].map((format) =>
          el(
            "a",
            {
              class: "tool",
              href: `/audit/export?${new URLSearchParams({ ...query, format })}`,
              download: `audit.${format}`,
            },
            `${t("record.export")} ${format.toUpperCase()}`,
          ),
        ),
      );
    } catch (problem) {
      fill(entries, failure(problem));
      fields[problem.field]?.wrong(problem.message);
    }
  }

  addEventListener("popstate", show);
  addEventListener("hashchange", show);
  show();
  verify(verdict);
}

function filterFields() {
  const text = (key, label, given = {}) =>
    field(
      label,
      el("input", { type: "text", maxlength: 200, autocomplete: "off", name: key, ...given }),
    );
  const actions = words("record.actions");
  const kinds = words("record.actionKinds");
  const options = [el("option", { value: "" }, t("record.all"))];
  for (const [kind, label] of Object.entries(kinds)) {
    const some = Object.entries(actions).filter(([one]) => one.startsWith(`${kind}.`));
    options.push(
      el(
        "optgroup",
        { label },
        el("option", { value: kind }, `${label}（${t("record.all")}）`),
        ...some.map(([one, said]) => el("option", { value: one }, said)),
      ),
    );
  }
  return {
    who: text("who", t("record.who")),
    action: field(t("record.action"), el("select", { name: "action" }, ...options)),
    subject: text("subject", t("record.subject"), { placeholder: "person:p-0001" }),
    since: field(t("record.sinceDay"), el("input", { type: "date", name: "since" })),
    until: field(t("record.untilDay2"), el("input", { type: "date", name: "until" })),
    q: text("q", t("record.text")),
  };
}

async function verify(node) {
  try {
    const { body } = await api("GET", "/audit/verify");
    fill(
      node,
      body.broken
        ? el("span", { class: "verdict is-broken" }, t("record.broken", inLanguage(body.broken)))
        : el("span", { class: "verdict is-whole" }, `✓ ${t("record.whole", body.count)}`),
      el(
        "details",
        { class: "quiet small" },
        el("summary", {}, t("record.headNote")),
        el("span", { class: "code" }, body.head),
      ),
    );
  } catch (problem) {
    fill(node, failure(problem));
  }
}

function entry(one, query, go, again) {
  const title = words("record.actions")[one.action] ?? one.action;
  const kind = one.subject.split(":")[0];
  const differs = changesOf(one.before, one.after);
  return el(
    "article",
    { class: "entry", "data-number": one.number },
    el("span", { class: "number" }, `#${one.number}`),
    el("span", { class: "when" }, when(one.at)),
    el(
      "div",
      { class: "what" },
      el(
        "div",
        { class: "line" },
        name(one.who ?? "—", "b"),
        el("span", {}, title),
        el(
          "button",
          {
            type: "button",
            class: "link code",
            onclick: () => go({ ...query, subject: one.subject }),
          },
          one.subject,
        ),
        named(one),
      ),
      one.reason
        ? el("span", { class: "reason name", dir: "auto" }, t("record.because", one.reason))
        : null,
      one.erased.length
        ? el(
            "span",
            { class: "quiet small" },
            t("record.erased", one.erased.map((key) => words("record.valueNames")[key]).join("、")),
          )
        : null,
      el(
        "details",
        {},
        el("summary", {}, t("record.details")),
        el(
          "p",
          { class: "quiet small" },
          [
            words("record.doors")[one.door] ?? one.door,
            words("record.accountRoles")[one.role] ?? one.role,
            one.version ? t("record.madeVersion", one.version) : "",
            words("record.actionKinds")[kind] ?? "",
          ]
            .filter(Boolean)
            .join(" · "),
        ),
        differs,
        el("p", { class: "code quiet small" }, one.sha256),
        reaches(session, "admin") && one.action !== "audit.erase"
          ? el(
              "button",
              { type: "button", class: "tool erase", onclick: () => eraseForm(one, again) },
              t("record.erase"),
            )
          : null,
      ),
    ),
  );
}

/** Whom or what an entry is about, in a word. */
function named(one) {
  const names = new Set(
    [one.before?.name, one.after?.name].filter((word) => typeof word === "string" && word),
  );
  const grid = one.after?.grid_name ?? one.before?.grid_name;
  const shown = [...names].join(" → ");
  return shown || grid
    ? el("span", { class: "name", dir: "auto" }, [grid, shown].filter(Boolean).join(" · "))
    : null;
}

function eraseForm(one, again) {
  const values = ["who", "reason", "before", "after"].filter(
    (key) => one[key] !== null && one[key] !== undefined,
  );
  const boxes = Object.fromEntries(
    values.map((key) => [
      key,
      checkField(
        `${words("record.valueNames")[key]}：${told(key, one[key]).slice(0, 80)}`,
        key === "before" || key === "after",
      ),
    ]),
  );
  const reason = reasonField();
  editDialog(
    t("record.eraseTitle"),
    [
      el("p", { class: "says" }, t("record.eraseSays", one.number)),
      ...Object.values(boxes).map((box) => box.node),
      reason.node,
    ],
    {
      label: t("record.erase"),
      danger: true,
      fields: { reason },
      act: async () => {
        const fields = values.filter((key) => boxes[key].input.checked);
        reason.wrong(
          !reason.input.value.trim()
            ? t("record.missing")
            : !fields.length
              ? t("record.eraseWhich")
              : "",
        );
        if (!fields.length || !reason.input.value.trim()) return false;
        await api("POST", `/audit/${one.number}/erase`, { fields, reason: reason.input.value });
        again();
        return true;
      },
    },
  );
}

function step(label, possible, act) {
  return el("button", { type: "button", class: "tool", disabled: !possible, onclick: act }, label);
}
