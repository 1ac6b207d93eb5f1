// Of the picture in work in column mode: what would be delivered of its text, and whether the text is a value at all.

import { say } from "./said.js";
import { fetchPiece } from "./wire.js";

const REST = 150; // milliseconds without a key before the server is asked

export class Detail {
  /** `element`: where it is told; `field`: the field of the column. */
  constructor(element, field) {
    this.choices = element.querySelector(".choices");
    this.why = element.querySelector(".why");
    this.beside = element.querySelector(".beside");
    this.layer = element.querySelector(".delivered");
    this.doubt = element.querySelector(".doubt");
    this.blank = element.querySelector(".doubt-blank");
    this.field = field;
    this.asked = 0;
    this.timer = 0;
    this.doubted = null; // the last text that was found to be no value of the field
    this.now = null; // {task, text}: what is told of
  }

  /** The person is asked whether pictures with ink are blank indeed; `""`: no longer. */
  askBlank(question) {
    this.blank.hidden = !question;
    this.blank.firstElementChild.textContent = question;
  }

  /** The readings that a picture may be given, why the machine is not sure of its own, and what else its blank holds. */
  of(cell) {
    const choices = [...cell.querySelectorAll(".choices > li")];
    this.choices.replaceChildren(...choices.map((choice) => choice.cloneNode(true)));
    this.why.textContent = cell.querySelector(".doubt-why")?.textContent ?? "";
    this.beside.replaceChildren(...[...(cell.querySelector(".beside")?.childNodes ?? [])].map((node) => node.cloneNode(true)));
  }

  /** Another picture, or another text of it, is in work; `isTyped`: by the person, not by the machine. */
  about(task, text, { isTyped = true } = {}) {
    clearTimeout(this.timer);
    this.now = { task, text };
    this.asked += 1;
    this.doubt.hidden = this.doubted === null || this.doubted !== text;
    if (!text) return this.layer.replaceChildren();
    this.timer = setTimeout(() => this.#ask(isTyped), REST);
  }

  clear() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.now = null;
    this.doubt.hidden = true;
    this.why.textContent = "";
    for (const part of [this.choices, this.beside, this.layer]) part.replaceChildren();
  }

  /** A person's word on what is delivered of the text. */
  async confirm(button = this.layer.querySelector("[data-proposal]")) {
    if (!button || !this.now) return;
    const { proposal } = button.dataset;
    const shown = button.closest("[data-mark]").dataset.mark;
    try {
      const piece = await this.#layers({ confirm: Number(proposal), shown });
      if (piece) say(piece.textContent.trim());
    } catch (error) {
      say(error.sentence ?? error.message, true);
    }
  }

  async #ask(isTyped) {
    const { task, text } = this.now;
    const number = this.asked;
    const words = [this.#word(text)];
    const [checked] = await Promise.all([
      isTyped ? fetchPiece(`/desk/tasks/${task}/check`, { words }).catch(() => null) : null,
      this.#layers({}).catch(() => {}), // it is told when the words are sent
    ]);
    if (number !== this.asked || !checked) return;
    const isDoubted = checked.querySelector("[data-doubted]") !== null;
    this.doubted = isDoubted ? text : null;
    this.doubt.hidden = !isDoubted;
  }

  #word(text) {
    return { field: this.field, status: "read", text };
  }

  async #layers(more) {
    const { task, text } = this.now;
    const number = this.asked;
    const piece = await fetchPiece(`/desk/tasks/${task}/delivered`, { ...this.#word(text), ...more });
    if (number === this.asked) this.layer.replaceChildren(...(piece ? [piece] : []));
    return piece;
  }
}
