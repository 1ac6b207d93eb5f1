// The form designer: one design over the specimen pages of a draft. Mouse and keyboard do the same things.

import { Canvas, shift } from "./canvas.js";
import { heldFields, Model, printWidth, SORT_WORDS } from "./model.js";
import { Pages } from "./pages.js";
import { Panel } from "./panel.js";
import { Saver, send } from "./saving.js";

const STEP = 1.25;
const MOVE = 0.002; // of the frame, a press of an arrow key
const root = document.getElementById("designer");
const path = `/forms/drafts/${root.dataset.draft}`;
const known = JSON.parse(root.dataset.known);
const byId = (id) => document.getElementById(id);

const state = await (await fetch(`${path}/state`, { headers: { Accept: "application/json" } })).json();
const model = new Model(state.design);
model.flaws = state.flaws;

const nameOf = (list, element) => `${SORT_WORDS[list]} “${element.label || element.heading || (element.from != null ? "chỗ trống" : "")}”`;
const panel = new Panel(model, known, { confirm, goOn, bind, takeRecord, split, startOfLabel, endOfLabel: (element) => Math.min(0.95, (element.start ?? 0) + printWidth(model.design, element.label)) });
const canvas = new Canvas(model, (list, element) => `${nameOf(list, element)}: ${panel.held(element) || "chưa gắn trường"}${element.proposed ? (element.doubtful ? ", máy đề nghị, chưa chắc" : ", máy đề nghị") : ""}`, draw);
const saver = new Saver(path, model, state.revision, tell, ({ flaws }) => {
  model.flaws = flaws;
  canvas.draw();
  drawLists();
});
const pages = new Pages(path, Number(root.dataset.most), canvas, tell, came);

model.addEventListener("change", () => {
  canvas.draw();
  panel.draw();
  panel.drawAbout();
  drawLists();
  saver.soon();
});
model.addEventListener("shown", () => canvas.draw());
model.addEventListener("choice", () => {
  canvas.draw();
  panel.draw();
});

function tell({ kept, refused, stale }) {
  if (kept !== undefined) byId("kept").textContent = kept;
  if (refused === undefined) return;
  const box = byId("refused");
  box.hidden = !refused;
  box.textContent = refused;
  if (stale) {
    const again = Object.assign(document.createElement("button"), { type: "button", textContent: "Tải lại trang" });
    again.addEventListener("click", () => location.reload());
    box.append(" ", again);
  }
}

/** The server's state of the draft came anew: pages, readings, and what the machine proposes. */
async function came(news, { ended = false } = {}) {
  const isUntouched = !saver.wanted && !model.past.length && !model.elements().length;
  saver.revision = Math.max(saver.revision, news.revision);
  if (isUntouched) {
    model.design = news.design;
    model.flaws = news.flaws;
    canvas.draw();
    panel.draw();
    panel.drawAbout();
    drawLists();
  }
  state.proposal = news.proposal;
  byId("take-proposal").hidden = !news.proposal;
  const areOthers = pages.pages.length && pages.areParted() !== pages.areParted(news.pages);
  pages.take(news);
  // what was proposed for other pictures, and nobody has touched, means nothing on these
  if (ended && areOthers && news.proposal && model.elements().every(({ element }) => element.proposed)) ACTS["take-proposal"]();
  if (ended && news.readings.pages) drawReadings();
}

/** The printed frame lies elsewhere than the machine found it; what lies on the pages stays where it is. */
function reframe([a, b, c, d]) {
  if (c - a < 0.5 || d - b < 0.5) return tell({ kept: "Khung quá nhỏ. Hãy thu nhỏ ảnh (phím -) rồi kéo quanh cả khung in. Khung máy nhận trùm hai bảng của sổ mở: đánh dấu “mỗi trang một bảng”, hay gửi từng trang một ảnh." });
  const round = (share) => Math.round(share * 1e5) / 1e5;
  const u = (share) => (share === null ? null : round((share - a) / (c - a)));
  const v = (share) => round((share - b) / (d - b));
  const box = ([left, top, right, bottom]) => [u(left), v(top), u(right), v(bottom)];
  model.edit((design) => {
    const inside = ([left, top, right, bottom]) => [left + a * (right - left), top + b * (bottom - top), left + c * (right - left), top + d * (bottom - top)].map(round);
    const highBefore = (design.frame[3] - design.frame[1]) * design.paper_mm[1];
    design.on_pages = inside(design.on_pages);
    design.frame = shaped(inside(design.frame), design);
    const high = (design.frame[3] - design.frame[1]) * design.paper_mm[1];
    design.text_size = Math.min(0.1, Math.max(0.002, round((design.text_size * highBefore) / high)));
    design.rules = design.rules.map(u);
    [design.left, design.right] = [u(design.left), u(design.right)];
    for (const cell of design.cells) Object.assign(cell, { at: v(cell.at), start: u(cell.start), from: u(cell.from), to: u(cell.to) });
    for (const one of [...design.areas, ...design.checkboxes]) Object.assign(one, { box: box(one.box), at: one.label ? [u(one.at[0]), v(one.at[1])] : one.at });
    if (design.table) Object.assign(design.table, { top: v(design.table.top), bottom: v(design.table.bottom) });
  });
}

/** The frame on the paper, as high for its width as it is on the page that is looked at. */
function shaped([left, top, right, bottom], { paper_mm: [wide, high] }) {
  const { w, h } = canvas.frame;
  const tall = ((((right - left) * wide) / w) * h) / high;
  const [middle, most] = [(top + bottom) / 2, Math.min(1, 0.98 / tall)]; // no frame is higher than its paper
  const across = ((right - left) * most) / 2;
  const first = Math.max(0.01, Math.min(0.99 - tall * most, middle - (tall * most) / 2));
  const round = (share) => Math.round(share * 1e5) / 1e5;
  return [(left + right) / 2 - across, first, (left + right) / 2 + across, first + tall * most].map(round);
}

/** Where a label begins that is put right: further left where it would run into its blank, as a word of it was not seen. */
function startOfLabel(element, label) {
  const start = element.start ?? Math.max(0, (element.from ?? 0.05) - 0.1);
  const width = printWidth(model.design, label);
  const over = element.from !== null && start + width > element.from + 0.012;
  return over ? Math.max(0, Math.round((element.from - width) * 1e5) / 1e5) : start;
}

function draw(tool, [u0, v0, u1, v1]) {
  if (tool === "frame") {
    use("select");
    return reframe([u0, v0, u1, v1]);
  }
  const size = model.design.text_size;
  const base = Math.round((v1 - 0.3 * size) * 1e5) / 1e5;
  const empty = { field: null, fields: {}, kind: null, stamped: false };
  const cell = { at: base, label: "", style: "regular", start: null, from: null, to: null, part: null, printed: false, ...empty };
  if (tool === "cell") model.add("cells", { ...cell, at: lineNear(base), from: u0, to: u1 });
  if (tool === "label") model.add("cells", { ...cell, at: lineNear(base), label: "Chữ in", start: u0 });
  if (tool === "area" || tool === "signature") model.add("areas", { label: "", style: "bold", at: [0, 0], box: [u0, v0, u1, Math.max(v1, v0 + 0.01)], signature: tool === "signature", after: "", before: "", begins_act: false, ...empty, stamped: model.design.layout !== "act" });
  if (tool === "box") model.add("checkboxes", { label: "", at: [u1 + 0.005, v1], box: [u0, v0, u1, Math.max(v1, v0 + 0.005)], field: "", value: "", coded: true });
  use("select");
  canvas.goTo(model.chosen);
  if (tool === "label") panel.chosen.querySelector("input")?.select();
  else if (tool !== "signature") panel.focusField();
}

/** The baseline of a line that is there already, when one is near: what stands on one line is declared on one. */
function lineNear(at) {
  const lines = model.design.cells.map((cell) => cell.at).filter((line) => Math.abs(line - at) < 0.3 * model.design.text_size);
  return lines.sort((one, other) => Math.abs(one - at) - Math.abs(other - at))[0] ?? at;
}

function confirm() {
  const { chosen } = model;
  const element = model.find(chosen);
  if (element?.proposed) model.change(chosen, {});
  const next = model.nextUnseen();
  if (next) {
    model.choose(next);
    canvas.goTo(next);
  } else if (element) tell({ kept: "Không còn chỗ nào chưa xác nhận." });
}

/** The chosen blank goes on with the value of the blank before it. */
function goOn() {
  const order = model.elements().filter(({ list, element }) => list === "cells" && element.from !== null);
  const at = order.findIndex(({ element }) => element.key === model.chosen);
  const before = order.slice(0, Math.max(0, at)).reverse().find(({ element }) => heldFields(element).length)?.element;
  if (at < 0 || !before) return tell({ kept: "Không có ô nào ở trên đã gắn trường." });
  model.change(model.chosen, { field: before.field, fields: before.fields, kind: before.kind, part: null });
}

function bind(element, value) {
  const isBlank = "from" in element;
  const values = isBlank ? { ...value, part: null } : value;
  model.change(element.key, element.signature ? { ...values, signature: false } : values);
  if (isBlank && known.fields.find(({ name }) => name === value.field)?.parted) bindPart(element, value.field);
  canvas.goTo(element.key);
}

/** “ngày … tháng … năm …”: the label says which part of a date a blank holds. */
function bindPart(element, field) {
  const last = element.label.toLowerCase().replace(/[:.…\s]+$/, "").split(/[\s,]+/).at(-1);
  const part = { ngày: "day", tháng: "month", năm: "year", giờ: "hour", phút: "minute" }[last];
  const line = model.design.cells.filter((cell) => cell.at === element.at || Math.abs(cell.at - element.at) < 0.3 * model.design.text_size);
  const parts = line.filter((cell) => cell.from !== null && /(ngày|tháng|năm)[:.…\s]*$/i.test(cell.label));
  if (part && parts.length > 1) model.change(element.key, { field, part });
}

function split(column) {
  const key = model.newKey();
  model.edit(({ table }) => {
    const at = table.columns.findIndex((one) => one.key === column.key);
    const half = Math.round((column.width / 2) * 1e5) / 1e5;
    table.columns.splice(at + 1, 0, { ...structuredClone(table.columns[at]), key, heading: "", width: table.columns[at].width - half, field: null, fields: {}, kind: null, proposed: false, doubtful: false });
    table.columns[at].width = half;
  });
  model.choose(key);
}

function drawLists() {
  const flaws = byId("flaws");
  const unseen = model.unseen;
  flaws.replaceChildren(...model.flaws.map(({ key, message }) => {
    const item = document.createElement("li");
    const there = key && model.find(key);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: there ? `${there.label || there.heading || printed(there) || "Ô không chữ in"}: ${message}` : message });
    button.disabled = !there;
    button.addEventListener("click", () => {
      model.choose(key);
      canvas.goTo(key);
    });
    item.append(button);
    return item;
  }));
  if (unseen) flaws.append(Object.assign(document.createElement("li"), { textContent: `${unseen} chỗ máy đề nghị chưa ai xác nhận.` }));
  const missing = known.fields.filter(({ name, required }) => required && !model.elements().some(({ element }) => heldFields(element).includes(name)));
  if (missing.length) flaws.append(Object.assign(document.createElement("li"), { className: "hint", textContent: `Chưa có chỗ cho: ${missing.map(({ label }) => label).join(", ")}.` }));
  drawProposed();
  byId("to-do-count").textContent = model.flaws.length + unseen || (missing.length ? `thiếu ${missing.length} trường` : "xong");
  byId("elements").replaceChildren(...model.elements().map(({ list, element }) => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: `${element.label || element.heading || printed(element) || "…"} → ${panel.held(element) || (element.from === null ? "chữ in" : "chưa gắn")}` });
    if (element.proposed) button.append(Object.assign(document.createElement("small"), { textContent: element.doubtful ? " máy đề nghị, chưa chắc" : " máy đề nghị" }));
    button.title = SORT_WORDS[list];
    button.addEventListener("click", () => {
      model.choose(element.key);
      canvas.goTo(element.key);
    });
    item.append(button);
    return item;
  }));
  root.querySelector('[data-do="undo"]').disabled = !model.past.length;
  root.querySelector('[data-do="redo"]').disabled = !model.future.length;
  readySave();
}

/** What one click accepts, and the print that means nothing to the machine. */
function drawProposed() {
  const { sure, unknown } = model;
  const button = root.querySelector('[data-do="accept-sure"]');
  button.hidden = !sure.length;
  button.textContent = `Nhận ${sure.filter((element) => heldFields(element).length).length} trường máy chắc`;
  byId("unknown").hidden = !unknown.length;
  byId("unknown-count").textContent = unknown.length;
  byId("unknown-list").replaceChildren(...unknown.map((element) => {
    const go = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: `${(element.label || element.heading).replace(/:\s*$/, "")}: chưa biết` });
    go.addEventListener("click", () => {
      model.choose(element.key);
      canvas.goTo(element.key);
    });
    const item = document.createElement("li");
    item.append(go);
    return item;
  }));
}

/** Another kind of register: its fields are other ones, so the machine proposes anew. */
async function takeRecord(record) {
  if (!window.confirm("Đổi loại sự kiện? Mọi ô của bản nháp này được bỏ và máy đề nghị lại từ đầu.")) return panel.drawAbout();
  model.edit((design) => Object.assign(design, { record, cells: [], areas: [], checkboxes: [], table: null, printing_of: "" }));
  await saver.now();
  if (saver.stopped) return;
  if (pages.pages.length) await pages.start("propose");
  location.reload();
}

/** The printed words around the value of an act's area. */
const printed = ({ after, before }) => [after, before].filter(Boolean).join(" … ");

function readySave() {
  const save = root.querySelector('[data-do="save"]');
  if (save) save.disabled = model.flaws.length > 0 || !byId("compared").checked;
}

const NONE = { cover: "máy cho là bìa sổ", blank: "máy cho là trang trống", unknown: "máy không nhận ra trang này theo mẫu đang vẽ", failed: "không mở được trang này" };

function drawReadings() {
  const box = byId("readings");
  const read = pages.page && pages.readings.pages?.[pages.page.number];
  if (!read) return void (box.textContent = "Bấm Đọc thử để máy cắt và đọc các trang mẫu theo mẫu đang vẽ.");
  const old = pages.readings.revision !== saver.revision ? [Object.assign(document.createElement("p"), { className: "hint", textContent: "Mẫu đã sửa từ lúc đọc thử; bấm Đọc thử để đọc lại." })] : [];
  if (read.kind !== "entries") {
    const told = `${NONE[read.kind] ?? read.kind}${read.other ? ` (giống mẫu ${read.other} hơn)` : ""}`;
    return box.replaceChildren(...old, Object.assign(document.createElement("p"), { className: "message doubt", textContent: told[0].toUpperCase() + told.slice(1) }));
  }
  const table = document.createElement("table");
  const several = read.fields.some(({ row }) => row > 0); // acts of a page
  for (const { row, field, text, confidence } of read.fields) {
    const line = table.insertRow();
    const rows = model.design.table || several ? `${row + 1}. ` : "";
    line.append(Object.assign(document.createElement("th"), { scope: "row", textContent: rows + (known.fields.find(({ name }) => name === field)?.label ?? field) }));
    line.insertCell().textContent = text || "–";
    line.insertCell().textContent = text ? `${Math.round(100 * confidence)} %` : "";
  }
  box.replaceChildren(...old, table);
}

function use(tool) {
  canvas.tool = tool;
  for (const button of root.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool);
  byId("window").classList.toggle("draws", tool !== "select");
}

async function borrow() {
  const { ok, said } = await send(`${path}/borrow`, { design: model.design, form: byId("alike").value });
  if (!ok) return tell({ refused: said.sentence });
  model.edit(() => {
    const before = new Map(model.elements().map(({ element }) => [element.key, heldFields(element).join()]));
    model.design = said.design;
    for (const { element } of model.elements()) if (heldFields(element).join() !== before.get(element.key)) Object.assign(element, { proposed: true, doubtful: true });
  });
  tell({ refused: "" });
}

async function save() {
  await saver.now();
  const { ok, said } = await send(`${path}/save`, { revision: saver.revision });
  if (!ok) return tell({ refused: said.sentence });
  location.assign(`/forms?saved=${encodeURIComponent(said.form)}`);
}

async function drop() {
  if (!window.confirm("Bỏ bản nháp này? Các mẫu đã lưu không đổi.")) return;
  await saver.now();
  const { ok, said } = await send(`${path}/drop`, { revision: saver.revision });
  if (ok) location.assign("/forms");
  else tell({ refused: said.sentence });
}

const ACTS = {
  undo: () => model.undo(),
  redo: () => model.redo(),
  "zoom-in": () => canvas.zoom(STEP),
  "zoom-out": () => canvas.zoom(1 / STEP),
  "page-before": () => (pages.step(-1), drawReadings()),
  "page-after": () => (pages.step(1), drawReadings()),
  "remove-page": () => pages.remove(),
  propose: () => saver.now().then(() => pages.start("propose")),
  read: () => saver.now().then(() => pages.start("read")).then(() => (byId("read-here").open = true)),
  "next-unseen": () => {
    const next = model.nextUnseen();
    if (next) {
      model.choose(next);
      canvas.goTo(next);
    }
  },
  "accept-sure": () => model.acceptSure(),
  borrow,
  "take-proposal": () => model.edit(() => (model.design = { ...structuredClone(state.proposal), id: model.design.id })),
  save,
  drop,
};

root.addEventListener("click", ({ target }) => {
  const { do: act, tool } = target.closest("button")?.dataset ?? {};
  if (tool) use(tool);
  else if (act) ACTS[act]();
});
byId("compared")?.addEventListener("change", readySave);
byId("show-cuts").addEventListener("change", () => canvas.draw());

const TOOLS = { v: "select", b: "cell", n: "label", a: "area", s: "signature", o: "box", k: "frame" };

addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  const types = event.target.closest("input:not([type=checkbox]), select, textarea");
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const does = control && !types ? { z: event.shiftKey ? ACTS.redo : ACTS.undo, y: ACTS.redo }[key] : !control && !types ? { pageup: ACTS["page-before"], pagedown: ACTS["page-after"], "+": ACTS["zoom-in"], "=": ACTS["zoom-in"], "-": ACTS["zoom-out"] }[key] : null;
  if (does) {
    event.preventDefault();
    return does();
  }
  if (!event.target.closest("#window")) return;
  if (onCanvas(event, control)) event.preventDefault();
});

/** Keys while the keyboard is on the picture. */
function onCanvas(event, control) {
  const key = event.key.toLowerCase();
  if (!control && TOOLS[key]) return use(TOOLS[key]), true;
  if (key === "escape") return use("select"), true;
  const element = model.find(model.chosen);
  if (!element) return false;
  if (key === "enter") return confirm(), true;
  if (key === "delete" || key === "backspace") {
    model.remove(model.chosen);
    canvas.goTo(model.chosen);
    return true;
  }
  if (key === "f" && !control) return panel.focusField(), true;
  if (key === "t" && !control) return goOn(), true;
  const by = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] }[key];
  if (!by) return false;
  const step = MOVE * (control ? 0.25 : 1);
  const grip = event.shiftKey ? ("at" in element && "from" in element ? (element.from === null ? "start" : "to") : "width" in element ? "width" : "right-bottom") : "";
  model.edit(() => {
    shift(model, element.key, by.map((one) => one * step), grip);
    Object.assign(element, { proposed: false, doubtful: false });
  });
  canvas.goTo(element.key);
  return true;
}

use("select");
pages.take(state);
panel.draw();
panel.drawAbout();
drawLists();
drawReadings();
byId("take-proposal").hidden = !state.proposal;
byId("files").disabled = false;
byId("kept").textContent = "Mọi thay đổi được lưu nháp ngay.";
// pages that came from a book: nobody has to ask
if (pages.pages.length && !pages.pages.some(({ straight, flaw }) => straight || flaw) && !state.job && !model.elements().length) pages.start("propose");
