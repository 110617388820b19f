/** The public notice: what is going to change, before and after; nothing of people, households to the ten. */

import { el, name } from "../core/dom.js";
import { fetchColours } from "./colours.js";
import { boxAround, sidesOfShapes, swipe } from "./swipe.js";
import { figure, word } from "./words.js";
import { api, failure, shell } from "../core/shell.js";

const w = (key, ...values) => word(`notice.${key}`, ...values);

async function begin() {
  const { main } = await shell({ title: w("title") });
  document.documentElement.classList.remove("is-ready");
  main.classList.add("plan-sheet");
  const id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  try {
    const [{ body }] = await Promise.all([api("GET", `/notices/${id}.json`), fetchColours()]);
    show(main, body);
  } catch (problem) {
    main.append(
      problem.status === 404
        ? el("p", { class: "notice notice-none" }, w("none"))
        : failure(problem),
    );
  }
  document.documentElement.classList.add("is-ready");
}

function show(main, { title, office, notice, effective_from: from, synthetic, diff }) {
  main.querySelector(".shell-title").textContent =
    [office, title].filter(Boolean).join(" · ") || w("title");
  document.title = `${title ?? ""} ${w("title")}`;
  main.append(
    el(
      "section",
      { class: "card" },
      el(
        "p",
        {},
        el("b", {}, w("title")),
        synthetic ? el("span", {}, " ", el("span", { class: "tag" }, word("synthetic"))) : null,
      ),
      el("p", {}, w("period", notice.from, notice.until)),
      from ? el("p", {}, w("effective", from)) : null,
      notice.text ? el("p", {}, name(notice.text)) : null,
      notice.contact ? el("p", {}, `${w("contact")}${word("colon")}`, name(notice.contact)) : null,
      el("p", {}, w("moved", figure(diff.summary?.moved?.households ?? 0))),
      el("p", { class: "quiet small" }, `${w("note")} · ${w("rounded")}`),
    ),
  );
  if (diff.shapes) {
    const sides = sidesOfShapes(diff.shapes);
    const changed = new Set((diff.grids ?? []).map((g) => g.id));
    const all = [...diff.shapes.before, ...diff.shapes.after];
    const box =
      boxAround(
        sides.frame,
        all.filter((g) => changed.has(g.id) && g.level === 3),
      ) ?? boxAround(sides.frame, all);
    if (box) {
      const { node } = swipe(sides.before, sides.after, box);
      node.classList.add("sheet-map");
      main.append(
        el("section", { class: "card sheet-map-card" }, el("h2", {}, word("swipe")), node),
      );
    }
  }
  const rows = [3, 2, 1].flatMap((level) =>
    (diff.matrix?.[level] ?? []).map((row) => [level, row]),
  );
  if (rows.length) {
    main.append(
      el(
        "section",
        { class: "card" },
        el("h2", {}, word("sheet.matrix")),
        el(
          "ul",
          { class: "plain sheet-codes" },
          ...rows
            .slice(0, 300)
            .map(([level, row]) =>
              el(
                "li",
                {},
                el("span", { class: "quiet" }, word("levelShort")[level]),
                " ",
                name(row.from?.name ?? "–"),
                " → ",
                name(row.to?.name ?? "–"),
                el("span", { class: "quiet" }, ` ${word("n.h", figure(row.households))}`),
              ),
            ),
        ),
      ),
    );
  }
}

begin();
