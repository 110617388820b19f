/** The forms of people and duties. Each saves against the state it was opened on. */

import { api } from "../core/api.js";
import { findPeople, gridLine, personLine, picker } from "../core/combobox.js";
import { el } from "../core/dom.js";
import {
  checkField,
  choiceField,
  dayField,
  daysOf,
  editDialog,
  reasonField,
  saveOver,
} from "../core/edit-dialog.js";
import { fieldLabel } from "../core/field-labels.js";
import { dayBefore, dayFromNow } from "../core/format.js";
import { field } from "../core/shell.js";
import { t, words } from "../core/words.js";

const TEXTS = ["name", "office_phone", "mobile", "public_mobile", "organisation"];
const LEVELS = {
  leading_group_member: [0, 1],
  grid_office_staff: [0],
  grid_leader: [1, 2, 3],
  service_commissioner: [1, 2],
  social_worker: [1, 2],
  post_holder: [1, 2],
  volunteer: [1, 2, 3],
  residents_representative: [1, 2],
};

function hintOf(key) {
  if (key === "mobile") return t("record.mobileHint");
  return key === "public_mobile" ? t("record.publicMobileHint") : "";
}

function personFields(person) {
  const made = Object.fromEntries(
    TEXTS.map((key) => [
      key,
      field(
        fieldLabel("people", key),
        el("input", {
          type: key.endsWith("phone") || key.endsWith("mobile") ? "tel" : "text",
          value: person[key] ?? "",
          maxlength: 200,
          autocomplete: "off",
          name: key,
        }),
        hintOf(key),
      ),
    ]),
  );
  made.consent = checkField(
    fieldLabel("people", "consent"),
    person.consent,
    t("record.consentHint"),
  );
  made.party_member = choiceField(
    fieldLabel("people", "party_member"),
    [
      ["", t("record.unknown")],
      ["true", t("record.yes")],
      ["false", t("record.no")],
    ],
    person.party_member == null ? "" : String(person.party_member),
  );
  return made;
}

function personValues(fields) {
  const member = fields.party_member.input.value;
  return {
    ...Object.fromEntries(TEXTS.map((key) => [key, fields[key].input.value.trim()])),
    consent: fields.consent.input.checked,
    party_member: member === "" ? null : member === "true",
  };
}

/** @param {(id: string) => void} then */
export function newPerson(then) {
  const fields = personFields({ consent: false });
  const reason = reasonField();
  editDialog(
    t("record.newPerson"),
    [...Object.values(fields), reason].map((one) => one.node),
    {
      label: t("record.save"),
      wide: true,
      fields,
      act: async () => {
        if (!required(fields.name)) return false;
        const { body } = await api("POST", "/people", {
          ...personValues(fields),
          reason: reason.input.value,
        });
        then(body.id);
        return true;
      },
    },
  );
}

/** @param {any} person @param {(found: any[]) => void} done */
export function editPerson(person, done) {
  const fields = personFields(person);
  const reason = reasonField();
  const keys = Object.keys(fields);
  editDialog(
    t("record.edit"),
    [...Object.values(fields), reason].map((one) => one.node),
    {
      label: t("record.save"),
      wide: true,
      fields,
      act: async () => {
        if (!required(fields.name)) return false;
        const now = personValues(fields);
        const changes = Object.fromEntries(
          keys
            .filter((key) => now[key] !== (person[key] ?? (key === "party_member" ? null : "")))
            .map((key) => [key, now[key]]),
        );
        if (!Object.keys(changes).length) return true;
        const base = Object.fromEntries(keys.map((key) => [key, person[key]]));
        const saved = await saveOver({
          method: "PATCH",
          path: `/people/${encodeURIComponent(person.id)}`,
          etag: person.etag,
          changes: { ...changes, reason: reason.input.value },
          base,
        });
        if (!saved) return false;
        done(saved.theirs ? [takenNote()] : saved.body.findings);
        return true;
      },
    },
  );
}

/** @param {any} duty @param {(found: any[]) => void} done */
export function handOver(duty, done) {
  const says = el("p", { class: "says", hidden: true });
  const to = picker(t("record.successor"), {
    find: peopleOnly,
    line: personLine,
    hint: t("record.successorHint"),
    changed: tell,
  });
  const on = dayField(t("record.on"), dayFromNow(1));
  const reason = reasonField();
  on.input.addEventListener("input", tell);

  function tell() {
    const ready = to.value() && on.input.value;
    says.hidden = !ready;
    if (!ready) return;
    says.textContent =
      t(
        "record.handOverSays",
        duty.person.name,
        dayBefore(on.input.value),
        to.value().name,
        on.input.value,
      ) + (on.input.value < dayFromNow() ? ` ${t("record.pastDay")}` : "");
  }

  editDialog(t("record.handOverTitle"), [about(duty), to.node, on.node, says, reason.node], {
    label: t("record.handOver"),
    fields: { to, on },
    act: () =>
      pressed([to, on], async () =>
        save(
          `/duties/${encodeURIComponent(duty.id)}/handover`,
          duty,
          { to: to.value().id, on: on.input.value, reason: reason.input.value },
          done,
        ),
      ),
  });
}

/** @param {any} duty @param {(found: any[]) => void} done */
export function endDuty(duty, done) {
  const until = dayField(t("record.endOn"), duty.until ?? dayFromNow(1));
  const goesOn = duty.until ? checkField(t("record.reopen"), false) : null;
  const reason = reasonField();
  editDialog(t("record.endTitle"), [about(duty), until.node, goesOn?.node ?? null, reason.node], {
    label: t("record.save"),
    fields: { until },
    act: () => {
      const open = goesOn?.input.checked;
      return pressed(open ? [] : [until], async () =>
        save(
          `/duties/${encodeURIComponent(duty.id)}`,
          duty,
          { until: open ? null : until.input.value, reason: reason.input.value },
          done,
          "PATCH",
        ),
      );
    },
  });
}

/** @param {any} duty @param {(found: any[]) => void} done */
export function withdrawDuty(duty, done) {
  const reason = reasonField();
  editDialog(
    t("record.withdrawTitle"),
    [
      about(duty),
      el("p", { class: "says" }, t("record.withdrawSays", duty.person.name)),
      reason.node,
    ],
    {
      label: t("record.withdraw"),
      act: () =>
        save(
          `/duties/${encodeURIComponent(duty.id)}/withdraw`,
          duty,
          { reason: reason.input.value },
          done,
        ),
    },
  );
}

/** @param {any} person @param {(found: any[]) => void} done */
export function leaveOffice(person, done) {
  const on = dayField(t("record.leaveOn"), dayFromNow(1));
  const reason = reasonField();
  editDialog(
    `${t("record.leaveTitle")} · ${person.name}`,
    [el("p", { class: "says" }, t("record.leaveSays", person.name)), on.node, reason.node],
    {
      label: t("record.leave"),
      danger: true,
      fields: { on },
      act: () =>
        pressed([on], async () => {
          const { body } = await api(
            "POST",
            `/people/${encodeURIComponent(person.id)}/leave`,
            { on: on.input.value, reason: reason.input.value },
            { etag: `"${person.duties_etag}"` },
          );
          done(body.findings);
        }),
    },
  );
}

/**
 * @param {{person?: any, grid?: any, role?: string}} known what is chosen already; a grid of null is
 *   the subdistrict
 * @param {(found: any[]) => void} done
 */
export function appoint({ person, grid, role = "" }, done) {
  const fixedGrid = grid !== undefined;
  const who = person
    ? null
    : picker(t("record.fields.person"), {
        find: peopleOnly,
        line: personLine,
        hint: t("record.successorHint"),
      });
  const where = fixedGrid
    ? null
    : picker(t("record.grid"), {
        find: gridsOnly,
        line: gridLine,
        hint: t("record.gridHint"),
        changed: offer,
      });
  const roles = choiceField(t("record.role"), []);
  const since = dayField(t("record.since"), dayFromNow(1));
  const until = dayField(t("record.until"));
  const reason = reasonField();
  const chosenGrid = () => (fixedGrid ? grid : where.value());

  function offer() {
    const level = chosenGrid()?.level ?? 0;
    const kept = roles.input.value || role;
    const options = Object.keys(LEVELS).filter((one) => LEVELS[one].includes(level));
    roles.input.replaceChildren(
      ...options.map((one) =>
        el("option", { value: one, selected: one === kept }, words("record.roles")[one]),
      ),
    );
  }

  offer();
  const title = [
    t("record.appointTitle"),
    person?.name,
    fixedGrid ? (grid?.name ?? t("record.subdistrict")) : "",
  ]
    .filter(Boolean)
    .join(" · ");
  editDialog(
    title,
    [who?.node ?? null, where?.node ?? null, roles.node, since.node, until.node, reason.node],
    {
      label: t("record.appoint"),
      fields: { since, until, role: roles, ...(where ? { grid: where } : {}) },
      act: () =>
        pressed([...(who ? [who] : []), since], async () => {
          const id = person ? person.id : who.value().id;
          const { body } = await api("POST", `/people/${encodeURIComponent(id)}/duties`, {
            grid: chosenGrid()?.code ?? null,
            role: roles.input.value,
            since: since.input.value,
            until: until.input.value || null,
            reason: reason.input.value,
          });
          done(body.findings);
        }),
    },
  );
}

// --- what the forms share -----------------------------------------------------------------------

const peopleOnly = async (q, signal) => (await findPeople(q, signal, 12)).people;
const gridsOnly = async (q, signal) => (await findPeople(q, signal, 12)).grids;

function about(duty) {
  const where = duty.grid ? `${duty.grid.name} ${duty.grid.code}` : t("record.subdistrict");
  return el(
    "p",
    {},
    el("b", { class: "name", dir: "auto" }, duty.person.name),
    " · ",
    `${where} ${duty.role_title}`,
    el("span", { class: "quiet" }, ` · ${daysOf(duty)}`),
  );
}

async function save(path, duty, sent, done, method = "POST") {
  const base = { person: duty.person.name, since: duty.since, until: duty.until };
  const saved = await saveOver({
    method,
    path,
    etag: duty.etag,
    changes: sent,
    base: duty.state ? { since: base.since, until: base.until } : base,
  });
  if (!saved) return false;
  done(saved.theirs ? [takenNote()] : saved.body.findings);
  return true;
}

/** Save once every field that must be filled is; else say which is not. */
async function pressed(fields, work) {
  const wanting = fields.filter((one) => !required(one));
  if (wanting.length) return false;
  return work();
}

function required(one) {
  const filled = one.value ? Boolean(one.value()) : Boolean(one.input.value.trim());
  one.wrong(filled ? "" : one.value ? t("record.pick") : t("record.missing"));
  if (!filled) one.input.focus();
  return filled;
}

function takenNote() {
  return { severity: "note", detail: t("record.taken") };
}
