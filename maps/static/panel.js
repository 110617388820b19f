/** The panel: title, search, and the cards of what is selected. On a phone, a sheet from below. */

import { cardsOf, person } from "./card.js";
import { communityColour } from "./colours.js";
import { el, fill, icon, name } from "./dom.js";
import { filesFold } from "./files.js";
import { copyLink, share } from "./link.js";
import { searchBox } from "./search-box.js";
import { t, words } from "./words.js";

/** @param {any} app */
export function panel(app) {
  const { state } = app;
  const title = name(app.atlas.block.settings.title, "h1", { class: "title" });
  const totals = el("p", { class: "totals" });
  const tags = el("p", { class: "tags" });
  const search = searchBox(app, (entry) => app.openEntry(entry));
  const handle = el("button", { class: "handle", type: "button", onclick: toggle });
  const cards = el("div", { class: "cards", tabindex: "-1" });
  const said = el("p", { class: "unseen", role: "status" });
  const body = el("div", { class: "panel-body" }, cards);
  const head = el("header", { class: "panel-head" }, title, totals, tags, search.node);
  const sheet = el("div", { class: "sheet" }, handle, body);
  const node = el("aside", { class: "panel" }, head, sheet, said);
  swipe(handle, (open) => stance(open));

  function stance(open) {
    node.classList.toggle("is-tall", open);
    handle.setAttribute("aria-expanded", String(open));
    handle.setAttribute("aria-label", t(open ? "map.collapse" : "map.expand"));
  }
  function toggle() {
    stance(!node.classList.contains("is-tall"));
  }

  function show() {
    const spot = state.get("selection");
    node.classList.toggle("has-cards", Boolean(spot));
    stance(false);
    // Once the cards are laid out: asked for now, it would lay the page out twice.
    requestAnimationFrame(() => {
      body.scrollTop = 0;
    });
    if (!spot) {
      fill(
        cards,
        el("p", { class: "hint" }, t("map.hint")),
        communities(app),
        office(app),
        filesFold(app),
      );
    } else if (!spot.grids.length) {
      fill(cards, tools(app, spot), outside());
    } else {
      fill(cards, tools(app, spot), ...cardsOf(app, spot));
    }
    said.textContent = spot ? summary(spot) : "";
  }

  function speakAgain() {
    node.setAttribute("aria-label", t("map.panel"));
    totals.textContent = [1, 2, 3]
      .map((n) => t(`map.totals.${n - 1}`, app.atlas.level(n).length))
      .join(" · ");
    const { edition, synthetic } = app.atlas.block.provenance;
    fill(
      tags,
      edition === "internal"
        ? el("span", { class: "tag tag-internal" }, t("common.internal"))
        : null,
      synthetic ? el("span", { class: "tag tag-synthetic" }, t("common.synthetic")) : null,
    );
    show();
  }
  state.on(["selection"], show);
  state.on(["language", "theme"], speakAgain);
  speakAgain();
  return node;
}

function summary({ grids }) {
  if (!grids.length) return t("map.outside");
  return t("map.selected", grids.map((grid) => grid.sheet.name).join("，"));
}

function outside() {
  return el(
    "section",
    { class: "card card-outside" },
    el("h2", { class: "card-name" }, t("map.outside")),
    el("p", { class: "quiet" }, t("map.outsideHint")),
  );
}

function office(app) {
  const { responsible } = app.atlas.block.subdistrict;
  if (!responsible.length) return null;
  return el(
    "details",
    { class: "fold fold-office" },
    el("summary", {}, t("map.office", responsible.length)),
    el("ul", { class: "plain people" }, ...responsible.map((held) => person(app, held))),
  );
}

/** The communities, to go to. */
function communities(app) {
  return el(
    "ul",
    { class: "plain communities", "aria-label": t("common.levels.1") },
    ...app.atlas.level(1).map((grid) => {
      const button = el(
        "button",
        { class: "community", type: "button", onclick: () => app.openGrid(grid) },
        name(grid.sheet.name),
        el("span", { class: "community-note quiet" }, noteOn(grid)),
      );
      button.style.setProperty("--ground", communityColour(app, grid));
      return el("li", {}, button);
    }),
  );
}

/** Class and leader of a community, in a line. */
function noteOn({ sheet }) {
  const leader = sheet.responsible.find((held) => held.role === "grid_leader");
  const rank = sheet.grid_class && (words("common.rank")[sheet.grid_class] || sheet.grid_class);
  return [rank, leader?.name].filter(Boolean).join(" · ");
}

/** The heading of the cards with what one can do about the selection. */
function tools(app, spot) {
  const grid = spot.grids.at(-1);
  const done = el("span", { class: "tool-said", role: "status" });
  const tool = (label, paths, act) =>
    el(
      "button",
      { class: "tool", type: "button", onclick: act },
      icon(...paths),
      el("span", {}, t(label)),
    );
  return el(
    "div",
    { class: "tools" },
    el("h2", { class: "unseen" }, summary(spot)),
    grid
      ? tool("map.zoomTo", ["M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"], () => app.zoomTo(grid))
      : null,
    grid
      ? tool(
          "map.copyLink",
          [
            "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1.500 1.500",
            "M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1.500-1.500",
          ],
          () => copyLink(app, done),
        )
      : null,
    grid && navigator.share
      ? tool("map.share", ["M12 15V4M8 7.5 12 3.500l4 4M6 11H4.500v9h15v-9H18"], () => share(app))
      : null,
    tool("map.print", ["M7 9V4h10v5M7 17H4v-8h16v8h-3", "M7 14h10v6H7z"], () => window.print()),
    el(
      "button",
      {
        class: "tool tool-close",
        type: "button",
        "aria-label": t("map.close"),
        onclick: () => app.close(),
      },
      icon("M6 6 18 18M18 6 6 18"),
    ),
    done,
  );
}

/** A drag up or down on the handle opens or closes the sheet. */
function swipe(handle, settle) {
  let from = null;
  handle.addEventListener("pointerdown", (event) => {
    from = event.clientY;
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointerup", (event) => {
    if (from !== null && Math.abs(event.clientY - from) > 24) {
      const open = event.clientY < from;
      // The click that follows would undo it.
      handle.addEventListener("click", (click) => click.stopImmediatePropagation(), {
        once: true,
        capture: true,
      });
      settle(open);
    }
    from = null;
  });
}
