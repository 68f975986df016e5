// Joins the parts: the stream brings documents, each part shows its share of them.

import { makeActions } from "/static/js/actions.js";
import { readSession } from "/static/js/api.js";
import { makeCandles } from "/static/js/candles.js";
import { byId, setText } from "/static/js/dom.js";
import { makeEquity } from "/static/js/equity.js";
import { makeAlive, makeHead, makeVerdicts } from "/static/js/head.js";
import { makeDay, makeHalts, makeHealth, makeNotices } from "/static/js/health.js";
import { Link } from "/static/js/link.js";
import { makeLogs } from "/static/js/logs.js";
import { makeOrders } from "/static/js/orders.js";
import { makePositions, makeWatch } from "/static/js/positions.js";
import { makeSignals } from "/static/js/signals.js";
import { makeStrategies } from "/static/js/strategies.js";
import { makeWhy } from "/static/js/why.js";

const TICK_MS = 500;

function start() {
  const candles = makeCandles();
  const choose = (symbol) => candles.choose(symbol);
  const parts = [
    makeHead(), makeVerdicts(), makeHalts(), makePositions(choose), makeDay(), makeOrders(choose), makeNotices(),
    makeWatch(choose), makeHealth(), makeSignals(), makeWhy(), makeEquity(), candles,
  ];
  let waiting = null;
  const link = new Link({ onStatus: show, onOpen: () => reloadAll(parts) });
  const alive = makeAlive(link);

  /** Show the newest document at the next frame, however many came before it; a hidden page shows it now. */
  function show(status) {
    const isFirst = waiting === null;
    waiting = status;
    if (document.visibilityState === "hidden") draw();
    else if (isFirst) requestAnimationFrame(draw);
  }

  function draw() {
    const status = waiting;
    waiting = null;
    if (status === null) return;
    alive.update(status);
    setText(byId("feed-source"), status.run.data ?? "");
    for (const part of parts) attempt(part, "update", status);
    alive.tick();
  }

  setInterval(() => { link.watch(); alive.tick(); }, TICK_MS);
  link.start();
  makeLogs();
  enter(parts);
  afterPaint(() => parts.forEach((part) => attempt(part, "start")));
}

/** Who looks decides what the page offers. */
async function enter(parts) {
  const session = await readSession();
  const isOperator = session.role === "operator";
  setText(byId("who"), isOperator ? "operator" : "read-only: no buttons");
  if (isOperator) makeActions();
  const strategies = makeStrategies(isOperator);
  parts.push(strategies);
  attempt(strategies, "start");
  setInterval(() => attempt(strategies, "reload"), strategies.refreshMs);
}

const reloadAll = (parts) => parts.forEach((part) => attempt(part, "reload"));

/** One part that fails takes no other with it, and its panel says that it is not current. */
async function attempt(part, deed, ...details) {
  if (!part[deed]) return;
  const panel = byId(part.panel);
  try {
    await part[deed](...details);
    delete panel.dataset.fault;
  } catch (error) {
    panel.dataset.fault = error.message;
  }
}

const afterPaint = (deed) => requestAnimationFrame(() => setTimeout(deed));

start();
