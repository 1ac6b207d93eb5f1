// What every key means, on whichever page it means anything; pipeline/web/desk/shortcuts.py tells people of it.
// Plain letters and figures mean nothing: they belong to whoever types.

export const MEANINGS = {
  "Enter": "accept",
  "Ctrl+Enter": "keep",
  "Shift+Enter": "back",
  "Alt+0": "confirm",
  "ArrowLeft": "left",
  "ArrowUp": "up",
  "ArrowRight": "right",
  "ArrowDown": "down",
  "Shift+ArrowLeft": "stretch-left",
  "Shift+ArrowUp": "stretch-up",
  "Shift+ArrowRight": "stretch-right",
  "Shift+ArrowDown": "stretch-down",
  "Tab": "take",
  " ": "mark",
  "Ctrl+a": "pick-row",
  "Escape": "drop",
  "F1": "help",
  "Shift+F1": "guide",
  "F2": "illegible",
  "F3": "blank",
  "F4": "strike",
  "F5": "reload",
  "F6": "skip",
  "F7": "ask",
  "Shift+F7": "comments",
  "F8": "rescan",
  "F9": "undo",
  "F10": "redraw",
  "Ctrl+ArrowUp": "zoom-in",
  "Ctrl+ArrowDown": "zoom-out",
  "Alt+ArrowLeft": "move-left",
  "Alt+ArrowUp": "move-up",
  "Alt+ArrowRight": "move-right",
  "Alt+ArrowDown": "move-down",
  "Alt+Home": "show-field",
  "Alt+End": "show-page",
  "Alt+PageUp": "page-before",
  "Alt+PageDown": "page-after",
  "Alt+Insert": "show-cover",
};

/** Meanings by which something is accepted that was not before. */
export const SAYING = new Set(["accept", "keep", "illegible", "blank", "strike"]);

/** The meaning of a key, or undefined; that of Alt+1 to Alt+9, wherever the figures are: "choose". */
export function meaningOf(event) {
  if (event.altKey && !event.ctrlKey && figureOf(event)) return figureOf(event) === 10 ? "confirm" : "choose";
  const held = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift", event.metaKey && "Meta"];
  const key = event.ctrlKey && event.key.length === 1 ? event.key.toLowerCase() : event.key; // whatever CapsLock does
  return MEANINGS[[...held, key].filter(Boolean).join("+")];
}

/** Which of the choices a key takes: 1 to 9, 10 for the figure 0; 0 where it is no figure. */
export function figureOf({ code }) {
  const figure = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1];
  return figure === undefined ? 0 : Number(figure) || 10;
}
