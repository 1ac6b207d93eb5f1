// What has just come up takes no word for a moment: a key pressed twice would accept what nobody has looked at.

const MOMENT = 300; // milliseconds; whoever presses a key twice does so within 200
const SAYING = new Set(["Enter", "F2", "F3", "F4"]);
const ONCE = /^(?:Enter|F\d+)$/; // held down, these keys do what they do once

export class Fresh {
  constructor(place) {
    this.place = place;
    this.timer = 0;
    // Whoever types there has seen it.
    place.addEventListener("input", () => this.#toggle(false), { capture: true });
  }

  /** Something came up just now. */
  begin() {
    this.#toggle(true);
    this.timer = setTimeout(() => this.#toggle(false), MOMENT);
  }

  /** Whether a key is not to do what it says; `isSaid`: what it accepts was accepted before. */
  refuses({ key, repeat }, isSaid = false) {
    if (repeat) return ONCE.test(key);
    return "fresh" in this.place.dataset && SAYING.has(key) && !(isSaid && key === "Enter");
  }

  #toggle(isFresh) {
    clearTimeout(this.timer);
    this.place.toggleAttribute("data-fresh", isFresh);
  }
}
