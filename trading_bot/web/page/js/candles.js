// One symbol's candles with indicators, entries, stops and exits.

import { read } from "./api.js";
import { newChart, inOrder, onColours } from "./charts.js";
import { byId, element, mark, setAttribute, setText } from "./dom.js";
import { axisTime, paise, price } from "./format.js";

const REFRESH_MS = 15_000;
const MOST_CANDLES = 2_000;
const MOST_MARKS = 200;
const MOST_LINES = 8;
const COLOURS = 6;
const LONGEST_MARK = 24;
const LEVELS = { stop: "alarm", target: "gain", last: "ink" };
const SHAPES = { entry: ["arrowUp", "arrowDown"], exit: ["circle", "circle"], stop: ["square", "square"] };

export function makeCandles() {
  const chart = new CandleChart();
  const [symbols, timeframe] = [byId("chart-symbol"), byId("chart-timeframe")];
  const show = () => chart.choose(symbols.value, Number(timeframe.value));
  let isChosen = false;
  symbols.addEventListener("change", () => {
    isChosen = true;
    show();
  });
  timeframe.addEventListener("change", show);
  return {
    panel: "chart",
    async start() {
      await chart.build(byId("chart-canvas"));
      show();
    },
    reload: () => chart.load(),
    choose(symbol) {
      isChosen = true;
      symbols.value = symbol;
      show();
      byId("chart").scrollIntoView({ block: "nearest" });
    },
    update(status) {
      if (offer(symbols, status.symbols) || (!isChosen && turnToHeld(symbols, status.symbols))) show();
      chart.follow(status);
    },
  };
}

/** Until somebody chooses, the chart shows what is held; whether it had to turn there. */
function turnToHeld(select, rows) {
  const held = rows.filter((row) => row.quantity);
  if (!held.length || held.some((row) => row.symbol === select.value)) return false;
  select.value = held[0].symbol;
  return true;
}

/** The symbols to choose from; whether the list has changed. The first with a position is chosen first. */
function offer(select, rows) {
  const names = rows.map((row) => row.symbol);
  if (names.length === select.options.length && names.every((name, index) => select.options[index].value === name)) return false;
  const chosen = names.includes(select.value) ? select.value : (rows.find((row) => row.quantity) ?? rows[0])?.symbol;
  select.replaceChildren(...names.map((name) => {
    const option = element("option", "", name);
    option.value = name;
    return option;
  }));
  if (chosen) select.value = chosen;
  return true;
}

class CandleChart {
  constructor() {
    this.symbol = "";
    this.timeframeS = 900;
    this.lines = new Map();
    this.levels = {};
    this.last = null;
    this.loadedAt = 0;
    this.asked = 0;
    this.shownFor = "";
    this.traded = "";
  }

  async build(canvas) {
    const { lib, chart } = await newChart(canvas);
    Object.assign(this, { lib, chart, canvas });
    this.candles = chart.addSeries(lib.CandlestickSeries, {
      priceFormat: { type: "custom", formatter: price, minMove: 0.05 }, lastValueVisible: false, priceLineVisible: false,
      autoscaleInfoProvider: (original) => this.withLevels(original()),
    });
    this.marks = lib.createSeriesMarkers(this.candles, []);
    onColours((colours) => this.paint(colours));
  }

  paint(colours) {
    this.colours = colours;
    const { gain, loss, panel } = colours;
    // Rising candles are hollow, falling ones full: told apart without colour.
    this.candles.applyOptions({
      upColor: panel, borderUpColor: gain, wickUpColor: gain, downColor: loss, borderDownColor: loss, wickDownColor: loss,
    });
    [...this.lines.values()].forEach(({ series }, index) => series.applyOptions({ color: colours.lines[index % COLOURS] }));
    for (const [kind, level] of Object.entries(this.levels)) level.applyOptions({ color: colours[LEVELS[kind]] });
  }

  /** The scale reaches as far as the stop and the target, so that both are always in sight. */
  withLevels(info) {
    if (!info?.priceRange) return info;
    const prices = Object.values(this.levels).map((level) => level.options().price);
    const { minValue, maxValue } = info.priceRange;
    return { ...info, priceRange: { minValue: Math.min(minValue, ...prices), maxValue: Math.max(maxValue, ...prices) } };
  }

  choose(symbol, timeframeS) {
    if (!symbol) return;
    this.symbol = symbol;
    this.timeframeS = timeframeS;
    this.load();
  }

  async load() {
    if (!this.candles || !this.symbol) return;
    const [symbol, timeframe] = [this.symbol, this.timeframeS];
    const asked = this.asked += 1;
    this.loadedAt = performance.now();
    try {
      const answer = await read("candles", { symbol, timeframe });
      if (asked === this.asked) this.show(answer);
    } catch (error) {
      if (asked === this.asked) this.tell(`No candles of ${symbol}: ${error.message}`);
    }
  }

  show({ symbol, candles, indicators, marks, lines }) {
    const bars = inOrder(candles.map(barOf)).slice(-MOST_CANDLES);
    this.set(this.candles, bars);
    this.last = bars.at(-1) ?? null;
    this.showIndicators(indicators ?? {}, bars);
    this.marks.setMarkers(markersOf(marks ?? [], this.timeframeS, this.colours));
    this.level("stop", lines?.stop);
    this.level("target", lines?.target);
    this.tell(bars.length ? "" : `No candles of ${symbol} yet.`);
    const key = `${symbol} ${this.timeframeS}`;
    if (bars.length && key !== this.shownFor) {
      this.shownFor = key;
      this.chart.timeScale().applyOptions({ rightOffset: 3 });
      this.chart.timeScale().setVisibleLogicalRange({ from: bars.length - this.canvas.clientWidth / 11, to: bars.length + 3 });
    }
    setAttribute(this.canvas, "aria-label", labelOf(symbol, this.timeframeS, bars));
    if (this.status) this.follow(this.status);
  }

  /** New data in a series: only its tail where the rest is what is there, so that nothing flickers. */
  set(series, points) {
    const shown = series.data();
    const first = points[0];
    const isSame = shown.length && first && shown[0].time === first.time && points.length >= shown.length
      && shown.every((point, index) => points[index].time === point.time);
    if (!isSame || this.shownFor !== `${this.symbol} ${this.timeframeS}`) series.setData(points);
    else for (const point of points.slice(shown.length - 1)) series.update(point);
  }

  showIndicators(indicators, bars) {
    const names = Object.keys(indicators).sort().slice(0, MOST_LINES);
    for (const [name, { series }] of this.lines) {
      if (names.includes(name)) continue;
      this.chart.removeSeries(series);
      this.lines.delete(name);
    }
    for (const name of names) {
      const series = this.lineOf(name, indicators[name], bars);
      this.set(series, this.pointsOf(name, indicators[name]));
    }
    const legend = byId("chart-legend");
    legend.replaceChildren(...[...this.lines.keys()].map((name, index) => element("span", `key line-${(index % COLOURS) + 1}`, name)));
  }

  /** What is of the prices' size lies over the candles; the rest gets a pane for each first word of a name. */
  lineOf(name, points, bars) {
    let line = this.lines.get(name);
    if (line) return line.series;
    const isOver = isOfPrices(points, bars);
    const pane = isOver ? 0 : this.paneOf(name.split(" ")[0]);
    const type = name.endsWith("histogram") ? this.lib.HistogramSeries : this.lib.LineSeries;
    const isBars = type === this.lib.HistogramSeries;
    const options = {
      lineWidth: 1, priceLineVisible: false, lastValueVisible: !isOver && !isBars, crosshairMarkerVisible: false,
    };
    const series = this.chart.addSeries(type, { ...options, color: this.colours.lines[this.lines.size % COLOURS] }, pane);
    line = { series, scale: isOver ? 100 : 1 };
    this.lines.set(name, line);
    this.chart.panes().slice(1).forEach((each) => each.setStretchFactor(0.3));
    return series;
  }

  paneOf(word) {
    const names = [...this.lines].filter(([, line]) => line.series.getPane().paneIndex() > 0);
    const neighbour = names.find(([name]) => name.split(" ")[0] === word);
    return neighbour ? neighbour[1].series.getPane().paneIndex() : this.chart.panes().length;
  }

  pointsOf(name, points) {
    const { scale } = this.lines.get(name);
    return inOrder(points.map(({ time_ms: at, value }) => (
      value === null ? { time: axisTime(at) } : { time: axisTime(at), value: value / scale })));
  }

  level(kind, paise) {
    const isThere = paise !== null && paise !== undefined;
    if (!isThere && this.levels[kind]) {
      this.candles.removePriceLine(this.levels[kind]);
      delete this.levels[kind];
      this.tellLevels();
    }
    if (!isThere) return;
    const style = kind === "last" ? { lineWidth: 1, lineStyle: 1 } : { lineWidth: 2, lineStyle: 2 };
    const options = { price: paise / 100, title: kind, color: this.colours[LEVELS[kind]], ...style };
    if (this.levels[kind]) this.levels[kind].applyOptions(options);
    else this.levels[kind] = this.candles.createPriceLine(options);
    this.tellLevels();
  }

  /** For those who cannot see a canvas. */
  tellLevels() {
    const texts = Object.keys(this.levels).sort().map((kind) => `${kind} ${this.levels[kind].options().price.toFixed(2)}`);
    mark(this.canvas, "levels", texts.join(", "));
  }

  /** Between two answers of the daemon the newest price moves the newest candle. */
  follow(status) {
    const { run, symbols } = status;
    this.status = status;
    const row = symbols.find((each) => each.symbol === this.symbol);
    if (!row || !this.candles || this.shownFor !== `${this.symbol} ${this.timeframeS}`) return;
    this.level("stop", inPaise(row.stop));
    this.level("target", inPaise(row.target));
    this.level("last", inPaise(row.last_price));
    this.grow(axisTime(Date.parse(run.now)), Number(row.last_price));
    // A fill is a mark in the chart: it is fetched at once, not with the next refresh.
    const traded = `${row.symbol} ${row.quantity} ${status.day.trades}`;
    const isTraded = traded !== this.traded;
    this.traded = traded;
    if (isTraded || performance.now() - this.loadedAt > REFRESH_MS) this.load();
  }

  grow(now, close) {
    const { last } = this;
    if (!last || !close) return;
    // Bars start at multiples of their length from the session's open, which every bar of the day is a step from.
    const time = last.time + Math.floor((now - last.time) / this.timeframeS) * this.timeframeS;
    if (!(time >= last.time) || time - last.time > this.timeframeS) return;
    const bar = time === last.time ? last : { time, open: close, high: close, low: close, close };
    this.last = { ...bar, high: Math.max(bar.high, close), low: Math.min(bar.low, close), close };
    this.candles.update(this.last);
  }

  tell(text) {
    setText(byId("chart-note"), text);
  }
}

const barOf = ({ time_ms: at, open, high, low, close }) => (
  { time: axisTime(at), open: open / 100, high: high / 100, low: low / 100, close: close / 100 }
);
const inPaise = (rupees) => (rupees === null ? null : Number(rupees) * 100);

function isOfPrices(points, bars) {
  const value = points.findLast((point) => point.value !== null)?.value;
  const closePaise = bars.at(-1)?.close * 100;
  return value > closePaise / 2 && value < closePaise * 2;
}

function markersOf(marks, timeframeS, colours) {
  return marks.slice(-MOST_MARKS).map(({ time_ms: at, kind, side, price: level, text }) => {
    const isBuy = String(side).toUpperCase() === "BUY" || side === "long";
    return {
      time: axisTime(at), position: isBuy ? "belowBar" : "aboveBar", shape: (SHAPES[kind] ?? SHAPES.exit)[isBuy ? 0 : 1],
      color: kind === "stop" ? colours.alarm : kind === "entry" ? colours.accent : colours.ink,
      text: (text || `${kind} ${paise(level)}`).slice(0, LONGEST_MARK), size: 1,
    };
  }).sort((one, other) => one.time - other.time);
}

function labelOf(symbol, timeframeS, bars) {
  const last = bars.at(-1);
  const close = last ? `, last close ${price(last.close)}` : "";
  return `${bars.length} candles of ${symbol}, ${timeframeS / 60} minutes each${close}`;
}
