// Why was this symbol traded, or not, at that time?

import { read } from "/static/js/api.js";
import { byId, element } from "/static/js/dom.js";

export function makeWhy() {
  const [form, symbol, time, answer, names] = ["why-form", "why-symbol", "why-time", "why-answer", "why-symbols"].map(byId);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.replaceChildren(element("p", "", "Asking …"));
    answer.replaceChildren(...await linesOf(symbol.value.trim(), time.value));
  });
  let offered = "";
  return {
    panel: "why",
    update({ symbols }) {
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

async function linesOf(symbol, time) {
  try {
    const answer = await read("why", time ? { symbol, time } : { symbol });
    return textsOf(answer).map((line) => element("p", "", line));
  } catch (error) {
    return [element("p", "warn", error.message)];
  }
}

function textsOf(answer) {
  const lines = answer.lines ?? answer.text ?? answer.answer ?? "";
  return Array.isArray(lines) ? lines.map(String) : String(lines).split("\n");
}
