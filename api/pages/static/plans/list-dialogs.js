/** Dialogs of the list of plans: a new one, two compared, an old division restored. */

import { api } from "../core/api.js";
import { choice, dialog, labelled } from "../core/dialog.js";
import { el, fill } from "../core/dom.js";
import { dayFromNow } from "../core/format.js";
import { failure } from "../core/shell.js";
import { t } from "../core/words.js";

/**
 * Ask for what a new plan needs, make it and go there.
 * @param {any[]} versions the divisions it may be based on, the newest first
 */
export function newPlanDialog(versions) {
  const title = el("input", {
    maxlength: 100,
    placeholder: t("plan.list.titleHint"),
    required: true,
  });
  const reason = el("textarea", {
    rows: 3,
    maxlength: 500,
    placeholder: t("plan.list.reasonHint"),
  });
  const base = choice(
    versions.map((d) => [
      d.version,
      `${t("plan.list.baseOf", d.version)} · ${d.effective_from}${d.in_force ? ` · ${t("plan.list.inForce")}` : ""}`,
    ]),
    versions[0]?.version,
  );
  const wrong = el("div", {});
  dialog(
    t("plan.list.new"),
    [
      labelled(t("plan.planTitle"), title),
      labelled(t("plan.reason"), reason),
      versions.length ? labelled(t("plan.list.base"), base) : null,
      wrong,
    ].filter(Boolean),
    [
      { label: t("plan.cancel") },
      {
        label: t("plan.list.begin"),
        main: true,
        act: async () => {
          if (!title.value.trim()) {
            title.focus();
            return false;
          }
          try {
            const body = { title: title.value.trim(), reason: reason.value.trim() };
            if (base.value) body.base = Number(base.value);
            const { body: made } = await api("POST", "/plans", body);
            location.assign(`/desk/plans/${made.id}`);
            return true;
          } catch (problem) {
            fill(wrong, failure(problem));
            return false;
          }
        },
      },
    ],
  );
}

/**
 * Ask which two of the plans and divisions are to be compared, and go there.
 * @param {any[]} plans
 * @param {any[]} versions
 */
export function compareDialog(plans, versions) {
  const options = [
    ...plans.map((p) => [`plan:${p.id}`, p.title]),
    ...versions.map((d) => [
      `division:${d.version}`,
      `${t("plan.list.baseOf", d.version)} · ${d.effective_from}`,
    ]),
  ];
  const left = choice(options, options.at(-1)?.[0]);
  const right = choice(options, options[0]?.[0]);
  dialog(
    t("plan.list.compare"),
    [labelled(t("plan.list.left"), left), labelled(t("plan.list.right"), right)],
    [
      { label: t("plan.cancel") },
      {
        label: t("plan.list.doCompare"),
        main: true,
        act: () =>
          location.assign(
            `/desk/plans/compare?left=${encodeURIComponent(left.value)}&right=${encodeURIComponent(right.value)}`,
          ),
      },
    ],
  );
}

/**
 * Ask for the day and the reason, and publish an old division anew.
 * @param {any} division
 * @param {string} latest the day that the newest division takes effect
 * @param {(published: any) => Promise<void>} restored
 */
export function restoreDialog(division, latest, restored) {
  const first = latest > dayFromNow() ? latest : dayFromNow();
  const day = el("input", { type: "date", value: first, min: first });
  const reason = el("textarea", { rows: 3, maxlength: 500 });
  const wrong = el("div", {});
  dialog(
    t("plan.list.restoreTitle", division.version),
    [
      el("p", {}, t("plan.list.restoreText")),
      labelled(t("plan.list.effective"), day),
      labelled(t("plan.list.restoreReason"), reason),
      wrong,
    ],
    [
      { label: t("plan.cancel") },
      {
        label: t("plan.ok"),
        main: true,
        act: async () => {
          try {
            const { body } = await api("POST", `/divisions/${division.version}/restore`, {
              effective_from: day.value,
              reason: reason.value.trim(),
            });
            await restored(body.division);
            return true;
          } catch (problem) {
            fill(wrong, failure(problem));
            return false;
          }
        },
      },
    ],
  );
}
