// What has just come up takes no word for a moment: a key pressed too early would accept what nobody has looked at. Who
// pressed one may believe it done and type for what comes next: so nothing is typed there until they have paused.

import { meaningOf, SAYING } from "./meanings.js";
import { say } from "./said.js";

export const MOMENT = 300; // milliseconds; whoever presses a key twice does so within 200
const BOUNCE = 60; // milliseconds; no finger presses a key again within them
const PAUSE = 1000; // milliseconds; whoever types blindly rests as long only where they stop
const ONCE = /^(?:Enter|F\d+)$/; // held down, these keys do what they do once
const SILENT = /^(?:Shift|Control|Alt|AltGraph|Meta|CapsLock|NumLock)$/; // these do nothing by themselves
const TOO_EARLY = "Nhanh quá: chỗ này vừa hiện ra, chưa nhận gì. Hãy nhìn rồi làm lại.";
const NOT_TYPED = "Phím vừa nhấn không vào đâu cả vì chỗ này chưa được nhận. Hãy dừng tay, nhìn rồi gõ lại.";

/** Whether a key accepts something. */
export const isSaying = (event) => SAYING.has(meaningOf(event));

export class Fresh {
  constructor(place) {
    this.place = place;
    this.timer = 0;
    this.begun = 0;
    this.pause = 0;
    this.last = { key: "", timeStamp: 0 };
    this.isBounce = false;
    this.isTyped = false; // a key was refused that would have typed
    this.locked = null; // the input that takes no typing
    // Whoever types or chooses there has seen it.
    for (const name of ["input", "chosen"]) place.addEventListener(name, () => this.#seen(), { capture: true });
  }

  /** Something came up just now; `ready` resolves when its pictures are there, from when on it counts as shown. */
  begin(ready = null) {
    this.end();
    this.place.toggleAttribute("data-fresh", true);
    const count = () => (this.timer = setTimeout(() => this.place.toggleAttribute("data-fresh", false), MOMENT));
    const begun = (this.begun += 1);
    if (ready) ready.then(() => begun === this.begun && count());
    else count();
  }

  /** The person has seen what stands there. */
  end() {
    this.begun += 1;
    clearTimeout(this.timer);
    this.place.toggleAttribute("data-fresh", false);
    this.#unlock();
  }

  /** What the person said is not taken before they have answered `question`; what they type meanwhile, believing it
   * done, goes nowhere. */
  ask(question) {
    this.begin();
    this.#refuse(question);
  }

  /** Whether a key is refused because one was before, whatever it does; to be asked of every key. */
  refusesKey(event) {
    const { key, timeStamp } = event;
    this.isBounce = key === this.last.key && timeStamp - this.last.timeStamp < BOUNCE;
    this.last = { key, timeStamp };
    if (!this.#is("refused") || SILENT.test(key)) return false;
    const isAgain = isSaying(event) && !event.repeat && !this.isBounce;
    if (meaningOf(event) === "drop" || (isAgain && !this.isTyped && !this.#is("fresh"))) {
      this.end();
      return false;
    }
    event.preventDefault();
    this.isTyped ||= !isSaying(event);
    this.#refuse();
    return true;
  }

  /** Whether a key is not to do what it says; `says`: whether it accepts what was not accepted before. */
  refuses({ key, repeat }, says) {
    if (repeat && (says || ONCE.test(key))) return true;
    if (!says || !(this.isBounce || this.#is("fresh"))) return false;
    if (!this.isBounce) this.#refuse();
    return true;
  }

  /** The same of a click on what accepts. */
  refusesClick({ detail }) {
    if (detail < 2 && !this.#is("fresh") && !this.#is("refused")) return false;
    this.#refuse();
    return true;
  }

  #seen() {
    this.last = { key: "", timeStamp: 0 };
    this.end();
  }

  #is(state) {
    return state in this.place.dataset;
  }

  #refuse(told = this.isTyped ? NOT_TYPED : TOO_EARLY) {
    say(told, true);
    this.place.toggleAttribute("data-refused", true);
    if (!this.locked && this.place.contains(document.activeElement)) {
      this.locked = document.activeElement;
      this.locked.readOnly = true; // input methods too type nothing then
    }
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.#unlock(), this.isTyped ? PAUSE : MOMENT);
  }

  #unlock() {
    clearTimeout(this.pause);
    this.place.toggleAttribute("data-refused", false);
    if (this.locked) this.locked.readOnly = false;
    this.locked = null;
    this.isTyped = false;
  }
}
