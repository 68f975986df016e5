// What is held, by us and by others, and what stands behind it.

import { byId, element, mark, setAttribute, setText, Table } from "./dom.js";
import { age, count, NOTHING, price, result, sign, units } from "./format.js";

export const isHeld = (row) => Boolean(row.quantity);
/** Held, and nobody knows just now whether a stop or exit stands behind it. */
export const isUnknown = (row) => isHeld(row) && row.unprotected_s === null;
/** Held without a confirmed stop or exit, or without a trade of ours that could place one. */
export const isBare = (row) => isHeld(row) && !isUnknown(row) && (row.unprotected_s > 0 || row.stop === null);

/** What is held without a known price: the day's result counts it as if it had not moved. */
export const unpricedOf = (symbols) => symbols.filter((row) => isHeld(row) && row.unrealised === null);

const isSafe = (row) => !isBare(row) && !isUnknown(row);

/** The rows of which anything is held, first those that no stop is known to stand behind. */
export function positionsOf(symbols) {
  const rows = symbols.filter((row) => isHeld(row) || row.foreign_quantity);
  return rows.sort((one, other) => Number(isSafe(one)) - Number(isSafe(other)));
}

/** As the daemon words it: until then an empty list is not "flat". */
export const NOT_READ = "books are not reconciled yet";

/** What an empty list of positions means. */
function nothingText({ running, symbols, halts }) {
  if (!running) return "The daemon does not run: only the broker knows.";
  if (halts.includes(NOT_READ)) return "Not known yet: the broker's books were not read.";
  return symbols.length ? "Nothing is held." : "Nothing by the journal; between sessions the broker is not asked.";
}

export function makePositions(choose) {
  const table = new Table(byId("positions-table"), columnsOf(choose), {
    keyOf: (row) => row.symbol, empty: "Not known yet.", caption: "Positions",
  });
  const total = byId("positions-count");
  return {
    panel: "positions",
    update(status) {
      const rows = positionsOf(status.symbols);
      setText(table.empty, nothingText(status));
      table.show(rows);
      setText(total, rows.length ? count(rows.length) : "");
    },
  };
}

function columnsOf(choose) {
  return [
    { label: "Symbol", kind: "name", fill: (cell, row) => fillSymbol(cell, row.symbol, choose) },
    { label: "Quantity", kind: "number quantity", text: quantityText },
    { label: "Entry", kind: "number", text: (row) => price(row.entry_price) },
    { label: "Last", kind: "number", text: (row) => price(row.last_price), tone: lateTone },
    { label: "Unrealised", kind: "number strong unrealised", text: (row) => result(row.unrealised), tone: (row) => sign(row.unrealised) },
    { label: "Stop", kind: "number", text: (row) => price(row.stop) },
    { label: "Target", kind: "number", text: (row) => price(row.target) },
    { label: "Protection", kind: "protection", text: protectionText, tone: protectionTone },
    { label: "Others hold", kind: "number others", text: foreignText, tone: (row) => (row.foreign_quantity ? "warn" : "") },
  ];
}

/** A symbol as a button that brings it into the chart. */
export function fillSymbol(cell, symbol, choose) {
  let button = cell.firstElementChild;
  if (!button) {
    button = element("button", "link");
    button.type = "button";
    button.addEventListener("click", () => choose(button.textContent));
    cell.append(button);
  }
  setText(button, symbol);
  setAttribute(button, "title", `${symbol}: show in the chart`);
}

function quantityText(row) {
  if (!isHeld(row)) return NOTHING;
  return `${row.quantity > 0 ? "long" : "short"} ${count(Math.abs(row.quantity))}`;
}

const STALE_PRICE_S = 5;
const lateTone = (row) => (row.last_price_age_s > STALE_PRICE_S ? "warn" : "");

function protectionText(row) {
  if (!isHeld(row)) return "not ours";
  if (row.unprotected_s === null) return "? unknown";
  if (row.unprotected_s > 0) return `✖ unprotected ${age(row.unprotected_s)}`;
  return row.stop === null ? "✖ no stop" : "✔ protected";
}

function protectionTone(row) {
  if (!isHeld(row)) return "warn";
  return isSafe(row) ? "good" : "alarm";
}

const foreignText = (row) => (row.foreign_quantity === null ? "?" : row.foreign_quantity ? units(row.foreign_quantity) : NOTHING);

export function makeWatch(choose) {
  const table = new Table(byId("watch-table"), watchColumns(choose), {
    keyOf: (row) => row.symbol, empty: "No symbols are watched.", caption: "Watched symbols",
  });
  const total = byId("watch-count");
  return {
    panel: "watch",
    update({ symbols }) {
      table.show(symbols);
      setText(total, symbols.length ? count(symbols.length) : "");
    },
  };
}

function watchColumns(choose) {
  return [
    { label: "Symbol", kind: "name", fill: (cell, row) => fillSymbol(cell, row.symbol, choose) },
    { label: "Last", kind: "number", text: (row) => price(row.last_price), tone: lateTone },
    { label: "Change", kind: "number", text: (row) => changeText(row), tone: (row) => sign(change(row)) },
    { label: "Score", kind: "number", fill: fillScore },
  ];
}

function change(row) {
  return row.last_price === null || !Number(row.previous_close) ? null : row.last_price / row.previous_close - 1;
}

function changeText(row) {
  const part = change(row);
  if (part === null) return NOTHING;
  return `${part < 0 ? "−" : part > 0 ? "+" : ""}${Math.abs(part * 100).toFixed(2)} %`;
}

function fillScore(cell, row) {
  const score = row.score === null ? (row.halt || NOTHING) : row.score.toFixed(2).replace("-", "−");
  setText(cell, row.trend ? `${row.trend} ${score}` : score);
  mark(cell, "muted", String(Boolean(row.halt)));
}
