/** The forms of places. The datum of a position is always stated, never guessed. */

import { api } from "../core/api.js";
import { findPlaces, picker, placeLine } from "../core/combobox.js";
import { readCoordinates } from "../core/coordinates.js";
import { el } from "../core/dom.js";
import { checkField, choiceField, editDialog, reasonField, saveOver } from "../core/edit-dialog.js";
import { fieldLabel } from "../core/field-labels.js";
import { field } from "../core/shell.js";
import { language, t, words } from "../core/words.js";

/**
 * The fields that a form may change of a kind of place, as the registry of fields has them.
 * @param {string} kind building, business or resident_unit
 * @param {string} [value] the kind of value, such as "texts"; all when absent
 * @returns {string[]}
 */
export function formFields(kind, value) {
  const values = words("forms.places.values");
  const of = words("forms.places.of");
  return Object.keys(values)
    .filter((key) => !value || values[key] === value)
    .filter((key) => !of[key] || of[key].split(" ").includes(kind));
}

function placeFields(place) {
  const label = (key) => fieldLabel("places", key);
  const input = (key, value, given = {}) =>
    el("input", {
      type: "text",
      value: value ?? "",
      maxlength: 500,
      autocomplete: "off",
      name: key,
      ...given,
    });
  const fieldsOf = (value) => formFields(place.kind, value);
  const made = Object.fromEntries(
    fieldsOf("text").map((key) => [key, field(label(key), input(key, place[key]))]),
  );
  for (const key of fieldsOf("texts"))
    made[key] = field(
      label(key),
      input(key, (place[key] ?? []).join("；"), { maxlength: 2000 }),
      t("record.listHint"),
    );
  for (const key of fieldsOf("whole number"))
    made[key] = field(label(key), input(key, place[key], { inputmode: "numeric" }));
  for (const key of fieldsOf("choice"))
    made[key] = choiceField(label(key), choicesOf(key), place[key] ?? "");
  for (const key of fieldsOf("yes/no/unknown"))
    made[key] = choiceField(
      label(key),
      [
        ["", t("record.unknown")],
        ["true", t("record.yes")],
        ["false", t("record.no")],
      ],
      place[key] == null ? "" : String(place[key]),
    );
  if (place.kind !== "building") {
    made.building = picker(label("building"), {
      find: async (q, signal) =>
        (await findPlaces(q, signal, 20)).places.filter((one) => one.kind === "building"),
      line: placeLine,
      hint: t("record.buildingHint"),
      chosen: place.building
        ? {
            id: place.building,
            name: place.building_name ?? place.building,
            address: "",
            kind: "building",
            disclosed: true,
            grid: null,
          }
        : null,
    });
  }
  for (const key of fieldsOf("yes/no"))
    made[key] = checkField(label(key), place[key] ?? key === "disclosed");
  return made;
}

/**
 * What may be chosen for a field, nothing first.
 * @param {string} key
 * @returns {[string, string][]}
 */
function choicesOf(key) {
  if (key === "status") return Object.entries(words("record.statuses"));
  return [["", t("record.empty")], ...Object.entries(words("forms.places.choices")[key])];
}

function placeValues(fields) {
  const values = words("forms.places.values");
  const found = {};
  for (const [key, one] of Object.entries(fields)) {
    if (values[key] === "texts")
      found[key] = one.input.value
        .split(/[;；]/)
        .map((text) => text.trim())
        .filter(Boolean);
    else if (values[key] === "whole number") found[key] = countOf(one.input.value);
    else if (values[key] === "yes/no") found[key] = one.input.checked;
    else if (values[key] === "yes/no/unknown")
      found[key] = one.input.value === "" ? null : one.input.value === "true";
    else if (key === "building") found[key] = one.value()?.id ?? null;
    else found[key] = one.input.value.trim() || (key === "name" || key === "address" ? "" : null);
  }
  return found;
}

/** A number as it was typed; what is none goes as text, and the service says so at its field. */
function countOf(text) {
  const typed = text.normalize("NFKC").trim();
  return typed === "" ? null : /^\d{1,9}$/.test(typed) ? Number(typed) : typed;
}

/** The point of a place: pasted with its datum, or clicked on the map (WGS84). */
function spotFields(hint) {
  const point = field(
    t("record.position"),
    el("input", {
      type: "text",
      autocomplete: "off",
      name: "position",
      placeholder: hint,
      maxlength: 100,
    }),
    t("record.positionHint"),
  );
  const datum = choiceField(
    t("record.datum"),
    [["", t("record.datumChoose")], ...Object.entries(words("record.datums"))],
    "",
    t("record.datumWhy"),
  );
  const map = el("details", { class: "field" }, el("summary", {}, t("record.map")));
  map.addEventListener("toggle", () => {
    if (map.open && !map.querySelector("iframe"))
      map.append(
        el("iframe", {
          class: "spot-map",
          title: t("record.map"),
          src: `/#embed=1&lang=${language()}`,
        }),
      );
  });
  const hear = ({ origin, source, data }) => {
    const { lon, lat } = data?.wanggeSpot ?? {};
    if (origin !== location.origin || source !== map.querySelector("iframe")?.contentWindow) return;
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) return;
    point.input.value = `${lon.toFixed(7)}, ${lat.toFixed(7)}`;
    datum.input.value = "wgs84";
    point.wrong("");
    datum.wrong("");
  };
  addEventListener("message", hear);

  /** @returns {any} lon, lat and datum; {} for none; null (and said at the field) for what is wrong */
  function value() {
    const typed = point.input.value.trim();
    if (!typed) return {};
    const read = readCoordinates(typed);
    point.wrong(read && !read.problem ? "" : t("record.badPosition"));
    datum.wrong(datum.input.value ? "" : t("record.datumChoose"));
    if (!read || read.problem || !datum.input.value) return null;
    return { lon: read.lon, lat: read.lat, datum: datum.input.value };
  }

  return {
    nodes: [point.node, datum.node, map],
    fields: { lon: point, lat: point, datum },
    value,
    stop: () => removeEventListener("message", hear),
  };
}

/** @param {(id: string, found: any[]) => void} then */
export function newPlace(then) {
  const kind = choiceField(
    fieldLabel("places", "kind"),
    Object.entries(words("record.kinds")),
    "business",
  );
  const part = el("div", { class: "form is-two is-whole" });
  const spot = spotFields("118.7500, 32.1100");
  const reason = reasonField();
  let fields = {};

  function build() {
    const texts = formFields(kind.input.value, "text");
    const kept = Object.fromEntries(texts.map((key) => [key, fields[key]?.input.value ?? ""]));
    fields = placeFields({ kind: kind.input.value, ...kept });
    part.replaceChildren(...Object.values(fields).map((one) => one.node));
  }

  build();
  kind.input.addEventListener("change", build);
  const box = editDialog(t("record.newPlace"), [kind.node, part, ...spot.nodes, reason.node], {
    label: t("record.save"),
    wide: true,
    get fields() {
      return { ...fields, ...spot.fields };
    },
    act: async () => {
      const at = spot.value();
      if (!required(fields.name) || !at) return false;
      const { body } = await api("POST", "/places", {
        kind: kind.input.value,
        ...given(placeValues(fields)),
        ...at,
        reason: reason.input.value,
      });
      then(body.id, body.findings);
      return true;
    },
  });
  box.addEventListener("close", spot.stop);
}

/** @param {any} place @param {(found: any[]) => void} done */
export function editPlace(place, done) {
  const fields = placeFields(place);
  const keepName = checkField(t("record.renameKeep"), true);
  const spot = spotFields(t("record.positionKeep"));
  const reason = reasonField();
  keepName.node.hidden = true;
  fields.name.input.addEventListener("input", () => {
    keepName.node.hidden = fields.name.input.value.trim() === place.name;
  });
  const { name: first, ...rest } = fields;
  const box = editDialog(
    `${t("record.edit")} · ${place.name}`,
    [
      first.node,
      keepName.node,
      ...Object.values(rest).map((one) => one.node),
      ...spot.nodes,
      reason.node,
    ],
    {
      label: t("record.save"),
      wide: true,
      fields: { ...fields, ...spot.fields },
      act: async () => {
        const at = spot.value();
        if (!required(fields.name) || !at) return false;
        const now = placeValues(fields);
        const changes = Object.fromEntries(
          Object.keys(now)
            .filter(
              (key) =>
                JSON.stringify(now[key]) !==
                JSON.stringify(place[key] ?? (key === "address" ? "" : null)),
            )
            .map((key) => [key, now[key]]),
        );
        Object.assign(changes, at);
        if (!Object.keys(changes).length) return true;
        const base = Object.fromEntries(
          [...Object.keys(now), "lon", "lat"].map((key) => [key, place[key]]),
        );
        const sent = {
          ...changes,
          reason: reason.input.value,
          ...("name" in changes ? { keep_name: keepName.input.checked } : {}),
        };
        const saved = await saveOver({
          method: "PATCH",
          path: `/places/${encodeURIComponent(place.id)}`,
          etag: place.etag,
          changes: sent,
          base,
          label: (key) => fieldLabel("places", key),
        });
        if (!saved) return false;
        done(
          saved.theirs ? [{ severity: "note", detail: t("record.taken") }] : saved.body.findings,
        );
        return true;
      },
    },
  );
  box.addEventListener("close", spot.stop);
}

/** @param {any} place @param {() => void} gone */
export function removePlace(place, gone) {
  const contents = place.contents.length
    ? checkField(t("record.removeContents", place.contents.length), false)
    : null;
  const reason = reasonField();
  editDialog(
    t("record.removeTitle"),
    [
      el("p", { class: "says" }, t("record.removeSays", place.name)),
      contents?.node ?? null,
      reason.node,
    ],
    {
      label: t("record.remove"),
      danger: true,
      act: async () => {
        const saved = await saveOver({
          method: "POST",
          path: `/places/${encodeURIComponent(place.id)}/remove`,
          etag: place.etag,
          changes: { contents: contents?.input.checked ?? false, reason: reason.input.value },
          base: { name: place.name, address: place.address, households: place.households },
        });
        if (!saved) return false;
        if (!saved.theirs) gone();
        return true;
      },
    },
  );
}

function given(values) {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => value !== null && value !== "" && !(Array.isArray(value) && !value.length),
    ),
  );
}

function required(one) {
  const filled = Boolean(one.input.value.trim());
  one.wrong(filled ? "" : t("record.missing"));
  if (!filled) one.input.focus();
  return filled;
}
