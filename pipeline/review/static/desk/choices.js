// The readings that a picture of a column may be given by a key or a click.

/** The one that a key takes in `cell`, or null. */
export function choiceOf(event, cell) {
  const number = event.altKey && /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  return (number && cell?.querySelector(`[data-number="${number}"]`)) || null;
}

/** Whether it is accepted at once, since it has no text to be looked at first. */
export const isAtOnce = (choice) => choice !== null && !choice.dataset.text;
