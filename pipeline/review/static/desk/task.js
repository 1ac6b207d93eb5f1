// The fields of one task, one after another: what is in the input is accepted, chosen, or given a status.

import { Known, askFor } from "./known.js";

const STATUS_WORDS = { blank: "trống trên giấy", illegible: "không đọc được", "struck-through": "bị gạch bỏ" };
const WITHOUT_TEXT = new Set(["blank", "illegible"]);

export class TaskForm {
  /** `article`: the task as the server made it; `say` tells the person something; `moved(box)` when a field comes up. */
  constructor(article, { say, moved }) {
    this.article = article;
    this.id = Number(article.dataset.task);
    this.version = Number(article.dataset.version);
    this.say = say;
    this.moved = moved;
    this.fields = [...article.querySelectorAll(".field")].map((item) => new Field(item, article.dataset));
    this.at = -1;
    this.fields.forEach((field) => {
      field.item.querySelector(".summary").addEventListener("click", () => this.go(this.fields.indexOf(field)));
      for (const button of field.item.querySelectorAll(".choices button")) {
        button.addEventListener("click", () => this.choose(Number(button.dataset.number)));
      }
    });
  }

  get field() {
    return this.fields[this.at];
  }

  get label() {
    return this.article.querySelector("h1").textContent.trim();
  }

  /** Whether the person has written or chosen anything yet. */
  get isBegun() {
    return this.fields.some((field) => field.word !== null || field.isTouched);
  }

  /** Bring a field up and put the focus in it. */
  go(number) {
    if (number < 0 || number >= this.fields.length) return;
    this.field?.item.classList.remove("current");
    this.field?.known?.close();
    this.at = number;
    this.field.item.classList.add("current");
    this.field.focus();
    this.field.input?.select();
    this.field.item.scrollIntoView({ block: "nearest" });
    this.moved(this.field.box);
  }

  /** Put the focus back where it was: what is half typed goes on. */
  focus() {
    this.field?.focus();
  }

  /** Accept the field as it stands. Returns whether it was the last one. */
  accept() {
    const refused = this.field.accept();
    if (refused) {
      this.say(refused, true);
      this.focus();
      return false;
    }
    if (this.at + 1 < this.fields.length) {
      this.go(this.at + 1);
      return false;
    }
    const open = this.fields.findIndex((field) => field.word === null);
    if (open >= 0) {
      this.go(open);
      return false;
    }
    return true;
  }

  /** Give the field a status and accept it. */
  acceptAs(status) {
    if (this.field.isWhole) return false;
    this.field.status = status;
    return this.accept();
  }

  choose(number) {
    const button = this.field.item.querySelector(`.choices button[data-number="${number}"]`);
    if (!button) return;
    this.field.take(button.dataset.status, button.dataset.text);
    this.field.item.dispatchEvent(new Event("chosen"));
    this.focus();
    this.field.input.select();
    this.say(`${button.querySelector(".text").textContent.trim()}`);
  }

  /** What was accepted. */
  words() {
    return this.fields.map((field) => field.word).filter((word) => word !== null);
  }

  /** The server has these of `words()`, and calls the task `version` now. What was accepted meanwhile is still to go. */
  saved(version, words) {
    const [now, sent] = [this.field, new Set(words)];
    this.version = version;
    this.fields = this.fields.filter((field) => !sent.has(field.word));
    this.at = this.fields.includes(now) ? this.fields.indexOf(now) : Math.min(this.at, this.fields.length - 1);
  }

  /** Whether the person put something into the field of that name. */
  isTouched(name) {
    return this.fields.some((field) => field.name === name && field.isTouched);
  }

  /** What the person put in place of what stood there at first, accepted or not, for another form of the same task. */
  drafts() {
    return this.fields.filter((field) => field.isTouched).map((field) => field.draft);
  }

  /** Put in what the person had typed before; each field is still to be accepted. */
  refill(drafts) {
    for (const { field, status, text } of drafts) {
      const found = this.fields.find((one) => one.name === field && !one.isWhole);
      found?.take(status, text);
    }
    this.field?.input?.select();
  }

  /** The label of a field with text that was not accepted, or "". */
  get unaccepted() {
    return this.fields.find((field) => field.word === null && field.isTouched)?.label ?? "";
  }
}

class Field {
  #status = "read";

  constructor(item, task) {
    this.item = item;
    this.name = item.dataset.field;
    this.isWhole = "whole" in item.dataset;
    this.box = item.dataset.box ? item.dataset.box.split(" ").map(Number) : null;
    this.input = item.querySelector("input");
    this.seen = item.querySelector(".seen");
    this.chip = item.querySelector(".status");
    this.given = item.querySelector(".given");
    this.word = null;
    this.dropped = ""; // what was typed before another text was put in its place
    this.known = this.input && "completed" in this.input.dataset
      ? new Known(this.input, item.querySelector(".known"), askFor(task, this.name))
      : null;
    this.input?.addEventListener("input", () => {
      this.status = "read";
      this.#reopen();
    });
  }

  get label() {
    return this.item.querySelector(".name").textContent;
  }

  get draft() {
    return { field: this.name, status: this.status, text: WITHOUT_TEXT.has(this.status) ? "" : this.input.value };
  }

  get status() {
    return this.#status;
  }

  set status(status) {
    this.#status = status;
    if (!this.chip) return;
    this.chip.hidden = status === "read";
    this.chip.textContent = STATUS_WORDS[status] ?? "";
    this.item.dataset.status = status;
  }

  get isTouched() {
    return this.#status !== "read" || (this.input !== null && this.input.value !== this.input.dataset.first);
  }

  focus() {
    const target = this.input ?? this.seen;
    target.focus({ preventScroll: true });
  }

  take(status, text) {
    this.known?.close();
    if (!WITHOUT_TEXT.has(status)) this.#put(text);
    this.status = status;
    this.#reopen();
  }

  /** As it was at first; where it is so already, what was typed before. */
  restore() {
    if (!this.input) return;
    this.#put(this.isTouched ? this.input.dataset.first : this.dropped || this.input.dataset.first);
    this.status = "read";
    this.#reopen();
    this.item.dispatchEvent(new Event("chosen"));
  }

  /** What was accepted is so no longer: something else stands there now. */
  #reopen() {
    this.word = null;
    this.item.classList.remove("done");
    this.given.textContent = "";
  }

  #put(text) {
    const { value, dataset } = this.input;
    if (value !== dataset.first && !this.#isOffered(value)) this.dropped = value;
    this.input.value = text;
  }

  #isOffered(text) {
    return [...this.item.querySelectorAll(".choices button")].some((button) => button.dataset.text === text);
  }

  /** Makes the word; returns why it cannot be one, or "". */
  accept() {
    this.known?.close();
    const text = this.input && !WITHOUT_TEXT.has(this.status) ? this.input.value.normalize("NFC").trim() : "";
    if (!this.isWhole && this.status === "read" && !text) {
      return "Ô này chưa có chữ. Nhấn F3 nếu trên giấy để trống, F2 nếu không đọc được.";
    }
    this.word = { field: this.name, status: this.status, text };
    this.item.classList.add("done");
    this.given.textContent = this.isWhole ? "đã xem" : [text, STATUS_WORDS[this.status]].filter(Boolean).join(" – ");
    return "";
  }
}
