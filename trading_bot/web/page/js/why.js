// Why was this symbol traded, or not, at that time? The daemon's explanation, laid out to be read.

import { read } from "./api.js";
import { byId, element, setAttribute, Table } from "./dom.js";
import { day, measured, minute, money, NOTHING, price, ratio, time, words } from "./format.js";

export function makeWhy() {
  const [form, symbol, onDay, at, answer, names] = ["why-form", "why-symbol", "why-day", "why-time", "why-answer", "why-symbols"]
    .map(byId);
  let [offered, sessionOn] = ["", ""];
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.replaceChildren(element("p", "", "Asking …"));
    answer.replaceChildren(...await answerTo(symbol.value.trim(), momentOf(onDay.value || sessionOn, at.value, sessionOn)));
  });
  return {
    panel: "why",
    update({ symbols, run }) {
      sessionOn = run.session_on;
      setAttribute(onDay, "max", sessionOn ?? "");
      const now = symbols.map((row) => row.symbol).join("\n");
      if (now === offered) return;
      offered = now;
      names.replaceChildren(...symbols.map((row) => {
        const option = element("option");
        option.value = row.symbol;
        return option;
      }));
    },
  };
}

const LAST_MINUTE = "15:30";

/** The end of a minute in India as epoch milliseconds: of an earlier day its last one; null for the newest of all. */
function momentOf(on, minuteOfDay, sessionOn) {
  const minuteAsked = minuteOfDay || (on === sessionOn ? "" : LAST_MINUTE);
  return minuteAsked ? Date.parse(`${on}T${minuteAsked}:59.999+05:30`) : null;
}

async function answerTo(symbol, moment) {
  try {
    return partsOf(await read("why", moment === null ? { symbol } : { symbol, time: moment }));
  } catch (error) {
    return [element("p", "warn", error.message)];
  }
}

function partsOf(answer) {
  return [
    element("p", "headline", `${answer.symbol}: ${answer.headline}${answer.on ? ` · ${day(answer.on)}` : ""}`),
    ...answer.no_evaluation_because.map((line) => element("p", "", line)),
    ...answer.evaluations.flatMap(evaluationParts),
    ...(answer.open_trade ? [tradeLine(answer.open_trade)] : []),
    ...listOf("The day's turning points", answer.turning_points.map((point) => `${time(point.at)} ${point.text}`)),
  ];
}

function evaluationParts(evaluation) {
  const { strategy, candle_start: candle, score, side, data_age_ms: ageMs, gates, denied, trade } = evaluation;
  const passed = gates.filter((gate) => gate.passed).length;
  const leaning = side ? `, leaning ${side}` : "";
  const data = ageMs === null ? "" : `; its data was ${(ageMs / 1000).toFixed(1)} s old`;
  return [
    element("p", "", `${strategy}, candle of ${minute(candle)}: score ${ratio(score)}${leaning}, ${passed} of ${gates.length} gates passed${data}`),
    gateTable(gates),
    ...(denied ? [element("p", "warn", `${time(denied.at)} denied: ${denied.words} ${denied.detail}`)] : []),
    ...(trade ? [tradeLine(trade)] : []),
    ...listOf("What would have changed the answer", evaluation.would_have_changed),
  ];
}

function gateTable(gates) {
  const box = element("div", "gates");
  const table = new Table(box, GATE_COLUMNS, { keyOf: (gate) => gate.name, empty: "No gates.", caption: "Gates" });
  table.show([...gates.filter((gate) => !gate.passed), ...gates.filter((gate) => gate.passed)]);
  return box;
}

const GATE_COLUMNS = [
  { label: "Gate", kind: "name", text: (gate) => words(gate.name) },
  { label: "Passed", kind: "passed", text: (gate) => (gate.passed ? "✔" : "✖ failed"), tone: (gate) => (gate.passed ? "good" : "alarm") },
  { label: "Measured", kind: "number", text: (gate) => measured(gate.measured) },
  { label: "Needed", kind: "wide", text: (gate) => gate.needed },
  { label: "Distance", kind: "number", text: distanceText },
];

function distanceText({ distance, unit, passed }) {
  if (distance === null) return "";
  return `${measured(Math.abs(distance))}${unit ? ` ${unit}` : ""} ${passed ? "to spare" : "missing"}`;
}

function tradeLine(trade) {
  const held = `trade ${trade.trade_id}: ${trade.direction} ${trade.entered_quantity} at ${price(trade.entry_price)}, `
    + `stop ${price(trade.stop_price)}, target ${price(trade.target_price)}`;
  const end = trade.closed_at === null ? "" : `; closed ${time(trade.closed_at)} at ${price(trade.exit_price)}, gross `
    + `${money(trade.gross_pnl)}: ${trade.exit_words ?? words(trade.exit_reason)}`;
  return element("p", "", `${trade.entered_at === null ? NOTHING : time(trade.entered_at)} ${held}${end}`);
}

function listOf(title, lines) {
  if (!lines.length) return [];
  const list = element("ul", "reasons");
  list.append(...lines.map((line) => element("li", "", line)));
  return [element("h3", "", title), list];
}
