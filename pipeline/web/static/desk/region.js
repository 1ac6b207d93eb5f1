// A wrong region of a field, drawn anew on the page: by dragging a mouse or a finger, or by keys. The server reads it at
// once; what it read is shown like any other reading, and the person decides.

import { say } from "./said.js";

const STEP = 6; // pixels on the screen that a key moves or stretches it by
const LEAST = 10; // pixels of the page; less is a click
const HOW = "Kéo chuột quanh chữ của ô; hoặc mũi tên: dời khung, Shift+mũi tên: dời góc dưới bên phải.";

export class Region {
  /** `note`: where it is told that a region is drawn; `accepted(box)`: the person wants it read. */
  constructor(viewer, note, accepted) {
    this.viewer = viewer;
    this.note = note;
    this.accepted = accepted;
    this.box = null; // [left, top, right, bottom] of the page
    const by = (meaning, across, down) => [meaning, () => this.#move(across, down, false)];
    const stretch = (meaning, across, down) => [`stretch-${meaning}`, () => this.#move(across, down, true)];
    this.actions = new Map([
      by("left", -1, 0), by("right", 1, 0), by("up", 0, -1), by("down", 0, 1),
      stretch("left", -1, 0), stretch("right", 1, 0), stretch("up", 0, -1), stretch("down", 0, 1),
      ["accept", () => this.accept()],
      ["drop", () => this.drop()],
      ["redraw", () => this.drop()],
    ]);
  }

  get isDrawn() {
    return this.box !== null;
  }

  /** What a key means while a region is drawn; what would say something of the field means nothing then. */
  actionOf(meaning) {
    if (!this.isDrawn) return undefined;
    return this.actions.get(meaning) ?? (STILL.has(meaning) ? () => say(HOW, true) : undefined);
  }

  /** Begin with the region that the field has now. */
  begin(box, label) {
    if (!this.viewer.isMeasured) return say("Trang này không có ảnh để vẽ khung.", true);
    this.before = box;
    this.box = box ?? this.viewer.middle();
    this.label = label;
    this.note.hidden = false;
    this.note.querySelector("span").textContent = `Vẽ lại khung của ô “${label}”. ${HOW}`;
    this.viewer.draw((drawn) => this.#drawn(drawn));
    this.viewer.light(this.box);
    say("Đang vẽ khung: Enter để máy đọc lại, Esc để thôi.");
  }

  accept() {
    const [left, top, right, bottom] = this.box;
    if (right - left < LEAST || bottom - top < LEAST) return say("Khung quá nhỏ. Hãy kéo khung trùm hết chữ của ô.", true);
    const box = this.box;
    this.end();
    this.accepted(box);
  }

  /** Think better of it. */
  drop() {
    this.end();
    this.viewer.light(this.before);
    say("Khung cũ vẫn như trước.");
  }

  end() {
    this.box = null;
    this.note.hidden = true;
    this.viewer.draw(null);
  }

  #drawn(box) {
    this.box = box;
    this.viewer.light(box);
  }

  #move(across, down, stretches) {
    const by = STEP / this.viewer.scale;
    const [left, top, right, bottom] = this.box;
    const moved = stretches
      ? [left, top, Math.max(left + LEAST, right + across * by), Math.max(top + LEAST, bottom + down * by)]
      : [left + across * by, top + down * by, right + across * by, bottom + down * by];
    this.#drawn(this.viewer.within(moved));
  }
}

const STILL = new Set(["keep", "back", "take", "choose", "confirm", "illegible", "blank", "strike", "skip", "ask", "rescan", "undo", "page-before", "page-after", "show-cover"]);
