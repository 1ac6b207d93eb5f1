// The picture of a specimen with the elements of the design over it: chosen, moved, stretched and drawn by the mouse.

import { heldFields, printWidth } from "./model.js";

const SVG = "http://www.w3.org/2000/svg";
const [FEWEST, MOST] = [0.4, 5]; // times the width of its window
const LEAST = 0.004; // of the frame: a smaller drawn box is a click

const make = (name, attributes = {}) => {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};
const round = (share) => Math.round(share * 1e5) / 1e5;

export class Canvas {
  /** `drawn(tool, box)`: a person has drawn a box, in shares of the frame. */
  constructor(model, labelOf, drawn) {
    this.model = model;
    this.labelOf = labelOf;
    this.drawn = drawn;
    this.window = document.getElementById("window");
    this.sheet = document.getElementById("sheet");
    this.picture = document.getElementById("picture");
    this.svg = document.getElementById("overlay");
    this.tool = "select";
    this.times = 1;
    this.page = null;
    this.readings = null;
    this.svg.addEventListener("pointerdown", (event) => this.#down(event));
    this.svg.addEventListener("pointermove", (event) => this.#move(event));
    this.svg.addEventListener("pointerup", () => this.#up());
    this.svg.addEventListener("pointercancel", () => this.#give());
    this.svg.addEventListener("focusin", ({ target }) => {
      const key = target.closest("[data-key]")?.dataset.key;
      if (key) this.model.choose(key);
    });
  }

  show(page, address) {
    this.page = page;
    this.sheet.hidden = !page;
    if (!page) return;
    if (this.picture.dataset.at !== address) {
      this.picture.src = address;
      this.picture.dataset.at = address;
      this.picture.alt = `Trang mẫu ${page.number}, đã nắn thẳng`;
    }
    const [wide, high] = page.size;
    this.svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    this.draw();
  }

  get frame() {
    const [wide, high] = this.page.size;
    const [left, top, right, bottom] = this.page.frame;
    const [u0, v0, u1, v1] = this.model.design.on_pages; // where a person has put the frame
    const [across, down] = [(right - left) * wide, (bottom - top) * high];
    return { x: left * wide + u0 * across, y: top * high + v0 * down, w: (u1 - u0) * across, h: (v1 - v0) * down };
  }

  /** The boxes of an element on the frame: {part, box: [u0, v0, u1, v1]}. */
  partsOf(list, element) {
    const { design } = this.model;
    const size = design.text_size;
    const text = (label, u, v, end) => ({ part: "label", box: [u, v - 0.8 * size, end ?? u + Math.max(0.01, printWidth(design, label)), v + 0.28 * size] });
    if (list === "cells") {
      const parts = [];
      if (element.label) parts.push(text(element.label, element.start ?? 0, element.at, element.from ?? undefined));
      if (element.from !== null) parts.push({ part: "blank", box: [element.from, element.at - 1.15 * size, element.to, element.at + 0.35 * size] });
      return parts;
    }
    if (list === "columns") {
      const left = this.model.leftOf(element);
      return [{ part: "column", box: [left, 0, left + element.width, design.table.bottom] }];
    }
    const parts = [{ part: "box", box: element.box }];
    if (element.label) parts.push(text(element.label, element.at[0], element.at[1]));
    return parts;
  }

  draw() {
    if (!this.page) return;
    const held = document.activeElement?.closest?.("#overlay [data-key]")?.dataset.key;
    const { x, y, w, h } = this.frame;
    const nodes = [make("rect", { class: "frame", x, y, width: w, height: h })];
    const { table, layout } = this.model.design;
    this.svg.classList.toggle("acts", layout === "act"); // blocks lie on one another
    if (table) nodes.push(...this.#rows(table));
    const flawed = new Set(this.model.flaws.map(({ key }) => key));
    const chosen = [];
    for (const { list, element } of this.model.elements()) {
      const group = this.#group(list, element, flawed.has(element.key));
      (element.key === this.model.chosen ? chosen : nodes).push(group);
    }
    nodes.push(...this.#cuts());
    nodes.push(...chosen);
    this.svg.replaceChildren(...nodes);
    if (held) this.svg.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }

  /** Bring an element into view, and the keyboard to it. */
  goTo(key, { focus = true } = {}) {
    const group = this.svg.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!group) return;
    if (focus) group.focus({ preventScroll: true });
    const box = group.getBoundingClientRect();
    const around = this.window.getBoundingClientRect();
    if (box.top < around.top + 20 || box.bottom > around.bottom - 20) this.window.scrollTop += box.top - around.top - around.height / 3;
    if (box.left < around.left || box.right > around.right) this.window.scrollLeft += box.left - around.left - 20;
  }

  zoom(by) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.window;
    const before = this.times;
    this.times = Math.min(MOST, Math.max(FEWEST, this.times * by));
    this.sheet.style.width = `${100 * this.times}%`;
    const grown = this.times / before;
    this.window.scrollTo((scrollLeft + clientWidth / 2) * grown - clientWidth / 2, (scrollTop + clientHeight / 2) * grown - clientHeight / 2);
  }

  #group(list, element, isFlawed) {
    const isChosen = element.key === this.model.chosen;
    const bound = heldFields(element).length > 0 || element.signature;
    const states = [element.proposed && "proposed", element.proposed && element.doubtful && "doubtful", isFlawed && "flawed", isChosen && "chosen", bound ? "bound" : "free", element.signature && "signature"];
    const group = make("g", { class: [list, ...states].filter(Boolean).join(" "), "data-key": element.key, tabindex: 0, role: "button", "aria-label": this.labelOf(list, element), "aria-pressed": isChosen });
    const { x, y, w, h } = this.frame;
    for (const { part, box } of this.partsOf(list, element)) {
      const [u0, v0, u1, v1] = box;
      group.append(make("rect", { class: part, "data-part": part, x: x + u0 * w, y: y + v0 * h, width: Math.max(2, (u1 - u0) * w), height: Math.max(2, (v1 - v0) * h) }));
      if (isChosen) for (const handle of this.#handles(list, part, box)) group.append(handle);
    }
    return group;
  }

  #handles(list, part, [u0, v0, u1, v1]) {
    const { x, y, w, h } = this.frame;
    const middle = (v0 + v1) / 2;
    const places = { label: part === "label" && list === "cells" ? [["start", u0, middle]] : [], blank: [["from", u0, middle], ["to", u1, middle]], column: [["width", u1, 0.02]] }[part]
      ?? [["left-top", u0, v0], ["right-top", u1, v0], ["left-bottom", u0, v1], ["right-bottom", u1, v1]];
    const size = 0.012 * w;
    return places.map(([grip, u, v]) => make("rect", { class: "grip", "data-grip": grip, "data-part": part, x: x + u * w - size / 2, y: y + v * h - size / 2, width: size, height: size }));
  }

  #rows(table) {
    const { x, y, w, h } = this.frame;
    const lines = [];
    for (let row = 0; row <= table.rows; row++) {
      if (!table.ruled && row > 0 && row < table.rows) continue;
      const v = table.top + ((table.bottom - table.top) * row) / table.rows;
      lines.push(make("line", { class: "row-line", x1: x, x2: x + w, y1: y + v * h, y2: y + v * h }));
    }
    return lines;
  }

  #cuts() {
    if (!this.readings || !document.getElementById("show-cuts").checked) return [];
    const [wide, high] = this.page.size;
    return this.readings.fields.flatMap(({ boxes }) => boxes.map(([left, top, right, bottom]) => make("rect", { class: "cut", x: left * wide, y: top * high, width: (right - left) * wide, height: (bottom - top) * high })));
  }

  /** Where the pointer is, in shares of the frame. */
  #at(event) {
    const box = this.svg.getBoundingClientRect();
    const [wide, high] = this.page.size;
    const { x, y, w, h } = this.frame;
    return [(((event.clientX - box.left) / box.width) * wide - x) / w, (((event.clientY - box.top) / box.height) * high - y) / h];
  }

  #down(event) {
    if (event.button !== 0 || !this.page) return;
    const at = this.#at(event);
    if (this.tool !== "select") {
      event.preventDefault();
      const rect = make("rect", { class: "drawing" });
      this.svg.append(rect);
      this.held = { draws: rect, from: at, to: at };
      this.svg.setPointerCapture(event.pointerId);
      return;
    }
    const group = event.target.closest("[data-key]");
    if (!group) return this.model.choose(this.model.design.table ? "table" : "");
    event.preventDefault();
    const { key } = group.dataset;
    const { grip, part } = event.target.dataset;
    if (this.model.chosen !== key) this.model.choose(key);
    this.goTo(key);
    this.held = { key, grip, part, from: at, to: at };
    this.svg.setPointerCapture(event.pointerId);
  }

  #move(event) {
    if (!this.held) return;
    const at = this.#at(event);
    const { held } = this;
    if (held.draws) {
      held.to = at;
      const { x, y, w, h } = this.frame;
      const [u0, v0, u1, v1] = between(held.from, at);
      for (const [name, value] of [["x", x + u0 * w], ["y", y + v0 * h], ["width", (u1 - u0) * w], ["height", (v1 - v0) * h]]) held.draws.setAttribute(name, value);
      return;
    }
    const by = [at[0] - held.to[0], at[1] - held.to[1]];
    if (!held.step) {
      if (Math.hypot(at[0] - held.from[0], at[1] - held.from[1]) < 0.002) return;
      held.step = this.model.begin();
    }
    held.to = at;
    held.step.show(() => shift(this.model, held.key, by, held.grip, held.part));
  }

  #up() {
    const { held } = this;
    this.held = null;
    if (!held) return;
    if (held.draws) {
      held.draws.remove();
      const box = between(held.from, held.to).map(round);
      if (box[2] - box[0] > LEAST) this.drawn(this.tool, box);
    } else if (held.step) {
      this.model.find(held.key).proposed = false;
      held.step.keep();
    }
  }

  #give() {
    this.held?.draws?.remove();
    this.held?.step?.drop();
    this.held = null;
  }
}

function between([a, b], [c, d]) {
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

/** Move an element, or one grip of it, by shares of the frame. */
export function shift(model, key, [across, down], grip = "", part = "") {
  const found = model.elements().find(({ element }) => element.key === key);
  if (!found) return;
  const { list, element } = found;
  const add = (name, by) => {
    if (element[name] !== null && element[name] !== undefined) element[name] = round(element[name] + by);
  };
  if (list === "columns") return grip || part === "width" ? widen(model, element, across) : undefined;
  if (list === "cells") {
    if (grip) return add(grip, across);
    add("at", down);
    for (const name of part === "label" && element.from !== null ? ["start"] : ["start", "from", "to"]) add(name, across);
    return;
  }
  if (grip) {
    const side = { left: 0, top: 1, right: 2, bottom: 3 };
    for (const name of grip.split("-")) element.box[side[name]] = round(element.box[side[name]] + (side[name] % 2 ? down : across));
    return;
  }
  if (part !== "label") element.box = element.box.map((value, side) => round(value + (side % 2 ? down : across)));
  if (part === "label" || part === "") element.at = [round(element.at[0] + across), round(element.at[1] + down)];
}

/** Move the right side of a column; the one beside it gives way. */
function widen(model, column, by) {
  const { columns } = model.design.table;
  const next = columns[columns.findIndex(({ key }) => key === column.key) + 1];
  if (!next) return;
  const most = Math.max(0.003 - column.width, Math.min(next.width - 0.003, by));
  column.width = round(column.width + most);
  next.width = round(next.width - most);
}
