/** "Use my position": what the browser gives is WGS84; what keeps it from giving is said in words. */

import { el, icon, name } from "../core/dom.js";
import { t, tNodes } from "../core/words.js";

const WAIT_MS = 15_000;
const FAULTS = {
  1: ["desk.positionDenied", "desk.positionDeniedHow"],
  2: ["desk.positionUnavailable", "desk.positionUnavailableHow"],
  3: ["desk.positionTimeout", "desk.positionTimeoutHow"],
};

/**
 * @param {(position: {lon: number, lat: number, accuracyM: number}) => void} found in WGS84
 * @param {(explanation: HTMLElement) => void} explain
 * @returns {{node: HTMLElement, speakAgain: () => void}}
 */
export function positionButton(found, explain) {
  const label = el("span", {});
  const node = el(
    "button",
    { class: "tool", type: "button", onclick: locate },
    icon("M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2v4M12 18v4M2 12h4M18 12h4"),
    label,
  );

  function locate() {
    if (!window.isSecureContext) return explain(insecure());
    if (!navigator.geolocation)
      return explain(explanation("desk.positionMissing", t("desk.positionMissingHow")));
    busy(true);
    const asked = { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 10_000 };
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        busy(false);
        found({ lon: coords.longitude, lat: coords.latitude, accuracyM: coords.accuracy });
      },
      ({ code }) => {
        busy(false);
        const [fault, how] = FAULTS[code] || FAULTS[2];
        explain(explanation(fault, t(how)));
      },
      asked,
    );
  }

  function busy(yes) {
    node.setAttribute("aria-busy", String(yes));
    label.textContent = t(yes ? "desk.positionWait" : "desk.position");
  }

  function speakAgain() {
    busy(false);
  }
  speakAgain();
  return { node, speakAgain };
}

function insecure() {
  return explanation(
    "desk.positionInsecure",
    ...tNodes("desk.positionInsecureWhy", name(location.origin)),
    el("br"),
    t("desk.positionInsecureHow"),
  );
}

function explanation(key, ...how) {
  return el(
    "div",
    { class: "notice notice-none", role: "alert" },
    el("p", {}, el("b", {}, t(key))),
    el("p", {}, ...how),
    el("p", {}, t("desk.positionNow")),
  );
}
