// The page of a book's scans: files that are dropped or chosen are sent one after the other, in the order of their names.
import { Refused, send, state } from "./upload.js";

const drop = document.getElementById("drop"), input = document.getElementById("files");
const bar = document.getElementById("sent"), told = document.getElementById("told"), troubles = document.getElementById("troubles");
const { book, most } = drop.dataset;
const order = new Intl.Collator("vi", { numeric: true, sensitivity: "base" });
const LITTER = /^(\.|~|thumbs\.db$|desktop\.ini$|ledger\.toml$)/i;
let waiting = [], sending = false, done = 0, all = 0;

const trouble = (name, why, kind = "bad") => {
  const line = document.createElement("li"), who = document.createElement("strong");
  line.className = kind;
  who.textContent = name;
  line.append(who, `: ${why}`);
  troubles.append(line);
};

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((take, fail) => entry.file(take, fail))];
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((take, fail) => reader.readEntries(take, fail));
    if (!some.length) break;
    for (const one of some) found.push(...(await filesOf(one)));
  }
  return found;
}

function take(files) {
  const wanted = [...files].filter(({ name }) => !LITTER.test(name));
  for (const file of wanted) {
    if (file.size > Number(most)) trouble(file.name, `lớn hơn ${Math.floor(most / 1e6)} MB. Hãy quét thành nhiều tệp nhỏ hơn.`);
    else if (!file.size) trouble(file.name, "rỗng (0 byte). Hãy quét lại rồi gửi lại.");
    else { waiting.push(file); all += 1; }
  }
  waiting.sort((a, b) => order.compare(a.name, b.name));
  if (!sending) sendAll();
}

const show = (file, sent = 0) => {
  bar.value = all ? (done + (file ? sent / file.size : 0)) / all : 1;
  told.textContent = file ? `Tệp ${done + 1} trên ${all}: ${file.name}` : `Đã gửi xong ${done} tệp. Đang kiểm tra ở máy chủ…`;
};

async function sendAll() {
  sending = true;
  document.getElementById("sending").hidden = false;
  while (waiting.length) {
    const file = waiting.shift();
    show(file);
    try {
      await send(book, file, {
        onSent: (bytes) => show(file, bytes),
        onWait: (seconds) => { told.textContent = `Mất kết nối với máy chủ. Tự gửi tiếp sau ${seconds} giây; đừng đóng trang.`; },
      });
    } catch (error) {
      trouble(file.name, error instanceof Refused ? error.message : "không đọc được tệp này trên máy của bạn.");
    }
    done += 1;
  }
  show(null);
  sending = false;
  for (;;) {
    const now = await state(book).catch(() => null);
    if (sending) return;
    if (now && !now.checking) { location.reload(); return; }
    if (now) {
      const [checked, pages] = now.inspected;
      told.textContent = `Đã gửi xong. Máy chủ còn kiểm tra ${now.checking} tệp${pages ? `: đã xem ${checked} trên ${pages} trang của tệp đang mở` : ""}…`;
      if (pages) { bar.max = pages; bar.value = checked; }
    }
    await new Promise((go) => setTimeout(go, 1500));
  }
}

input.addEventListener("change", () => { take(input.files); input.value = ""; });
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (input.disabled) return;
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) { take(event.dataTransfer.files); return; }
  for (const entry of entries) take(await filesOf(entry));
});
addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });
drop.dataset.ready = "yes";
