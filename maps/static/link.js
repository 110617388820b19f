/**
 * Links that open the page where it was left: `#grid=CODE` opens its card, `&at=zoom/lat/lon` the
 * view, `&spot=lon,lat` (WGS84) puts a pin, `&level=2` and `&by=rank` (or the name of a number) are
 * the settings; `&lang=en` speaks English. `&embed=1` is the map alone,
 * for a page that shows it in a frame: it tells that page where it was clicked, and which of the
 * numbered pins `&pins=1:lon,lat;2:lon,lat` (WGS84).
 */

import { el } from "./dom.js";
import { t } from "./words.js";

/**
 * @returns {{grid: string|null, at: {zoom: number, centre: number[]}|null, spot: number[]|null,
 *   pins: {number: number, at: number[]}[], level: number|null, by: string|null, lang: string|null, embed: boolean}} `centre` is latitude,
 *   longitude; `spot` the other way round
 */
export function readLink() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const [zoom, lat, lon] = (asked.get("at") || "").split("/").map(Number);
  const spot = (asked.get("spot") || "").split(",").map(Number);
  return {
    grid: asked.get("grid"),
    at: Number.isFinite(zoom) && isPlace(lon, lat) ? { zoom, centre: [lat, lon] } : null,
    spot: spot.length === 2 && isPlace(...spot) ? spot : null,
    pins: (asked.get("pins") || "").split(";").flatMap(readPin).slice(0, MOST_PINS),
    level: LEVELS.find((level) => String(level) === asked.get("level")) || null,
    by: asked.get("by"),
    lang: asked.get("lang"),
    embed: asked.get("embed") === "1",
  };
}

const LEVELS = [1, 2, 3];
const MOST_PINS = 20;

/** @param {string} text such as `2:118.75,32.11` */
function readPin(text) {
  const [number, place = ""] = text.split(":");
  const at = place.split(",").map(Number);
  const known = /^[1-9][0-9]?$/.test(number) && at.length === 2 && place && isPlace(at[0], at[1]);
  return known ? [{ number: Number(number), at }] : [];
}

function isPlace(lon, lat) {
  return (
    Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180
  );
}

/** @returns {string} what names a grid in a link */
function gridPart(grid) {
  return new URLSearchParams({ grid: grid.sheet.code }).toString();
}

/** The address that opens the page with what is selected now, in this view, coloured like this. */
function linkOf(app) {
  const { map, state } = app;
  const spot = state.get("selection");
  const grid = spot?.grids.at(-1);
  const { lat, lng } = map.getCenter();
  const parts = [
    grid && gridPart(grid),
    `at=${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`,
    spot?.pin && `spot=${spot.pin.lng.toFixed(7)},${spot.pin.lat.toFixed(7)}`,
    state.get("level") !== "auto" && `level=${state.get("level")}`,
    state.get("colour") === "rank" && "by=rank",
    state.get("colour") === "number" && `by=${state.get("number")}`,
    state.get("language") !== app.atlas.block.settings.language && `lang=${state.get("language")}`,
  ];
  return `${location.href.split("#")[0]}#${parts.filter(Boolean).join("&")}`;
}

/** Keep the address bar at the selected grid, so that reloading comes back to it. */
export function followSelection(app) {
  let due = false;
  // Browsers are slow to change an address and refuse to do it too often: once for all of a turn.
  const later = () => {
    if (!due) setTimeout(tell, 0);
    due = true;
  };
  function tell() {
    due = false;
    if (readLink().embed) return;
    const grid = app.state.get("selection")?.grids.at(-1);
    try {
      history.replaceState(null, "", grid ? `#${gridPart(grid)}` : "#");
    } catch {
      // A page shown inside another's frame may not touch its address.
    }
  }
  app.state.on(["selection"], later);
}

/** Copy the link; where the browser does not let us, show it to be copied by hand. */
export async function copyLink(app, said) {
  const link = linkOf(app);
  try {
    await navigator.clipboard.writeText(link);
    said.textContent = t("map.copied");
  } catch {
    const field = el("input", {
      class: "link-field",
      readonly: true,
      value: link,
      "aria-label": t("map.copyByHand"),
    });
    said.replaceChildren(t("map.copyByHand"), field);
    field.select();
  }
}

/** Hand the link to what the device shares with. */
export function share(app) {
  const title = app.state.get("selection")?.grids.at(-1)?.sheet.name || document.title;
  navigator.share({ title, url: linkOf(app) }).catch(() => {
    // Changed their mind: nothing to do.
  });
}

/** Tell the page that shows this one in its frame where it was clicked. */
export function tellFrame({ lat, lng }) {
  tellParent({ wanggeSpot: { lon: lng, lat } });
}

/** Tell it which numbered pin was chosen. */
export function tellPin(number) {
  tellParent({ wanggePin: number });
}

/** Only a page of our own is told anything. */
function tellParent(said) {
  if (!readLink().embed || window.parent === window || location.origin === "null") return;
  window.parent.postMessage(said, location.origin);
}
