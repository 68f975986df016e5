// The newest evaluations and what each gate of them said.

import { read } from "./api.js";
import { byId, element, mark, Rows, setText, Table } from "./dom.js";
import { count, measured, minute, ratio, words } from "./format.js";

const MOST_SHOWN = 15;
const RETRY_MS = 5_000;

export function makeSignals() {
  const rows = new Rows(byId("signals-list"), makeTrace);
  const empty = element("p", "empty", "Nothing was evaluated yet.");
  byId("signals-list").after(empty);
  const total = byId("signals-count");
  let [seen, asked, askedAt, problem] = ["", 0, 0, null];
  async function load() {
    const number = asked += 1;
    askedAt = performance.now();
    try {
      const { signals } = await read("signals", { limit: MOST_SHOWN });
      if (number === asked) show(signals);
      problem = null;
    } catch (error) {
      problem = error;
      throw error;
    }
  }
  function show(signals) {
    empty.hidden = signals.length > 0;
    setText(total, signals.length ? count(signals.length) : "");
    rows.show(signals.slice(0, MOST_SHOWN), (trace) => `${trace.time_ms} ${trace.strategy} ${trace.symbol}`);
  }
  return {
    panel: "signals",
    start: load,
    reload: load,
    /** An evaluation moves its symbol's candle on; that is when there is something new to ask for. */
    update({ symbols, day }) {
      const now = `${day.signals} ${symbols.map((row) => row.candle_start).sort().at(-1)} ${scoresOf(symbols)}`;
      const isDue = problem !== null && performance.now() - askedAt > RETRY_MS;
      if (now === seen && !isDue) {
        if (problem) throw problem;
        return null;
      }
      seen = now;
      return load();
    },
  };
}

const scoresOf = (symbols) => symbols.filter((row) => row.score !== null).length;

function makeTrace() {
  const node = element("details", "trace");
  const summary = element("summary");
  const [at, symbol, strategy, score, outcome, failed] = ["at number", "symbol", "strategy", "score number", "outcome", "failed"]
    .map((name) => element("span", name));
  const box = element("div", "gates");
  summary.append(at, symbol, strategy, score, outcome, failed);
  node.append(summary, box);
  const table = new Table(box, GATE_COLUMNS, { keyOf: (gate) => gate.name, empty: "No gates.", caption: "Gates" });
  const update = (trace) => {
    const bad = trace.gates.filter((gate) => !gate.passed);
    setText(at, minute(trace.time_ms));
    setText(symbol, trace.symbol);
    setText(strategy, trace.strategy);
    setText(score, ratio(trace.score));
    const isDenied = trace.outcome === "denied";
    setText(outcome, [trace.direction, words(trace.outcome), words(trace.detail)].filter(Boolean).join(" · "));
    mark(outcome, "tone", isDenied ? "warn" : "");
    setText(failed, bad.length ? `✖ ${bad.map((gate) => words(gate.name)).join(", ")}` : "✔ all gates passed");
    mark(node, "tone", bad.length || isDenied ? "" : "good");
    table.show([...bad, ...trace.gates.filter((gate) => gate.passed)]);
  };
  return { node, update };
}

const GATE_COLUMNS = [
  { label: "Gate", kind: "name", text: (gate) => words(gate.name) },
  { label: "Passed", kind: "passed", text: (gate) => (gate.passed ? "✔ passed" : "✖ failed"), tone: (gate) => (gate.passed ? "good" : "alarm") },
  { label: "Measured", kind: "number", text: (gate) => measured(gate.measured) },
  { label: "Needed", kind: "wide", text: (gate) => String(gate.needed) },
  { label: "Missed by", kind: "number", text: missText },
];

/** By how much a number missed the bound that the words of its gate begin with, or the nearest of two. */
export function missText(gate) {
  if (gate.passed || typeof gate.measured !== "number") return "";
  const misses = [...String(gate.needed).split(";")[0].matchAll(/(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)/g)]
    .map(([, relation, bound]) => (relation[0] === ">" ? Number(bound) - gate.measured : gate.measured - Number(bound)))
    .filter((miss) => miss >= 0);
  return misses.length ? measured(Math.min(...misses)) : "";
}
