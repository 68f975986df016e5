// The tail of the log, read while somebody looks at it.

import { read } from "./api.js";
import { byId, setText } from "./dom.js";

const INTERVAL_MS = 3_000;
const MOST_LINES = 200;

export function makeLogs() {
  const [details, lines] = [byId("logs-details"), byId("logs-lines")];
  let isReading = false;
  async function load() {
    if (!details.open || document.visibilityState === "hidden" || isReading) return;
    isReading = true;
    try {
      const answer = await read("logs");
      const isAtEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 8;
      setText(lines, answer.lines.slice(-MOST_LINES).map(textOf).join("\n"));
      if (isAtEnd) lines.scrollTop = lines.scrollHeight;
    } catch (error) {
      setText(lines, `The log cannot be read: ${error.message}`);
    } finally {
      isReading = false;
    }
  }
  details.addEventListener("toggle", load);
  setInterval(load, INTERVAL_MS);
}

/** A line of JSON as the terminal shows it: time, level, what happened, and the rest as names and values. */
export function textOf(line) {
  try {
    const { at = "", level = "", event = "", ...rest } = JSON.parse(line);
    const parts = Object.entries(rest).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    return [String(at).slice(11, 19), String(level).padEnd(7), event, ...parts].join(" ");
  } catch {
    return String(line);
  }
}
