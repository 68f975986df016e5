// Joins the parts: the stream brings documents, each part shows its share of them.

import { makeActions, makeLeave } from "./actions.js";
import { readSession } from "./api.js";
import { makeCandles } from "./candles.js";
import { byId, mark, setText } from "./dom.js";
import { makeEquity } from "./equity.js";
import { makeAlive, makeHead, makeVerdicts } from "./head.js";
import { makeDay, makeHalts, makeHealth, makeNotices } from "./health.js";
import { Link } from "./link.js";
import { makeLogs } from "./logs.js";
import { makeOrders } from "./orders.js";
import { makePositions, makeWatch } from "./positions.js";
import { makeSignals } from "./signals.js";
import { makeStrategies } from "./strategies.js";
import { makeWhy } from "./why.js";

const TICK_MS = 500;
const ASK_AGAIN_MS = 5_000;

function start() {
  const candles = makeCandles();
  const choose = (symbol) => candles.choose(symbol);
  const parts = [
    makeHead(), makeVerdicts(), makeHalts(), makePositions(choose), makeDay(), makeOrders(choose), makeNotices(),
    makeWatch(choose), makeHealth(), makeSignals(), makeWhy(), makeEquity(), candles,
  ];
  let waiting = null;
  let [entering, enteredAt] = [null, 0];
  const link = new Link({ onStatus: show, onOpen, onLost });
  const alive = makeAlive(link);

  /** Ask who looks until it is answered: an operator must not stay without buttons. */
  function askWhoLooks() {
    if (entering || !link.isOpen || performance.now() - enteredAt < ASK_AGAIN_MS) return;
    enteredAt = performance.now();
    entering = enter(parts).catch(() => { entering = null; });
  }

  function onOpen() {
    enteredAt = -ASK_AGAIN_MS;
    askWhoLooks();
    for (const part of parts) attempt(part, "reload");
  }

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
    for (const part of parts) attempt(part, "update", status);
    alive.tick();
  }

  const tick = () => { link.watch(); askWhoLooks(); alive.tick(); };
  setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", tick);
  link.start();
  makeLogs();
  afterPaint(() => parts.forEach((part) => attempt(part, "start")));
}

/** Who looks decides what the page offers. */
async function enter(parts) {
  const session = await readSession();
  const isOperator = session.role === "operator";
  setText(byId("who"), isOperator ? "operator" : "read-only: no buttons");
  makeLeave(byId("foot"));
  if (isOperator) makeActions();
  const strategies = makeStrategies(isOperator);
  parts.push(strategies);
  attempt(strategies, "start");
  setInterval(() => attempt(strategies, "reload"), strategies.refreshMs);
}

/** A session that ended looks like a lost stream: asking who we are leads to the login then. */
const onLost = () => readSession().catch(() => {});

/** One part that fails takes no other with it, and its panel says that it is not current. */
async function attempt(part, deed, ...details) {
  if (!part[deed]) return;
  try {
    await part[deed](...details);
    part.fault = "";
  } catch (error) {
    part.fault = error.message || "unreadable";
  }
  const panel = byId(part.panel);
  const faults = sharersOf(part).map((each) => each.fault).filter(Boolean);
  if (faults.length) mark(panel, "fault", faults.join("; "));
  else delete panel.dataset.fault;
}

/** The parts of each panel: one that is well must not hide that another is not. */
const sharers = new Map();

function sharersOf(part) {
  const known = sharers.get(part.panel) ?? [];
  if (!known.includes(part)) sharers.set(part.panel, [...known, part]);
  return sharers.get(part.panel);
}

const afterPaint = (deed) => requestAnimationFrame(() => setTimeout(deed));

start();
