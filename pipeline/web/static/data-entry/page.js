// The picture of a page on which a person draws where entries stand: by dragging, or by two corners one after the other.

import { showHelp } from "../desk/asking.js";
import { meaningOf } from "../desk/meanings.js";

const STEP = 1.25;
const MOST = 6; // times the width of its window
const LEAST = 0.008; // of the page: less is no region

const drawing = document.getElementById("drawing");
const paper = drawing.querySelector(".paper");
const form = document.getElementById("adds");
const told = document.getElementById("drawn");
const count = form.elements.count;
const isSingle = "single" in form.dataset;
const regions = []; // shares of the picture: [left, top, right, bottom]
let begun = null; // {x, y, box, held}: the first corner of a region
let times = 1;

for (const known of paper.querySelectorAll(".known-region")) {
  const [left, top, width, height] = known.dataset.place.split(" ").map((share) => `${share}%`);
  Object.assign(known.style, { left, top, width, height });
}

/** Where the pointer is, in shares of the picture. */
function at(event) {
  const { left, top, width, height } = paper.getBoundingClientRect();
  const share = (value) => Math.min(1, Math.max(0, value));
  return [share((event.clientX - left) / width), share((event.clientY - top) / height)];
}

function between([x, y], [u, v]) {
  return [Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)];
}

function put(box, [left, top, right, bottom]) {
  const share = (value) => `${100 * value}%`;
  Object.assign(box.style, { left: share(left), top: share(top), width: share(right - left), height: share(bottom - top) });
}

function newBox() {
  const box = document.createElement("div");
  box.className = "region begun";
  paper.append(box);
  return box;
}

function isLarge([left, top, right, bottom]) {
  return right - left >= LEAST && bottom - top >= LEAST;
}

function forget() {
  begun?.box.remove();
  begun = null;
}

/** The second corner: the region is there when it is large enough. */
function finish(corner) {
  const sides = between(begun.corner, corner);
  const { box } = begun;
  if (!isLarge(sides)) return;
  begun = null;
  box.classList.remove("begun");
  if (isSingle) regions.splice(0).forEach((one) => one.box.remove());
  regions.push({ sides, box });
  tell();
}

function tell() {
  regions.forEach(({ box }, number) => {
    box.replaceChildren();
    if (isSingle) return;
    const mark = document.createElement("span");
    mark.textContent = number + 1;
    box.append(mark);
  });
  form.elements.regions.value = regions.length ? JSON.stringify(regions.map(({ sides }) => sides)) : "";
  if (count) {
    count.disabled = regions.length > 0;
    if (regions.length) count.value = regions.length;
  }
  told.textContent = regions.length === 0 ? "" : isSingle ? "Đã đánh dấu chỗ có chữ." : `Đã vẽ ${regions.length} vùng: sẽ thêm ${regions.length} sự kiện.`;
}

paper.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  if (begun) return finish(at(event));
  begun = { corner: at(event), box: newBox(), held: true };
  paper.setPointerCapture(event.pointerId);
});
paper.addEventListener("pointermove", (event) => {
  if (begun) put(begun.box, between(begun.corner, at(event)));
});
paper.addEventListener("pointerup", (event) => {
  if (!begun?.held) return;
  begun.held = false; // a click without dragging: the second corner comes with the next one
  finish(at(event));
});
paper.addEventListener("pointercancel", forget);

function undo() {
  if (begun) return forget();
  regions.pop()?.box.remove();
  tell();
}

function zoom(by) {
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = drawing;
  const before = times;
  times = Math.min(MOST, Math.max(1, times * by));
  paper.style.width = `${100 * times}%`;
  const grown = times / before;
  drawing.scrollTo((scrollLeft + clientWidth / 2) * grown - clientWidth / 2, (scrollTop + clientHeight / 2) * grown - clientHeight / 2);
}

const help = document.getElementById("help");

document.addEventListener("click", (event) => {
  const { zoom: to, do: name } = event.target.closest("button")?.dataset ?? {};
  if (to) zoom(to === "in" ? STEP : 1 / STEP);
  if (name === "undo") undo();
  if (name === "help") showHelp(help);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || help?.open) return;
  const action = {
    "zoom-in": () => zoom(STEP),
    "zoom-out": () => zoom(1 / STEP),
    undo,
    drop: begun ? forget : null,
    help: help && (() => showHelp(help)),
  }[meaningOf(event)];
  if (!action) return;
  event.preventDefault();
  action();
});

// Whoever comes back by the history of the browser begins with an empty page, as the fields of the form do.
form.elements.regions.value = "";
