// The equity of the day as two lines, gross and net; what lies between them are the charges.

import { read } from "./api.js";
import { newChart, inOrder, onColours } from "./charts.js";
import { byId, mark, setAttribute, setText } from "./dom.js";
import { axisTime, money, price, units } from "./format.js";
import { unpricedOf } from "./positions.js";

const STEP_S = 15;
const MOST_POINTS = 6_000;
const RETRY_MS = 5_000;

export function makeEquity() {
  const line = new EquityLine();
  const legend = byId("equity-legend");
  const canvas = byId("equity-canvas");
  return {
    panel: "day",
    async start() {
      await line.build(canvas);
      await line.load();
    },
    reload: () => (line.net ? line.load() : null),
    update({ run, day, running, symbols }) {
      const text = `━ net ${money(day.net)}   ┄ gross ${money(day.gross)}   charges ${price(day.charges)}`;
      setText(legend, text);
      setAttribute(canvas, "aria-label", `Equity of the day: ${text}`);
      if (running && !unpricedOf(symbols).length) line.add(run, day);
      return line.mend();
    },
  };
}

class EquityLine {
  constructor() {
    this.net = null;
    this.gross = null;
    this.newest = 0;
    this.count = 0;
    this.sessionOn = null;
    this.latest = null;
    this.problem = null;
    this.askedAt = 0;
  }

  async build(canvas) {
    const { lib, chart } = await newChart(canvas, {
      rightPriceScale: { scaleMargins: { top: 0.18, bottom: 0.1 } }, handleScroll: false, handleScale: false,
    });
    const options = { priceLineVisible: false, lastValueVisible: true, priceFormat: { type: "custom", formatter: units } };
    this.gross = chart.addSeries(lib.LineSeries, { ...options, lineWidth: 1, lineStyle: lib.LineStyle.Dashed });
    this.net = chart.addSeries(lib.BaselineSeries, { ...options, lineWidth: 2, baseValue: { type: "price", price: 0 } });
    Object.assign(this, { chart, canvas });
    onColours((colours) => this.paint(colours));
  }

  paint({ gain, loss, muted }) {
    this.gross.applyOptions({ color: muted });
    this.net.applyOptions({
      topLineColor: gain, topFillColor1: `${gain}44`, topFillColor2: `${gain}11`,
      bottomLineColor: loss, bottomFillColor1: `${loss}11`, bottomFillColor2: `${loss}44`,
    });
  }

  /** The whole day from the daemon: at the start, and after each gap of the stream. */
  async load() {
    this.askedAt = performance.now();
    const { equity } = await read("performance").catch((error) => {
      this.problem = error;
      throw error;
    });
    this.problem = null;
    const points = inOrder(equity.map((point) => ({ ...point, time: stepOf(axisTime(point.time_ms)) }))).slice(-MOST_POINTS);
    this.set(points);
    if (this.latest) this.add(...this.latest);
  }

  /** What could not be read is asked for again, some seconds later; until then the panel says so. */
  mend() {
    if (!this.problem) return null;
    if (performance.now() - this.askedAt > RETRY_MS) return this.load();
    throw this.problem;
  }

  set(points) {
    if (!this.net) return;
    this.net.setData(points.map(({ time, net }) => ({ time, value: Number(net) })));
    this.gross.setData(points.map(({ time, gross }) => ({ time, value: Number(gross) })));
    this.newest = points.at(-1)?.time ?? 0;
    this.count = points.length;
    this.chart.timeScale().fitContent();
  }

  /** What of the day is in sight, for those who cannot see a canvas. */
  tellSpan() {
    const range = this.chart.timeScale().getVisibleRange();
    if (range) mark(this.canvas, "span", `${clock(range.from)} to ${clock(range.to)}`);
  }

  /** One more moment; those of one step share a point. */
  add(run, day) {
    this.latest = [run, day];
    if (!this.net) return;
    this.tellSpan();
    if (this.sessionOn !== null && this.sessionOn !== run.session_on) this.set([]);
    this.sessionOn = run.session_on;
    const time = stepOf(axisTime(Date.parse(run.now)));
    if (!(time >= this.newest)) return;
    const isNext = time > this.newest;
    this.newest = time;
    this.net.update({ time, value: Number(day.net) });
    this.gross.update({ time, value: Number(day.gross) });
    if (!isNext) return;
    this.count += 1;
    this.chart.timeScale().fitContent();
    if (this.count > MOST_POINTS) this.halve();
  }

  halve() {
    const every2nd = (points) => points.filter((_, index) => index % 2 === 1);
    for (const series of [this.net, this.gross]) series.setData(every2nd(series.data()));
    this.count = this.net.data().length;
    this.newest = this.net.data().at(-1)?.time ?? 0;
  }
}

/** The charts' axis tells India's wall clock as if it were UTC. */
const clock = (time) => new Date(time * 1000).toISOString().slice(11, 16);
const stepOf = (time) => time - (time % STEP_S);
