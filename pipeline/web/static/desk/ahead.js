// The next task with its pictures, fetched while the person is still at this one.

import { fetchPiece } from "./wire.js";

export class Ahead {
  /** `want()`: what the next task is asked by: {stage, book, known}; `known` are the tasks that the page holds now. */
  constructor(want) {
    this.want = want;
    this.ready = []; // [{article, page, lentAt}]; lentAt: milliseconds
    this.fetching = null;
    this.pages = new Map(); // the newest pages by key: <img>
  }

  get tasks() {
    return this.ready.map(({ article }) => Number(article.dataset.task));
  }

  /** The next task, or null when none was fetched yet. */
  take() {
    return this.ready.shift() ?? null;
  }

  /** Fetch the next task, unless one is there or on its way; resolves to whether there is one. */
  fetch() {
    if (this.ready.length > 0) return Promise.resolve(true);
    this.fetching ??= this.#fetched().finally(() => (this.fetching = null));
    return this.fetching;
  }

  /** Fetch a certain task to come before all others. */
  async fetchTask(task) {
    const made = await this.#made(await fetchPiece(`/desk/tasks/${task}`, {}));
    if (made && !this.#isHere(made)) this.ready.unshift(made);
  }

  /** Take a task that is shown by other ways out of those that are ready; returns it, if it is one of them. */
  drop(task) {
    const found = this.ready.find(({ article }) => Number(article.dataset.task) === task);
    this.ready = this.ready.filter((one) => one !== found);
    return found;
  }

  async #fetched() {
    for (;;) {
      const made = await this.#made(await fetchPiece("/desk/next", this.want()));
      if (made === null) return this.ready.length > 0;
      if (this.#isHere(made)) continue; // it came up by undo while this was on its way
      this.ready.push(made);
      return true;
    }
  }

  #isHere({ article }) {
    return this.want().known.includes(Number(article.dataset.task));
  }

  /** With its pictures decoded, so that showing it costs nothing. */
  async #made(article) {
    if (article === null) return null;
    const lentAt = performance.now();
    const page = this.page(article);
    const images = [...article.querySelectorAll("img.ink")];
    await Promise.race([Promise.allSettled([...images, page].map((image) => image.decode())), rest(4000)]);
    return { article, page, lentAt };
  }

  /** The <img> of a task's page; tasks on one page share it. */
  page(article) {
    const { page: url, pageKey: key } = article.dataset;
    let image = this.pages.get(key);
    if (!image) {
      image = new Image();
      image.alt = "Ảnh cả trang sổ";
      image.draggable = false;
      image.src = url;
      this.pages.set(key, image);
      if (this.pages.size > 4) this.pages.delete(this.pages.keys().next().value);
    }
    return image;
  }
}

const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
