// Numbers and times as a person in India reads them. What is absent is a dash, what cannot be read a question mark.

export const NOTHING = "–";
const UNREADABLE = "?";
const ZONE = "Asia/Kolkata";
const IST_OFFSET_S = 19800;

const RUPEES = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const SIGNED = new Intl.NumberFormat("en-IN", {
  minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero",
});
const COUNT = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 0 });
const UNITS = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 0, signDisplay: "exceptZero" });
const RATIO = new Intl.NumberFormat("en-IN", {
  minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero",
});
const LOOSE = new Intl.NumberFormat("en-IN", { maximumSignificantDigits: 5 });
const TIME = formatOfTime({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const MINUTE = formatOfTime({ hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE, weekday: "short", day: "numeric", month: "short", year: "numeric",
});
const MINUS = "−";

function formatOfTime(fields) {
  return new Intl.DateTimeFormat("en-GB", { ...fields, timeZone: ZONE, hourCycle: "h23" });
}

/** Rupees without a sign: a price. Decimal strings are formatted as such, without a detour over binary numbers. */
export const price = (value) => shown(value, RUPEES);
/** Signed rupees: a result. */
export const money = (value) => shown(value, SIGNED);
export const count = (value) => shown(value, COUNT);
/** Signed units held. */
export const units = (value) => shown(value, UNITS);
export const ratio = (value) => shown(value, RATIO);
export const paise = (value) => shown(value === null || value === undefined ? value : value / 100, RUPEES);

/** A measured number or word of unknown unit. */
export function measured(value) {
  if (typeof value === "number") return LOOSE.format(value).replace("-", MINUS);
  return value === null || value === undefined ? "unknown" : String(value);
}

function shown(value, format) {
  if (value === null || value === undefined) return NOTHING;
  if (value === "" || typeof value === "boolean" || !Number.isFinite(Number(value))) return UNREADABLE;
  return format.format(value).replace("-", MINUS);
}

/** Whether an amount is a gain, a loss or neither. */
export function sign(value) {
  const number = Number(value);
  if (value === null || value === undefined || !number) return "";
  return number > 0 ? "gain" : "loss";
}

const ARROWS = { gain: "▲ ", loss: "▼ ", "": "" };

/** A result with an arrow: the direction is told without colour. */
export const result = (value) => ARROWS[sign(value)] + money(value);

/** The time of day in India of an ISO text or of epoch milliseconds. */
export const time = (at) => timed(at, TIME);
export const minute = (at) => timed(at, MINUTE);
export const day = (on) => timed(on, DAY);

function timed(at, format) {
  if (at === null || at === undefined || at === "") return NOTHING;
  const moment = new Date(at);
  return Number.isNaN(moment.getTime()) ? UNREADABLE : format.format(moment);
}

/** An age in the unit that fits. */
export function age(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NOTHING;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** The length of a rate window. */
export const windowLength = (seconds) => (seconds >= 60 ? `${seconds / 60} min` : `${seconds} s`);

export const words = (name) => String(name ?? "").replaceAll("_", " ");

/** Seconds on the charts' axis, which knows no zones: India's wall clock, told as if it were UTC. */
export const axisTime = (timeMs) => Math.floor(timeMs / 1000) + IST_OFFSET_S;
