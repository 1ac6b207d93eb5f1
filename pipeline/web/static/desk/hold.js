// While an answer of the server is awaited that takes what is in work off the screen, nothing is typed into it: it would
// go with it. The person is told so, key by key.

import { say } from "./said.js";

const TAKEN = /^(?:.|Enter|Process|F\d+)$/u; // keys that would type or do something

export class Hold {
  /** `back()` gives the focus back to what is in work. */
  constructor(place, back) {
    this.place = place;
    this.back = back;
    this.told = "";
  }

  /** Do `act` with the place held; `sentence` tells what is under way. */
  async during(sentence, act) {
    this.told = sentence;
    this.place.inert = true;
    if (this.place.contains(document.activeElement)) document.activeElement.blur();
    say(sentence);
    try {
      return await act();
    } finally {
      this.told = "";
      this.place.inert = false;
      say("");
      this.back();
    }
  }

  /** Whether something is under way; the person is told. */
  refuses() {
    if (this.told) say(`${this.told} Chưa gõ được, hãy chờ một chút.`, true);
    return this.told !== "";
  }

  /** The same of a key; those that lead around the page, or press a button, have their way. */
  refusesKey(event) {
    const isAround = event.ctrlKey || event.metaKey || !TAKEN.test(event.key);
    const presses = event.target.closest("a, button") && ["Enter", " "].includes(event.key);
    if (isAround || presses || !this.refuses()) return false;
    event.preventDefault();
    return true;
  }
}
