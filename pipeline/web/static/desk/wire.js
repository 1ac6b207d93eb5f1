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

/** There was no answer of the application: none at all, or one of a server that stands before it. */
export class Unreachable extends Error {
  constructor() {
    super("Không liên lạc được với máy chủ.");
  }
}

const LOGIN = "login";
const FORGED = "forged";
const SILENCE = 20_000; // milliseconds after which a server that says nothing counts as away
const csrf = document.querySelector('meta[name="csrf"]');
const me = document.querySelector("[data-login]").dataset.login; // whose page this is

/** Whether a refusal means that the session is over. */
export const isLoggedOut = (error) => error instanceof Refused && error.code === LOGIN;

/** POST `body`; returns what came back as JSON. */
export async function send(path, body) {
  return JSON.parse((await answered(path, body)).text);
}

/** POST `body`; returns the element that came back, or null when there is nothing. `silence`: as of SILENCE. */
export async function fetchPiece(path, body, silence = SILENCE) {
  const { status, text } = await answered(path, body, silence);
  if (status === 204) return null;
  const holder = document.createElement("template");
  holder.innerHTML = text;
  return document.importNode(holder.content, true).firstElementChild;
}

/** Ask who is logged in here now. The token of that session's forms is taken over when it is the person of this page,
 * so that nothing is done under another one's name. Returns the login, "" for nobody. */
export async function whoIsHere() {
  try {
    const response = await fetch("/session", { headers: { Accept: "application/json" } });
    if (!response.ok) return "";
    const session = await response.json();
    if (session.login === me) csrf.content = session.csrf;
    return session.login;
  } catch {
    return "";
  }
}

async function answered(path, body, silence = SILENCE) {
  try {
    return await asked(path, body, silence);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== FORGED) throw error;
    const here = await whoIsHere(); // the session is another one: whoever logged in again goes on
    if (here === me) return asked(path, body, silence);
    throw here ? new Refused(403, "other", `Trình duyệt này đang đăng nhập bằng tài khoản khác. Hãy đăng nhập lại bằng “${me}”.`) : error;
  }
}

/** What came back whole: {status, text}. */
async function asked(path, body, silence) {
  let response, text;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf.content },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(silence),
    });
    text = await response.text();
  } catch {
    throw new Unreachable();
  }
  if (response.ok) return { status: response.status, text };
  const told = parsed(text);
  if (told === null) throw new Unreachable();
  throw new Refused(response.status, told.code ?? "", told.sentence ?? "Máy chủ không làm được điều này.");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A value that no other submission has; works without TLS too, where crypto.randomUUID does not. */
export function freshToken() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
