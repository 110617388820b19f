/** Somebody, or a grid, with the duties now, planned and before. */

import { api } from "../core/api.js";
import { el, fill, name } from "../core/dom.js";
import { daysOf } from "../core/edit-dialog.js";
import { shown } from "../core/edit-values.js";
import { fieldLabel } from "../core/field-labels.js";
import { failure } from "../core/shell.js";
import { t, words } from "../core/words.js";
import {
  appoint,
  editPerson,
  endDuty,
  handOver,
  leaveOffice,
  withdrawDuty,
} from "./people-forms.js";
import { remarks } from "./people-tabs.js";

const PUBLIC = ["office_phone", "organisation"];
const PERSONAL = ["mobile", "public_mobile", "consent", "party_member"];

/**
 * @param {HTMLElement} node where it goes
 * @param {string} id
 * @param {{openPerson: (id: string) => void, openGrid: (code: string) => void, again: () => void}} ways
 * @param {any[]} [found] remarks about what was just done
 */
export async function showPerson(node, id, ways, found = []) {
  const person = await asked(node, `/people/${encodeURIComponent(id)}`);
  if (!person) return;
  const done = (remarked) => {
    ways.again();
    showPerson(node, id, ways, remarked);
  };
  const current = person.duties.some((one) => one.state !== "before");
  fill(
    node,
    el(
      "section",
      { class: "card person" },
      el(
        "div",
        { class: "subject" },
        name(person.name, "h2"),
        el("span", { class: "code quiet" }, person.id),
      ),
      remarks(found),
      person.editable ? null : el("p", { class: "notice notice-none" }, t("record.readOnly")),
      el(
        "dl",
        { class: "facts" },
        ...[...PUBLIC, ...(person.editable ? PERSONAL : [])].flatMap((key) => [
          el("dt", {}, fieldLabel("people", key)),
          el("dd", {}, shown(key, person[key])),
        ]),
      ),
      person.editable
        ? el(
            "div",
            { class: "row" },
            act("record.edit", () => editPerson(person, done), "edit-person"),
            act("record.appoint", () => appoint({ person }, done), "appoint"),
            current ? act("record.leave", () => leaveOffice(person, done), "leave") : null,
          )
        : el("p", { class: "quiet small" }, t("record.hidden")),
    ),
    el(
      "section",
      { class: "card" },
      ...states(
        person.duties,
        (duty) =>
          el(
            "span",
            {},
            duty.grid
              ? link(`${duty.grid.name}`, () => ways.openGrid(duty.grid.code))
              : name(
                  duty.lost_grid ? t("record.lostGrid", duty.lost_grid) : t("record.subdistrict"),
                ),
            " ",
            el("b", {}, duty.role_title),
            duty.grid ? el("span", { class: "quiet small" }, ` ${duty.grid.code}`) : null,
          ),
        done,
      ),
    ),
  );
  arrive(node);
}

/** A grid (code "" is the subdistrict) and who served, serves and will serve on it. */
export async function showGrid(node, code, ways, found = []) {
  const body = await asked(node, `/duties?grid=${encodeURIComponent(code)}`);
  if (!body) return;
  const { grid } = body;
  const done = (remarked) => {
    ways.again();
    showGrid(node, code, ways, remarked);
  };
  fill(
    node,
    el(
      "section",
      { class: "card grid" },
      el(
        "div",
        { class: "subject" },
        name(grid ? grid.name : t("record.subdistrict"), "h2"),
        grid ? el("span", { class: "code quiet" }, grid.code) : null,
        grid ? el("span", { class: "tag tag-quiet" }, words("record.levels")[grid.level]) : null,
      ),
      grid?.within.length ? el("p", { class: "quiet" }, grid.within.join(" · ")) : null,
      grid?.households != null
        ? el("p", { class: "quiet" }, t("record.households", grid.households))
        : null,
      remarks(found),
      grid && !grid.leader ? el("p", { class: "notice" }, t("record.withoutLeader")) : null,
      body.editable
        ? el(
            "div",
            { class: "row" },
            act(
              "record.appoint",
              () => appoint({ grid, role: grid && !grid.leader ? "grid_leader" : "" }, done),
              "appoint",
            ),
          )
        : el("p", { class: "notice notice-none" }, t("record.readOnly")),
    ),
    el(
      "section",
      { class: "card" },
      ...states(
        body.duties,
        (duty) =>
          el(
            "span",
            {},
            link(duty.person.name || duty.person.id, () => ways.openPerson(duty.person.id)),
            " ",
            el("b", {}, duty.role_title),
          ),
        done,
      ),
    ),
  );
  arrive(node);
}

/** Let the keyboard go on from here; on a phone the card replaces the list. */
export function arrive(node) {
  node.focus({ preventScroll: true });
  if (matchMedia("(max-width: 820px)").matches) scrollTo(0, 0);
}

async function asked(node, path) {
  try {
    return (await api("GET", path)).body;
  } catch (problem) {
    fill(node, failure(problem));
    return null;
  }
}

function states(duties, told, done) {
  if (!duties.length) return [el("p", { class: "quiet" }, t("record.noDuties"))];
  return [
    ["now", "record.dutiesNow"],
    ["later", "record.dutiesLater"],
    ["before", "record.dutiesBefore"],
  ].flatMap(([state, title]) => {
    const some = duties.filter((duty) => duty.state === state);
    return some.length
      ? [
          el("h2", {}, t(title)),
          el(
            "div",
            { class: `duties is-${state}` },
            ...some.map((duty) => line(duty, told(duty), done)),
          ),
        ]
      : [];
  });
}

function line(duty, what, done) {
  return el(
    "div",
    { class: `duty is-${duty.state}`, "data-duty": duty.id },
    what,
    el("span", { class: "duty-days" }, daysOf(duty)),
    duty.editable && duty.state !== "before"
      ? el("span", { class: "duty-acts" }, ...acts(duty, done))
      : null,
  );
}

function acts(duty, done) {
  if (duty.state === "later")
    return [act("record.withdraw", () => withdrawDuty(duty, done), "withdraw")];
  return [
    act("record.handOver", () => handOver(duty, done), "hand-over"),
    act("record.end", () => endDuty(duty, done), "end"),
  ];
}

function act(label, choose, kind) {
  return el("button", { type: "button", class: `tool ${kind}`, onclick: choose }, t(label));
}

function link(text, choose) {
  return el("button", { type: "button", class: "link name", dir: "auto", onclick: choose }, text);
}
