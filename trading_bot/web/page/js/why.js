// Why was this symbol traded, or not, at that time?

import { read } from "./api.js";
import { byId, element } from "./dom.js";

export function makeWhy() {
  const [form, symbol, time, answer, names] = ["why-form", "why-symbol", "why-time", "why-answer", "why-symbols"].map(byId);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.replaceChildren(element("p", "", "Asking …"));
    answer.replaceChildren(...await linesOf(symbol.value.trim(), momentOf(sessionOn, time.value)));
  });
  let offered = "";
  let sessionOn = "";
  return {
    panel: "why",
    update({ symbols, run }) {
      sessionOn = run.session_on;
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

/** A time of day in India as epoch milliseconds; null where none was given. */
const momentOf = (on, time) => (time ? Date.parse(`${on}T${time}:00+05:30`) : null);

async function linesOf(symbol, time) {
  try {
    const answer = await read("why", time === null ? { symbol } : { symbol, time });
    return textsOf(answer).map((line) => element("p", "", line));
  } catch (error) {
    return [element("p", "warn", error.message)];
  }
}

function textsOf(answer) {
  const lines = answer.lines ?? answer.text ?? answer.answer ?? "";
  return Array.isArray(lines) ? lines.map(String) : String(lines).split("\n");
}
