// The wall of a book's pages: select, move, turn, remove, look at, cut, replace. Pictures are fetched only in sight.
import { Refused, send, state as uploads } from "./upload.js";
import { Sha256 } from "./sha256.js";

const $ = (id) => document.getElementById(id);
const wall = $("wall"), form = $("acts"), book = wall.dataset.book;
const token = () => document.querySelector('meta[name="csrf"]').content;
const tiles = () => [...wall.children];
const shown = () => tiles().filter((tile) => !tile.hidden);
const chosen = () => tiles().filter((tile) => tile.getAttribute("aria-selected") === "true");
const picture = (tile) => `/pictures/books/${book}/scans/${tile.dataset.key.replace(":", "/")}`;
const told = (words) => { const notice = $("notice"); notice.textContent = words; notice.className = words ? "message bad" : ""; };

async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token() };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const words = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(words.sentence || "Máy chủ không làm được việc này.");
  return words;
}

// --- pictures: one that leaves the sight before it has come is not waited for -----------------------------------------
const WAIT = 120;
const soon = new Map();
const sight = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    const image = target.querySelector("img");
    if (isIntersecting && !image.src) soon.set(target, setTimeout(() => { image.src = image.dataset.src; }, WAIT));
    else if (!isIntersecting) {
      clearTimeout(soon.get(target));
      if (image.src && !image.complete) image.removeAttribute("src");
    }
  }
}, { rootMargin: "400px 0px" });
tiles().forEach((tile) => sight.observe(tile));

// --- selecting --------------------------------------------------------------------------------------------------------
let last = null;
function select(tile, on) { tile.setAttribute("aria-selected", String(on)); }
function count() {
  const some = chosen();
  $("count").textContent = some.length ? `Đã chọn ${some.length} trang` : "Chưa chọn trang nào";
  for (const button of form.querySelectorAll("[data-act], #go")) button.disabled = !some.length;
}
function toggle(tile, range) {
  if (range && last && last !== tile) {
    const all = shown(), [a, b] = [all.indexOf(last), all.indexOf(tile)].sort((x, y) => x - y);
    all.slice(a, b + 1).forEach((one) => select(one, true));
  } else select(tile, tile.getAttribute("aria-selected") !== "true");
  last = tile;
  count();
}
function focus(tile) {
  if (!tile) return;
  for (const one of wall.querySelectorAll('[tabindex="0"]')) one.tabIndex = -1;
  tile.tabIndex = 0;
  tile.focus();
}
wall.addEventListener("click", ({ target, shiftKey }) => { const tile = target.closest(".tile"); if (tile) { focus(tile); toggle(tile, shiftKey); } });
wall.addEventListener("dblclick", ({ target }) => { const tile = target.closest(".tile"); if (tile) look(tile); });
wall.addEventListener("keydown", (event) => {
  const tile = event.target.closest(".tile");
  if (!tile) return;
  const all = shown(), at = all.indexOf(tile);
  const across = Math.max(1, all.filter((one) => one.offsetTop === all[0].offsetTop).length);
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across };
  if (event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) shift(tile, steps[event.key]);
  else if (event.key in steps) focus(all[Math.min(all.length - 1, Math.max(0, at + steps[event.key]))]);
  else if (event.key === "Home") focus(all[0]);
  else if (event.key === "End") focus(all.at(-1));
  else if (event.key === " ") toggle(tile, event.shiftKey);
  else if (event.key === "Enter") look(tile);
  else if (event.key === "Delete") { if (!chosen().length) toggle(tile); act("remove"); }
  else return;
  event.preventDefault();
});
for (const chip of document.querySelectorAll("[data-filter]")) chip.addEventListener("click", () => {
  for (const one of document.querySelectorAll("[data-filter]")) one.setAttribute("aria-pressed", String(one === chip));
  for (const tile of tiles()) tile.hidden = Boolean(chip.dataset.filter) && tile.dataset.state !== chip.dataset.filter;
});

// --- moving -----------------------------------------------------------------------------------------------------------
function renumber() { tiles().forEach((tile, at) => { tile.querySelector(".at").textContent = at + 1; }); }
async function move(some, before) {
  if (!some.length || some.includes(before)) return;
  const old = tiles();
  for (const tile of some) wall.insertBefore(tile, before);
  renumber();
  try {
    told("");
    await post(`/books/${book}/pages/order`, { pages: some.map((tile) => tile.dataset.key).join(","), before: before ? before.dataset.key : "" });
  } catch (error) {
    wall.append(...old);
    renumber();
    told(error.message);
  }
}
function shift(tile, step) {
  const some = tile.getAttribute("aria-selected") === "true" ? chosen() : [tile], all = tiles();
  const before = step < 0 ? all[all.indexOf(some[0]) - 1] : all[all.indexOf(some.at(-1)) + 2] ?? null;
  if (step < 0 && !before) return;
  move(some, before).then(() => focus(tile));
}
let dragged = [];
wall.addEventListener("dragstart", ({ target, dataTransfer }) => {
  const tile = target.closest(".tile");
  dragged = tile.getAttribute("aria-selected") === "true" ? chosen() : [tile];
  dataTransfer.effectAllowed = "move";
  dataTransfer.setData("text/plain", tile.dataset.name);
});
const unmark = () => wall.querySelector(".over")?.classList.remove("over");
wall.addEventListener("dragover", (event) => {
  if (!dragged.length) return;
  event.preventDefault();
  const tile = event.target.closest(".tile");
  if (tile && !tile.classList.contains("over")) { unmark(); tile.classList.add("over"); }
});
wall.addEventListener("drop", (event) => { event.preventDefault(); unmark(); move(dragged, event.target.closest(".tile")); dragged = []; });
wall.addEventListener("dragend", () => { unmark(); dragged = []; });
$("go").addEventListener("click", () => {
  const at = Number($("to").value), all = tiles();
  if (at >= 1) move(chosen(), all.slice(at - 1).find((tile) => !chosen().includes(tile)) ?? null);
});

// --- acts that the server does ----------------------------------------------------------------------------------------
function submit(values) {
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  form.submit();
}
function act(what, some = chosen()) {
  const pages = some.map((tile) => tile.dataset.key).join(",");
  if (what !== "remove") { submit({ act: what, pages }); return; }
  $("why-what").textContent = some.length === 1 ? some[0].dataset.name : `${some.length} trang`;
  const dialog = $("why");
  dialog.addEventListener("close", () => { if (dialog.returnValue === "ok") submit({ act: what, pages, reason: $("why-words").value }); }, { once: true });
  dialog.returnValue = "";
  dialog.showModal();
}
for (const button of form.querySelectorAll("[data-act]")) button.addEventListener("click", () => act(button.dataset.act));
form.addEventListener("submit", (event) => event.preventDefault());
$("number").addEventListener("click", () => submit({ act: "number", pages: "" }));

// --- the large picture ------------------------------------------------------------------------------------------------
let open = null;
const dialog = $("big"), image = $("big-image"), line = $("line"), cut = $("cut");
function look(tile) {
  open = tile;
  image.src = picture(tile);
  $("full").href = picture(tile);
  $("big-title").textContent = `Trang thứ ${tile.querySelector(".at").textContent}: ${tile.dataset.name}, ${tile.querySelector(".state").textContent.trim()}`;
  image.alt = tile.dataset.name;
  $("big-why").textContent = tile.dataset.why;
  $("big-why").hidden = !tile.dataset.why;
  $("split").disabled = $("other").disabled = Boolean(tile.dataset.touched);
  line.hidden = true;
  if (!dialog.open) dialog.showModal();
}
function beside(step) { const all = shown(), next = all[all.indexOf(open) + step]; if (next) look(next); }
$("before").addEventListener("click", () => beside(-1));
$("after").addEventListener("click", () => beside(1));
$("close").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => focus(open));
dialog.addEventListener("keydown", (event) => {
  if (event.target === cut) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") { beside(event.key === "ArrowLeft" ? -1 : 1); event.preventDefault(); }
});
function mark() {
  line.hidden = false;
  line.style.left = `${image.offsetLeft + (image.offsetWidth * cut.value) / 100}px`;
  line.style.top = `${image.offsetTop}px`;
  line.style.height = `${image.offsetHeight}px`;
}
cut.addEventListener("input", mark);
$("split").addEventListener("click", () => { if (line.hidden) mark(); else submit({ act: "split", pages: open.dataset.key, share: cut.value }); });
$("other").addEventListener("change", async ({ target }) => {
  const [file] = target.files, words = $("big-told");
  target.value = "";
  if (!file) return;
  if (file.size > Number(target.dataset.most)) { words.textContent = "Tệp này lớn quá."; return; }
  try {
    words.textContent = `Đang gửi ${file.name}…`;
    await send(book, file);
    const whole = new Sha256();
    for (let at = 0; at < file.size; at += 1 << 20) whole.add(new Uint8Array(await file.slice(at, at + (1 << 20)).arrayBuffer()));
    words.textContent = "Đang kiểm tra ở máy chủ…";
    while ((await uploads(book)).checking) await new Promise((go) => setTimeout(go, 700));
    submit({ act: "replace", pages: open.dataset.key, scan: whole.hex() });
  } catch (error) {
    words.textContent = error instanceof Refused ? error.message : "Chưa gửi được. Hãy thử lại.";
  }
});

// --- files that no run has noted --------------------------------------------------------------------------------------
async function note() {
  const line = $("noting");
  let all = Number(line.dataset.new), noted = 0;
  for (;;) {
    const now = await post(`/books/${book}/pages/note`).catch(() => null);
    if (!now) { line.textContent = "Chưa mở được các tệp mới. Hãy tải lại trang."; return; }
    noted += now.noted;
    if (!now.noted || !now.left) break;
    line.textContent = `Đã mở ${noted} trên ${all} tệp mới…`;
  }
  if (noted) location.reload();
  else line.textContent = `${all} tệp mới chưa mở được hoặc trùng tệp đã có: lượt đọc sẽ nêu lý do.`;
}
if (Number($("noting").dataset.new)) note();
count();
wall.dataset.ready = "yes";
