// The desk: one task in work, the next one ready, finished ones on their way to the server; and all keys.

import { Ahead } from "./ahead.js";
import { askSentence, showHelp } from "./asking.js";
import { Saving } from "./saving.js";
import { TaskForm } from "./task.js";
import { Viewer } from "./viewer.js";
import { fetchPiece, freshToken, isLoggedOut, send } from "./wire.js";

const desk = document.getElementById("desk");
const place = document.getElementById("place");
const said = document.getElementById("said");
const unsaved = document.getElementById("unsaved");
const STAY_AFTER = 4 * 60 * 1000; // milliseconds of work after which the lease is renewed
const TROUBLES = {
  unreachable: "Mất liên lạc với máy chủ. Những việc vừa xong còn ở đây và đang được gửi lại; đừng đóng trang này.",
  login: "Phiên làm việc đã hết. Hãy đăng nhập lại ở thẻ khác; những việc vừa xong còn ở đây và sẽ được gửi tiếp.",
  busy: "Máy chủ đang bận, đang gửi lại việc vừa xong.",
};

const viewer = new Viewer(document.getElementById("viewer"));
const ahead = new Ahead(() => ({ stage: desk.dataset.stage || null, book: Number(desk.dataset.book) || null, known: heldHere() }));
const saving = new Saving(desk.dataset.login, { saved, lost, told });

let form = null; // the task in work
let shownAt = 0; // when it came up, in milliseconds
let stayedAt = 0; // when its lease was last renewed
let going = false; // a task is on its way into the place

/** The tasks that this page holds, in work or not yet saved. */
function heldHere() {
  return [...(form ? [form.id] : []), ...ahead.tasks, ...saving.tasks];
}

// --- one task after another ------------------------------------------------------------------------------------------

/** `begun`: the form of a task that was laid aside for another one, with all that was typed in it. */
function show({ article, page, begun = null }) {
  form = begun ?? new TaskForm(article, { say, moved: (box) => viewer.light(box) });
  const size = article.dataset.size?.split(" ").map(Number) ?? null;
  place.replaceChildren(article);
  place.scrollTop = 0;
  viewer.show(article.dataset.pageKey, page, size);
  form.go(Math.max(0, form.at));
  say(article.dataset.said);
  shownAt = stayedAt = performance.now();
  performance.mark("task-shown");
  prepare();
}

/** Have the next task ready; what goes wrong is told when it is wanted. */
function prepare() {
  ahead.fetch().catch(() => {});
}

/** Show the next task, now if it is ready, else as soon as it is. */
async function next() {
  form = null;
  const ready = ahead.take();
  if (ready) return show(ready);
  if (going) return;
  going = true;
  wait("Đang lấy việc…");
  try {
    for (;;) {
      if (await ahead.fetch()) break;
      if (saving.tasks.length === 0) return wait("Hết việc cho bạn lúc này. Cảm ơn bạn! Nhấn Enter để hỏi lại.", true);
      await rest(200);
    }
  } catch (error) {
    return wait(isLoggedOut(error) ? "Phiên làm việc đã hết. Hãy tải lại trang để đăng nhập." : `${error.message} Nhấn Enter để thử lại.`, true);
  } finally {
    going = false;
  }
  show(ahead.take());
}

/** `again`: nothing is in work and nothing on its way; so nobody's page stays on the screen. */
function wait(sentence, again = false) {
  const note = document.createElement("p");
  note.className = "waiting";
  note.textContent = sentence;
  place.replaceChildren(note);
  place.toggleAttribute("data-again", again);
  place.focus();
  if (again) viewer.clear();
  else viewer.light(null);
  say(again ? "" : sentence); // it stands in the place, which has the focus
}

const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function finish() {
  const seconds = (performance.now() - shownAt) / 1000;
  const body = { version: form.version, token: freshToken(), seconds, words: form.words() };
  const label = form.article.querySelector("h1").textContent;
  saving.add({ task: form.id, path: `/desk/tasks/${form.id}/words`, body, label });
  next();
}

function saved(item, outcome) {
  unsaved.replaceChildren();
  if (outcome.waiting.length > 0) ahead.fetchTask(item.task).then(() => form ?? next(), () => {});
  else prepare();
}

/** A task that the server refused: the person is told, and may open it again. */
function lost(item, sentence) {
  const note = document.createElement("p");
  note.className = "message bad";
  note.textContent = `“${item.label.trim()}” chưa lưu được: ${sentence} `;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Mở lại việc này";
  button.addEventListener("click", () => {
    note.remove();
    open(`/desk/tasks/${item.task}`, {});
  });
  note.append(button);
  unsaved.append(note);
}

function told(state) {
  unsaved.querySelector(".trouble")?.remove();
  if (!state) return;
  const note = document.createElement("p");
  note.className = "message doubt trouble";
  note.textContent = TROUBLES[state];
  unsaved.append(note);
}

/** Put the task that `path` gives in place of the one in work, which is not lost: it comes again. */
async function open(path, body) {
  try {
    const article = await fetchPiece(path, body);
    if (!article) return say("Không có việc nào như vậy.");
    const task = Number(article.dataset.task);
    ahead.drop(task);
    if (form && form.id !== task) ahead.ready.unshift({ article: form.article, page: viewer.image, begun: form });
    show({ article, page: ahead.page(article) });
  } catch (error) {
    complain(error);
  }
}

// --- what else may be done with a task -------------------------------------------------------------------------------

async function setAside(name, path) {
  if (!form) return;
  const { id } = form;
  const sentence = await askSentence(document.getElementById(name));
  if (sentence === null) return form?.focus();
  try {
    await send(`/desk/tasks/${id}/${path}`, { sentence });
    await next();
  } catch (error) {
    complain(error);
    form?.focus();
  }
}

const ACTIONS = {
  help: async () => {
    await showHelp(document.getElementById("help"));
    form?.focus();
  },
  skip: () => setAside("skip", "skip"),
  ask: () => setAside("ask", desk.dataset.answers === undefined || form?.article.dataset.stage !== "supervisor" ? "ask" : "answer"),
  rescan: () => setAside("rescan", "rescan"),
  undo: async () => {
    await saving.done();
    await open("/desk/undo", {});
  },
  leave: async () => {
    for (const task of heldHere()) if (!saving.tasks.includes(task)) await send(`/desk/tasks/${task}/hand-back`, {}).catch(() => {});
    location.assign("/");
  },
};

const ZOOMS = {
  in: () => viewer.zoomIn(),
  out: () => viewer.zoomOut(),
  field: () => viewer.fitField(),
  page: () => viewer.fitPage(),
};

// --- telling ---------------------------------------------------------------------------------------------------------

function say(sentence, warns = false) {
  said.textContent = "";
  said.classList.toggle("warns", warns);
  requestAnimationFrame(() => (said.textContent = sentence));
}

function complain(error) {
  const note = document.createElement("p");
  note.className = "message bad";
  note.textContent = error.sentence ?? error.message;
  unsaved.replaceChildren(note);
}

// --- keys ------------------------------------------------------------------------------------------------------------

const FUNCTION_KEYS = {
  F1: ACTIONS.help,
  F2: () => ended(form?.acceptAs("illegible")),
  F3: () => ended(form?.acceptAs("blank")),
  F4: () => ended(form?.acceptAs("struck-through")),
  F6: ACTIONS.skip,
  F7: ACTIONS.ask,
  F8: ACTIONS.rescan,
  F9: ACTIONS.undo,
};

const PAGE_KEYS = {
  "Ctrl+ArrowUp": ZOOMS.in,
  "Ctrl+ArrowDown": ZOOMS.out,
  "Alt+ArrowLeft": () => viewer.move(-0.2, 0),
  "Alt+ArrowRight": () => viewer.move(0.2, 0),
  "Alt+ArrowUp": () => viewer.move(0, -0.2),
  "Alt+ArrowDown": () => viewer.move(0, 0.2),
  "Alt+Home": ZOOMS.field,
  "Alt+End": ZOOMS.page,
};

const FIELD_KEYS = {
  Enter: () => ended(form.accept()),
  "Shift+Enter": () => form.go(form.at - 1),
  Escape: () => form.field.restore(),
};

// While known words are offered under the input:
const KNOWN_KEYS = {
  ArrowDown: () => form.field.known.step(1),
  ArrowUp: () => form.field.known.step(-1),
  Tab: () => form.field.known.take(),
  Escape: () => form.field.known.close(),
};

function ended(isLast) {
  if (isLast) finish();
}

/** The action of a key, or undefined. Plain letters and figures have none: they belong to whoever types. */
function actionOf(event) {
  const number = event.altKey && /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (number && form) return () => form.choose(Number(number));
  const pressed = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift", event.key].filter(Boolean).join("+");
  if (PAGE_KEYS[pressed]) return PAGE_KEYS[pressed];
  if (FUNCTION_KEYS[pressed] && (form || pressed === "F1" || pressed === "F9")) return FUNCTION_KEYS[pressed];
  if (form && isInField(document.activeElement)) {
    return (form.field.known?.isOpen && KNOWN_KEYS[pressed]) || FIELD_KEYS[pressed];
  }
  if (pressed === "Enter" && document.activeElement === place && "again" in place.dataset) return next;
  return undefined;
}

// Keys that say something of a field. Held down they say it once: nothing is accepted that nobody has looked at.
const SAYING = new Set(["Enter", "F2", "F3", "F4"]);

const isInField = (element) => element === form.field.input || element === form.field.seen;

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
  if (form && document.activeElement === document.body) form.focus();
  stay();
  const action = actionOf(event);
  if (!action) return;
  event.preventDefault();
  if (!(event.repeat && SAYING.has(event.key))) action();
});

/** Keep the lease while somebody works on the task. */
function stay() {
  const now = performance.now();
  if (!form || now - stayedAt < STAY_AFTER) return;
  stayedAt = now;
  send(`/desk/tasks/${form.id}/stay`, {}).catch(complain);
}

desk.addEventListener("click", (event) => {
  const { do: name, zoom } = event.target.closest("button")?.dataset ?? {};
  if (name) ACTIONS[name]();
  if (zoom) {
    ZOOMS[zoom]();
    form?.focus();
  }
  if (event.target.closest(".seen")) ended(form.accept());
});

next();
