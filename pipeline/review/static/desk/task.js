// The fields of one task, one after another: what is in the input is accepted, chosen, or given a status.

import { Known, askFor } from "./known.js";
import { Live } from "./live.js";

const STATUS_WORDS = { blank: "trống trên giấy", illegible: "không đọc được", "struck-through": "bị gạch bỏ" };
const NO_VALUE = "chữ không phải giá trị của ô. Sửa lại, hoặc Ctrl+Enter để giữ như giấy.";
const WITHOUT_TEXT = new Set(["blank", "illegible"]);

export class TaskForm {
  /** `article`: the task as the server made it; `say` tells the person something; `moved(box)` when a field comes up. */
  constructor(article, { say, moved }) {
    this.article = article;
    this.id = Number(article.dataset.task);
    this.version = Number(article.dataset.version);
    this.say = say;
    this.moved = moved;
    this.fields = [...article.querySelectorAll(".field")].map((item) => new Field(item, article.dataset, () => this.live.changed()));
    this.codes = new Set(article.dataset.live.split(" ")); // findings that the rules are asked about again
    this.live = new Live(this.id, () => this.fields.filter((field) => !field.isWhole).map((field) => field.draft), (found) => this.#checked(found));
    this.at = -1;
    this.fields.forEach((field) => {
      field.item.querySelector(".summary").addEventListener("click", () => this.go(this.fields.indexOf(field)));
      field.item.addEventListener("click", (event) => {
        const button = event.target.closest(".choices button");
        if (button) this.choose(Number(button.dataset.number));
      });
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

  /** Accept a text that is no value of the field, since the paper says so. */
  keep() {
    if (this.field.isDoubted) this.field.keep();
    return this.accept();
  }

  /** What the rules say of what stands in the inputs. */
  #checked(found) {
    for (const field of this.fields) {
      const told = found.get(field.name);
      if (told) field.checked(told, this.codes);
    }
    const reopened = this.fields.find((field) => field.isReopened);
    if (!reopened) return;
    reopened.isReopened = false;
    this.say(`Ô “${reopened.label}” chưa nhận: ${NO_VALUE}`, true);
  }

  /** The last field was accepted: once the rules have answered, resolves to what to tell of a field that is no longer
   * accepted, which comes up; "" where all still are. */
  async refusal() {
    await this.live.settled();
    const doubted = this.fields.findIndex((field) => field.word === null);
    if (doubted < 0) return "";
    this.go(doubted);
    return `Ô “${this.field.label}” chưa nhận: ${NO_VALUE}`;
  }

  /** Give the field a status and accept it. */
  acceptAs(status) {
    if (this.field.isWhole) return false;
    this.field.status = status;
    this.live.changed({ matters: false });
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

  constructor(item, task, changed) {
    this.item = item;
    this.name = item.dataset.field;
    this.isWhole = "whole" in item.dataset;
    this.box = item.dataset.box ? item.dataset.box.split(" ").map(Number) : null;
    this.input = item.querySelector("textarea");
    this.seen = item.querySelector(".seen");
    this.chip = item.querySelector(".status");
    this.given = item.querySelector(".given");
    this.word = null;
    this.changed = changed;
    this.doubted = "doubted" in item.dataset ? this.input.value : null; // a text that is no value of the field
    this.kept = null; // the one that the person keeps all the same
    this.isReopened = false; // it was accepted before the rules had answered, and is so no longer
    this.#showDoubt();
    this.dropped = ""; // what was typed before another text was put in its place
    this.known = this.input && "completed" in this.input.dataset
      ? new Known(this.input, item.querySelector(".known"), askFor(task, this.name))
      : null;
    this.input?.addEventListener("input", () => {
      if (this.input.value.includes("\n")) this.input.value = this.input.value.replace(/\s*\n\s*/g, " "); // it was pasted
      this.#grow();
      this.status = "read";
      this.#reopen();
      this.changed();
    });
  }

  get label() {
    return this.item.querySelector(".name").textContent;
  }

  get isDoubted() {
    return this.input !== null && this.status === "read" && this.doubted === this.input.value && this.kept !== this.input.value;
  }

  keep() {
    this.kept = this.input.value;
    this.#showDoubt();
  }

  /** What the rules say of the text that stood here when they were asked. */
  checked({ text, doubted, findings }, codes) {
    if (text !== this.draft.text) return;
    this.doubted = doubted ? this.input.value : null;
    this.#showDoubt();
    this.#showFindings(findings, codes);
    if (!this.isDoubted || this.word === null) return;
    this.#reopen();
    this.isReopened = true;
  }

  #showDoubt() {
    const note = this.item.querySelector(".doubt");
    if (!note) return;
    note.hidden = !this.isDoubted;
    this.input.toggleAttribute("aria-invalid", this.isDoubted);
  }

  #showFindings(findings, codes) {
    const about = this.item.querySelector(".about");
    let list = about.querySelector(".findings");
    for (const shown of [...(list?.children ?? [])]) if (codes.has(shown.dataset.code)) shown.remove();
    if (!list && findings.length > 0) {
      list = document.createElement("ul");
      list.className = "findings";
      about.append(list);
    }
    list?.append(...findings);
    if (list?.children.length === 0) list.remove();
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
    this.#grow();
  }

  /** The input is as high as its text. */
  #grow() {
    if (!this.input) return;
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + this.input.offsetHeight - this.input.clientHeight}px`;
  }

  /** Another region was drawn for the field: its picture and what was read there take the place of the others; what the
   * person typed or accepted stays. */
  renew(item) {
    const isNew = !this.isTouched && this.word === null;
    for (const part of [".ink", ".choices", ".about"]) {
      const [old, renewed] = [this.item.querySelector(part), item.querySelector(part)];
      if (old && renewed) old.replaceWith(renewed);
      else if (renewed) this.item.querySelector(part === ".ink" ? ".entry" : ".about").before(renewed);
      else old?.remove();
    }
    this.item.querySelector(".work > .no-place")?.remove();
    this.item.dataset.box = item.dataset.box;
    this.box = item.dataset.box.split(" ").map(Number);
    const { first } = item.querySelector("textarea").dataset;
    this.input.dataset.first = first;
    if (!isNew) return;
    this.input.value = first;
    this.doubted = "doubted" in item.dataset ? first : null;
    this.#showDoubt();
    this.#grow();
    this.changed();
    if (this.item.classList.contains("current")) this.item.dispatchEvent(new Event("chosen"));
  }

  take(status, text) {
    this.known?.close();
    if (!WITHOUT_TEXT.has(status)) this.#put(text);
    this.status = status;
    this.#reopen();
    this.changed();
  }

  /** As it was at first; where it is so already, what was typed before. */
  restore() {
    if (!this.input) return;
    this.#put(this.isTouched ? this.input.dataset.first : this.dropped || this.input.dataset.first);
    this.status = "read";
    this.#reopen();
    this.changed();
    this.item.dispatchEvent(new Event("chosen"));
  }

  /** What was accepted is so no longer: something else stands there now. */
  #reopen() {
    this.word = null;
    this.item.classList.remove("done");
    this.given.textContent = "";
    this.#showDoubt();
  }

  #put(text) {
    const { value, dataset } = this.input;
    if (value !== dataset.first && !this.#isOffered(value)) this.dropped = value;
    this.input.value = text;
    this.#grow();
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
    if (this.isDoubted) return `Chưa nhận: ${NO_VALUE}`;
    this.word = { field: this.name, status: this.status, text, ...(this.kept !== null && this.kept === this.input?.value && { kept: true }) };
    this.item.classList.add("done");
    this.given.textContent = this.isWhole ? "đã xem" : [text, STATUS_WORDS[this.status]].filter(Boolean).join(" – ");
    return "";
  }
}
