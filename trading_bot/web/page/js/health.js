// The day's figures, halts, notices and the state of the machine.

import { byId, element, Figures, makeGauge, mark, Rows, setText } from "./dom.js";
import { age, count, money, NOTHING, price, sign, time, windowLength } from "./format.js";

const MOST_NOTICES = 30;

export function makeDay() {
  const figures = new Figures(byId("day-figures"));
  const gauge = makeGauge();
  byId("loss-gauge").replaceChildren(gauge.node);
  return {
    panel: "day",
    update({ day }) {
      figures.show(figuresOf(day));
      gauge.node.hidden = day.loss_limit === null;
      gauge.update(lossGauge(day));
    },
  };
}

function figuresOf(day) {
  return [
    ["Gross", money(day.gross), sign(day.gross)],
    ["Charges", price(day.charges)],
    ["Net", money(day.net), sign(day.net)],
    ["Trades", `${count(day.trades)} (${count(day.winning_trades)} won)`],
    ["Signals", count(day.signals)],
    ["Open risk", price(day.open_risk)],
    ["Longest unprotected", day.longest_unprotected_s === null ? NOTHING : age(day.longest_unprotected_s)],
  ];
}

function lossGauge(day) {
  const limit = Number(day.loss_limit);
  const loss = Math.max(0, -Number(day.net));
  const part = limit > 0 ? loss / limit : 0;
  return { name: "Loss limit used", part, text: `${Math.round(part * 100)} % of ${price(day.loss_limit)}` };
}

/** As the daemon words a halt that stops one share or one strategy alone. */
const OF_A_PART = /^(instrument|strategy) /;

export function makeHalts() {
  const [panel, title] = [byId("halts"), byId("halts-title")];
  const rows = new Rows(byId("halt-list"), () => textRow("li"));
  return {
    panel: "halts",
    update({ halts }) {
      panel.hidden = !halts.length;
      const isOfAPart = halts.every((text) => OF_A_PART.test(text));
      setText(title, isOfAPart ? "Halted in part: everything else is entered as usual" : "Halted: nothing new is entered");
      rows.show(halts, (text) => text);
    },
  };
}

function textRow(tag) {
  const node = element(tag);
  return { node, update: (text) => setText(node, text) };
}

export function makeNotices() {
  const rows = new Rows(byId("notices-list"), makeNotice);
  const empty = element("p", "empty", "Nothing to tell.");
  byId("notices-list").after(empty);
  return {
    panel: "notices",
    update({ notices }) {
      const newest = notices.slice(-MOST_NOTICES).reverse();
      empty.hidden = newest.length > 0;
      rows.show(newest, (notice) => `${notice.at} ${notice.text}`);
    },
  };
}

const SIGNS = { critical: "✖ critical", warning: "▲ warning", info: "info" };

function makeNotice() {
  const node = element("li");
  const at = element("time", "number");
  const level = element("span", "level");
  const text = element("span", "text");
  node.append(at, level, text);
  const update = (notice) => {
    setText(at, time(notice.at));
    setText(level, SIGNS[notice.level] ?? notice.level);
    setText(text, notice.text);
    mark(node, "level", notice.level);
  };
  return { node, update };
}

export function makeHealth() {
  const figures = new Figures(byId("health-figures"));
  const budgets = new Rows(byId("budgets"), makeGauge);
  const [ill, well] = ["ill-workers", "workers"].map((id) => new Rows(byId(id), makeWorker));
  return {
    panel: "health",
    update(status) {
      figures.show(measures(status));
      budgets.show(status.budgets.map(budgetGauge), (budget) => budget.name);
      const sound = status.workers.filter((worker) => worker.is_well);
      ill.show(status.workers.filter((worker) => !worker.is_well), (worker) => worker.name);
      well.show(sound, (worker) => worker.name);
      setText(byId("workers-well"), `${count(sound.length)} of ${count(status.workers.length)} are well`);
    },
  };
}

function measures({ feed_age_s: feed, loop_lag_ms: lag, resources, is_confirmed_flat: flat }) {
  const rows = [
    ["Feed age", age(feed), feed > 5 ? "warn" : ""],
    ["Loop lag", lag === null ? NOTHING : `${lag.toFixed(1)} ms`, lag > 50 ? "warn" : ""],
  ];
  if (flat !== null) rows.push(["Broker says flat", flat ? "✔ yes" : "not confirmed", flat ? "good" : ""]);
  if (!resources) return rows;
  return [...rows,
    ["Memory", resources.resident_mb === null ? NOTHING : `${count(resources.resident_mb)} MB`],
    ["Descriptors", count(resources.descriptors)],
    ["Tasks", count(resources.tasks)],
  ];
}

function budgetGauge({ window_s: length, used, limit }) {
  return { name: `per ${windowLength(length)}`, part: limit ? used / limit : 1, text: `${count(used)} of ${count(limit)}` };
}

function makeWorker() {
  const node = element("li");
  const name = element("span", "name");
  const state = element("span", "what");
  node.append(name, state);
  const update = (worker) => {
    setText(name, `${worker.is_well ? "✔" : "✖"} ${worker.name}`);
    setText(state, workerText(worker));
    mark(node, "tone", worker.is_well ? "" : "alarm");
  };
  return { node, update };
}

function workerText({ state, restarts, heartbeat_age_s: beat }) {
  const again = restarts ? `, restarts ${count(restarts)}` : "";
  return `${state}${again}${beat === null ? "" : `, ${age(beat)}`}`;
}
