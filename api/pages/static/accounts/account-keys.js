/** API keys: made, shown once, revoked. */

import { api } from "../core/api.js";
import { el, name } from "../core/dom.js";
import { failure, field } from "../core/shell.js";
import { table } from "../core/table.js";
import { t, words } from "../core/words.js";
import { momentOf } from "./format.js";

/**
 * @param {any} me the answer of GET /me
 * @param {(...nodes: Node[]) => void} say
 * @param {() => Promise<void>} again shows the page anew
 */
export function keysCard(me, say, again) {
  return el(
    "section",
    { class: "card" },
    el("h2", {}, t("account.keys")),
    el("p", { class: "quiet small" }, t("account.keysWhy")),
    me.keys.length ? list(me.keys) : el("p", {}, t("account.noKeys")),
    el("details", {}, el("summary", {}, t("account.newKey")), form()),
  );

  function list(keys) {
    return table(
      [t("account.keyName"), t("account.keyScopes"), t("account.until"), t("account.used"), ""],
      keys.map(row),
      "is-stacked",
    );
  }

  function row(key) {
    const scopes = key.scopes.map((s) => words("account.scopes")[s] ?? s).join("、");
    return el(
      "tr",
      {},
      el(
        "td",
        { "data-label": t("account.keyName") },
        name(key.name),
        " ",
        el("span", { class: "code quiet" }, key.id),
      ),
      el("td", { "data-label": t("account.keyScopes") }, scopes),
      el(
        "td",
        { "data-label": t("account.until") },
        key.expires_at ? momentOf(key.expires_at) : t("account.days.0"),
      ),
      el("td", { "data-label": t("account.used") }, momentOf(key.used_at)),
      el(
        "td",
        {},
        key.revoked_at
          ? el("span", { class: "tag tag-quiet" }, t("account.revoked"))
          : el(
              "button",
              { class: "tool", type: "button", onclick: () => revoke(key) },
              t("account.revoke"),
            ),
      ),
    );
  }

  async function revoke(key) {
    try {
      await api("DELETE", `/me/keys/${key.id}`);
      await again();
    } catch (problem) {
      say(failure(problem));
    }
  }

  function form() {
    const what = field(
      t("account.keyName"),
      el("input", { required: true, maxlength: 60 }),
      t("account.keyNameHint"),
    );
    const boxes = me.scopes.map((scope) => [
      scope,
      el("input", { type: "checkbox", checked: scope === "read" }),
    ]);
    const days = field(
      t("account.keyDays"),
      el(
        "select",
        {},
        ...["90", "30", "365", "0"].map((n) =>
          el("option", { value: n }, words("account.days")[n]),
        ),
      ),
    );
    const fields = { name: what, days };
    return el(
      "form",
      { class: "form", onsubmit: make },
      what.node,
      el(
        "fieldset",
        { class: "field" },
        el("legend", { class: "label" }, t("account.keyScopes")),
        el(
          "div",
          { class: "row" },
          ...boxes.map(([scope, box]) =>
            el("label", { class: "check" }, box, words("account.scopes")[scope] ?? scope),
          ),
        ),
      ),
      days.node,
      el("div", {}, el("button", { class: "tool tool-main", type: "submit" }, t("account.newKey"))),
    );

    async function make(event) {
      event.preventDefault();
      const scopes = boxes.filter(([, box]) => box.checked).map(([scope]) => scope);
      try {
        const { body } = await api("POST", "/me/keys", {
          name: what.input.value,
          scopes,
          days: Number(days.input.value) || null,
        });
        await again();
        say(secretNotice(t("account.keyMade"), body.key));
        window.scrollTo({ top: 0 });
      } catch (problem) {
        if (fields[problem.field]) fields[problem.field].wrong(problem.message);
        else say(failure(problem));
      }
    }
  }
}

/** A secret that is shown once, with a button that copies it. */
export function secretNotice(text, secret, lead = "") {
  const copied = el("span", { role: "status", class: "small" });
  const shown = el("span", { class: "code secret", tabindex: "0" }, secret);
  const copy = el("button", { class: "tool", type: "button", onclick: take }, t("account.copy"));
  return el(
    "div",
    { class: "notice notice-done", role: "status" },
    lead ? el("p", {}, el("b", {}, lead)) : null,
    el("p", {}, text),
    el("p", { class: "row" }, shown, copy, copied),
  );

  async function take() {
    try {
      await navigator.clipboard.writeText(secret);
      copied.textContent = t("account.copied");
    } catch {
      getSelection().selectAllChildren(shown);
    }
  }
}
