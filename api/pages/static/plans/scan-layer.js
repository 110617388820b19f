/**
 * A scanned poster under the map, for tracing. It stays in this browser (IndexedDB) and is placed by
 * hand: moved, turned, sized, or aligned by two points.
 */

import { dialog, labelled } from "../core/dialog.js";
import { el, fill } from "../core/dom.js";
import { t, words } from "../core/words.js";

const STORE = "posters";
/** A scan with more pixels than this takes more memory than an office computer has to spare. */
const MOST_PIXELS = 250e6;
/** Larger ones are drawn from a copy of this many pixels a side. */
const SIDE_PX = 6000;

/** How wide and high a picture is, in pixels, before it is decoded. */
function sizeOf(blob) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => {
      URL.revokeObjectURL(image.src);
      resolve([image.naturalWidth, image.naturalHeight]);
    };
    image.onerror = () => {
      URL.revokeObjectURL(image.src);
      reject(new Error(t("plan.posterNoPicture")));
    };
    image.src = URL.createObjectURL(blob);
  });
}

/** @returns {Promise<ImageBitmap>} the picture, made smaller when it is very large */
async function decoded(blob) {
  const [width, height] = await sizeOf(blob);
  if (width * height > MOST_PIXELS) throw new Error(t("plan.posterTooLarge", width, height));
  const shrunk = Math.min(1, SIDE_PX / Math.max(width, height, 1));
  const how =
    shrunk < 1
      ? {
          resizeWidth: Math.round(width * shrunk),
          resizeHeight: Math.round(height * shrunk),
          resizeQuality: "medium",
        }
      : {};
  const image = await createImageBitmap(blob, how).catch(() => null);
  if (!image) throw new Error(t("plan.posterNoPicture"));
  return image;
}

function base() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("wangge-plan", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** Keep (or, without a value, forget) what belongs to a plan. */
export async function keepPoster(plan, value) {
  const db = await base();
  const store = db.transaction(STORE, "readwrite").objectStore(STORE);
  const done = value ? store.put(value, plan) : store.delete(plan);
  await new Promise((resolve, reject) => {
    done.onsuccess = resolve;
    done.onerror = () => reject(done.error);
  });
}

async function kept(plan) {
  const db = await base();
  const asked = db.transaction(STORE).objectStore(STORE).get(plan);
  return new Promise((resolve) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
  });
}

export class ScanLayer {
  constructor(app) {
    this.app = app;
    this.image = null;
    this.handles = null;
    /** Where its middle lies (metres), metres to a pixel of what is drawn, radians, strength. */
    this.place = { x: 0, y: 0, size: 1, turn: 0, seen: 0.7 };
    kept(app.id)
      .then((found) => found && this.#take(found.blob, found.place))
      .catch((fault) => app.tell(fault.message, "is-error"));
  }

  get shown() {
    return Boolean(this.image);
  }

  async #take(blob, place = null) {
    const image = await decoded(blob);
    [this.blob, this.image] = [blob, image];
    if (place) this.place = place;
    else {
      const [left, top, right, bottom] = this.app.wholeBox();
      this.place = {
        x: (left + right) / 2,
        y: (top + bottom) / 2,
        size: (right - left) / this.image.width,
        turn: 0,
        seen: 0.7,
      };
    }
    this.#keep();
  }

  #keep() {
    this.app.view.redraw();
    keepPoster(this.app.id, this.image ? { blob: this.blob, place: this.place } : null).catch(
      () => {},
    );
  }

  draw(pen) {
    if (!this.image) return;
    const { x, y, size, turn, seen } = this.place;
    pen.save();
    pen.translate(x, y);
    pen.rotate(turn);
    pen.scale(size, size);
    pen.globalAlpha = seen;
    pen.drawImage(this.image, -this.image.width / 2, -this.image.height / 2);
    pen.restore();
  }

  openDialog() {
    this.handles?.();
    const wrong = el("div", { role: "alert" });
    const file = el("input", {
      type: "file",
      accept: "image/*",
      onchange: async (event) => {
        const [chosen] = event.target.files;
        if (!chosen) return;
        fill(wrong, el("p", { class: "quiet" }, t("plan.loading")));
        try {
          await this.#take(chosen);
        } catch (fault) {
          fill(wrong, el("p", { class: "notice notice-error" }, fault.message));
          event.target.value = "";
          return;
        }
        box.close();
        this.app.view.fit(this.app.wholeBox());
        this.#handles();
      },
    });
    const box = dialog(
      t("plan.posterTitle"),
      [
        el("p", { class: "quiet" }, t("plan.posterHint")),
        labelled(t("plan.posterPick"), file),
        wrong,
      ],
      [
        ...(this.image
          ? [
              {
                label: t("plan.posterRemove"),
                danger: true,
                act: () => {
                  this.image = null;
                  this.#keep();
                },
              },
              {
                label: t("plan.posterMove"),
                act: () => {
                  this.#handles();
                },
              },
            ]
          : []),
        { label: t("plan.close") },
      ],
    );
  }

  /** While it is being placed, dragging moves it and not the map. */
  #handles() {
    const { view } = this.app;
    this.handles?.();
    const slide = (label, min, max, step, value, set) =>
      labelled(
        label,
        el("input", {
          type: "range",
          min,
          max,
          step,
          value,
          oninput: (event) => {
            set(Number(event.target.value));
            view.redraw();
          },
        }),
      );
    const { place } = this;
    const from = place.size;
    const step = el("p", { class: "quiet small", role: "status" }, t("plan.posterDrag"));
    const box = el(
      "div",
      { class: "plan-poster" },
      el("b", {}, t("plan.posterMove")),
      slide(t("plan.posterOpacity"), 0.1, 1, 0.05, place.seen, (v) => {
        place.seen = v;
      }),
      slide(t("plan.posterTurn"), -180, 180, 0.5, (place.turn * 180) / Math.PI, (v) => {
        place.turn = (v * Math.PI) / 180;
      }),
      slide(t("plan.posterSize"), -2, 2, 0.01, 0, (v) => {
        place.size = from * 2 ** v;
      }),
      step,
      el(
        "div",
        { class: "plan-buttons" },
        el("button", { type: "button", class: "tool", onclick: () => two() }, t("plan.posterTwo")),
        el(
          "button",
          { type: "button", class: "tool tool-main", onclick: () => done() },
          t("plan.posterDone"),
        ),
      ),
    );
    view.node.parentElement.append(box);
    let last = null;
    let spots = null;
    const two = () => {
      spots = [];
      step.textContent = t("plan.posterTwoSteps.0");
    };
    const done = () => {
      this.handles = null;
      view.gesture = this.app.tool;
      box.remove();
      this.#keep();
    };
    this.handles = done;
    view.gesture = {
      down: (spot) => {
        last = spot;
        return true;
      },
      move: (spot) => {
        if (spots) return;
        place.x += spot[0] - last[0];
        place.y += spot[1] - last[1];
        last = spot;
        view.redraw();
      },
      up: (spot) => {
        if (!spots) return;
        spots.push(spot);
        if (spots.length === 4) {
          this.#align(spots);
          spots = null;
        }
        step.textContent = spots
          ? words("plan.posterTwoSteps")[spots.length]
          : t("plan.posterDrag");
      },
      hover: () => {},
      cancel: () => {},
    };
  }

  /** Turn, size and move so that the first spot comes to the second, and the third to the fourth. */
  #align([a, toA, b, toB]) {
    const { place } = this;
    const [u, v] = [
      [b[0] - a[0], b[1] - a[1]],
      [toB[0] - toA[0], toB[1] - toA[1]],
    ];
    const grow = Math.hypot(...v) / (Math.hypot(...u) || 1);
    const turn = Math.atan2(v[1], v[0]) - Math.atan2(u[1], u[0]);
    const [dx, dy] = [place.x - a[0], place.y - a[1]];
    const [cos, sin] = [Math.cos(turn) * grow, Math.sin(turn) * grow];
    place.x = toA[0] + dx * cos - dy * sin;
    place.y = toA[1] + dx * sin + dy * cos;
    place.size *= grow;
    place.turn += turn;
    this.app.view.redraw();
  }
}
