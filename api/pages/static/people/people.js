/** People and duties: find somebody or a grid, look, edit, hand over. */

import { api } from "../core/api.js";
import { asTyped, findPeople, gridLine, personLine, pick } from "../core/combobox.js";
import { el, fill } from "../core/dom.js";
import { done, failure, shell } from "../core/shell.js";
import { t, words } from "../core/words.js";
import { showGrid, showPerson } from "./people-card.js";
import { newPerson } from "./people-forms.js";
import { tabs } from "./people-tabs.js";

const { main, allowed } = await shell({
  title: t("record.peopleTitle"),
  current: "people",
  needs: "staff",
});
if (allowed) begin();

function begin() {
  const box = el("input", {
    type: "search",
    class: "find",
    "aria-label": t("record.findPeople"),
    placeholder: t("record.findPeople"),
    autocomplete: "off",
    maxlength: 100,
    oninput: () => ask(box.value),
  });
  const found = el("div", { class: "found" });
  const attention = el("section", { class: "card", "aria-label": t("record.attention") });
  const detail = el("div", { class: "desk-detail", tabindex: -1, "aria-live": "polite" });
  const two = el(
    "div",
    { class: "desk-two" },
    el(
      "div",
      { class: "desk-side" },
      el(
        "section",
        { class: "card" },
        el("div", { class: "field" }, box),
        found,
        el(
          "div",
          { class: "row" },
          el(
            "button",
            { type: "button", class: "tool add-person", onclick: () => newPerson(openPerson) },
            t("record.newPerson"),
          ),
        ),
      ),
      attention,
    ),
    el(
      "div",
      { class: "desk-main" },
      el(
        "button",
        {
          type: "button",
          class: "tool desk-back",
          onclick: () => {
            location.hash = "";
          },
        },
        t("record.back"),
      ),
      detail,
    ),
  );
  main.append(tabs("people"), two);

  const ask = asTyped(
    (q, signal) => (q.trim() ? findPeople(q, signal) : null),
    (answer) => (answer ? list(answer) : fill(found)),
    (problem) => fill(found, failure(problem)),
  );

  function list(answer) {
    const { people, grids } = answer;
    fill(
      found,
      ...group(
        t("record.peopleFound"),
        people.map((one) =>
          pick(personLine(one, () => openPerson(one.id), location.hash === `#person=${one.id}`)),
        ),
        answer.people_total,
      ),
      ...group(
        t("record.gridsFound"),
        grids.map((one) =>
          pick(gridLine(one, () => openGrid(one.code), location.hash === `#grid=${one.code}`)),
        ),
        answer.grids_total,
      ),
      people.length || grids.length ? null : el("p", { class: "quiet" }, t("record.nothing")),
    );
  }

  async function look(told = null) {
    try {
      const { body } = await api("GET", "/duties/findings");
      fill(
        attention,
        el("h2", {}, t("record.attention")),
        told,
        misplacedNode(body.misplaced_mobiles, openPerson, look),
        ...attentionNodes(body, openGrid, openPerson),
      );
    } catch (problem) {
      fill(attention, failure(problem));
    }
  }

  async function route() {
    const [, kind, id] = /^#(person|grid)=(.+)$/.exec(location.hash) ?? [];
    two.classList.toggle("is-chosen", Boolean(kind));
    if (!kind) {
      fill(
        detail,
        el("section", { class: "card" }, el("p", { class: "quiet" }, t("record.choose"))),
      );
      return;
    }
    const show = kind === "person" ? showPerson : showGrid;
    await show(detail, decodeURIComponent(id), { openPerson, openGrid, again: () => look() });
  }

  addEventListener("hashchange", route);
  route();
  look();
  box.focus();
}

function openPerson(id) {
  open(`#person=${encodeURIComponent(id)}`);
}

function openGrid(code) {
  open(`#grid=${encodeURIComponent(code)}`);
}

function open(hash) {
  if (location.hash === hash) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = hash;
}

function group(title, lines, total) {
  if (!lines.length) return [];
  return [
    el("p", { class: "label" }, title),
    el("div", { class: "picks" }, ...lines),
    total > lines.length
      ? el("p", { class: "quiet small" }, t("record.more", total, lines.length))
      : null,
  ];
}

/** Mobiles that stand as office phones, with one button that moves them all; null for none. */
function misplacedNode(people, toPerson, again) {
  if (!people.length) return null;
  const told = el("div", { "aria-live": "polite" });
  const move = el(
    "button",
    {
      type: "button",
      class: "tool move-mobiles",
      onclick: async () => {
        move.disabled = true;
        try {
          const { body } = await api("POST", "/people/mobiles", {});
          await again(done(t("record.mobilesMoved", body.moved.length)));
        } catch (problem) {
          move.disabled = false;
          fill(told, failure(problem));
        }
      },
    },
    t("record.moveMobiles", people.length),
  );
  return el(
    "div",
    {},
    el("p", { class: "label" }, `${t("record.misplaced")} · ${people.length}`),
    el("p", { class: "quiet small" }, t("record.misplacedWhy")),
    el(
      "div",
      { class: "picks" },
      ...people.map((one) =>
        pick({ title: one.name, side: one.office_phone, more: "", choose: () => toPerson(one.id) }),
      ),
    ),
    el("div", { class: "row" }, move),
    told,
  );
}

function attentionNodes({ without_leader: without, too_heavy: heavy, limit }, toGrid, toPerson) {
  if (!without.length && !heavy.length) return [el("p", { class: "quiet" }, t("record.allWell"))];
  const nodes = [];
  if (without.length) {
    nodes.push(
      el("p", { class: "label" }, `${t("record.withoutLeader")} · ${without.length}`),
      el(
        "div",
        { class: "picks" },
        ...without.map((one) => pick(gridLine(one, () => toGrid(one.code)))),
      ),
    );
  }
  if (heavy.length) {
    nodes.push(
      el("p", { class: "label" }, `${t("record.tooHeavy")} · ${heavy.length}`),
      el(
        "div",
        { class: "picks" },
        ...heavy.map((one) =>
          pick({
            title: one.person.name,
            side: t("record.households", one.households),
            more: `${words("record.levels")[one.level]} · ${limit ? t("record.heavyLimit", limit) : t("record.heavyWhy", one.median)} · ${one.grids.map((g) => g.name).join("、")}`,
            choose: () => toPerson(one.person.id),
          }),
        ),
      ),
    );
  }
  return nodes;
}
