/** All accounts, for administrators: add, role, grids, disable, reset. */

import { api } from "../core/api.js";
import { el, name } from "../core/dom.js";
import { failure, field, shell } from "../core/shell.js";
import { table } from "../core/table.js";
import { t, words } from "../core/words.js";
import { secretNotice } from "./account-keys.js";
import { momentOf } from "./format.js";
import { passwordField } from "./password-field.js";

const { main, session, allowed } = await shell({
  title: t("account.users"),
  current: "users",
  needs: "admin",
});
const told = el("div", { "aria-live": "polite" });
const list = el("section", { class: "card" });

if (allowed) {
  main.append(told, addCard(), list);
  await show();
}

function say(...nodes) {
  told.replaceChildren(...nodes);
  window.scrollTo({ top: 0 });
}

async function show() {
  try {
    const { body } = await api("GET", "/users");
    list.replaceChildren(
      el("h2", {}, `${t("account.users")}（${body.users.length}）`),
      table(
        [t("account.name"), t("account.role"), t("account.scope"), t("account.lastSignIn"), ""],
        body.users.map(row),
        "is-stacked",
      ),
    );
  } catch (problem) {
    say(failure(problem));
  }
}

function scopeText(scope) {
  if (scope === null) return t("account.whole");
  return scope.length ? scope.map((g) => g.name || g.code).join("、") : t("account.none");
}

function row(user) {
  const mine = user.name === session.name;
  const marks = [
    mine && el("span", { class: "tag tag-quiet" }, t("account.you")),
    user.disabled && el("span", { class: "tag tag-error" }, t("account.disabled")),
    user.must_change_password && el("span", { class: "tag" }, t("account.oneTime")),
  ];
  const tools = mine
    ? []
    : [
        el(
          "button",
          { class: "tool", type: "button", onclick: () => edit(user) },
          t("account.edit"),
        ),
        el(
          "button",
          { class: "tool", type: "button", onclick: () => reset(user) },
          t("account.reset"),
        ),
        el(
          "button",
          {
            class: `tool${user.disabled ? "" : " tool-danger"}`,
            type: "button",
            onclick: () => able(user),
          },
          t(user.disabled ? "account.enable" : "account.disable"),
        ),
      ];
  return el(
    "tr",
    {},
    el("td", { "data-label": t("account.name") }, el("b", {}, name(user.name)), " ", ...marks),
    el("td", { "data-label": t("account.role") }, user.role_title),
    el("td", { "data-label": t("account.scope") }, scopeText(user.scope)),
    el("td", { "data-label": t("account.lastSignIn") }, momentOf(user.signed_in_at)),
    el("td", {}, el("div", { class: "row" }, ...tools)),
  );
}

// --- forms -----------------------------------------------------------------------------------------

function roleAndScope(user = null) {
  const role = field(
    t("account.role"),
    el(
      "select",
      {},
      ...Object.entries(words("account.roles")).map(([key, label]) =>
        el(
          "option",
          { value: key, selected: key === user?.role },
          `${label}：${words("account.roleNotes")[key]}`,
        ),
      ),
    ),
  );
  const scope = field(
    t("account.scope"),
    el("input", { value: (user?.scope ?? []).map((g) => g.code).join(" "), inputmode: "numeric" }),
    t("account.scopeHint"),
  );
  const values = () => {
    const codes = scope.input.value.split(/[\s,，、;；]+/).filter(Boolean);
    return { role: role.input.value, scope: codes.length ? codes : null };
  };
  return { fields: { role, scope }, nodes: [role.node, scope.node], values };
}

function addCard() {
  const who = field(
    t("account.name"),
    el("input", { required: true, maxlength: 40, autocomplete: "off", spellcheck: "false" }),
    t("account.userNameHint"),
  );
  const more = roleAndScope();
  const form = el(
    "form",
    { class: "form is-two", onsubmit: add },
    who.node,
    ...more.nodes,
    el(
      "div",
      { class: "is-whole" },
      el("button", { class: "tool tool-main", type: "submit" }, t("account.addUser")),
    ),
  );
  return el("section", { class: "card" }, el("h2", {}, t("account.addUser")), form);

  async function add(event) {
    event.preventDefault();
    await tried({ name: who, ...more.fields }, async () => {
      const { body } = await confirmed("POST", "/users", {
        name: who.input.value.trim(),
        ...more.values(),
      });
      form.reset();
      await show();
      say(secretNotice(t("account.once"), body.one_time_password, t("account.added", body.name)));
    });
  }
}

function edit(user) {
  const more = roleAndScope(user);
  const dialog = el(
    "dialog",
    { class: "dialog", onclose: () => dialog.remove() },
    el(
      "form",
      { class: "form", onsubmit: save },
      el("h2", {}, name(user.name)),
      ...more.nodes,
      el(
        "div",
        { class: "row" },
        el("button", { class: "tool tool-main", type: "submit" }, t("account.save")),
        el(
          "button",
          { class: "tool", type: "button", onclick: () => dialog.close() },
          t("account.cancel"),
        ),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();

  async function save(event) {
    event.preventDefault();
    await tried(
      more.fields,
      async () => {
        await confirmed("PATCH", address(user), more.values());
        dialog.close();
        await show();
      },
      () => dialog.close(),
    );
  }
}

async function reset(user) {
  if (!(await sure(t("account.resetSure", user.name)))) return;
  await tried({}, async () => {
    const { body } = await confirmed("POST", `${address(user)}/password`, {});
    await show();
    say(secretNotice(t("account.once"), body.one_time_password, t("account.resetDone", user.name)));
  });
}

async function able(user) {
  if (!user.disabled && !(await sure(t("account.disableSure", user.name)))) return;
  await tried({}, async () => {
    await confirmed("PATCH", address(user), { disabled: !user.disabled });
    await show();
  });
}

function address(user) {
  return `/users/${encodeURIComponent(user.name)}`;
}

/** Change an account; one's own password is asked for where the sign-in was long ago. */
async function confirmed(method, path, body) {
  let password = null;
  for (;;) {
    try {
      return await api(method, path, password === null ? body : { ...body, password });
    } catch (problem) {
      if (problem.field !== "password") throw problem;
      password = await ownPassword(password === null ? "" : problem.message);
      if (password === null) throw problem;
    }
  }
}

/** @returns {Promise<string|null>} one's own password; null where nobody wants to give it */
function ownPassword(wrong) {
  return new Promise((resolve) => {
    const secret = passwordField(t("account.ownPassword"), "current-password");
    if (wrong) secret.wrong(wrong);
    let given = null;
    const dialog = el(
      "dialog",
      {
        class: "dialog",
        onclose: () => {
          resolve(given);
          dialog.remove();
        },
      },
      el(
        "form",
        {
          class: "form",
          onsubmit: (event) => {
            event.preventDefault();
            given = secret.input.value;
            dialog.close();
          },
        },
        el("p", {}, t("account.ownPasswordWhy")),
        secret.node,
        el(
          "div",
          { class: "row" },
          el("button", { class: "tool tool-main", type: "submit" }, t("account.goOn")),
          el(
            "button",
            { class: "tool", type: "button", onclick: () => dialog.close() },
            t("account.cancel"),
          ),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
    secret.input.focus();
  });
}

/** Do something, and show what is wrong at its field, or above the cards. */
async function tried(fields, work, before = () => {}) {
  for (const one of Object.values(fields)) one.wrong("");
  try {
    await work();
  } catch (problem) {
    const at = fields[problem.field];
    if (at) {
      at.wrong(problem.message);
      at.input.focus();
      return;
    }
    before();
    say(failure(problem));
  }
}

/** @returns {Promise<boolean>} whether the person is sure */
function sure(text) {
  return new Promise((resolve) => {
    const dialog = el(
      "dialog",
      {
        class: "dialog",
        onclose: () => {
          resolve(dialog.returnValue === "yes");
          dialog.remove();
        },
      },
      el("p", {}, text),
      el(
        "div",
        { class: "row" },
        el(
          "button",
          { class: "tool tool-danger", type: "button", onclick: () => dialog.close("yes") },
          t("account.yes"),
        ),
        el(
          "button",
          { class: "tool", type: "button", onclick: () => dialog.close("no") },
          t("account.cancel"),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
