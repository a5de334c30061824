/* Asking our own server: form token, time limit, and refusals as problems (RFC 9457). */

export class Refusal extends Error {
  constructor(status, problem, seconds) {
    super(problem.detail || "That did not work.");
    this.status = status;
    this.code = problem.code || "";
    this.errors = problem.errors || [];
    this.seconds = seconds;
  }
}

/* No answer: no network, or none in time. Whether it arrived is not known. */
export class NoAnswer extends Error {}

export function token() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
}

export async function ask(method, url, { body, signal, seconds = 12 } = {}) {
  const limit = AbortSignal.timeout(seconds * 1000);
  const signals = signal ? AbortSignal.any([signal, limit]) : limit;
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = token();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(url, {
      method, headers, signal: signals, credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NoAnswer(error.message);
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    if (answer.status >= 502) throw new NoAnswer(`status ${answer.status}`);
    throw new Refusal(answer.status, told, Number(answer.headers.get("Retry-After")) || 0);
  }
  return told;
}
