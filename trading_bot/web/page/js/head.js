// The head of the page and the three answers: protected, winning, alive.

import { byId, mark, setText } from "./dom.js";
import { age, count, day, money, price, result, sign, time, units, words } from "./format.js";
import { isBare, isHeld, isUnknown, NOT_READ, positionsOf, unpricedOf } from "./positions.js";

const MEANINGS = {
  live: "real money", paper: "simulated orders", alerts: "advice only", replay: "a day played again",
};
const FEED_LATE_S = 5;
const LAG_MS = 50;

export function makeHead() {
  const node = Object.fromEntries(
    ["mode", "mode-name", "mode-meaning", "state", "reason", "clock", "session-on", "phase", "speed", "feed-source"]
      .map((id) => [id, byId(id)]),
  );
  return {
    panel: "state-panel",
    update({ run, running }) {
      const mode = String(run.mode ?? "unknown");
      mark(node.mode, "mode", mode);
      mark(document.body, "mode", mode);
      setText(node["mode-name"], mode.toUpperCase());
      setText(node["mode-meaning"], MEANINGS[mode] ?? "");
      setText(node.state, running ? words(run.state) : "not running");
      setText(node.reason, run.reason ?? "");
      setText(node.clock, time(run.now));
      setText(node["feed-source"], run.data ?? "");
      setText(node["session-on"], day(run.session_on));
      setText(node.phase, words(run.phase));
      setText(node.speed, run.speed && run.speed !== 1 ? `× ${count(run.speed)}` : "");
    },
  };
}

export function makeVerdicts() {
  const protection = makeVerdict("protection", "protection-word", "protection-more");
  const result_ = makeVerdict("result", "net", "result-more");
  return {
    panel: "verdicts",
    update(status) {
      const [tone, word, more] = protectionOf(status);
      protection(tone, word, more);
      result_(...resultOf(status));
      document.title = `${tone === "alarm" ? `✖ ${word} · ` : ""}${titleOf(status)}`;
    },
  };
}

function makeVerdict(id, wordId, moreId) {
  const [box, word, more] = [byId(id), byId(wordId), byId(moreId)];
  return (tone, text, detail) => {
    mark(box, "tone", tone);
    setText(word, text);
    setText(more, detail);
  };
}

/** Tone, word and detail of: does a confirmed stop or exit stand behind everything that is held? */
export function protectionOf(status) {
  if (!status.running) return ["unknown", "Unknown", "the daemon does not run: only the broker knows"];
  if (!status.symbols.length) return ["unknown", "Not watching", "between sessions: nothing is held by the journal, the broker is not asked"];
  if (status.halts.includes(NOT_READ)) return ["warn", "Not known yet", NOT_READ];
  const held = positionsOf(status.symbols).filter(isHeld);
  const [bare, unknown] = [held.filter(isBare), held.filter(isUnknown)];
  const foreign = positionsOf(status.symbols).filter((row) => row.foreign_quantity);
  const others = foreign.length ? `; others hold ${foreign.map(foreignText).join(", ")}: not guarded` : "";
  const doubts = status.orders.filter((order) => order.status === "in_doubt");
  const entry = doubts.find((order) => order.purpose === "entry");
  if (bare.length) return ["alarm", "UNPROTECTED", `${bare.map(bareText).join(", ")}${others}`];
  if (unknown.length) return ["alarm", "Not known", `whether a stop rests for ${unknown.map(heldText).join(", ")}: look into the broker's app${others}`];
  const doubt = entry ? `an entry is in doubt, it may be filled: ${entry.symbol}` : doubtOf(status.halts);
  if (doubt) return ["warn", "Not known yet", `${doubt}${others}`];
  if (!held.length) return [foreign.length ? "warn" : "good", "Flat", `nothing of ours is held${others}`];
  const all = held.length === 1 ? "the position has" : `all ${held.length} positions have`;
  return [foreign.length ? "warn" : "good", "Protected", `${all} a confirmed stop or exit${others}`];
}

/** What the daemon itself does not believe of its book, by the reasons of its halts. */
function doubtOf(halts) {
  const isHalted = (reason) => halts.some((halt) => halt.endsWith(`: ${reason}`));
  if (isHalted("position_difference")) return "book and broker differ: the notices say in what";
  return isHalted("needs_login") ? "no login: the broker cannot be asked" : "";
}

const foreignText = (row) => `${row.symbol} ${units(row.foreign_quantity)}`;
const heldText = (row) => `${row.symbol} ${units(row.quantity)}`;
const bareText = (row) => (row.unprotected_s ? `${row.symbol} for ${age(row.unprotected_s)}` : `${row.symbol}: no stop`);

/** A result that lacks a price says so, and gets no colour of a result. */
export function resultOf({ day: of, symbols }) {
  const limit = of.loss_limit === null ? "" : ` · limit −${price(of.loss_limit)}`;
  const unpriced = unpricedOf(symbols).map((row) => row.symbol);
  const lacking = unpriced.length ? `WITHOUT ${unpriced.join(", ")}: no price is known · ` : "";
  const more = `${lacking}gross ${money(of.gross)} · charges ${price(of.charges)}${limit}`;
  return [unpriced.length ? "warn" : sign(of.net) || "good", result(of.net), more];
}

function titleOf({ run, day: of, running }) {
  return running ? `${String(run.mode).toUpperCase()} ${result(of.net)}` : "not running";
}

/** What the link says; it must never look alive when it is not. */
export function makeAlive(link) {
  const show = makeVerdict("alive", "alive-word", "alive-more");
  const banner = byId("banner");
  let status = null;
  let shownTitle = "";
  return {
    update(latest) { status = latest; },
    tick() {
      const state = link.state;
      mark(document.body, "link", state);
      const warning = warningOf(state, link.age, status);
      banner.hidden = !warning;
      setText(banner, warning);
      show(...legible(() => aliveOf(state, link.age, status)));
      if (state === "live") shownTitle = document.title;
      else if (state !== "connecting") document.title = `⚠ ${state.toUpperCase()} ${shownTitle}`;
    },
  };
}

const UNREADABLE = ["alarm", "UNREADABLE", "what the daemon says cannot be read here: is the page as new as the daemon?"];

/** A document that cannot be read is the last thing that may look alive. */
function legible(answer) {
  try {
    return answer();
  } catch {
    return UNREADABLE;
  }
}

function warningOf(state, seconds, status) {
  const since = status ? `What you see is ${age(seconds)} old, of ${time(status.run?.now)} IST.` : "";
  if (state === "lost") return `DISCONNECTED from the daemon. ${since} Trying again.`;
  if (state === "stale") return `STALE: the daemon says nothing new. ${since}`;
  return "";
}

function aliveOf(state, seconds, status) {
  if (state === "connecting" || !status) return ["unknown", "Connecting", "nothing has come yet"];
  const data = `data ${age(seconds)} old`;
  if (state === "lost") return ["alarm", "DISCONNECTED", data];
  if (!status.run || !status.day || !status.symbols) return UNREADABLE;
  if (state === "stale") return ["alarm", "STALE", data];
  if (!status.running) return ["warn", "Not running", data];
  const feed = `feed ${age(status.feed_age_s)}`;
  const lag = status.loop_lag_ms === null ? "" : ` · lag ${status.loop_lag_ms.toFixed(1)} ms`;
  const more = `${data} · ${feed}${lag}`;
  const ill = status.workers.filter((worker) => !worker.is_well);
  if (document.querySelector("[data-fault]")) return ["warn", "Alive, in part", `${more} · a part of this page is not current`];
  if (ill.length) return ["warn", "Alive, not well", `${more} · ✖ ${ill.map((worker) => worker.name).join(", ")}`];
  if (status.run.phase === "open" && status.feed_age_s === null) return ["warn", "Alive, no feed", more];
  if (status.run.phase === "open" && status.feed_age_s > FEED_LATE_S) return ["warn", "Alive, feed late", more];
  if (status.loop_lag_ms > LAG_MS) return ["warn", "Alive, slow", more];
  return ["good", "Alive", more];
}
