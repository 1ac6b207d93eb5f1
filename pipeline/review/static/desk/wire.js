// Talking to the server: JSON there, JSON or a piece of a page back, the token of the session's forms with every request.

/** The server said no: `sentence` is for the person, `code` for the program. */
export class Refused extends Error {
  constructor(status, code, sentence) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.sentence = sentence;
  }
}

/** There was no answer at all. */
export class Unreachable extends Error {}

const LOGIN = "login";
const csrf = document.querySelector('meta[name="csrf"]');

/** Whether a refusal means that the session is over. */
export const isLoggedOut = (error) => error instanceof Refused && error.code === LOGIN;

/** POST `body`; returns what came back as JSON. */
export async function send(path, body) {
  return (await answered(path, body)).json();
}

/** POST `body`; returns the element that came back, or null when there is nothing. */
export async function fetchPiece(path, body) {
  const response = await answered(path, body);
  if (response.status === 204) return null;
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  return document.importNode(holder.content, true).firstElementChild;
}

/** Ask who is logged in here now, and take over the token of that session's forms. Returns the login, "" for nobody. */
export async function whoIsHere() {
  try {
    const response = await fetch("/session", { headers: { Accept: "application/json" } });
    if (!response.ok) return "";
    const session = await response.json();
    csrf.content = session.csrf;
    return session.login;
  } catch {
    return "";
  }
}

async function answered(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf.content },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Unreachable("Không liên lạc được với máy chủ.");
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new Refused(response.status, told.code ?? "", told.sentence ?? "Máy chủ không làm được việc này.");
}

/** A value that no other submission has; works without TLS too, where crypto.randomUUID does not. */
export function freshToken() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
