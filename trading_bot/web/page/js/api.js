// Calls of the daemon's API. Reads answer JSON or throw; deeds carry the session's token against forgery.

const PATIENCE_MS = 10_000;
const LOGIN = "/login";

let csrf = "";

export class ApiError extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/** Who looks: role, mode, and the token that deeds need. Without a session the login page takes over. */
export async function readSession() {
  const session = await read("session");
  csrf = session.csrf ?? "";
  return session;
}

export function read(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  return call(query ? `${path}?${query}` : path, { method: "GET" });
}

/** A deed of the operator. A token that ran out is read anew, once. */
export async function act(path, body = {}) {
  try {
    return await send(path, body);
  } catch (error) {
    if (error.status !== 403) throw error;
    await readSession();
    return send(path, body);
  }
}

function send(path, body) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  return call(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** End the session. */
export async function leave() {
  await fetch("/logout", { method: "POST", headers: { "X-CSRF-Token": csrf }, credentials: "same-origin" });
  location.assign(LOGIN);
}

async function call(path, options) {
  const response = await fetch(`/api/v1/${path}`, {
    ...options, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error) => { throw new ApiError(0, silence(error, options.method === "POST" && !path.endsWith("/prepare"))); });
  if (response.status === 401) location.assign(LOGIN);
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, reason(answer) ?? `the daemon answered ${response.status}`);
  return answer;
}

/** No answer is not a no: what was asked for may have been done. */
function silence(error, isDeed) {
  const what = error.name === "TimeoutError" ? `no answer within ${PATIENCE_MS / 1000} s` : "the daemon cannot be reached";
  return isDeed ? `${what}: it may have been done, or not` : what;
}

function reason(answer) {
  const detail = answer?.error ?? answer?.detail;
  return typeof detail === "string" ? detail : undefined;
}
