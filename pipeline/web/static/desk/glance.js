// The glance at an entry: its sure fields stand together, each with its ink, and one key confirms those that are in sight.
// The arrows go to a line that is wrong, which then comes up like any other field.

import { fetchAgain, isInSight, sightOf } from "./picture.js";

const MORE = "Còn dòng chưa hiện đủ trên màn hình. Hãy nhìn rồi nhấn Enter lần nữa.";

export class Glance {
  /** `item`: the element around its fields; `fields`: those in it; `say` tells the person something. */
  constructor(item, fields, say) {
    this.item = item;
    this.fields = fields;
    this.say = say;
    this.seen = item.querySelector(".all"); // holds the focus
    this.count = item.querySelector(".count");
    this.marked = null; // the field to which the arrows went
    this.label = "";
    this.isWhole = false;
    this.box = this.input = this.known = this.picture = null;
    this.isTouched = false;
    this.refresh();
  }

  /** The fields that are still to be confirmed. */
  get open() {
    return this.fields.filter((field) => field.word === null);
  }

  get pictures() {
    return [...new Set(this.open.map((field) => field.picture))];
  }

  holds(field) {
    return this.fields.includes(field);
  }

  /** Show what is still open, and how much. */
  refresh() {
    for (const field of this.fields) field.item.classList.toggle("open", field.word === null);
    this.count.textContent = this.open.length;
  }

  focus() {
    this.refresh();
    this.#grow();
    this.seen.focus({ preventScroll: true });
  }

  /** The inputs are as high as their texts; measured all at once, as each measuring lays out the page. */
  #grow() {
    const inputs = this.open.map(({ input }) => input);
    for (const input of inputs) input.style.height = "auto";
    const heights = inputs.map((input) => input.scrollHeight + input.offsetHeight - input.clientHeight);
    inputs.forEach((input, number) => (input.style.height = `${heights[number]}px`));
  }

  /** Go to another line; past the ends to none. */
  step(by) {
    const { open } = this;
    const at = this.marked === null ? (by > 0 ? 0 : open.length - 1) : open.indexOf(this.marked) + by;
    this.mark(open[at] ?? null);
    if (this.marked) this.say(`${this.marked.label}: ${this.marked.input.value || this.marked.input.placeholder}`);
  }

  mark(field) {
    this.marked?.item.classList.remove("at");
    this.marked = field;
    field?.item.classList.add("at");
    (field?.picture ?? null)?.scrollIntoView({ block: "nearest" });
    field?.item.scrollIntoView({ block: "nearest" });
  }

  restore() {
    this.mark(null);
  }

  /** Confirm the fields whose ink and text are in sight within `frame`; returns why not all were, or "". */
  accept(_by, frame) {
    const sight = sightOf(frame, this.item.querySelector(".glance-head"));
    const inSight = ({ picture, input }) => isInSight(picture, sight) && isWithin(input, sight);
    for (const field of this.open.filter(inSight)) {
      if (field.confirm() !== "") return `Ô “${field.label}” cần nhìn riêng: đến ô ấy bằng mũi tên.`;
    }
    this.refresh();
    const [next] = this.open;
    if (!next) return "";
    this.pictures.forEach(fetchAgain);
    next.picture.scrollIntoView({ block: "start" });
    return MORE;
  }
}

function isWithin(element, [from, to]) {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= from && bottom <= to;
}
