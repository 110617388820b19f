/** Starting from nothing: a list of buildings, where they stand, perhaps an outline and a poster; a draft comes back. */

import { api } from "../core/api.js";
import { choice, dialog, labelled } from "../core/dialog.js";
import { el, fill } from "../core/dom.js";
import { failure } from "../core/shell.js";
import { t, words } from "../core/words.js";
import { doubtList } from "./import.js";
import { keepPoster } from "./scan-layer.js";

const SAMPLE =
  "\ufeff楼栋,三级网格,二级网格,社区\n示例路1号1幢,示例小区第1网格,示例小区,示例社区\n示例路1号2幢,示例小区第1网格,示例小区,示例社区\n";

export function startWizard() {
  const title = el("input", { maxlength: 100, value: t("plan.start.title") });
  const file = (accept) => el("input", { type: "file", accept });
  const [buildings, table, outline, poster] = [
    file(".geojson,.json"),
    file(".csv,.xlsx"),
    file(".geojson,.json"),
    file("image/*"),
  ];
  const datum = choice([["", "…"], ...Object.entries(words("plan.datums"))], "");
  const code = el("input", { maxlength: 12, inputmode: "numeric", placeholder: "320106012" });
  const found = el("div", { role: "status" });
  const step = (label, hint, input, extra = null) =>
    el("li", {}, labelled(label, input, hint), extra);
  const example = el(
    "a",
    {
      class: "small",
      href: URL.createObjectURL(new Blob([SAMPLE], { type: "text/csv" })),
      download: "楼栋表.csv",
    },
    t("plan.start.example"),
  );
  let made = null;

  async function draft() {
    const form = new FormData();
    form.set("title", title.value.trim() || t("plan.start.title"));
    form.set("datum", datum.value);
    if (code.value.trim()) form.set("code", code.value.trim());
    for (const [key, input] of [
      ["buildings", buildings],
      ["table", table],
      ["outline", outline],
    ])
      if (input.files[0]) form.set(key, input.files[0]);
    fill(found, el("p", { class: "quiet" }, t("plan.loading")));
    try {
      const { body } = await api("POST", "/plans/draft", form);
      made = body;
    } catch (problem) {
      fill(found, failure(problem));
      return;
    }
    if (poster.files[0])
      await keepPoster(made.id, { blob: poster.files[0], place: null }).catch(() => {});
    fill(
      found,
      el(
        "div",
        { class: "notice notice-done plan-doubts" },
        doubtList(made.doubts ?? []),
        el(
          "p",
          {},
          el(
            "a",
            { class: "tool tool-main", href: `/desk/plans/${made.id}` },
            t("plan.start.open"),
          ),
        ),
      ),
    );
    found.scrollIntoView({ block: "nearest" });
  }
  dialog(
    t("plan.start.title"),
    [
      el("p", { class: "quiet" }, t("plan.start.lead")),
      labelled(t("plan.planTitle"), title),
      el(
        "ol",
        { class: "start-steps plain" },
        step(t("plan.start.table"), t("plan.start.tableHint"), table, el("p", {}, example)),
        step(t("plan.start.buildings"), t("plan.start.buildingsHint"), buildings),
        step(t("plan.start.outline"), t("plan.start.outlineHint"), outline),
        step(t("plan.start.datum"), "", datum),
        step(t("plan.start.poster"), "", poster),
      ),
      labelled(t("plan.start.code"), code),
      found,
    ],
    [
      { label: t("plan.close") },
      {
        label: t("plan.start.draft"),
        main: true,
        act: async () => {
          await draft();
          return false;
        },
      },
    ],
  );
}
