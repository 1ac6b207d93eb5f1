// A design in the browser: its elements, which one is chosen, and every change with the way back.

const MOST_STEPS = 400;
const SEEN = { proposed: false, doubtful: false };
export const LISTS = ["cells", "areas", "checkboxes"];

/** What an element is, in words, by the list that it is in. */
export const SORT_WORDS = { cells: "Ô", areas: "Khoảng", checkboxes: "Ô đánh dấu", columns: "Cột" };

export class Model extends EventTarget {
  constructor(design) {
    super();
    this.design = design;
    this.chosen = ""; // key of an element; "table": the table as a whole
    this.flaws = [];
    this.past = [];
    this.future = [];
  }

  /** All elements in the order in which one reads: {list, element}. */
  elements() {
    const found = LISTS.flatMap((list) => this.design[list].map((element) => ({ list, element })));
    if (this.design.table) found.push(...this.design.table.columns.map((element) => ({ list: "columns", element })));
    if (this.design.layout === "act") return found; // areas of an act stand in the order of its text
    const place = ({ list, element }) => list === "cells" ? [element.at, element.start ?? element.from ?? 0] : list === "columns" ? [0.05, this.leftOf(element)] : [element.box[1], element.box[0]];
    return found.sort((one, other) => {
      const [a, b] = [place(one), place(other)];
      return Math.abs(a[0] - b[0]) > 0.004 ? a[0] - b[0] : a[1] - b[1];
    });
  }

  get current() {
    return this.elements().find(({ element }) => element.key === this.chosen);
  }

  leftOf(column) {
    let left = 0;
    for (const one of this.design.table.columns) {
      if (one.key === column.key) return left;
      left += one.width;
    }
    return left;
  }

  choose(key) {
    if (key === this.chosen) return;
    this.chosen = key;
    this.dispatchEvent(new Event("choice"));
  }

  /** Change the design; the change is one step of the way back. */
  edit(change) {
    const before = structuredClone(this.design);
    change(this.design);
    this.#changed(before);
  }

  /** Change an element; who changes it has looked at it. */
  change(key, values) {
    this.edit(() => Object.assign(this.find(key), values, SEEN));
  }

  find(key) {
    return this.elements().find(({ element }) => element.key === key)?.element;
  }

  /** A change that goes on while the mouse is held: `show` as often as wanted, then `keep`. */
  begin() {
    const before = structuredClone(this.design);
    return {
      show: (change) => {
        change(this.design);
        this.dispatchEvent(new Event("shown"));
      },
      keep: () => this.#changed(before),
      drop: () => {
        this.design = before;
        this.dispatchEvent(new Event("shown"));
      },
    };
  }

  add(list, element) {
    const key = this.newKey();
    this.edit((design) => (list === "columns" ? design.table.columns : design[list]).push({ key, ...SEEN, ...element }));
    this.choose(key);
  }

  remove(key) {
    const order = this.elements();
    const at = order.findIndex(({ element }) => element.key === key);
    if (at < 0 || (order[at].list === "columns" && this.design.table.columns.length === 1)) return;
    const next = order[at + 1] ?? order[at - 1];
    this.edit((design) => {
      for (const list of LISTS) design[list] = design[list].filter((one) => one.key !== key);
      if (order[at].list === "columns") {
        const columns = design.table.columns;
        const place = columns.findIndex((one) => one.key === key);
        (columns[place + 1] ?? columns[place - 1]).width += columns[place].width;
        columns.splice(place, 1);
      }
    });
    this.choose(next?.element.key ?? "");
  }

  undo() {
    this.#step(this.past, this.future);
  }

  redo() {
    this.#step(this.future, this.past);
  }

  /** The next element that the machine proposes and nobody looked at, from the chosen one on. */
  nextUnseen() {
    const order = this.elements();
    const at = order.findIndex(({ element }) => element.key === this.chosen);
    return [...order.slice(at + 1), ...order.slice(0, at + 1)].find(({ element }) => element.proposed)?.element.key;
  }

  get unseen() {
    return this.elements().filter(({ element }) => element.proposed).length;
  }

  /** What the machine is sure of, and nobody has looked at yet. */
  get sure() {
    return this.elements().filter(({ element }) => element.proposed && !element.doubtful).map(({ element }) => element);
  }

  /** Printed texts that the machine knows no field for. */
  get unknown() {
    return this.elements().map(({ element }) => element).filter((one) => one.proposed && one.doubtful && !heldFields(one).length && (one.label || one.heading));
  }

  acceptSure() {
    this.edit(() => this.sure.forEach((element) => Object.assign(element, SEEN)));
  }

  newKey() {
    const known = new Set(this.elements().map(({ element }) => element.key));
    for (let number = known.size + 1; ; number++) if (!known.has(`n${number}`)) return `n${number}`;
  }

  #step(from, onto) {
    const other = from.pop();
    if (!other) return;
    onto.push(structuredClone(this.design));
    this.design = other;
    if (!this.current && this.chosen !== "table") this.chosen = "";
    this.dispatchEvent(new Event("change"));
  }

  #changed(before) {
    if (JSON.stringify(before) === JSON.stringify(this.design)) return;
    this.past.push(before);
    this.past.splice(0, Math.max(0, this.past.length - MOST_STEPS));
    this.future = [];
    this.dispatchEvent(new Event("change"));
  }
}

/** The fields that an element holds. */
export function heldFields(element) {
  if (element.field) return [element.field];
  return Object.values(element.fields ?? {});
}

/** About how wide a printed text is, as a share of the frame's width. */
export function printWidth(design, text) {
  const [left, top, right, bottom] = design.frame;
  const tall = ((bottom - top) * design.paper_mm[1]) / ((right - left) * design.paper_mm[0]);
  return 0.43 * text.length * design.text_size * tall;
}
