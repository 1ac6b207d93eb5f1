// The pages beside that of a task, and the cover of its book, in the window of the page. What is typed stays as it is.

import { say } from "./said.js";
import { send } from "./wire.js";

export class Pages {
  /** `own()`: the task whose page is the own one, or null; `note`: where it is told that another one is shown. */
  constructor(viewer, note, task) {
    this.viewer = viewer;
    this.note = note;
    this.task = task;
    this.known = new Map(); // by task: the pages of its book
    this.at = 0; // how many steps from the page of the task
    this.own_ = null; // what the window showed of it
  }

  get isAway() {
    return this.own_ !== null;
  }

  /** Another task came up: its own page is shown. */
  forget() {
    this.at = 0;
    this.own_ = null;
    this.note.hidden = true;
  }

  turn(by) {
    return this.#show((pages) => pages.find(({ steps }) => steps === this.at + by), by < 0 ? "Không còn trang nào phía trước." : "Không còn trang nào phía sau.");
  }

  cover() {
    return this.#show((pages) => pages.find((one) => one.cover), "Sổ này chưa có trang bìa.");
  }

  /** Back to the page of the task. */
  own() {
    if (!this.own_) return;
    const { key, image, size, box } = this.own_;
    this.forget();
    this.viewer.show(key, image, size);
    this.viewer.light(box);
  }

  async #show(choose, none) {
    const task = this.task();
    if (!task) return;
    let pages;
    try {
      pages = this.known.get(task) ?? (await send(`/desk/tasks/${task}/pages`, {}));
    } catch (error) {
      return say(error.sentence ?? error.message, true);
    }
    if (this.task() !== task) return;
    this.known.set(task, pages);
    const found = choose(pages);
    if (!found) return say(none, true);
    if (found.steps === 0 && this.isAway) return this.own();
    if (found.steps === 0) return say("Đang xem đúng trang này.");
    this.own_ ??= this.viewer.shown;
    this.at = found.steps;
    const image = new Image();
    image.alt = `Ảnh ${found.label}`;
    image.draggable = false;
    image.src = found.url;
    this.viewer.light(null);
    this.viewer.show(found.url, image, null);
    const told = `${found.cover ? "Bìa sổ" : found.steps < 0 ? "Trang phía trước" : "Trang phía sau"}: ${found.label}. Không phải trang của nhiệm vụ này.`;
    this.note.hidden = false;
    this.note.querySelector("span").textContent = told;
    say(told);
  }
}
