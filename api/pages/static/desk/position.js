/** "Use my position": what the browser gives is WGS84; what keeps it from giving is said in words. */

import { el, icon, name } from "../core/dom.js";
import { tell } from "./desk-words.js";

const WAIT_MS = 15_000;
const FAULTS = { 1: "positionDenied", 2: "positionUnavailable", 3: "positionTimeout" };

/**
 * @param {(position: {lon: number, lat: number, accuracyM: number}) => void} found in WGS84
 * @param {(explanation: HTMLElement) => void} explain
 * @returns {{node: HTMLElement, speakAgain: () => void}}
 */
export function positionButton(found, explain) {
  const word = el("span", {});
  const node = el(
    "button",
    { class: "tool", type: "button", onclick: locate },
    icon("M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2v4M12 18v4M2 12h4M18 12h4"),
    word,
  );

  function locate() {
    if (!window.isSecureContext) return explain(insecure());
    if (!navigator.geolocation)
      return explain(explanation("positionMissing", tell("positionMissingHow")));
    busy(true);
    const asked = { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 10_000 };
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        busy(false);
        found({ lon: coords.longitude, lat: coords.latitude, accuracyM: coords.accuracy });
      },
      ({ code }) => {
        busy(false);
        const key = FAULTS[code] || FAULTS[2];
        explain(explanation(key, tell(`${key}How`)));
      },
      asked,
    );
  }

  function busy(yes) {
    node.setAttribute("aria-busy", String(yes));
    word.textContent = tell(yes ? "positionWait" : "position");
  }

  function speakAgain() {
    busy(false);
  }
  speakAgain();
  return { node, speakAgain };
}

function insecure() {
  const [before, after] = tell("positionInsecureWhy", "\u0000").split("\u0000");
  return explanation(
    "positionInsecure",
    before,
    name(location.origin),
    after,
    el("br"),
    tell("positionInsecureHow"),
  );
}

function explanation(key, ...how) {
  return el(
    "div",
    { class: "notice notice-none", role: "alert" },
    el("p", {}, el("b", {}, tell(key))),
    el("p", {}, ...how),
    el("p", {}, tell("positionNow")),
  );
}
