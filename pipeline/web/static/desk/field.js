// One field of a task: its input, what the machine and the rules say of it, and the word that is accepted.

import { Known, askFor } from "./known.js";

const STATUS_WORDS = { blank: "trống trên giấy", illegible: "không đọc được", "struck-through": "bị gạch bỏ" };
export const NO_VALUE = "chữ không phải giá trị của ô. Sửa lại, hoặc Ctrl+Enter để giữ như giấy.";
export const HAS_INK = "Ô này có chữ viết. Bạn chắc là để trống? Nhấn F3 lần nữa nếu đúng.";
const WITHOUT_TEXT = new Set(["blank", "illegible"]);

export class Field {
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
    this.askedBy = ""; // the meaning of the key after which it is asked whether the field is blank, as it has ink
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

  get isKept() {
    return this.kept !== null && this.kept === this.input?.value;
  }

  /** The picture of its ink, or of the blank that it shares; null where it has no place of its own. */
  get picture() {
    return this.item.querySelector(".ink") ?? this.blank?.querySelector(":scope > .ink") ?? null;
  }

  /** The blank that it shares with other fields, or null. */
  get blank() {
    return this.item.closest(".shared");
  }

  /** Whether it shares a blank in which nothing is written. */
  get isUnwritten() {
    return "unwritten" in (this.blank?.dataset ?? {});
  }

  /** Whether the machine saw ink of the field. */
  get isInked() {
    return "inked" in this.item.dataset;
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

  /** Whether a blank is asked about: a blank that is said of ink would be a wrong value. */
  #ask(by) {
    this.askedBy = by;
    const question = this.item.querySelector(".doubt-blank");
    if (question) question.hidden = !by;
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
    if (status !== "blank") this.#ask("");
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
      const [old, renewed] = [this.item.querySelector(part), part === ".ink" ? this.#pictureIn(item) : item.querySelector(part)];
      if (old && renewed) old.replaceWith(renewed);
      else if (renewed) this.item.querySelector(part === ".ink" ? ".entry" : ".about").before(renewed);
      else old?.remove();
    }
    this.item.querySelector(".work > .no-place")?.remove();
    this.item.dataset.box = item.dataset.box;
    this.item.toggleAttribute("data-inked", "inked" in item.dataset);
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

  /** The field's own picture in the renewed item; null where the one over its shared blank shows the same. */
  #pictureIn(item) {
    const picture = item.querySelector(".ink") ?? item.closest(".shared")?.querySelector(".ink") ?? null;
    const above = this.item.closest(".shared")?.querySelector(":scope > .ink");
    return picture && above?.getAttribute("src") === picture.getAttribute("src") ? null : picture;
  }

  take(status, text) {
    this.known?.close();
    if (!WITHOUT_TEXT.has(status)) this.#put(text);
    this.status = status;
    this.#reopen();
    this.changed();
  }

  /** Accept what is shown of a field that only needs confirming; returns as `accept`. */
  confirm() {
    if ("blank" in this.item.dataset && !this.isTouched) this.status = "blank";
    return this.accept("accept");
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
    this.#ask("");
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

  /** Makes the word; returns why it cannot be one, or "". `by`: the meaning of the key: "accept", or "blank", which alone
   * answers a question that it asked. */
  accept(by) {
    this.known?.close();
    const text = this.input && !WITHOUT_TEXT.has(this.status) ? this.input.value.normalize("NFC").trim() : "";
    if (!this.isWhole && this.status === "read" && !text) {
      return "Ô này chưa có chữ. Nhấn F3 nếu trên giấy để trống, F2 nếu không đọc được.";
    }
    if (this.isDoubted) return `Chưa nhận: ${NO_VALUE}`;
    const isAnswered = this.word?.status === "blank" || (this.askedBy !== "" && (by === "blank" || by === this.askedBy));
    if (this.status === "blank" && this.isInked && !isAnswered) {
      this.#ask(by);
      return HAS_INK;
    }
    this.word = { field: this.name, status: this.status, text, ...((this.askedBy || this.isKept) && { kept: true }) };
    this.item.classList.add("done");
    this.given.textContent = this.isWhole ? "đã xem" : [text, STATUS_WORDS[this.status]].filter(Boolean).join(" – ");
    return "";
  }
}
