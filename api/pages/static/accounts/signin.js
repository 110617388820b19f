/** Signing in: name and password, and on to where one wanted to go. */

import { api } from "../core/api.js";
import { el, name } from "../core/dom.js";
import { nextPage } from "../core/own-page.js";
import { failure, field, shell } from "../core/shell.js";
import { t } from "../core/words.js";
import { passwordField } from "./password-field.js";

const { main, session } = await shell({ title: t("account.signIn"), width: "narrow" });

if (session.signed_in) main.append(alreadyIn());
else main.append(form());

function alreadyIn() {
  return el(
    "section",
    { class: "card" },
    el("p", {}, t("account.already", session.name)),
    el("p", {}, el("a", { class: "tool tool-main", href: wanted(session) }, t("account.goOn"))),
  );
}

function form() {
  const who = field(
    t("account.name"),
    el("input", {
      name: "username",
      autocomplete: "username",
      required: true,
      maxlength: 40,
      autocapitalize: "none",
      spellcheck: "false",
    }),
  );
  const secret = passwordField(t("account.password"), "current-password");
  const told = el("div", {});
  const send = el("button", { class: "tool tool-main", type: "submit" }, t("account.signIn"));
  const node = el(
    "form",
    { class: "card form", onsubmit: submit },
    told,
    who.node,
    secret.node,
    send,
    el("p", { class: "quiet small" }, t("account.signInHint")),
  );
  queueMicrotask(() => who.input.focus());
  return node;

  async function submit(event) {
    event.preventDefault();
    send.disabled = true;
    told.replaceChildren();
    try {
      const { body } = await api("POST", "/session", {
        name: who.input.value,
        password: secret.input.value,
      });
      location.assign(wanted(body));
    } catch (problem) {
      told.replaceChildren(refused(problem));
      send.disabled = false;
      secret.input.select();
      secret.input.focus();
    }
  }
}

/** What is wrong, without the offer to sign in: one is at it. */
function refused(problem) {
  return problem.status === 401
    ? el("div", { class: "notice notice-error", role: "alert" }, el("p", {}, name(problem.message)))
    : failure(problem);
}

/** Where to go: to change a one-time password, where one came from, or to the desk. */
function wanted(who) {
  const next = nextPage();
  return who.must_change_password ? `/account?next=${encodeURIComponent(next)}` : next;
}
