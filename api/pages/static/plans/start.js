/** Starting from nothing: a list of buildings, where they stand, perhaps an outline and a poster; a draft comes back. */

import { el, fill } from "../core/dom.js";
import { choice, dialog, labelled } from "./dialog.js";
import { doubtList } from "./import.js";
import { keepPoster } from "./scan-layer.js";
import { word } from "./words.js";
import { api, failure } from "../core/shell.js";

const w = (key, ...values) => word(`start.${key}`, ...values);
const SAMPLE =
  "\ufeff楼栋,三级网格,二级网格,社区\n示例路1号1幢,示例小区第1网格,示例小区,示例社区\n示例路1号2幢,示例小区第1网格,示例小区,示例社区\n";

export function startWizard() {
  const title = el("input", { maxlength: 100, value: w("title") });
  const file = (accept) => el("input", { type: "file", accept });
  const [buildings, table, outline, poster] = [
    file(".geojson,.json"),
    file(".csv,.xlsx"),
    file(".geojson,.json"),
    file("image/*"),
  ];
  const datum = choice([["", "…"], ...Object.entries(word("datums"))], "");
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
    w("example"),
  );
  let made = null;

  async function draft() {
    const form = new FormData();
    form.set("title", title.value.trim() || w("title"));
    form.set("datum", datum.value);
    if (code.value.trim()) form.set("code", code.value.trim());
    for (const [key, input] of [
      ["buildings", buildings],
      ["table", table],
      ["outline", outline],
    ])
      if (input.files[0]) form.set(key, input.files[0]);
    fill(found, el("p", { class: "quiet" }, word("loading")));
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
          el("a", { class: "tool tool-main", href: `/desk/plans/${made.id}` }, w("open")),
        ),
      ),
    );
    found.scrollIntoView({ block: "nearest" });
  }
  dialog(
    w("title"),
    [
      el("p", { class: "quiet" }, w("lead")),
      labelled(word("planTitle"), title),
      el(
        "ol",
        { class: "start-steps plain" },
        step(w("table"), w("tableHint"), table, el("p", {}, example)),
        step(w("buildings"), w("buildingsHint"), buildings),
        step(w("outline"), w("outlineHint"), outline),
        step(w("datum"), "", datum),
        step(w("poster"), "", poster),
      ),
      labelled(w("code"), code),
      found,
    ],
    [
      { label: word("close") },
      {
        label: w("draft"),
        main: true,
        act: async () => {
          await draft();
          return false;
        },
      },
    ],
  );
}
