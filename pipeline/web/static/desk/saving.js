// Finished tasks go to the server one after another, and stay here until it has them.

import { Refused, send, Unreachable, whoIsHere } from "./wire.js";

const BUSY = 503;
const TOO_MANY = 429;
const LOGGED_OUT = new Set(["login", "forged", "other"]);
const PATIENCE = [500, 1000, 2000, 4000, 8000]; // milliseconds between tries
const TRIES_WHEN_BUSY = 4;
const LONG = 8000; // milliseconds that somebody is kept waiting
const NOT_YET = "Máy chủ chưa nhận hết những nhiệm vụ vừa xong, nên chưa hoàn tác hay tạm dừng được. Chúng còn ở đây và đang được gửi lại: hãy làm tiếp rồi thử lại sau.";

export class Saving {
  /** `login`: whose words these are; `saved(item, outcome)` and `lost(item, sentence)` when it is known; `told(state)`:
   * what to tell meanwhile, "" when all is well. */
  constructor(login, { saved, lost, told }) {
    this.login = login;
    this.saved = saved;
    this.lost = lost;
    this.told = told;
    this.waiting = [];
    this.running = null;
    this.isAway = false; // the server does not answer, or not to this person
    this.giveUp = null; // ends the wait for it
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length > 0) event.preventDefault();
    });
  }

  /** The tasks that the server does not have yet. */
  get tasks() {
    return this.waiting.map((item) => item.task);
  }

  /** `item`: {task, path, body}. The same item sent twice is taken once, by its token. */
  add(item) {
    this.waiting.push(item);
    document.body.toggleAttribute("data-saving", true);
    this.running ??= this.#run();
  }

  /** Resolves when the server has all; fails where it does not answer, or not soon: nobody is kept from work by that. */
  async done() {
    if (!this.running) return;
    if (this.isAway) throw new Error(NOT_YET);
    let timer = 0;
    const tooLong = new Promise((_, fail) => {
      this.giveUp = () => fail(new Error(NOT_YET));
      timer = setTimeout(this.giveUp, LONG);
    });
    try {
      await Promise.race([this.running, tooLong]);
    } finally {
      clearTimeout(timer);
      this.giveUp = null;
    }
  }

  async #run() {
    while (this.waiting.length > 0) {
      const item = this.waiting[0];
      const [outcome, sentence] = await this.#sent(item);
      this.waiting.shift();
      this.isAway = false;
      this.told("");
      if (outcome) this.saved(item, outcome);
      else this.lost(item, sentence);
    }
    this.running = null;
    document.body.toggleAttribute("data-saving", false);
  }

  /** Tries until there is an answer. */
  async #sent(item) {
    for (let tried = 0; ; tried += 1) {
      try {
        return [await send(item.path, item.body), ""];
      } catch (error) {
        if (!this.#isWorthAnother(error, tried)) return [null, error.sentence ?? error.message];
        const trouble = error instanceof Unreachable ? "unreachable" : LOGGED_OUT.has(error.code) ? "login" : "busy";
        this.told(trouble);
        this.isAway = trouble !== "busy";
        if (this.isAway) this.giveUp?.();
        await rest(PATIENCE[Math.min(tried, PATIENCE.length - 1)]);
        if (LOGGED_OUT.has(error.code)) await this.#loggedInAgain();
      }
    }
  }

  #isWorthAnother(error, tried) {
    if (error instanceof Unreachable || LOGGED_OUT.has(error.code) || error.status === TOO_MANY) return true;
    return error instanceof Refused && error.status === BUSY && tried < TRIES_WHEN_BUSY;
  }

  /** Waits until the same person is logged in; another one's words are never sent under this one's name. */
  async #loggedInAgain() {
    while ((await whoIsHere()) !== this.login) await rest(2000);
  }
}

export const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
