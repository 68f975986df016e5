// The library of charts, loaded after the first paint, dressed for the light or the dark of the system.

const LIBRARY = "../vendor/lightweight-charts/lightweight-charts.standalone.production.mjs";
const dark = matchMedia("(prefers-color-scheme: dark)");
const charts = [];

let library = null;

/** The library and a new chart in a box; the chart follows the box's size and the system's colours. */
export async function newChart(box, options = {}) {
  library ??= import(LIBRARY);
  const lib = await library;
  const chart = lib.createChart(box, { autoSize: true, ...optionsOf(lib) });
  chart.applyOptions(options);
  charts.push({ chart, lib });
  return { lib, chart };
}

/** Call `paint(colours)` now and whenever the system's colours change. */
export function onColours(paint) {
  paint(colours());
  dark.addEventListener("change", () => paint(colours()));
}

dark.addEventListener("change", () => {
  for (const { chart, lib } of charts) chart.applyOptions(optionsOf(lib));
});

function colours() {
  const style = getComputedStyle(document.documentElement);
  const named = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: named("ink"), muted: named("muted"), rule: named("rule"), panel: named("panel"),
    gain: named("gain"), loss: named("loss"), alarm: named("alarm"), accent: named("accent"),
    lines: ["line-1", "line-2", "line-3", "line-4", "line-5", "line-6"].map(named),
  };
}

function optionsOf(lib) {
  const { muted, rule, panel, ink } = colours();
  return {
    // The library's own logo would need an inline style; the foot of the page names its maker instead.
    layout: {
      background: { type: lib.ColorType.Solid, color: panel }, textColor: muted, fontSize: 11, attributionLogo: false,
      panes: { separatorColor: rule },
    },
    grid: { vertLines: { color: rule }, horzLines: { color: rule } },
    crosshair: { vertLine: { color: ink, labelBackgroundColor: muted }, horzLine: { color: ink, labelBackgroundColor: muted } },
    rightPriceScale: { borderColor: rule },
    timeScale: { borderColor: rule, timeVisible: true, secondsVisible: false },
    localization: { locale: "en-IN" },
    handleScroll: { vertTouchDrag: false },
  };
}

/** Points in rising order of time, one for each moment: the newest of those that share one. */
export function inOrder(points) {
  const byTime = new Map();
  for (const point of points) byTime.set(point.time, point);
  return [...byTime.values()].sort((one, other) => one.time - other.time);
}
