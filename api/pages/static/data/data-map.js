/** The places that are wrong, drawn as SVG: shapes of faults and points of findings. */

import { el, fill, svg } from "../core/dom.js";
import { t, words } from "../core/words.js";

const SIZE = 520;

/**
 * @param {any} preview
 * @returns {HTMLElement}
 */
export function problemMap(preview) {
  const shapes = [
    ...preview.faults,
    ...(preview.cleaning?.uncovered ?? []).map((u) => ({
      kind: "gap",
      codes: [u.parent],
      area_m2: u.area_m2,
      width_m: null,
      sliver: false,
      geometry: u.geometry,
    })),
  ];
  const points = preview.findings.filter((f) => f.place && f.severity !== "note");
  if (!shapes.length && !points.length) return el("p", { class: "quiet" }, t("data.mapNone"));
  const at = frame(shapes, points);
  const said = el("p", { class: "data-map-said", role: "status" });
  const tell = (node, text) => {
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", text);
    for (const on of ["focus", "mouseenter", "click"])
      node.addEventListener(on, () => fill(said, text));
    return node;
  };
  const drawn = svg("svg", {
    viewBox: `0 0 ${SIZE} ${SIZE}`,
    class: "data-map",
    role: "group",
    "aria-label": t("data.mapTitle"),
  });
  for (const fault of shapes) {
    const text = [
      words("data.kinds")[fault.kind] ?? fault.kind,
      fault.sliver ? t("data.sliver") : "",
      fault.codes.join(" / "),
      `${fault.area_m2.toLocaleString()} m²`,
      fault.width_m === null ? "" : t("data.width", fault.width_m),
    ]
      .filter(Boolean)
      .join(" · ");
    drawn.append(
      tell(svg("path", { d: path(fault.geometry, at), class: `fault fault-${fault.kind}` }), text),
    );
  }
  for (const finding of points) {
    const [x, y] = at(finding.place);
    const text = finding.text[document.documentElement.lang === "en" ? "en" : "zh"];
    drawn.append(
      tell(
        svg("circle", { cx: x, cy: y, r: 6, class: `spot spot-${finding.severity}` }),
        `${finding.grid_code ?? ""} ${text}`.trim(),
      ),
    );
  }
  return el("div", { class: "data-map-frame" }, drawn, said);
}

/** Return what puts a longitude and latitude on the drawing; a degree of latitude is longer. */
function frame(shapes, points) {
  const all = [
    ...shapes.flatMap((s) => s.geometry.coordinates.flat()),
    ...points.map((p) => p.place),
  ];
  const [west, east] = span(all.map((p) => p[0]));
  const [south, north] = span(all.map((p) => p[1]));
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const reach = Math.max((east - west) * squeeze, north - south, 2e-4) * 1.1;
  const middle = [(west + east) / 2, (south + north) / 2];
  return ([lon, lat]) => [
    SIZE / 2 + (((lon - middle[0]) * squeeze) / reach) * SIZE,
    SIZE / 2 - ((lat - middle[1]) / reach) * SIZE,
  ];
}

function span(values) {
  return values.reduce(
    ([low, high], v) => [Math.min(low, v), Math.max(high, v)],
    [Infinity, -Infinity],
  );
}

function path(geometry, at) {
  return geometry.coordinates
    .map(
      (ring) =>
        `M${ring
          .map((p) =>
            at(p)
              .map((v) => v.toFixed(1))
              .join(","),
          )
          .join("L")}Z`,
    )
    .join("");
}
