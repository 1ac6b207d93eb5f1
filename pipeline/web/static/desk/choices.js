// The readings that a picture of a column may be given by a key or a click.

import { figureOf, meaningOf } from "./meanings.js";

/** The one that a key takes in `cell`, or null. */
export function choiceOf(event, cell) {
  return (meaningOf(event) === "choose" && cell?.querySelector(`[data-number="${figureOf(event)}"]`)) || null;
}

/** Whether it is accepted at once, since it has no text to be looked at first. */
export const isAtOnce = (choice) => choice !== null && !choice.dataset.text;
