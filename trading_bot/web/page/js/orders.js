// The day's orders, each with the way it has come.

import { byId, element, mark, setAttribute, setText, Table } from "./dom.js";
import { count, NOTHING, price, time, words } from "./format.js";
import { showLife } from "./life.js";
import { fillSymbol } from "./positions.js";

const MOST_SHOWN = 60;
const STAGES = ["intended", "sent", "at the broker", "filled"];
const STAGE_OF = {
  intended: 0, sent: 1, in_doubt: 1, acknowledged: 2, open: 2, trigger_pending: 2, filled: 3,
  rejected: 2, cancelled: 2, refused: 1, absent: 1, dropped: 0,
};
const TONES = {
  filled: "good", in_doubt: "alarm", rejected: "alarm", refused: "alarm",
  cancelled: "muted", absent: "muted", dropped: "muted",
};

export function makeOrders(choose) {
  const table = new Table(byId("orders-table"), columnsOf(choose), {
    keyOf: (row) => row.tag, empty: "No orders today.", caption: "Orders of the day",
  });
  const total = byId("orders-count");
  return {
    panel: "orders",
    update({ orders }) {
      table.show(newestOf(orders));
      setText(total, countText(orders));
    },
  };
}

/** Live orders first, then the newest; a bounded number of them. */
export function newestOf(orders) {
  const newest = orders.toReversed();
  return [...newest.filter((row) => row.is_live), ...newest.filter((row) => !row.is_live)].slice(0, MOST_SHOWN);
}

function countText(orders) {
  const live = orders.filter((row) => row.is_live).length;
  const hidden = orders.length > MOST_SHOWN ? `, the newest ${MOST_SHOWN} shown` : "";
  return orders.length ? `${count(live)} open, ${count(orders.length)} today${hidden}` : "";
}

function columnsOf(choose) {
  return [
    { label: "Time", kind: "number time", text: (row) => time(row.intended_at) },
    { label: "Symbol", kind: "name", fill: (cell, row) => fillSymbol(cell, row.symbol, choose) },
    { label: "Order", kind: "order", text: (row) => `${row.side} ${row.order_type}` },
    { label: "For", kind: "purpose", text: (row) => words(row.purpose) },
    { label: "Filled", kind: "number", text: (row) => `${count(row.filled_quantity)} of ${count(row.quantity)}` },
    { label: "Limit", kind: "number", text: (row) => priceText(row.price) },
    { label: "Trigger", kind: "number", text: (row) => priceText(row.trigger_price) },
    { label: "Life", kind: "life", fill: fillLife, tone: (row) => TONES[row.status] ?? "" },
    { label: "Message", kind: "wide", text: (row) => row.message || NOTHING },
  ];
}

const priceText = (value) => (Number(value) ? price(value) : NOTHING);

/** How far the order came, as dots and a word; pressed, it tells everything that happened to it. */
function fillLife(cell, row) {
  const button = cell.firstElementChild ?? makeLife(cell);
  const [track, word] = button.children;
  const reached = STAGE_OF[row.status] ?? 0;
  [...track.children].forEach((dot, stage) => mark(dot, "reached", String(stage <= reached)));
  setText(word, words(row.status));
  mark(button, "tag", row.tag);
  setAttribute(button, "aria-label", `${words(row.status)}, came as far as ${STAGES[reached]}: show its life`);
}

function makeLife(cell) {
  const button = element("button", "link");
  const track = element("span", "track-dots");
  track.append(...STAGES.map(() => element("i")));
  button.type = "button";
  button.append(track, element("span", "life-word"));
  button.addEventListener("click", () => showLife(button.dataset.tag));
  cell.append(button);
  return button;
}
