/** The public notice: what is going to change, before and after; nothing of people, households to the ten. */

import { api } from "../core/api.js";
import { el, name } from "../core/dom.js";
import { figure } from "../core/format.js";
import { failure, shell } from "../core/shell.js";
import { t, words } from "../core/words.js";
import { fetchColours } from "./colours.js";
import { boxAround, sidesOfShapes, swipe } from "./swipe.js";

async function begin() {
  const { main } = await shell({ title: t("plan.notice.title") });
  document.documentElement.classList.remove("is-ready");
  main.classList.add("plan-sheet");
  const id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  try {
    const [{ body }] = await Promise.all([api("GET", `/notices/${id}.json`), fetchColours()]);
    show(main, body);
  } catch (problem) {
    main.append(
      problem.status === 404
        ? el("p", { class: "notice notice-none" }, t("plan.notice.none"))
        : failure(problem),
    );
  }
  document.documentElement.classList.add("is-ready");
}

function show(main, { title, office, notice, effective_from: from, synthetic, diff }) {
  main.querySelector(".shell-title").textContent =
    [office, title].filter(Boolean).join(" · ") || t("plan.notice.title");
  document.title = `${title ?? ""} ${t("plan.notice.title")}`;
  main.append(
    el(
      "section",
      { class: "card" },
      el(
        "p",
        {},
        el("b", {}, t("plan.notice.title")),
        synthetic ? el("span", {}, " ", el("span", { class: "tag" }, t("plan.synthetic"))) : null,
      ),
      el("p", {}, t("plan.notice.period", notice.from, notice.until)),
      from ? el("p", {}, t("plan.notice.effective", from)) : null,
      notice.text ? el("p", {}, name(notice.text)) : null,
      notice.contact
        ? el("p", {}, `${t("plan.notice.contact")}${t("plan.colon")}`, name(notice.contact))
        : null,
      el("p", {}, t("plan.notice.moved", figure(diff.summary?.moved?.households ?? 0))),
      el("p", { class: "quiet small" }, `${t("plan.notice.note")} · ${t("plan.notice.rounded")}`),
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
        el("section", { class: "card sheet-map-card" }, el("h2", {}, t("plan.swipe")), node),
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
        el("h2", {}, t("plan.sheet.matrix")),
        el(
          "ul",
          { class: "plain sheet-codes" },
          ...rows
            .slice(0, 300)
            .map(([level, row]) =>
              el(
                "li",
                {},
                el("span", { class: "quiet" }, words("plan.levelShort")[level]),
                " ",
                name(row.from?.name ?? "–"),
                " → ",
                name(row.to?.name ?? "–"),
                el("span", { class: "quiet" }, ` ${t("plan.n.h", figure(row.households))}`),
              ),
            ),
        ),
      ),
    );
  }
}

begin();
