/** From a draft to a division in force: submit, comments, approve, public notice, publish. */

import { api } from "../core/api.js";
import { dialog, labelled } from "../core/dialog.js";
import { el, name } from "../core/dom.js";
import { dayFromNow, moment } from "../core/format.js";
import { inLanguage, t, words } from "../core/words.js";
import { settleOutdated } from "./conflicts.js";
import { row } from "./findings.js";

export function reviewPanel(app) {
  const { plan } = app;
  return el(
    "div",
    { class: "plan-stack" },
    path(plan),
    plan.outdated ? outdated(app) : null,
    ...stageOf(app),
    noticeOf(app),
    comments(app),
  );
}

/** Where the plan is on its way. */
function path(plan) {
  const at = {
    draft: 0,
    returned: 0,
    submitted: 1,
    approved: plan.review.notice ? 3 : 2,
    published: 4,
    withdrawn: -1,
  }[plan.state];
  const { review } = plan;
  const who = [
    plan.author,
    review.submitted_by,
    review.approved_by,
    review.notice ? `${review.notice.from} – ${review.notice.until}` : "",
    plan.effective_from,
  ];
  return el(
    "ol",
    { class: "plan-path plain" },
    ...words("plan.review.steps").map((step, i) =>
      el(
        "li",
        {
          class: i < at || plan.state === "published" ? "is-done" : i === at ? "is-now" : "",
          "aria-current": i === at ? "step" : null,
        },
        el("b", {}, step),
        el(
          "small",
          { class: "quiet" },
          i <= at && who[i]
            ? name(String(who[i]))
            : i === 3 && i > at
              ? t("plan.review.optional")
              : "",
        ),
      ),
    ),
  );
}

function outdated(app) {
  return el(
    "div",
    { class: "notice" },
    el("p", {}, t("plan.outdatedTitle")),
    el(
      "button",
      { type: "button", class: "tool", onclick: () => settleOutdated(app) },
      t("plan.outdatedSettle"),
    ),
  );
}

function stageOf(app) {
  const { plan } = app;
  const { review } = plan;
  const nodes = [];
  if (plan.state === "returned" && review.returned_reason)
    nodes.push(
      el(
        "div",
        { class: "notice" },
        el(
          "p",
          {},
          el("b", {}, t("plan.review.by", t("plan.review.return"), review.returned_by ?? "")),
        ),
        el("p", {}, name(review.returned_reason)),
      ),
    );
  for (const [by, note] of [
    [review.submitted_by, review.submitted_note],
    [review.approved_by, review.approved_note],
  ]) {
    if (by && note && !app.canEdit())
      nodes.push(
        el(
          "div",
          { class: "plan-note-of" },
          el("small", { class: "quiet" }, name(by)),
          el("p", {}, name(note)),
        ),
      );
  }
  if (app.canEdit()) nodes.push(submitForm(app));
  if (plan.state === "submitted") nodes.push(...judge(app));
  if (app.may("publish") && plan.state === "approved") nodes.push(publishForm(app));
  if (plan.state === "published")
    nodes.push(
      el(
        "p",
        { class: "notice notice-done" },
        t("plan.review.published", plan.published_version, plan.effective_from),
      ),
    );
  return nodes;
}

function blocking(app) {
  return app.plan.findings.filter(
    (f) => !f.waived && (f.severity === "hard" || (f.severity === "soft" && f.touched)),
  );
}

function submitForm(app) {
  const stop = blocking(app);
  const note = el("textarea", { rows: 2, maxlength: 500, "data-key": "submit-note" });
  const send = async () => {
    const answer = await app.ask(
      "POST",
      "/submit",
      note.value.trim() ? { note: note.value.trim() } : {},
    );
    if (answer) app.take(answer.body);
  };
  return el(
    "section",
    { class: "plan-stack plan-now" },
    el(
      "p",
      {},
      stop.length
        ? t("plan.review.blocked", stop.length)
        : app.plan.steps
          ? t("plan.review.canSubmit")
          : t("plan.stepsNone"),
    ),
    stop.length
      ? el("ul", { class: "plan-findings plain" }, ...stop.slice(0, 30).map((f) => row(app, f)))
      : null,
    labelled(t("plan.review.submitNote"), note),
    el(
      "button",
      {
        type: "button",
        class: "tool tool-main",
        disabled: !app.plan.steps || stop.length > 0,
        "data-key": "submit",
        onclick: send,
      },
      t("plan.review.submit"),
    ),
  );
}

function judge(app) {
  const note = el("textarea", { rows: 2, maxlength: 500, "data-key": "approve-note" });
  const act = async (way, body) => {
    const answer = await app.ask("POST", way, body);
    if (answer) app.take(answer.body);
    return Boolean(answer);
  };
  const back = () => {
    const reason = el("textarea", { rows: 3, maxlength: 500 });
    dialog(t("plan.review.return"), labelled(t("plan.review.returnReason"), reason), [
      { label: t("plan.cancel") },
      {
        label: t("plan.review.return"),
        main: true,
        act: () => (reason.value.trim() ? act("/return", { reason: reason.value.trim() }) : false),
      },
    ]);
  };
  if (!app.may("approve") && !app.may("return"))
    return [
      el(
        "p",
        { class: "notice" },
        app.plan.review.submitted_by === app.session.name
          ? t("plan.review.approveOther")
          : t("plan.review.waiting"),
      ),
    ];
  return [
    el(
      "section",
      { class: "plan-stack plan-now" },
      labelled(t("plan.review.approveNote"), note),
      el(
        "div",
        { class: "row" },
        app.may("approve")
          ? el(
              "button",
              {
                type: "button",
                class: "tool tool-main",
                "data-key": "approve",
                onclick: () =>
                  act("/approve", note.value.trim() ? { note: note.value.trim() } : {}),
              },
              t("plan.review.approve"),
            )
          : el("p", { class: "quiet small" }, t("plan.review.approveOther")),
        app.may("return")
          ? el(
              "button",
              { type: "button", class: "tool", "data-key": "return", onclick: back },
              t("plan.review.return"),
            )
          : null,
      ),
    ),
  ];
}

function publishForm(app) {
  const day = el("input", {
    type: "date",
    value: dayFromNow(),
    min: dayFromNow(),
    "data-key": "effective",
  });
  const scheduled = el("p", { class: "quiet small", hidden: true });
  api("GET", "/divisions").then(
    ({
      body: {
        divisions: [newest],
      },
    }) => {
      if (!(newest?.effective_from > dayFromNow())) return;
      if (day.value < newest.effective_from) day.value = newest.effective_from;
      day.min = newest.effective_from;
      scheduled.textContent = t("plan.review.scheduled", newest.version, newest.effective_from);
      scheduled.hidden = false;
    },
    () => {},
  );
  const reason = el("textarea", { rows: 2, maxlength: 500 }, app.plan.reason ?? "");
  const send = () =>
    dialog(t("plan.review.publish"), el("p", {}, t("plan.review.confirmPublish", day.value)), [
      { label: t("plan.cancel") },
      {
        label: t("plan.review.publishDo"),
        main: true,
        act: async () => {
          const answer = await app.ask("POST", "/publish", {
            effective_from: day.value,
            reason: reason.value.trim(),
          });
          if (answer) app.take(answer.body.plan);
        },
      },
    ]);
  return el(
    "section",
    { class: "plan-stack plan-now" },
    el("h3", {}, t("plan.review.publish")),
    labelled(t("plan.review.effective"), day),
    scheduled,
    labelled(t("plan.review.publishReason"), reason),
    el(
      "button",
      { type: "button", class: "tool tool-main", "data-key": "publish", onclick: send },
      t("plan.review.publishDo"),
    ),
  );
}

function noticeOf(app) {
  const { notice } = app.plan.review;
  if (notice) {
    return el(
      "section",
      { class: "plan-stack is-tight" },
      el("h3", {}, t("plan.review.notice")),
      el("p", {}, `${notice.from} – ${notice.until}`),
      notice.text ? el("p", { class: "quiet" }, name(notice.text)) : null,
      el(
        "div",
        { class: "row" },
        el(
          "a",
          {
            class: "tool",
            href: notice.url ?? `/notices/${app.id}`,
            target: "_blank",
            rel: "noopener",
          },
          t("plan.review.noticeOpen"),
        ),
        app.may("notice")
          ? el(
              "button",
              {
                type: "button",
                class: "tool",
                onclick: async () => {
                  const answer = await app.ask("DELETE", "/notice");
                  if (answer) app.take(answer.body);
                },
              },
              t("plan.review.noticeDown"),
            )
          : null,
      ),
    );
  }
  if (!app.may("notice") || app.plan.state !== "approved") return null;
  const from = el("input", { type: "date", value: dayFromNow(), "data-key": "notice-from" });
  const until = el("input", { type: "date", value: dayFromNow(7) });
  const text = el("textarea", { rows: 2, maxlength: 2000 });
  const contact = el("input", { maxlength: 200 });
  return el(
    "details",
    {},
    el(
      "summary",
      {},
      el("b", {}, t("plan.review.notice")),
      " ",
      el("small", { class: "quiet" }, t("plan.review.optional")),
    ),
    el(
      "div",
      { class: "plan-stack plan-under" },
      labelled(t("plan.review.noticeFrom"), from),
      labelled(t("plan.review.noticeUntil"), until),
      labelled(t("plan.review.noticeText"), text),
      labelled(t("plan.review.noticeContact"), contact),
      el(
        "button",
        {
          type: "button",
          class: "tool tool-main",
          "data-key": "notice",
          onclick: async () => {
            const answer = await app.ask("POST", "/notice", {
              from: from.value,
              until: until.value,
              text: text.value.trim(),
              contact: contact.value.trim(),
            });
            if (answer) app.take(answer.body);
          },
        },
        t("plan.review.noticePut"),
      ),
    ),
  );
}

function comments(app) {
  const text = el("textarea", {
    rows: 2,
    maxlength: 2000,
    "data-key": "comment",
    placeholder: t("plan.review.comment"),
  });
  const [grid] = app.selected();
  const send = async () => {
    if (!text.value.trim()) return text.focus();
    const body = { text: text.value.trim() };
    if (grid) {
      body.grid = grid.id;
      body.place = app.model.frame
        .degrees(app.model.frame.metres(grid.label))
        .map((v) => Math.round(v * 1e7) / 1e7);
    }
    const answer = await app.ask("POST", "/comments", body, { free: true });
    return answer && app.take(answer.body);
  };
  return el(
    "section",
    { class: "plan-stack is-tight" },
    el("h3", {}, t("plan.review.comments")),
    el(
      "ul",
      { class: "plan-comments plain" },
      ...app.plan.comments.map((one) =>
        el(
          "li",
          {},
          el("small", { class: "quiet" }, t("plan.review.by", one.author, moment(one.at))),
          el("p", {}, name(inLanguage(one.text))),
          one.grid && app.grid(one.grid)
            ? el(
                "button",
                { type: "button", class: "plan-link", onclick: () => app.showGrid(one.grid) },
                t("plan.review.atGrid", app.grid(one.grid).name),
              )
            : null,
        ),
      ),
    ),
    app.may("comment")
      ? el(
          "div",
          { class: "plan-stack is-tight" },
          text,
          grid ? el("small", { class: "quiet" }, t("plan.review.atGrid", grid.name)) : null,
          el(
            "div",
            {},
            el(
              "button",
              { type: "button", class: "tool", "data-key": "comment-send", onclick: send },
              t("plan.review.send"),
            ),
          ),
        )
      : null,
  );
}
