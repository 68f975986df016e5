// Everything that happened to one order, asked for when somebody wants to know.

import { read } from "./api.js";
import { byId, element, setText } from "./dom.js";
import { count, time, words } from "./format.js";

/** Open the life of the order with this tag. */
export async function showLife(tag) {
  const [dialog, title, list] = ["life", "life-title", "life-list"].map(byId);
  setText(title, `Order ${tag}`);
  list.replaceChildren(element("li", "", "Asking …"));
  byId("life-close").onclick = () => dialog.close();
  dialog.showModal();
  try {
    const { order, life } = await read(`orders/${encodeURIComponent(tag)}`);
    setText(title, `${order.side} ${order.order_type} ${count(order.quantity)} ${order.symbol}, ${words(order.purpose)} (${tag})`);
    list.replaceChildren(...life.map(makeStep));
  } catch (error) {
    list.replaceChildren(element("li", "warn", error.message));
  }
}

function makeStep({ time_ms: at, text }) {
  const step = element("li");
  step.append(element("time", "number", time(at)), element("span", "text", text));
  return step;
}
