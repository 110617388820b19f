/** One's own account: password, devices, API keys. */

import { api } from "../core/api.js";
import { el, name } from "../core/dom.js";
import { nextPage } from "../core/own-page.js";
import { done, failure, shell } from "../core/shell.js";
import { table } from "../core/table.js";
import { t } from "../core/words.js";
import { keysCard } from "./account-keys.js";
import { momentOf } from "./format.js";
import { passwordField } from "./password-field.js";

const { main, session } = await shell({
  title: t("account.account"),
  needs: "staff",
  current: "account",
});
const told = el("div", { "aria-live": "polite" });

if (session.signed_in) {
  main.append(told);
  if (session.must_change_password) main.append(passwordCard(true));
  else await show();
}

async function show() {
  try {
    const { body } = await api("GET", "/me");
    main.replaceChildren(
      main.firstChild,
      told,
      whoCard(body),
      passwordCard(false),
      sessionsCard(body.sessions),
      keysCard(body, say, show),
    );
  } catch (problem) {
    say(failure(problem));
  }
}

/** @param {...Node} nodes what the reader is told above the cards */
function say(...nodes) {
  told.replaceChildren(...nodes);
}

function whoCard(me) {
  const scope =
    me.scope === null
      ? t("account.whole")
      : me.scope.length
        ? me.scope.map((g) => `${g.code} ${g.name}`.trim()).join("、")
        : t("account.none");
  return el(
    "section",
    { class: "card" },
    el("h2", {}, name(me.name)),
    el("p", {}, el("span", { class: "quiet" }, `${t("account.role")}：`), me.role_title),
    el("p", {}, el("span", { class: "quiet" }, `${t("account.scope")}：`), scope),
  );
}

function passwordCard(must) {
  const old = passwordField(
    t(must ? "account.oneTimePassword" : "account.oldPassword"),
    "current-password",
  );
  const fresh = passwordField(t("account.newPassword"), "new-password", t("account.newHint"));
  const again = passwordField(t("account.newAgain"), "new-password");
  const fields = { password: old, new_password: fresh };
  const keep = el("input", { type: "checkbox" });
  const send = el("button", { class: "tool tool-main", type: "submit" }, t("account.save"));
  if (must) queueMicrotask(() => old.input.focus());
  return el(
    "form",
    { class: "card form", onsubmit: submit },
    el("h2", {}, t("account.changePassword")),
    must ? el("p", { class: "notice" }, t("account.mustChange")) : null,
    el("input", {
      type: "text",
      name: "username",
      autocomplete: "username",
      value: session.name,
      hidden: true,
    }),
    old.node,
    fresh.node,
    again.node,
    must ? null : el("label", { class: "check small" }, keep, t("account.keepKeys")),
    el("div", {}, send),
  );

  async function submit(event) {
    event.preventDefault();
    for (const one of [old, fresh, again]) one.wrong("");
    if (fresh.input.value !== again.input.value) {
      again.wrong(t("account.differ"));
      again.input.focus();
      return;
    }
    send.disabled = true;
    try {
      await api("POST", "/me/password", {
        password: old.input.value,
        new_password: fresh.input.value,
        keep_keys: keep.checked,
      });
      if (must) return location.assign(nextPage());
      event.target.reset();
      await show();
      say(done(t("account.changed")));
    } catch (problem) {
      const at = fields[problem.field];
      if (at) at.wrong(problem.message);
      else say(failure(problem));
      at?.input.focus();
    } finally {
      send.disabled = false;
    }
  }
}

function sessionsCard(sessions) {
  const keysToo = el("input", { type: "checkbox" });
  const rows = sessions.map((one) =>
    el(
      "tr",
      {},
      el(
        "td",
        { "data-label": t("account.device") },
        name(device(one.agent)),
        " ",
        one.this ? el("span", { class: "tag tag-sure" }, t("account.thisOne")) : null,
      ),
      el("td", { "data-label": t("account.since") }, momentOf(one.created_at)),
      el("td", { "data-label": t("account.lastSeen") }, momentOf(one.seen_at)),
      el(
        "td",
        {},
        one.this
          ? ""
          : el(
              "button",
              {
                class: "tool",
                type: "button",
                onclick: () => act("DELETE", `/me/sessions/${one.id}`),
              },
              t("account.end"),
            ),
      ),
    ),
  );
  return el(
    "section",
    { class: "card" },
    el("h2", {}, t("account.sessions")),
    table([t("account.device"), t("account.since"), t("account.lastSeen"), ""], rows, "is-stacked"),
    el("p", { class: "quiet small" }, t("account.everywhereWhy")),
    el(
      "div",
      { class: "row" },
      el(
        "button",
        { class: "tool tool-danger", type: "button", onclick: everywhere },
        t("account.everywhere"),
      ),
      el("label", { class: "check small" }, keysToo, t("account.keysToo")),
    ),
  );

  async function everywhere() {
    if (await act("POST", "/me/sign-out-everywhere", { keys: keysToo.checked }, false))
      location.assign("/signin");
  }
}

async function act(method, path, body = undefined, again = true) {
  try {
    await api(method, path, body);
    if (again) await show();
    return true;
  } catch (problem) {
    say(failure(problem));
    return false;
  }
}

/** What a browser calls itself, in short. */
function device(agent) {
  const browser = /(Edg|Firefox|Chrome|Safari|MicroMessenger)\/?/.exec(agent)?.[1] ?? "";
  const system = /(Windows|Android|iPhone|iPad|Macintosh|HarmonyOS|Linux)/.exec(agent)?.[1] ?? "";
  const known = { Edg: "Edge", MicroMessenger: "微信", Macintosh: "Mac" };
  return (
    [known[browser] ?? browser, known[system] ?? system].filter(Boolean).join(" · ") ||
    agent.slice(0, 60) ||
    "?"
  );
}
