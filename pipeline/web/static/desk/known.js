// Known names and places under an input, while somebody types. Nothing is put in that was not chosen.

import { send } from "./wire.js";

const WAIT = 60; // milliseconds of rest before the server is asked

export class Known {
  /** `ask(text)` names the known words that begin like `text`. */
  constructor(input, list, ask) {
    this.input = input;
    this.list = list;
    this.ask = ask;
    this.typed = "";
    this.chosen = -1;
    this.timer = 0;
    this.asked = 0;
    input.addEventListener("input", (event) => {
      if (event.isTrusted) this.#typed();
    });
    input.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#take([...list.children].indexOf(option), true);
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** Offer what is commonest in the book, whatever stands in the input. */
  async open() {
    this.typed = this.input.value;
    clearTimeout(this.timer);
    const number = ++this.asked;
    const words = await this.ask("").catch(() => []);
    if (number === this.asked && document.activeElement === this.input) this.#show(words);
  }

  /** Move to the next or previous word; what is chosen stands in the input, before the first one what was typed. */
  step(by) {
    const count = this.list.children.length;
    this.#take(Math.max(-1, Math.min(count - 1, this.chosen + by)), false);
  }

  /** Take the chosen word, or the first one. */
  take() {
    this.#take(Math.max(0, this.chosen), true);
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.chosen = -1;
    this.input.removeAttribute("aria-activedescendant");
  }

  #typed() {
    clearTimeout(this.timer);
    this.typed = this.input.value;
    const number = ++this.asked;
    if (!this.typed.trim()) return this.close();
    this.timer = setTimeout(async () => {
      const words = await this.ask(this.typed).catch(() => []);
      if (number !== this.asked || document.activeElement !== this.input) return;
      this.#show(words);
    }, WAIT);
  }

  #show(words) {
    if (words.length === 0) return this.close();
    this.chosen = -1;
    this.list.replaceChildren(...words.map((word, number) => {
      const option = document.createElement("li");
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.id = `${this.list.id}-${number}`;
      option.textContent = word;
      return option;
    }));
    this.list.hidden = false;
    this.input.removeAttribute("aria-activedescendant");
  }

  #take(number, closing) {
    const options = [...this.list.children];
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === number)));
    this.chosen = number;
    this.input.value = number < 0 ? this.typed : options[number].textContent;
    this.input.dispatchEvent(new Event("input"));
    if (number >= 0) this.input.setAttribute("aria-activedescendant", options[number].id);
    else this.input.removeAttribute("aria-activedescendant");
    if (closing) this.close();
  }
}

/** Asks the server for the words of one field; `record` and `place`: what the task is of, and where. */
export const askFor = ({ task, record, place }, field) => (text) => send("/desk/known", { task: Number(task), record, place, field, text });
