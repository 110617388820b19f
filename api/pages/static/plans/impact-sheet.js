/** The impact sheet of a plan, and the comparison of any two: what goes from where to where. */

import { api } from "../core/api.js";
import { el, fill, name } from "../core/dom.js";
import { figure } from "../core/format.js";
import { failure, shell } from "../core/shell.js";
import { table } from "../core/table.js";
import { inLanguage, t, words } from "../core/words.js";
import { fetchColours } from "./colours.js";
import { area } from "./format.js";
import { boxAround, sidesOfPlan, sidesOfShapes, swipe } from "./swipe.js";

const ROWS = 40;
const SHORT = 12;
const asked = new URLSearchParams(location.search);
const compares = asked.has("left") || asked.has("right");
const id = decodeURIComponent(location.pathname.split("/")[3] ?? "");

async function begin() {
  const { main, allowed } = await shell({
    title: compares ? t("plan.sheet.compareTitle") : t("plan.sheet.title"),
    current: "plans",
    needs: "planner",
  });
  if (!allowed) return;
  main.classList.add("plan-sheet");
  document.documentElement.classList.remove("is-ready");
  const wait = el("p", { class: "quiet" }, t("plan.loading"));
  main.append(wait);
  const query = compares
    ? `/compare?left=${encodeURIComponent(asked.get("left"))}&right=${encodeURIComponent(asked.get("right"))}&shapes=true`
    : `/plans/${id}/diff?shapes=true`;
  try {
    const [diff, drawing] = await Promise.all([
      api("GET", query),
      compares ? null : api("GET", `/plans/${id}/drawing?base=true`),
      fetchColours(),
    ]);
    wait.remove();
    main.append(
      head(diff.body),
      summary(diff.body.summary),
      ...map(diff.body, drawing?.body),
      ...sections(diff.body),
    );
  } catch (problem) {
    fill(wait, failure(problem));
  }
  document.documentElement.classList.add("is-ready");
}

function head(diff) {
  const file = (label, kind) =>
    el("a", { class: "tool", href: `/plans/${id}/diff.${kind}`, download: "" }, label);
  return el(
    "section",
    { class: "card" },
    el(
      "div",
      { class: "row is-spread" },
      el(
        "p",
        { class: "sheet-sides" },
        name(sideName(diff.left), "b"),
        " → ",
        name(sideName(diff.right), "b"),
      ),
      el(
        "div",
        { class: "row" },
        compares
          ? null
          : el("a", { class: "tool", href: `/desk/plans/${id}` }, t("plan.sheet.back")),
        compares ? null : file(t("plan.sheet.xlsx"), "xlsx"),
        compares ? null : file(t("plan.sheet.pdf"), "pdf"),
        el(
          "button",
          { type: "button", class: "tool", onclick: () => print() },
          t("plan.sheet.print"),
        ),
      ),
    ),
    el(
      "p",
      { class: "quiet small" },
      diff.data_date ? t("plan.sheet.dataDate", diff.data_date) : "",
      diff.synthetic ? ` · ${t("plan.synthetic")}` : "",
    ),
  );
}

function sideName({ kind, id: which, title }) {
  return kind === "division"
    ? `${t("plan.list.baseOf", which)}${title ? ` · ${title}` : ""}`
    : title;
}

function summary({
  grids_changed: grids,
  grids_new: fresh,
  grids_retired: gone,
  moved,
  handed_over: handed,
  codes_new: codes,
  codes_retired: old,
}) {
  const facts = [
    ["plan.live.grids", grids],
    ["plan.live.new", fresh],
    ["plan.live.retired", gone],
    ["plan.households", moved.households],
    ["plan.buildings", moved.buildings],
    ["plan.shops", moved.shops],
    ["plan.unitsCount", moved.units],
    ...(handed ? [["plan.live.leaders", handed.leaders]] : []),
    ["plan.sheet.newCodes", codes],
    ["plan.sheet.retiredCodes", old],
  ];
  return el(
    "dl",
    { class: "sheet-facts" },
    ...facts
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) =>
        el(
          "div",
          { class: value ? "is-some" : "" },
          el("dt", {}, t(key)),
          el("dd", {}, figure(value)),
        ),
      ),
  );
}

/** The swipe map, zoomed to what changed. */
function map(diff, drawing) {
  const changed = new Set((diff.grids ?? []).flatMap((g) => [g.before?.id, g.after?.id, g.id]));
  const sides = drawing
    ? sidesOfPlan(drawing)
    : diff.shapes && (diff.shapes.before.length || diff.shapes.after.length)
      ? sidesOfShapes(diff.shapes)
      : null;
  if (!sides) return [];
  const grids = drawing
    ? [...drawing.grids, ...(drawing.base?.grids ?? [])]
    : [...diff.shapes.before, ...diff.shapes.after];
  const frame = sides.frame ?? sides.model.frame;
  const near = grids.filter((g) => changed.has(g.id) && g.level === 3);
  const box =
    boxAround(frame, near.length ? near : grids.filter((g) => changed.has(g.id))) ??
    boxAround(
      frame,
      grids.filter((g) => g.level === 1),
    ) ??
    boxAround(frame, grids);
  const { node } = swipe(sides.before, sides.after, box);
  node.classList.add("sheet-map");
  return [el("section", { class: "card sheet-map-card" }, el("h2", {}, t("plan.swipe")), node)];
}

function sections(diff) {
  const nodes = [];
  const rows = [3, 2, 1].flatMap((level) =>
    (diff.matrix?.[level] ?? []).map((row) => ({ ...row, level })),
  );
  if (!rows.length && !(diff.grids ?? []).length && !(diff.duties ?? []).length)
    return [el("p", { class: "notice notice-none" }, t("plan.sheet.nothing"))];
  if (rows.length)
    nodes.push(
      card(
        t("plan.sheet.matrix"),
        longTable(
          [
            t("plan.sheet.level"),
            t("plan.sheet.from"),
            t("plan.sheet.to"),
            t("plan.sheet.share"),
            t("plan.households"),
            t("plan.buildings"),
            t("plan.shops"),
            t("plan.unitsCount"),
            t("plan.area"),
          ],
          rows.map(matrixRow),
        ),
      ),
    );
  if (diff.handovers?.length)
    nodes.push(
      card(
        t("plan.sheet.handovers"),
        longTable(
          [
            t("plan.sheet.people"),
            t("plan.sheet.receiver"),
            t("plan.levels.3").replace("三级", ""),
            t("plan.households"),
            t("plan.buildings"),
            t("plan.shops"),
            t("plan.unitsCount"),
          ],
          diff.handovers.map(handover),
        ),
      ),
    );
  if (diff.codes?.new?.length || diff.codes?.retired?.length)
    nodes.push(card(t("plan.sheet.codes"), codes(diff.codes)));
  if (diff.grids?.length)
    nodes.push(
      card(
        t("plan.sheet.grids"),
        longTable(
          [t("plan.sheet.level"), t("plan.sheet.what"), t("plan.sheet.from"), t("plan.sheet.to")],
          diff.grids.map(gridRow),
        ),
      ),
    );
  if (diff.duties?.length)
    nodes.push(
      card(
        t("plan.sheet.duties"),
        longTable(
          [t("plan.loadPerson"), t("plan.role"), "", t("plan.tabs.grid"), t("plan.sheet.to")],
          diff.duties.map(dutyRow),
        ),
      ),
    );
  if (diff.places?.length)
    nodes.push(
      card(
        `${t("plan.sheet.places")} (${diff.places.length})`,
        longTable(
          [
            t("plan.sheet.place"),
            t("plan.sheet.address"),
            t("plan.kind"),
            t("plan.households"),
            t("plan.sheet.from"),
            t("plan.sheet.to"),
          ],
          diff.places.map(placeRow),
        ),
      ),
    );
  return nodes;
}

function card(title, ...nodes) {
  return el("section", { class: "card" }, el("h2", {}, title), ...nodes);
}

/** A number, a short text that stays on one line, or a text that may wrap. */
function classOf(cell) {
  if (typeof cell === "number") return "is-number";
  return typeof cell === "string" && cell.length <= SHORT ? "is-short" : null;
}

/** A table that shows its first rows; on a phone each row is a card. */
function longTable(heads, rows) {
  const body = el("tbody", {});
  const row = (cells) =>
    el(
      "tr",
      {},
      ...cells.map((cell, i) =>
        el(
          "td",
          { "data-label": heads[i] || null, class: classOf(cell) },
          typeof cell === "number" ? figure(cell) : (cell ?? ""),
        ),
      ),
    );
  fill(body, ...rows.slice(0, ROWS).map(row));
  const more =
    rows.length > ROWS
      ? el(
          "button",
          {
            type: "button",
            class: "tool",
            onclick: () => {
              fill(body, ...rows.map(row));
              more.remove();
            },
          },
          t("plan.sheet.more", rows.length),
        )
      : null;
  return el("div", { class: "plan-stack" }, table(heads, body, "is-stacked"), more);
}

function brief(one) {
  if (!one) return el("span", { class: "quiet" }, "–");
  return el(
    "span",
    {},
    name(one.name),
    " ",
    el("span", { class: "code quiet small" }, one.code ?? ""),
  );
}

function matrixRow(row) {
  return [
    words("plan.levelShort")[row.level],
    brief(row.from),
    brief(row.to),
    row.share === null || row.share === undefined ? "–" : `${Math.round(row.share * 100)}%`,
    row.households,
    row.buildings,
    row.shops,
    row.units,
    area(row.area_m2 ?? 0),
  ];
}

function handover({ level, from, to, grids, households, buildings, shops, units }) {
  const who = (person) =>
    person ? name(person.name, "b") : el("span", { class: "quiet" }, t("plan.sheet.nobody"));
  const list = el(
    "span",
    {},
    `${words("plan.levelShort")[level]} `,
    name(
      grids
        .map((g) =>
          g.from?.id === g.to?.id ? g.to.name : `${g.from?.name ?? "–"} → ${g.to?.name ?? "–"}`,
        )
        .join(t("plan.and")),
    ),
  );
  return [who(from), who(to), list, households, buildings, shops, units];
}

function codes({ new: fresh = [], retired = [] }) {
  const part = (title, rows, what) =>
    rows.length
      ? el(
          "div",
          {},
          el("h3", {}, `${title} (${rows.length})`),
          el(
            "ul",
            { class: "plain sheet-codes" },
            ...rows.map((row) =>
              el(
                "li",
                {},
                el("span", { class: "code" }, row.code),
                " ",
                name(row.name),
                el("span", { class: "quiet small" }, ` ${what(row)}`),
              ),
            ),
          ),
        )
      : null;
  const heirs = ({ successors = [] }) =>
    successors.length
      ? t(
          "plan.sheet.successors",
          successors
            .map((s) => `${s.name} ${s.share < 1 ? `${Math.round(s.share * 100)}%` : ""}`.trim())
            .join(t("plan.and")),
        )
      : "";
  return el(
    "div",
    { class: "sheet-two" },
    part(t("plan.sheet.newCodes"), fresh, (row) => inLanguage(row.reason)),
    part(t("plan.sheet.retiredCodes"), retired, heirs),
  );
}

function gridRow({ level, change, changes, before, after }) {
  const tags = (changes?.length ? changes : [change]).map((one) =>
    el("span", { class: "tag tag-quiet" }, words("plan.sheet.change")[one] ?? one),
  );
  const same = before && after && before.name === after.name && before.code === after.code;
  return [
    words("plan.levelShort")[level],
    el("span", { class: "row" }, ...tags),
    brief(before),
    same ? el("span", { class: "quiet" }, "=") : brief(after),
  ];
}

function dutyRow({ change, name: who, role, title, grid, to }) {
  return [
    name(who, "b"),
    inLanguage(title) || (words("plan.roles")[role] ?? role),
    el("span", { class: "tag tag-quiet" }, words("plan.sheet.dutyChange")[change] ?? change),
    brief(grid),
    to ? brief(to) : "",
  ];
}

function placeRow({ kind, name: what, address, households, from, to, levels }) {
  const level = String(Math.max(...(levels?.length ? levels : [3])));
  return [
    name(what),
    name(address ?? ""),
    words("plan.sheet.placeKinds")[kind] ?? kind,
    households ?? "",
    brief(from?.[level]),
    brief(to?.[level]),
  ];
}

begin();
