/** Numbered pins: what may be meant, as the page that shows this one in its frame lists it. */

import { el } from "./dom.js";
import { tellPin } from "./link.js";

const SIZE = 26;

/**
 * @param {any} app
 * @returns {(pins: {number: number, at: number[]}[]) => void} shows these in place of the last
 */
export function numberedPins({ map }) {
  const group = L.layerGroup().addTo(map);
  return (pins) => {
    group.clearLayers();
    const places = pins.map(({ number, at: [lon, lat] }) => {
      const icon = L.divIcon({
        className: "pin-number",
        html: el("span", {}, String(number)),
        iconSize: [SIZE, SIZE],
      });
      const marker = L.marker([lat, lon], { icon, keyboard: false, zIndexOffset: -number });
      marker.on("click", () => tellPin(number)).addTo(group);
      return [lat, lon];
    });
    if (places.length) map.fitBounds(places, { padding: [48, 48], maxZoom: 17, animate: false });
  };
}
