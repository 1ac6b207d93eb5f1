// Column mode: one field of many entries. The input under each picture has the focus in turn, so that whatever somebody
// types, with any input method, goes into it; arrows, Space and Enter have their meaning as long as it is empty.

import { showHelp } from "./asking.js";
import { Saving } from "./saving.js";
import { fetchPiece, freshToken, isLoggedOut, send } from "./wire.js";

const column = document.getElementById("column");
const place = document.getElementById("place");
const said = document.getElementById("said");
const unsaved = document.getElementById("unsaved");
const { book, field, stage, login } = column.dataset;

const saving = new Saving(login, { saved, lost: (_, sentence) => complain(sentence), told });

let shownAt = 0;
let current = null; // the cell in work

const cells = () => [...place.querySelectorAll(".cell")];
const inputOf = (cell) => cell.querySelector("input");
const rowOf = (cell) => cell.closest(".row-of-like");
const isMarked = (cell) => cell.classList.contains("odd");
const isOfRow = (cell) => rowOf(cell).dataset.status !== undefined && !isMarked(cell);

// --- one column after another ----------------------------------------------------------------------------------------

async function next() {
  wait("Đang lấy ảnh…");
  try {
    const piece = await fetchPiece("/column/next", { book: Number(book), field, stage });
    if (piece) show(piece);
    else wait("Cột này không còn ảnh nào cho bạn. Nhấn Enter để chọn cột khác.", "/column");
  } catch (error) {
    wait(isLoggedOut(error) ? "Phiên làm việc đã hết. Hãy tải lại trang để đăng nhập." : error.message);
  }
}

function show(piece) {
  place.replaceChildren(piece);
  delete place.dataset.then;
  for (const cell of cells()) inputOf(cell).addEventListener("focus", () => (current = cell));
  shownAt = performance.now();
  go(cells()[0]);
  say(piece.dataset.said);
}

function wait(sentence, then = "") {
  const note = document.createElement("p");
  note.className = "waiting";
  note.textContent = sentence;
  place.replaceChildren(note);
  place.dataset.then = then;
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
  const rows = new Set(done.map(rowOf));
  for (const cell of done) cell.remove();
  for (const row of rows) settle(row);
  if (after) go(after);
  else if (saving.tasks.length === 0) next();
  else wait("Đang lưu…");
}

/** After a row was accepted: without pictures it goes, else its count is told anew. */
function settle(row) {
  const left = row.querySelectorAll(".cell").length;
  if (left === 0) row.remove();
  else row.querySelector("h2 small").firstChild.textContent = `${left} ảnh `;
}

/** Accept all pictures of the row that are not marked; those that are move to where each is keyed by itself. */
function acceptRow(cell) {
  const row = rowOf(cell);
  const { status, text } = row.dataset;
  const like = [...row.querySelectorAll(".cell")].filter((one) => !isMarked(one) && inputOf(one).value.trim() === "");
  const odd = [...row.querySelectorAll(".cell")].filter((one) => !like.includes(one));
  if (odd.length > 0) oddRow().querySelector(".cells").append(...odd);
  key(like, status, text);
  say(`Đã nhận ${like.length} ảnh “${text}”`);
}

function oddRow() {
  let row = place.querySelector(".row-of-like.odd-ones");
  if (row) return row;
  row = document.createElement("section");
  row.className = "row-of-like odd-ones";
  row.setAttribute("aria-label", "Ảnh khác hàng, gõ từng ảnh");
  const heading = document.createElement("h2");
  heading.append("Ảnh khác hàng: gõ từng ảnh ", document.createElement("small"));
  heading.lastChild.append("");
  const list = document.createElement("ul");
  list.className = "cells";
  row.append(heading, list);
  place.querySelector(".column").append(row);
  return row;
}

function mark(cell) {
  if (rowOf(cell).dataset.status === undefined) return;
  const marked = cell.classList.toggle("odd");
  cell.querySelector(".mark").hidden = !marked;
  say(marked ? "đã đánh dấu khác hàng" : "đã bỏ dấu");
}

function saved(item, outcomes) {
  unsaved.replaceChildren();
  for (const sentence of new Set(outcomes.map((one) => one.refused).filter(Boolean))) complain(sentence);
  if (cells().length === 0 && saving.tasks.length === 0) next();
}

function told(state) {
  unsaved.querySelector(".trouble")?.remove();
  if (!state) return;
  complain(state === "login" ? "Phiên làm việc đã hết. Hãy đăng nhập lại ở thẻ khác; việc đang lưu sẽ được gửi tiếp." : "Chưa gửi được, đang thử lại. Đừng đóng trang này.", "trouble");
}

// --- keys ------------------------------------------------------------------------------------------------------------

const EMPTY_KEYS = {
  ArrowLeft: () => go(beside(-1)),
  ArrowRight: () => go(beside(1)),
  " ": () => mark(current),
};

const KEYS = {
  ArrowUp: () => go(above(-1)),
  ArrowDown: () => go(above(1)),
  Enter: accept,
  Escape: () => (inputOf(current).value = ""),
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

/** The nearest picture in the line above (-1) or below (1). */
function above(by) {
  const from = current.getBoundingClientRect();
  const middle = (box) => box.left + box.width / 2;
  let best = null;
  for (const cell of cells()) {
    const box = cell.getBoundingClientRect();
    const down = (box.top - from.top) * by;
    if (down <= 4) continue;
    const far = [Math.round(down), Math.abs(middle(box) - middle(from))];
    if (!best || far[0] < best.far[0] - 4 || (Math.abs(far[0] - best.far[0]) <= 4 && far[1] < best.far[1])) best = { cell, far };
  }
  return best?.cell;
}

async function undo() {
  await saving.done();
  try {
    show(await fetchPiece("/column/undo", {}));
  } catch (error) {
    complain(error.message);
    go(current);
  }
}

function actionOf(event) {
  const bare = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
  if (bare && ANYWHERE[event.key]) return ANYWHERE[event.key];
  if (!current) return bare && event.key === "Enter" && place.dataset.then ? () => location.assign(place.dataset.then) : null;
  if (document.activeElement !== inputOf(current)) return null;
  const number = event.altKey && /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  const button = number && current.querySelector(`[data-number="${number}"]`);
  if (button) return () => choose(button);
  if (!bare) return null;
  return (inputOf(current).value === "" && EMPTY_KEYS[event.key]) || KEYS[event.key];
}

// Held down they say it once: no row is accepted that nobody has looked at.
const SAYING = new Set(["Enter", "F2", "F3"]);

function choose(button) {
  const cell = button.closest(".cell");
  go(cell);
  if (button.dataset.text) inputOf(cell).value = button.dataset.text;
  else key([cell], button.dataset.status, "");
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
  if (current && document.activeElement === document.body) go(current);
  const action = actionOf(event);
  if (!action) return;
  event.preventDefault();
  if (!(event.repeat && SAYING.has(event.key))) action();
});

column.addEventListener("click", (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  const choice = event.target.closest("[data-number]");
  const cell = event.target.closest(".cell");
  if (name === "undo") undo();
  else if (name === "help") ANYWHERE.F1();
  else if (name === "leave") send("/column/hand-back", {}).finally(() => location.assign("/column"));
  else if (choice) choose(choice);
  else if (cell) go(cell);
});

// --- telling ---------------------------------------------------------------------------------------------------------

function say(sentence, warns = false) {
  said.textContent = "";
  said.classList.toggle("warns", warns);
  requestAnimationFrame(() => (said.textContent = sentence));
}

function complain(sentence, kind = "") {
  const note = document.createElement("p");
  note.className = `message bad ${kind}`;
  note.textContent = sentence;
  unsaved.append(note);
}

next();
