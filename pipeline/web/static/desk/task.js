// The fields of one task, one after another: what is in the input is accepted, chosen, or given a status.

import { Field, HAS_INK, NO_VALUE } from "./field.js";
import { Glance } from "./glance.js";
import { Live } from "./live.js";
import { fetchAgain, isInSight, settled, sightOf } from "./picture.js";

const UNSEEN = "Chưa nhận: ảnh chữ viết chưa hiện ra, máy đang lấy lại. Hãy đợi ảnh hiện, nhìn rồi nhận lại.";
const OUT_OF_SIGHT = "Chưa nhận: ảnh chữ viết vừa nằm ngoài màn hình, nay đã hiện. Hãy nhìn rồi nhận lại.";

export class TaskForm {
  /** `article`: the task as the server made it; `say` tells the person something; `asks` tells them what they must answer
   * first; `moved(box, ready)` when a field comes up, whose pictures are there when `ready` resolves; `page()`: the
   * picture of the page and the element in which it moves. */
  constructor(article, { say, asks, moved, page }) {
    this.article = article;
    this.id = Number(article.dataset.task);
    this.version = Number(article.dataset.version);
    this.say = say;
    this.asks = asks;
    this.moved = moved;
    this.page = page;
    this.fields = [...article.querySelectorAll(".field")].map((item) => new Field(item, article.dataset, () => this.live.changed()));
    this.codes = new Set(article.dataset.live.split(" ")); // findings that the rules are asked about again
    this.live = new Live(this.id, () => this.fields.filter((field) => !field.isWhole).map((field) => field.draft), (found) => this.#checked(found));
    const together = article.querySelector(".glance");
    this.glance = together && new Glance(together, this.fields.filter(({ item }) => together.contains(item)), say);
    this.at = -1; // the number of the field in work; -1: the glance
    this.elsewhere = article.querySelector(".elsewhere"); // what the machine found in other fields
    this.fields.forEach((field) => {
      field.item.querySelector(".summary").addEventListener("click", () => this.go(this.fields.indexOf(field)));
      // beside fields of the same blank an input shows before its field has come up
      field.input?.addEventListener("focus", () => { if (this.field !== field) this.go(this.fields.indexOf(field)); });
      field.item.addEventListener("click", (event) => {
        const button = event.target.closest(".choices button");
        if (button) this.choose(Number(button.dataset.number));
      });
    });
  }

  /** The field in work, or the glance. */
  get field() {
    return this.fields[this.at] ?? this.glance ?? undefined;
  }

  get isAtGlance() {
    return this.glance !== null && this.field === this.glance;
  }

  get label() {
    return this.article.querySelector("h1").textContent.trim();
  }

  /** Whether the person has written or chosen anything yet. */
  get isBegun() {
    return this.fields.some((field) => field.word !== null || field.isTouched);
  }

  /** Bring up the field in work, at first the glance or the first field. */
  begin() {
    this.go(this.at < 0 && !this.glance?.open.length ? 0 : this.at);
  }

  /** Bring a field up and put the focus in it; -1: the glance, if anything is left to confirm there. */
  go(number) {
    if (number < (this.glance?.open.length ? -1 : 0) || number >= this.fields.length) return;
    this.field?.item.classList.remove("current");
    this.field?.known?.close();
    this.glance?.mark(null);
    this.at = number;
    if (!this.isAtGlance) this.field.item.classList.add("current");
    if (this.elsewhere) this.elsewhere.open = this.field.isWhole;
    this.field.focus();
    this.field.input?.select();
    this.field.item.scrollIntoView({ block: this.isAtGlance ? "start" : "nearest" });
    this.field.input?.scrollIntoView({ block: "nearest" });
    this.moved(this.field.box, settled(this.#pictures.map(({ image }) => image)));
  }

  /** The pictures to look at before the field in work is accepted, each with the element in which it scrolls: its ink,
   * else the page. */
  get #pictures() {
    const { picture } = this.field;
    if (this.isAtGlance) return this.glance.pictures.map((image) => ({ image, frame: this.article.parentElement }));
    return picture ? [{ image: picture, frame: this.article.parentElement }] : [this.page()].filter(({ image }) => image);
  }

  /** Why the ink of the field in work cannot have been looked at, or "". */
  #unseen() {
    if (this.isAtGlance) return "";
    const hidden = this.#pictures.filter(({ image, frame }) => !isInSight(image, sightOf(frame))).map(({ image }) => image);
    if (hidden.length === 0) return "";
    const isThere = hidden.every((image) => image.naturalWidth > 0);
    hidden.forEach(fetchAgain);
    this.field.picture?.scrollIntoView({ block: "nearest" });
    this.moved(this.field.box, settled(hidden));
    return isThere ? OUT_OF_SIGHT : UNSEEN;
  }

  /** Put the focus back where it was: what is half typed goes on. */
  focus() {
    this.field?.focus();
  }

  /** Accept the field as it stands; `by`: the meaning of the key. Returns whether it was the last one. */
  accept(by = "accept") {
    if (this.glance?.marked) {
      this.go(this.fields.indexOf(this.glance.marked));
      return false;
    }
    const refused = this.#unseen() || this.field.accept(by, this.article.parentElement);
    if (refused) {
      if (this.isAtGlance) this.moved(null, settled(this.glance.pictures));
      this.focus();
      if (refused === HAS_INK) this.asks(refused);
      else this.say(refused, true);
      return false;
    }
    if (this.glance?.holds(this.field) && this.glance.open.length > 0) {
      this.go(-1);
      return false;
    }
    const isConfirmed = (field) => field.word !== null && (this.glance?.holds(field) || field.isUnwritten);
    const after = this.fields.findIndex((field, number) => number > this.at && !isConfirmed(field));
    const open = this.fields.findIndex((field) => field.word === null);
    if (after < 0 && open < 0) return true;
    this.go(after >= 0 ? after : open);
    return false;
  }

  /** In the glance, bring up the line to which the arrows went; returns whether a field is in work. */
  #take() {
    if (!this.isAtGlance) return true;
    if (this.glance.marked) this.go(this.fields.indexOf(this.glance.marked));
    else this.say("Chưa chọn dòng nào: mũi tên ↓ ↑ đến dòng sai.", true);
    return !this.isAtGlance;
  }

  /** Type in the line to which the arrows went. */
  typeInMarked() {
    if (this.isAtGlance && this.glance.marked) this.#take();
  }

  /** Accept a text that is no value of the field, since the paper says so. */
  keep() {
    if (!this.#take()) return false;
    if (this.field.isDoubted) this.field.keep();
    return this.accept();
  }

  /** What the rules say of what stands in the inputs. */
  #checked(found) {
    for (const field of this.fields) {
      const told = found.get(field.name);
      if (told) field.checked(told, this.codes);
    }
    this.glance?.refresh();
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
    if (!this.#take() || this.field.isWhole) return false;
    this.field.status = status;
    this.live.changed({ matters: false });
    if (status === "blank" && this.field.isUnwritten && this.#unseen() === "") this.#blankTogether();
    return this.accept(status);
  }

  /** The other empty fields of a blank in which nothing is written are blank as well. */
  #blankTogether() {
    for (const field of this.fields) {
      if (field === this.field || field.blank !== this.field.blank || field.word !== null || field.isTouched) continue;
      field.status = "blank";
      field.accept("blank");
    }
  }

  choose(number) {
    if (!this.#take()) return;
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
