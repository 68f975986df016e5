// The strategies, and for an operator a button each to start or stop it.

import { read } from "./api.js";
import { button, perform } from "./actions.js";
import { byId, element, Rows, setText } from "./dom.js";
import { count, money, words } from "./format.js";

const REFRESH_MS = 20_000;

export function makeStrategies(isOperator) {
  const rows = new Rows(byId("strategies-list"), () => makeStrategy(isOperator, load));
  const empty = element("p", "empty", "No strategies are configured.");
  byId("strategies-list").after(empty);
  async function load() {
    const { strategies } = await read("strategies");
    empty.hidden = strategies.length > 0;
    rows.show(strategies, (strategy) => strategy.name);
  }
  let seen = "";
  return {
    panel: "strategies",
    start: load,
    reload: load,
    refreshMs: REFRESH_MS,
    /** What a strategy has done or may do changes with these; its figures must not lag behind those of the day. */
    update({ day, halts }) {
      const now = `${day.signals} ${day.trades} ${halts.join()}`;
      if (now === seen) return null;
      seen = now;
      return load();
    },
  };
}

function makeStrategy(isOperator, reload) {
  let shown = null;
  const node = element("li");
  const name = element("strong", "name");
  const state = element("span", "what");
  node.append(name, state);
  const toggle = button("", "", async () => {
    const deed = runs(shown) ? "stop" : "start";
    await perform(`strategies/${encodeURIComponent(shown.name)}/${deed}`, `${shown.name}: ${deed} was taken.`);
    await reload();
  });
  if (isOperator) node.append(toggle);
  const update = (strategy) => {
    shown = strategy;
    setText(name, strategy.name);
    setText(state, stateText(strategy));
    setText(toggle, runs(strategy) ? "Stop" : "Start");
    toggle.title = runs(strategy) ? "It enters nothing more; its positions keep their stops" : "It may enter again";
    toggle.setAttribute("aria-label", `${toggle.textContent} ${strategy.name}`);
  };
  return { node, update };
}

/** Whether its entries are allowed: in a session it runs, between two it waits for one. */
const runs = (strategy) => ["running", "waiting"].includes(strategy.state);

function stateText(strategy) {
  const { state, reason, signals, trades, gross } = strategy;
  const day = `signals ${count(signals)} · trades ${count(trades)} · gross ${money(gross)}`;
  return `${runs(strategy) ? "✔" : "✖"} ${words(state)}${reason ? ` (${reason})` : ""} · ${day}`;
}
