/** The view onto the ground: canvases that pan and zoom with mouse, touch, pen and keyboard. */

import { el } from "../core/dom.js";

const CLOSEST = 12;
const WHEEL = 1.0016;
const STEP_PX = 120;

/**
 * @typedef {object} Gesture what a tool is told of a stroke; spots are metres
 * @property {(spot: [number, number], event: PointerEvent) => boolean} down true: the tool takes the stroke, else the map moves
 * @property {(spot: [number, number], event: PointerEvent) => void} move
 * @property {(spot: [number, number], event: PointerEvent, moved: boolean) => void} up
 * @property {(spot: [number, number]|null) => void} hover
 * @property {() => void} cancel
 */

export class View {
  /** @param {string} label what the map is called for screen readers */
  constructor(label) {
    this.ground = el("canvas", { class: "plan-canvas", "aria-hidden": "true" });
    this.overlay = el("canvas", {
      class: "plan-canvas plan-overlay",
      tabindex: "0",
      role: "application",
      "aria-label": label,
    });
    this.node = el("div", { class: "plan-map" }, this.ground, this.overlay);
    this.scale = 0.2;
    this.left = 0;
    this.top = 0;
    this.margins = [24, 20, 24, 20];
    this.drawn = { ground: () => {}, overlay: () => {} };
    this.gesture = null;
    this.fingers = new Map();
    this.stroke = null;
    this.#waiting = { ground: false, overlay: false };
    /** Settled once the canvases have a size. */
    this.ready = new Promise((resolve) => {
      this.#sized = resolve;
    });
    new ResizeObserver(() => this.#resize()).observe(this.node);
    this.#listen();
  }

  #waiting;
  holdsSpace = false;
  #frame = 0;
  #sized;

  // --- between screen and ground -------------------------------------------------------------------

  /** @param {number[]} point */
  toScreen([x, y]) {
    return [(x - this.left) * this.scale, (y - this.top) * this.scale];
  }

  /** @param {number[]} point */
  toGround([x, y]) {
    return [x / this.scale + this.left, y / this.scale + this.top];
  }

  /** The least scale at which everything is in sight. */
  #least() {
    return this.whole ? this.#scaleFor(this.whole) * 0.6 : 0.02;
  }

  #scaleFor([left, top, right, bottom]) {
    const [a, b, c, d] = this.margins;
    return Math.max(
      0.0001,
      Math.min(
        (this.width - a - c) / (right - left || 1),
        (this.height - b - d) / (bottom - top || 1),
      ),
    );
  }

  /** Show a box of metres. */
  fit(box, closest = 4) {
    const [a, b, c, d] = this.margins;
    this.scale = Math.min(closest, this.#scaleFor(box));
    const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    this.left = x - (this.width - c + a) / 2 / this.scale;
    this.top = y - (this.height - d + b) / 2 / this.scale;
    this.redraw();
  }

  zoomAt([px, py], factor) {
    const spot = this.toGround([px, py]);
    this.scale = Math.min(CLOSEST, Math.max(this.#least(), this.scale * factor));
    this.left = spot[0] - px / this.scale;
    this.top = spot[1] - py / this.scale;
    this.redraw();
  }

  panBy(dx, dy) {
    this.left -= dx / this.scale;
    this.top -= dy / this.scale;
    this.redraw();
  }

  middle() {
    return [this.width / 2, this.height / 2];
  }

  // --- drawing -------------------------------------------------------------------------------------

  redraw() {
    this.#soon("ground");
    this.#soon("overlay");
  }

  redrawOverlay() {
    this.#soon("overlay");
  }

  #soon(which) {
    this.#waiting[which] = true;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.drawNow();
    });
  }

  /** Draw what waits to be drawn, at once. */
  drawNow() {
    if (!this.width) return;
    for (const which of ["ground", "overlay"]) {
      if (!this.#waiting[which]) continue;
      this.#waiting[which] = false;
      const canvas = this[which];
      const pen = canvas.getContext("2d");
      pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      pen.clearRect(0, 0, this.width, this.height);
      this.drawn[which](pen, this);
    }
  }

  /** Let what is drawn next be in metres. */
  onGround(pen) {
    const k = this.scale * this.ratio;
    pen.setTransform(k, 0, 0, k, -this.left * k, -this.top * k);
  }

  /** Let what is drawn next be in pixels of the screen. */
  onScreen(pen) {
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  #resize() {
    const { width, height } = this.node.getBoundingClientRect();
    if (!width || !height) return;
    const middle = this.width ? this.toGround(this.middle()) : null;
    this.width = width;
    this.height = height;
    this.ratio = Math.min(3, window.devicePixelRatio || 1);
    for (const canvas of [this.ground, this.overlay]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    if (middle && this.fitted) {
      this.left = middle[0] - width / 2 / this.scale;
      this.top = middle[1] - height / 2 / this.scale;
    } else if (this.whole) {
      this.fitted = true;
      this.fit(this.whole);
    }
    this.redraw();
    this.drawNow();
    this.#sized();
  }

  /** Say what the whole is, and show it. */
  show(whole) {
    this.whole = whole;
    if (!this.width) return;
    this.fitted = true;
    this.fit(whole);
  }

  // --- hands ---------------------------------------------------------------------------------------

  #at(event) {
    const box = this.overlay.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #listen() {
    const { overlay } = this;
    overlay.addEventListener("pointerdown", (event) => this.#down(event));
    overlay.addEventListener("pointermove", (event) => this.#move(event));
    overlay.addEventListener("pointerup", (event) => this.#up(event));
    overlay.addEventListener("pointercancel", (event) => this.#stop(event));
    overlay.addEventListener("pointerleave", () => this.gesture?.hover(null));
    overlay.addEventListener("contextmenu", (event) => event.preventDefault());
    overlay.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.zoomAt(
          this.#at(event),
          WHEEL ** -(event.deltaMode ? event.deltaY * 30 : event.deltaY),
        );
      },
      { passive: false },
    );
    overlay.addEventListener("keydown", (event) => this.#key(event));
  }

  #down(event) {
    this.overlay.setPointerCapture?.(event.pointerId);
    const at = this.#at(event);
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size > 1) {
      if (this.stroke?.taken) this.gesture?.cancel();
      this.stroke = { pinch: true };
      return;
    }
    const first = event.button === 0 && !this.holdsSpace;
    const taken = first && Boolean(this.gesture?.down(this.toGround(at), event));
    this.stroke = { taken, from: at, last: at, moved: false, first };
  }

  #move(event) {
    const at = this.#at(event);
    if (!this.stroke) {
      this.gesture?.hover(this.toGround(at));
      return;
    }
    if (this.stroke.pinch) this.#pinch(event, at);
    else this.#drag(event, at);
  }

  #drag(event, at) {
    const { stroke } = this;
    if (Math.hypot(at[0] - stroke.from[0], at[1] - stroke.from[1]) > 4) stroke.moved = true;
    if (stroke.taken) {
      const parts = event.getCoalescedEvents?.() ?? [];
      for (const part of parts.length ? parts : [event])
        this.gesture.move(this.toGround(this.#at(part)), event);
    } else if (stroke.moved) this.panBy(at[0] - stroke.last[0], at[1] - stroke.last[1]);
    stroke.last = at;
  }

  #pinch(event, at) {
    const before = [...this.fingers.values()];
    this.fingers.set(event.pointerId, at);
    const after = [...this.fingers.values()];
    if (after.length < 2) return;
    const middle = (f) => [(f[0][0] + f[1][0]) / 2, (f[0][1] + f[1][1]) / 2];
    const apart = (f) => Math.hypot(f[0][0] - f[1][0], f[0][1] - f[1][1]) || 1;
    const [a, b] = [middle(before), middle(after)];
    this.panBy(b[0] - a[0], b[1] - a[1]);
    this.zoomAt(b, apart(after) / apart(before));
  }

  #up(event) {
    const at = this.#at(event);
    this.fingers.delete(event.pointerId);
    const { stroke } = this;
    if (!stroke) return;
    if (stroke.pinch) {
      if (!this.fingers.size) this.stroke = null;
      return;
    }
    this.stroke = null;
    if (stroke.first && (stroke.taken || !stroke.moved))
      this.gesture?.up(this.toGround(at), event, stroke.moved);
  }

  #stop(event) {
    this.fingers.delete(event.pointerId);
    if (this.stroke?.taken) this.gesture?.cancel();
    if (!this.fingers.size) this.stroke = null;
  }

  #key(event) {
    const moves = {
      ArrowLeft: [STEP_PX, 0],
      ArrowRight: [-STEP_PX, 0],
      ArrowUp: [0, STEP_PX],
      ArrowDown: [0, -STEP_PX],
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) this.panBy(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoomAt(this.middle(), 1.4);
    else if (event.key === "-") this.zoomAt(this.middle(), 1 / 1.4);
    else if (event.key === "0" && this.whole) this.fit(this.whole);
    else return;
    event.preventDefault();
  }
}
