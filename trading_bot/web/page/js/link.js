// The stream of events, and the honest answer to one question: how old is what the page shows?

const EVENTS = "/api/v1/events";
/** A document comes with each change, and every two seconds a heartbeat that names the one which still holds. */
const STALE_S = 5;
const SILENT_S = 10;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Holds one EventSource at a time and opens another when it died or fell silent.
 *
 * `onStatus(status)` gets each new document, `onOpen()` is told of each connection after the first word on it, and
 * `onLost()` of each end.
 */
export class Link {
  constructor({ onStatus, onOpen, onLost }) {
    this.onStatus = onStatus;
    this.onOpen = onOpen;
    this.onLost = onLost;
    this.source = null;
    this.isOpen = false;
    this.wasEverOpen = false;
    this.tries = 0;
    this.retry = 0;
    this.word = new Moment();
    this.data = new Moment();
    this.sequence = null;
  }

  /** Connect, and again at once when the machine or the network comes back. */
  start() {
    this.connect();
    for (const event of ["online", "pageshow"]) addEventListener(event, () => this.hurry());
    document.addEventListener("visibilitychange", () => this.hurry());
  }

  /** connecting, live, stale (connected, but nothing comes) or lost. */
  get state() {
    if (!this.wasEverOpen) return "connecting";
    if (!this.isOpen) return "lost";
    return this.data.age() > STALE_S ? "stale" : "live";
  }

  /** Seconds since what the page shows was true; null before there was anything. */
  get age() {
    return this.data.age();
  }

  /** Called each second or so: a stream that says nothing is given up, even where the browser believes in it. */
  watch() {
    if (this.source && this.word.age() > SILENT_S) this.lose();
  }

  connect() {
    clearTimeout(this.retry);
    this.source?.close();
    this.word.touch();
    const source = new EventSource(EVENTS);
    this.source = source;
    source.addEventListener("snapshot", (event) => this.hear(source, event, true));
    source.addEventListener("heartbeat", (event) => this.hear(source, event, false));
    source.onerror = () => { if (source === this.source) this.lose(); };
  }

  hear(source, event, isSnapshot) {
    if (source !== this.source) return;
    const content = parsed(event.data);
    const isNew = !this.isOpen;
    this.isOpen = true;
    this.tries = 0;
    this.word.touch();
    if (isSnapshot && content?.status) this.take(content);
    // A heartbeat that names the document which is shown says that it still holds.
    else if (content && content.sequence === this.sequence && this.sequence !== null) this.data.touch();
    if (isNew) this.onOpen();
  }

  take(content) {
    this.wasEverOpen = true;
    this.sequence = content.sequence ?? null;
    this.data.touch();
    this.onStatus(content.status);
  }

  lose() {
    this.isOpen = false;
    this.source?.close();
    this.source = null;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)]);
    this.tries += 1;
    this.onLost();
  }

  hurry() {
    if (document.visibilityState === "visible" && !this.isOpen && this.source === null) this.connect();
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** When something happened, by two clocks: the steady one stands still while a machine sleeps, the other may jump. */
class Moment {
  constructor() {
    this.steady = null;
    this.wall = null;
  }

  touch() {
    this.steady = performance.now();
    this.wall = Date.now();
  }

  age() {
    if (this.steady === null) return null;
    return Math.max(performance.now() - this.steady, Date.now() - this.wall) / 1000;
  }
}
