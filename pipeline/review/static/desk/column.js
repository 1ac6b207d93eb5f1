// Column mode: one field of many entries. The input under each picture has the focus in turn, so that whatever somebody
// types, with any input method, goes into it; arrows, Space and Enter have their meaning as long as it is empty.

import { showHelp } from "./asking.js";
import { choiceOf, isAtOnce } from "./choices.js";
import { Fresh, isSaying } from "./fresh.js";
import { Hold } from "./hold.js";
import { Notices } from "./notices.js";
import { above, oddRow, settle } from "./rows.js";
import { say } from "./said.js";
import { Saving } from "./saving.js";
import { isSeen, watch } from "./seen.js";
import { fetchPiece, freshToken, isLoggedOut, send } from "./wire.js";

const column = document.getElementById("column");
const place = document.getElementById("place");
const notices = new Notices(document.getElementById("unsaved"));
const { book, field, stage, login } = column.dataset;

const saving = new Saving(login, { saved, lost: refused, told: (state) => notices.trouble(state) });

const fresh = new Fresh(place);
const hold = new Hold(place, () => (current ? go(current) : place.focus()));

let shownAt = 0;
let current = null; // the cell in work
let then = null; // what Enter does where no cell is in work
let coming = null; // the pictures that are on their way
let leaving = false; // the person means to go
let warned = false; // they were told just now what they would lose by it

const cells = () => [...place.querySelectorAll(".cell")];
const inputOf = (cell) => cell.querySelector("input");
const rowOf = (cell) => cell.closest(".row-of-like");
const isMarked = (cell) => cell.classList.contains("odd");
const isKeyedSingly = (cell) => rowOf(cell).dataset.status === undefined;
const isOfRow = (cell) => !isKeyedSingly(cell) && !isMarked(cell);

// --- one column after another ----------------------------------------------------------------------------------------

function next() {
  coming = fetched();
}

async function fetched() {
  wait("Đang lấy ảnh…");
  try {
    const piece = await fetchPiece("/column/next", { book: Number(book), field, stage });
    if (piece) show(piece);
    else wait("Cột này không còn ảnh nào cho bạn. Nhấn Enter để chọn cột khác.", () => location.assign(`/column?book=${book}`));
  } catch (error) {
    if (isLoggedOut(error)) notices.complain(error);
    wait(isLoggedOut(error) ? "Phiên làm việc đã hết. Hãy đăng nhập ở thẻ khác rồi nhấn Enter ở đây." : `${error.message} Nhấn Enter để thử lại.`, askAgain);
  }
}

function askAgain() {
  notices.settle();
  next();
}

function show(piece) {
  place.replaceChildren(piece);
  then = null;
  for (const cell of cells()) inputOf(cell).addEventListener("focus", () => (current = cell));
  watch(cells());
  shownAt = performance.now();
  fresh.begin();
  go(cells()[0]);
  say(piece.dataset.said);
}

/** `what`: what Enter does meanwhile. */
function wait(sentence, what = null) {
  const note = document.createElement("p");
  note.className = "waiting";
  note.textContent = sentence;
  place.replaceChildren(note);
  then = what;
  current = null;
  place.focus();
  say(sentence);
}

function go(cell) {
  if (!cell) return;
  current = cell;
  for (const other of cells()) inputOf(other).tabIndex = other === cell ? 0 : -1;
  inputOf(cell).focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest" });
  rowOf(cell).classList.add("in-work");
  for (const row of place.querySelectorAll(".in-work")) if (row !== rowOf(cell)) row.classList.remove("in-work");
}

// --- words -----------------------------------------------------------------------------------------------------------

/** Send words on these cells and take them off the grid. */
function key(done, status, text) {
  const now = performance.now();
  const words = done.map((cell) => ({
    task: Number(cell.dataset.task),
    version: Number(cell.dataset.version),
    field,
    status,
    text,
  }));
  const body = { token: freshToken(), seconds: (now - shownAt) / 1000, words };
  shownAt = now;
  const all = cells();
  const after = all.slice(all.indexOf(done[0])).find((cell) => !done.includes(cell)) ?? all.find((cell) => !done.includes(cell));
  saving.add({ task: words, path: "/column/words", body });
  const isNext = after && isSeen(after) && isKeyedSingly(after) && rowOf(after) === rowOf(done[0]);
  const rows = new Set(done.map(rowOf));
  for (const cell of done) cell.remove();
  for (const row of rows) settle(row);
  if (after) {
    if (!isNext) fresh.begin(); // else the person sees both, and where they are
    go(after);
  } else if (saving.tasks.length === 0) next();
  else wait("Đang lưu…");
}

/** Accept all pictures of the row that are not marked; those that are move to where each is keyed by itself. */
function acceptRow(cell) {
  const row = rowOf(cell);
  const { status, text } = row.dataset;
  const like = [...row.querySelectorAll(".cell")].filter((one) => !isMarked(one) && inputOf(one).value.trim() === "");
  const odd = [...row.querySelectorAll(".cell")].filter((one) => !like.includes(one));
  if (odd.length > 0) oddRow(place).querySelector(".cells").append(...odd);
  key(like, status, text);
  say(`Đã nhận ${like.length} ảnh “${text}”`);
}

function mark(cell) {
  if (isKeyedSingly(cell)) return;
  const marked = cell.classList.toggle("odd");
  cell.querySelector(".mark").hidden = !marked;
  say(marked ? "đã đánh dấu khác hàng" : "đã bỏ dấu");
}

function saved({ body: { words } }, outcomes) {
  notices.settle();
  const sentences = new Set(outcomes.map((one) => one.refused).filter(Boolean));
  for (const sentence of sentences) tellLost(words.filter((_, at) => outcomes[at].refused === sentence), sentence);
  goOn();
}

/** The server took none of these words. */
function refused({ body: { words } }, sentence) {
  tellLost(words, sentence);
  goOn();
}

/** These pictures come again in another round; until then it is told what was said of them. */
function tellLost(words, sentence) {
  notices.lost(`${words.length} ảnh chưa lưu được: ${sentence}`, [...new Set(words.map(({ text }) => text).filter(Boolean))]);
}

function goOn() {
  if (cells().length === 0 && saving.tasks.length === 0) next();
}

// --- keys ------------------------------------------------------------------------------------------------------------

const EMPTY_KEYS = {
  ArrowLeft: () => go(beside(-1)),
  ArrowRight: () => go(beside(1)),
  " ": () => mark(current),
};

const KEYS = {
  ArrowUp: () => go(above(cells(), current, -1)),
  ArrowDown: () => go(above(cells(), current, 1)),
  Enter: accept,
  Escape: () => {
    inputOf(current).value = "";
    fresh.end();
  },
  F2: () => key([current], "illegible", ""),
  F3: () => key([current], "blank", ""),
};

const ANYWHERE = {
  F1: async () => {
    await showHelp(document.getElementById("help"));
    go(current);
  },
  F9: undo,
};

function accept() {
  const text = inputOf(current).value.normalize("NFC").trim();
  if (text) return key([current], "read", text);
  if (isOfRow(current)) return acceptRow(current);
  return say("Ảnh này gõ riêng: gõ chữ trên giấy rồi nhấn Enter. F3 nếu để trống, F2 nếu không đọc được.", true);
}

function beside(by) {
  const all = cells();
  return all[all.indexOf(current) + by];
}

/** The first cell with text that was not accepted. */
const halfTyped = () => cells().find((cell) => inputOf(cell).value.trim() !== "");

/** Whether something is still to be accepted; then its picture comes up. */
function holdsOn() {
  const cell = halfTyped();
  if (cell) {
    go(cell);
    say("Ảnh này có chữ chưa nhận. Nhấn Enter để nhận, hoặc Esc để xóa, rồi hãy làm tiếp.", true);
  }
  return cell !== undefined;
}

async function undo() {
  if (holdsOn()) return;
  try {
    const piece = await hold.during("Đang hoàn tác…", async () => {
      await saving.done();
      await coming;
      return fetchPiece("/column/undo", {});
    });
    if (piece) show(piece);
  } catch (error) {
    notices.complain(error);
  }
}

async function leave() {
  if (holdsOn()) return;
  try {
    await hold.during("Đang lưu…", () => saving.done());
  } catch (error) {
    return notices.complain(error);
  }
  if (notices.holdsWords && !warned) {
    warned = true;
    say("Còn lời máy chủ không nhận: hãy xem lời báo; hoặc bấm Nghỉ lần nữa để bỏ.", true);
    return;
  }
  leaving = true;
  await hold.during("Đang trả việc…", async () => {
    await send("/column/hand-back", {}).catch(() => {});
    location.assign("/column");
    await new Promise(() => {}); // the page goes
  });
}

function actionOf(event) {
  const bare = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
  if (bare && ANYWHERE[event.key]) return ANYWHERE[event.key];
  if (!current) return bare && event.key === "Enter" ? then : null;
  if (document.activeElement !== inputOf(current)) return null;
  const button = choiceOf(event, current);
  if (button) return () => choose(button);
  if (!bare) return null;
  return (inputOf(current).value === "" && EMPTY_KEYS[event.key]) || KEYS[event.key];
}

function choose(button) {
  const cell = button.closest(".cell");
  go(cell);
  if (isAtOnce(button)) return key([cell], button.dataset.status, "");
  inputOf(cell).value = button.dataset.text;
  fresh.end();
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || hold.refusesKey(event) || fresh.refusesKey(event) || event.isComposing || event.keyCode === 229) return;
  if (current && document.activeElement === document.body) go(current);
  const action = actionOf(event);
  if (!action) return;
  event.preventDefault();
  if (!fresh.refuses(event, isSaying(event) || isAtOnce(choiceOf(event, current)))) action();
});

column.addEventListener("click", (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  const choice = event.target.closest("[data-number]");
  const cell = event.target.closest(".cell");
  if (name && hold.refuses()) return;
  if (name === "undo") undo();
  else if (name === "help") ANYWHERE.F1();
  else if (name === "leave") leave();
  else if (choice && !(isAtOnce(choice) && fresh.refusesClick(event))) choose(choice);
  else if (cell && !choice && event.detail < 2) {
    fresh.end();
    go(cell);
  }
});

// Whoever reloads, goes back or closes the page is asked first while something is not saved.
addEventListener("beforeunload", (event) => {
  if (!leaving && (halfTyped() || notices.holdsWords)) event.preventDefault();
});

next();
