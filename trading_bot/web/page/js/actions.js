// What an operator may do. Whoever may only read gets no buttons at all; the daemon checks it once more.

import { act, leave } from "./api.js";
import { byId, element, setText } from "./dom.js";

const TOAST_MS = 8_000;
const PANIC = "PANIC";
const BESIDE = ". On the machine itself: python main.py --panic-exit";
/** The second act of a panic takes at least so long after the first: a double click is not a decision. */
const PAUSE_FOR_THOUGHT_MS = 700;

let toastTimer = 0;

/** Whoever came in by the login may leave. */
export function makeLeave(footer) {
  footer.append(button("Log out", "End this session", leave, "link"));
}

/** Build the buttons of an operator. */
export function makeActions() {
  const box = byId("actions");
  box.replaceChildren(
    button("Pause", "Enter nothing new; positions keep their stops", () => perform("pause", "Paused: nothing new is entered.")),
    button("Resume", "Release a pause, a panic, and halts that wait for a person", resume),
    button("Flatten", "Pause, and close the positions of ours", flatten, "careful"),
    button(PANIC, "Cancel every order and close every position of the account: two steps", panic, "danger"),
  );
}

export function button(label, title, deed, className = "") {
  const node = element("button", className, label);
  node.type = "button";
  node.title = title;
  node.addEventListener("click", async () => {
    node.disabled = true;
    try {
      await deed();
    } catch (error) {
      tell(`${label || node.textContent} failed: ${error.message}${label === PANIC ? BESIDE : ""}`);
    } finally {
      node.disabled = false;
    }
  });
  return node;
}

/** A deed of one step, and what the page says when the daemon took it. */
export async function perform(path, done, body = {}) {
  const answer = await act(path, body);
  tell(answer?.message ?? done);
}

async function resume() {
  const token = await confirmed({
    title: "Resume?", text: "Panic and the halts that wait for a person are released, and new positions may be entered. It takes the "
      + "operator's token once more.",
    yes: "Let it enter again", asksToken: true,
  });
  if (token) await perform("resume", "Resumed.", { token });
  else tell("Nothing was released.");
}

async function flatten() {
  const isWanted = await confirmed({
    title: "Flatten?", text: "Nothing new is entered, and the positions that the daemon holds are closed at the market.",
    yes: "Close the positions",
  });
  if (isWanted) await perform("flatten", "Flattening: positions are being closed.");
}

async function panic() {
  // Nothing is sent yet: this only asks for the code that the second step repeats.
  const { code, expires_in_s: patienceS } = await act("panic/prepare");
  const isWanted = await confirmed({
    title: "PANIC: close everything?",
    text: "Every order of the account is cancelled and every position closed at the market, and the daemon enters nothing "
      + "more until somebody resumes it.",
    yes: "Yes, close everything", patienceS,
  });
  if (isWanted) await perform("panic", "PANIC was sent: cancelling and closing everything.", { code });
  else tell("Nothing was done.");
}

/**
 * Whether the second, deliberate act came in time; with `asksToken` what was typed. Escape, the way back and the end
 * of the time mean no.
 */
function confirmed({ title, text, yes, patienceS = Infinity, asksToken = false }) {
  const [dialog, no, yesButton, left] = ["confirm", "confirm-no", "confirm-yes", "confirm-left"].map(byId);
  const [ask, token] = ["confirm-ask", "confirm-token"].map(byId);
  ask.hidden = !asksToken;
  token.value = "";
  token.onkeydown = (event) => { if (event.key === "Enter") yesButton.click(); };
  setText(byId("confirm-title"), title);
  setText(byId("confirm-text"), text);
  setText(yesButton, yes);
  yesButton.disabled = true;
  const opened = performance.now();
  const openForMs = patienceS * 1000;
  return new Promise((resolve) => {
    const timer = setInterval(tick, 100);
    const settle = (answer) => {
      clearInterval(timer);
      [no.onclick, yesButton.onclick, dialog.onclose] = [null, null, null];
      token.value = "";
      dialog.close();
      resolve(answer);
    };
    function tick() {
      const passed = performance.now() - opened;
      yesButton.disabled = passed < PAUSE_FOR_THOUGHT_MS;
      const seconds = Math.ceil((openForMs - passed) / 1000);
      setText(left, Number.isFinite(seconds) ? `${Math.max(0, seconds)} s left to confirm` : "");
      if (passed > openForMs) settle(false);
    }
    no.onclick = () => settle(false);
    yesButton.onclick = () => settle(asksToken ? token.value.trim() : true);
    dialog.onclose = () => settle(false);
    dialog.showModal();
    (asksToken ? token : no).focus();
    tick();
  });
}

/** Tell what came of a deed; it stays for some seconds. */
export function tell(text) {
  const toast = byId("toast");
  clearTimeout(toastTimer);
  setText(toast, text);
  toast.hidden = false;
  toastTimer = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
}
