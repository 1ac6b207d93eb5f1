// The server's rules are asked about what stands in the inputs while a person types. What was shown of them before gives
// way to what they say now; what the machine found in the ink stays.

import { fetchPiece } from "./wire.js";

const REST = 150; // milliseconds without a key before the rules are asked

export class Live {
  /** `drafts()`: what stands in the inputs; `answered(found)`: name of a field → {text, doubted, findings}. */
  constructor(task, drafts, answered) {
    this.path = `/desk/tasks/${task}/check`;
    this.drafts = drafts;
    this.answered = answered;
    this.timer = 0;
    this.asked = 0;
    this.matters = false;
    this.pending = null; // resolves when the rules have answered, or cannot
  }

  /** Something else stands in an input now; `matters`: nothing is to be taken for accepted before the answer. */
  changed({ matters = true } = {}) {
    clearTimeout(this.timer);
    this.asked += 1;
    this.matters ||= matters;
    this.timer = setTimeout(() => this.#ask(), REST);
  }

  /** Whether the rules have not answered yet to what stands there. */
  get isWaiting() {
    return this.matters && (this.timer !== 0 || this.pending !== null);
  }

  /** Ask at once where they wait for a pause; resolves when they have answered, or cannot. */
  settled() {
    if (this.timer !== 0) this.#ask();
    return this.pending ?? Promise.resolve();
  }

  #ask() {
    clearTimeout(this.timer);
    this.timer = 0;
    const number = this.asked;
    const words = this.drafts();
    const asked = fetchPiece(this.path, { words }).then(
      (piece) => number === this.asked && piece && this.answered(found(piece, words)),
      () => {}, // it is told when the words are sent
    ).finally(() => {
      if (this.pending !== asked) return;
      this.pending = null;
      if (this.timer === 0) this.matters = false;
    });
    this.pending = asked;
  }
}

function found(piece, words) {
  const texts = new Map(words.map(({ field, text }) => [field, text]));
  return new Map([...piece.children].map((one) => [one.dataset.field, {
    text: texts.get(one.dataset.field) ?? "",
    doubted: "doubted" in one.dataset,
    findings: [...one.querySelectorAll(".findings > li")],
  }]));
}
