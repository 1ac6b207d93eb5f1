// Which key does what at the desk; pipeline/review/desk/keys.py tells people of them.

export class Keys {
  /** `task()`: the form in work, or null; `actions`: of the buttons, by name; `ended(isLast)`: a field was accepted;
   * `askAgain()`: ask for a task where none is in work. */
  constructor({ task, viewer, place, actions, ended, askAgain }) {
    this.task = task;
    this.place = place;
    this.askAgain = askAgain;
    this.zooms = {
      in: () => viewer.zoomIn(),
      out: () => viewer.zoomOut(),
      field: () => viewer.fitField(),
      page: () => viewer.fitPage(),
    };
    this.ofPage = {
      "Ctrl+ArrowUp": this.zooms.in,
      "Ctrl+ArrowDown": this.zooms.out,
      "Alt+ArrowLeft": () => viewer.move(-0.2, 0),
      "Alt+ArrowRight": () => viewer.move(0.2, 0),
      "Alt+ArrowUp": () => viewer.move(0, -0.2),
      "Alt+ArrowDown": () => viewer.move(0, 0.2),
      "Alt+Home": this.zooms.field,
      "Alt+End": this.zooms.page,
    };
    this.anywhere = { F1: actions.help, F5: actions.reload, F9: actions.undo };
    this.ofTask = {
      F2: () => ended(task().acceptAs("illegible")),
      F3: () => ended(task().acceptAs("blank")),
      F4: () => ended(task().acceptAs("struck-through")),
      F6: actions.skip,
      F7: actions.ask,
      F8: actions.rescan,
    };
    this.ofField = {
      Enter: () => ended(task().accept()),
      "Ctrl+Enter": () => ended(task().keep()),
      "Shift+Enter": () => task().go(task().at - 1),
      Escape: () => task().field.restore(),
    };
    // While known words are offered under the input:
    this.ofKnown = {
      ArrowDown: () => task().field.known.step(1),
      ArrowUp: () => task().field.known.step(-1),
      Tab: () => task().field.known.take(),
      Escape: () => task().field.known.close(),
    };
  }

  /** The action of a key, or undefined. Plain letters and figures have none: they belong to whoever types. */
  actionOf(event) {
    const form = this.task();
    const number = event.altKey && /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    if (number && form) return () => form.choose(Number(number));
    const pressed = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift", event.key].filter(Boolean).join("+");
    const general = this.ofPage[pressed] ?? this.anywhere[pressed] ?? (form ? this.ofTask[pressed] : undefined);
    if (general) return general;
    const at = document.activeElement;
    if (form && (at === form.field.input || at === form.field.seen)) {
      const { known } = form.field;
      if (pressed === "ArrowDown" && known && !known.isOpen) return () => known.open();
      return (known?.isOpen && this.ofKnown[pressed]) || this.ofField[pressed];
    }
    return pressed === "Enter" && at === this.place && "again" in this.place.dataset ? this.askAgain : undefined;
  }
}
