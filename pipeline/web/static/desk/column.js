// Column mode: one field of many entries. The input under each picture has the focus in turn, so that whatever somebody
// types, with any input method, goes into it; arrows, Space and Enter have their meaning as long as it is empty.

import { askSentence, showHelp } from "./asking.js";
import { choiceOf, isAtOnce } from "./choices.js";
import { Detail } from "./column-detail.js";
import { Fresh, isSaying } from "./fresh.js";
import { heldElsewhere } from "./held.js";
import { Hold } from "./hold.js";
import { meaningOf, SAYING } from "./meanings.js";
import { Notices } from "./notices.js";
import { above, fill, isPicked, oddRow, pick, settle, targets } from "./rows.js";
import { hush, say } from "./said.js";
import { Saving } from "./saving.js";
import { isSeen, look, watch } from "./seen.js";
import { getPictures } from "./sheets.js";
import { fetchPiece, freshToken, isLoggedOut, send } from "./wire.js";

const column = document.getElementById("column");
const place = document.getElementById("place");
const notices = new Notices(document.getElementById("unsaved"));
const { book, field, stage, login } = column.dataset;

const saving = new Saving(login, { saved, lost: refused, told: (state) => notices.trouble(state) });

const fresh = new Fresh(place);
const detail = new Detail(document.getElementById("detail"), field);
const hold = new Hold(place, () => (current ? go(current) : place.focus()));

let shownAt = 0;
let current = null; // the cell in work
let then = null; // what Enter does where no cell is in work
let coming = null; // the pictures that are on their way
let leaving = false; // the person means to go
let asked = []; // the pictures with ink that they are asked about: whether they are blank
let warned = false; // they were told just now what they would lose by it

const cells = () => [...place.querySelectorAll(".cell")];
const inputOf = (cell) => cell.querySelector("input");
const rowOf = (cell) => cell.closest(".row-of-like");
const textOf = (cell) => inputOf(cell).value.normalize("NFC").trim();
const isKeyedSingly = (cell) => rowOf(cell).dataset.status === undefined;
const hasInk = (cell) => "inked" in cell.dataset;
const isOfRow = (cell) => !isKeyedSingly(cell) && !isPicked(cell);

// --- one column after another ----------------------------------------------------------------------------------------

function next() {
  coming = fetched();
}

async function fetched() {
  wait("Đang lấy ảnh…");
  try {
    const piece = await fetchPiece("/column/next", { book: Number(book), field, stage });
    if (piece) show(piece);
    else {
      const held = await heldElsewhere("desk", () => location.assign("/desk"));
      wait("Cột này không còn ảnh nào cho bạn. Nhấn Enter để chọn cột khác.", () => location.assign(`/column?book=${book}`), held);
    }
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
  document.getElementById("detail").querySelector(".expected").textContent = piece.dataset.expected;
  getPictures(cells(), place, look);
  fill(place);
  watch(cells());
  shownAt = performance.now();
  fresh.begin();
  go(cells()[0]);
  say(piece.dataset.said);
}

/** `what`: what Enter does meanwhile; `held`: what the person holds elsewhere. */
function wait(sentence, what = null, held = null) {
  const note = document.createElement("h1"); // the page has no other heading meanwhile
  note.className = "waiting";
  note.textContent = held ? `${sentence} ${held.sentence} ` : sentence;
  if (held) note.append(held.button);
  place.replaceChildren(note);
  then = what;
  current = null;
  askBlank([]);
  detail.clear();
  place.focus();
  say(sentence);
}

function go(cell) {
  if (!cell) return;
  if (cell !== current) {
    hush(); // what was said of the picture before
    askBlank([]);
  }
  current = cell;
  for (const other of cells()) inputOf(other).tabIndex = other === cell ? 0 : -1;
  inputOf(cell).focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest" });
  rowOf(cell).classList.add("in-work");
  for (const row of place.querySelectorAll(".in-work")) if (row !== rowOf(cell)) row.classList.remove("in-work");
  detail.of(cell);
  tell();
}

/** What stands in the picture in work, to be told of: what the person typed, else what its row says. */
function tell() {
  const typed = textOf(current);
  detail.about(current.dataset.task, typed || (isOfRow(current) ? current.dataset.text : ""), { isTyped: typed !== "" });
}

// --- words -----------------------------------------------------------------------------------------------------------

/** Send words on these cells and take them off the grid; `text`: null for the text that each has of its row; `kept`: the
 * paper says so, though it is no value of the field. */
function key(chosen, status, text, kept = false) {
  const done = chosen.filter(isSeen);
  if (done.length === 0) return refuseUnseen(chosen[0]);
  const now = performance.now();
  const words = done.map((cell) => ({
    task: Number(cell.dataset.task),
    version: Number(cell.dataset.version),
    field,
    status,
    text: text ?? cell.dataset.text,
    kept,
  }));
  const { record } = place.querySelector(".column").dataset;
  const body = { token: freshToken(), seconds: (now - shownAt) / 1000, record, words };
  shownAt = now;
  const all = cells();
  const after = all.slice(all.indexOf(done[0])).find((cell) => !done.includes(cell)) ?? all.find((cell) => !done.includes(cell));
  saving.add({ task: words, path: "/column/words", body, done });
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

/** Nothing is accepted whose picture was not on the screen. */
function refuseUnseen(cell) {
  go(cell);
  fresh.ask("lost" in cell.dataset ? LOST : UNSEEN);
}

const UNSEEN = "Ảnh này chưa hiện ra nên chưa nhận, chưa chọn. Chờ ảnh hiện, nhìn rồi nhấn lại.";
const LOST = "Không mở được ảnh này nên không nhận chữ. F8 xin quét lại, F6 để lại.";

/** These pictures are blank on paper, says the person; where the machine saw ink they are asked first whether it is so. */
function keyBlank(chosen) {
  const done = chosen.filter(isSeen);
  if (done.length === 0) return refuseUnseen(chosen[0]);
  const inked = done.filter(hasInk);
  const isAnswered = inked.every((cell) => asked.includes(cell));
  if (isAnswered) return key(done, "blank", "", inked.length > 0);
  askBlank(inked);
  const which = done.length === 1 ? "Ô này" : `${inked.length} trong ${done.length} ảnh này`;
  const question = `${which} có chữ viết. Bạn chắc là để trống?`;
  detail.askBlank(question);
  fresh.ask(`${question} Nhấn lần nữa nếu đúng.`);
}

const BLANK_OR_NOT = "Chưa nhận: nhấn F3 lần nữa nếu đúng là để trống, Esc nếu không.";

function askBlank(inked) {
  asked = inked;
  if (inked.length === 0) detail.askBlank("");
}

/** Accept all pictures of the row that are not chosen; those that are move to where each is keyed by itself. */
function acceptRow(cell, kept) {
  const row = rowOf(cell);
  const { status, text } = row.dataset;
  if ("doubted" in row.dataset && !kept) return say(NO_VALUE, true);
  const like = [...row.querySelectorAll(".cell")].filter((one) => !isPicked(one) && inputOf(one).value.trim() === "");
  if (!like.some(isSeen)) return refuseUnseen(like[0]);
  if (status === "blank" && !like.filter(hasInk).every((one) => asked.includes(one))) return keyBlank(like);
  const odd = [...row.querySelectorAll(".cell")].filter((one) => !like.includes(one));
  if (odd.length > 0) {
    oddRow(place).querySelector(".cells").append(...odd);
    settle(oddRow(place));
  }
  const count = like.filter(isSeen).length;
  key(like, status, null, kept || (status === "blank" && like.some(hasInk)));
  say(`Đã nhận ${count} ảnh “${text}”${count < like.length ? `; ${like.length - count} ảnh chưa hiện trên màn hình thì còn ở lại hàng` : ""}`);
}

const NO_VALUE = "Chữ này không phải giá trị của ô. Gõ lại, hoặc Ctrl+Enter để giữ như giấy.";

function mark() {
  if (!isSeen(current)) return say(UNSEEN, true);
  const picked = pick(current);
  const count = cells().filter(isPicked).length;
  say(picked ? `đã chọn, ${count} ảnh: gõ một lần, Enter ghi cho mọi ảnh đã chọn` : `đã bỏ chọn, còn ${count} ảnh đã chọn`);
  tell();
}

/** Choose the picture in work and the one beside it, and go there. */
function stretch(by) {
  const next = beside(by);
  if (isSeen(current)) pick(current, true);
  if (!next) return tell();
  if (isSeen(next)) pick(next, true);
  go(next);
  say(`đã chọn ${cells().filter(isPicked).length} ảnh`);
}

/** Choose the pictures of the row; where they are chosen already, those of the column; then none. */
function pickRow() {
  const row = [...rowOf(current).querySelectorAll(".cell")].filter(isSeen);
  const all = cells().filter(isSeen);
  if (row.length === 0) return say(UNSEEN, true);
  const wanted = row.every(isPicked) ? all : row;
  const picked = !wanted.every(isPicked);
  for (const cell of wanted) pick(cell, picked);
  const unseen = cells().filter((cell) => !isSeen(cell) && (wanted === all || rowOf(cell) === rowOf(current))).length;
  const which = `${wanted.length} ảnh của ${wanted === row ? "hàng" : "cột"}`;
  const left = unseen > 0 ? ` (${unseen} ảnh chưa hiện trên màn hình thì chưa chọn)` : "";
  say(picked ? `đã chọn ${which}${left}: gõ một lần, Enter ghi cho mọi ảnh đã chọn` : "đã bỏ chọn mọi ảnh");
  go(current);
}

function saved({ body: { words }, done }, outcomes) {
  notices.settle();
  const refused = words.map((word, at) => ({ word, cell: done[at], ...outcomes[at] })).filter((one) => one.refused);
  for (const sentence of new Set(refused.map((one) => one.refused))) {
    const alike = refused.filter((one) => one.refused === sentence);
    const back = alike.filter((one) => one.doubted && place.querySelector(".column"));
    if (back.length > 0) putBack(back, sentence);
    if (back.length < alike.length) tellLost(alike.filter((one) => !back.includes(one)).map((one) => one.word), sentence);
  }
  goOn();
}

/** Pictures whose text is no value of the field come back with it, to be typed anew or kept. */
function putBack(back, sentence) {
  const row = oddRow(place);
  for (const { cell, word } of back) {
    row.querySelector(".cells").append(cell);
    inputOf(cell).value = word.text;
    pick(cell, false);
  }
  settle(row);
  if (!current || !textOf(current)) {
    fresh.begin(); // a key that was meant for the picture before says nothing of this one
    go(back[0].cell);
  }
  say(sentence, true);
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

/** Of an input in which nothing is typed: its caret has nowhere to go. */
const OF_EMPTY = {
  left: () => go(beside(-1)),
  right: () => go(beside(1)),
  "stretch-left": () => stretch(-1),
  "stretch-right": () => stretch(1),
  mark,
  "pick-row": pickRow,
};

const OF_CELL = {
  up: () => go(above(cells(), current, -1)),
  down: () => go(above(cells(), current, 1)),
  accept: () => accept(),
  keep: () => accept(true),
  drop: () => {
    inputOf(current).value = "";
    askBlank([]);
    fresh.end();
    tell();
  },
  illegible: () => key(targets(cells(), current), "illegible", ""),
  blank: () => keyBlank(targets(cells(), current)),
  strike: () => {
    const text = textOf(current) || current.dataset.text;
    if (!text) return say("Gõ chữ bị gạch rồi nhấn F4.", true);
    key(targets(cells(), current), "struck-through", text);
  },
  confirm: () => detail.confirm(),
  skip: () => setAside("skip"),
  ask: () => setAside("ask"),
  rescan: () => setAside("rescan"),
};

const ANYWHERE = {
  help: async () => {
    await showHelp(document.getElementById("help"));
    go(current);
  },
  undo,
  leave,
};

function accept(kept = false) {
  if (asked.length > 0 && rowOf(current).dataset.status !== "blank") return fresh.ask(BLANK_OR_NOT);
  const text = textOf(current);
  if (text && !kept && detail.doubted === text) return say(NO_VALUE, true);
  if (text) return key(targets(cells(), current), "read", text, kept);
  if (isOfRow(current)) return acceptRow(current, kept);
  return say("Ảnh này gõ riêng: gõ chữ trên giấy rồi nhấn Enter. F3 nếu để trống, F2 nếu không đọc được.", true);
}

/** Lay the task of the picture in work aside with a sentence. */
async function setAside(name) {
  const cell = current;
  const sentence = await askSentence(document.getElementById(name));
  if (sentence === null || !cells().includes(cell)) return go(current);
  try {
    await hold.during("Đang gửi…", async () => {
      await saving.done();
      await send(`/desk/tasks/${cell.dataset.task}/${name}`, { sentence });
    });
  } catch (error) {
    notices.complain(error);
    return go(cell);
  }
  const isGone = (one) => one === cell || (name === "rescan" && one.dataset.page === cell.dataset.page);
  const all = cells();
  const after = all.slice(all.indexOf(cell)).find((one) => !isGone(one)) ?? all.find((one) => !isGone(one));
  for (const one of all.filter(isGone)) {
    const row = rowOf(one);
    one.remove();
    settle(row);
  }
  if (!after) return next();
  fresh.begin();
  go(after);
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
      return fetchPiece("/column/undo", { book: Number(book), field, stage });
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
    say("Còn lời máy chủ không nhận: hãy xem lời báo; hoặc bấm Tạm dừng lần nữa để bỏ.", true);
    return;
  }
  leaving = true;
  detail.clear();
  await hold.during("Đang trả nhiệm vụ…", async () => {
    await send("/column/hand-back", {}).catch(() => {});
    location.assign("/column");
    await new Promise(() => {}); // the page goes
  });
}

function actionOf(event) {
  const meaning = meaningOf(event);
  if (!meaning) return null;
  if (ANYWHERE[meaning]) return ANYWHERE[meaning];
  if (!current) return meaning === "accept" && !event.target.closest("button") ? then : null;
  if (document.activeElement !== inputOf(current)) return null;
  const button = choiceOf(event, current);
  if (button) return () => choose(button);
  return (inputOf(current).value === "" && OF_EMPTY[meaning]) || OF_CELL[meaning];
}

function choose(button) {
  const cell = button.closest(".cell") ?? current;
  go(cell);
  if (isAtOnce(button)) return button.dataset.status === "blank" ? keyBlank([cell]) : key([cell], button.dataset.status, "");
  inputOf(cell).value = button.dataset.text;
  fresh.end();
  tell();
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
  const { do: name, proposal } = event.target.closest("button")?.dataset ?? {};
  const choice = event.target.closest("[data-number]");
  const cell = event.target.closest(".cell");
  if ((name || proposal || choice) && hold.refuses()) return;
  if (proposal) return detail.confirm(event.target.closest("button"));
  if (name) {
    const action = ANYWHERE[name] ?? (current && { mark, "pick-row": pickRow, ...OF_CELL }[name]);
    if (action && !(SAYING.has(name) && fresh.refusesClick(event))) action();
    if (current && !SAYING.has(name)) inputOf(current).focus({ preventScroll: true });
  } else if (choice && !(isAtOnce(choice) && fresh.refusesClick(event))) choose(choice);
  else if (cell && !choice && event.detail < 2) {
    fresh.end();
    go(cell);
  }
});

place.addEventListener("input", () => {
  askBlank([]);
  if (current) tell();
});
new ResizeObserver(() => fill(place)).observe(place);

// Whoever reloads, goes back or closes the page is asked first while something is not saved.
addEventListener("beforeunload", (event) => {
  if (!leaving && (halfTyped() || notices.holdsWords)) event.preventDefault();
});

next();
