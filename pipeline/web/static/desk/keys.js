// What the keys do at the desk, by their meanings.

import { figureOf, meaningOf } from "./meanings.js";

export class Keys {
  /** `task()`: the form in work, or null; `actions`: of the buttons, by name; `ended(isLast)`: a field was accepted;
   * `askAgain()`: ask for a task where none is in work; `pages`: those beside; `region`: the one that is drawn. */
  constructor({ task, viewer, place, actions, ended, askAgain, pages, region }) {
    this.task = task;
    this.place = place;
    this.askAgain = askAgain;
    this.region = region;
    this.zooms = {
      in: () => viewer.zoomIn(),
      out: () => viewer.zoomOut(),
      field: () => (pages.isAway ? pages.own() : viewer.fitField()),
      page: () => viewer.fitPage(),
    };
    this.anywhere = {
      "zoom-in": this.zooms.in,
      "zoom-out": this.zooms.out,
      "move-left": () => viewer.move(-0.2, 0),
      "move-right": () => viewer.move(0.2, 0),
      "move-up": () => viewer.move(0, -0.2),
      "move-down": () => viewer.move(0, 0.2),
      "show-field": this.zooms.field,
      "show-page": this.zooms.page,
      help: actions.help,
      reload: actions.reload,
      undo: actions.undo,
    };
    this.ofTask = {
      illegible: () => ended(task().acceptAs("illegible")),
      blank: () => ended(task().acceptAs("blank")),
      strike: () => ended(task().acceptAs("struck-through")),
      skip: actions.skip,
      ask: actions.ask,
      rescan: actions.rescan,
      redraw: actions.redraw,
      confirm: () => place.querySelector(".field.current .delivered button")?.click(),
      "page-before": () => pages.turn(-1),
      "page-after": () => pages.turn(1),
      "show-cover": () => pages.cover(),
    };
    this.ofField = {
      accept: () => ended(task().accept()),
      keep: () => ended(task().keep()),
      back: actions.back,
      drop: () => task().field.restore(),
    };
    const step = (by) => () => task().glance.step(by);
    this.ofGlance = { down: step(1), right: step(1), up: step(-1), left: step(-1) };
    // While known words are offered under the input:
    this.ofKnown = {
      down: () => task().field.known.step(1),
      up: () => task().field.known.step(-1),
      take: () => task().field.known.take(),
      drop: () => task().field.known.close(),
    };
  }

  /** The action of a key, or undefined. */
  actionOf(event) {
    const form = this.task();
    const meaning = meaningOf(event);
    if (!meaning) return undefined;
    const ofRegion = this.region.actionOf(meaning);
    if (ofRegion) return ofRegion;
    if (meaning === "choose") return form ? () => form.choose(figureOf(event)) : undefined;
    const general = this.anywhere[meaning] ?? (form ? this.ofTask[meaning] : undefined);
    if (general) return general;
    const at = document.activeElement;
    if (form && (at === form.field.input || at === form.field.seen)) {
      const { known } = form.field;
      if (meaning === "down" && known && !known.isOpen) return () => known.open();
      if (form.isAtGlance && this.ofGlance[meaning]) return this.ofGlance[meaning];
      return (known?.isOpen && this.ofKnown[meaning]) || this.ofField[meaning];
    }
    return meaning === "accept" && at === this.place && "again" in this.place.dataset ? this.askAgain : undefined;
  }
}
