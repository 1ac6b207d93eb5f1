// The picture of ink: a word counts only when the picture was there to be looked at.

const LEAST = 0.9; // share of its height that must be in sight

/** Whether a picture has come and can be drawn. */
export const isDecoded = (image) => image.complete && image.naturalWidth > 0;

/** Whether it cannot be drawn: its file did not come. */
const isBroken = (image) => image.complete && image.naturalWidth === 0;

/** What is on the screen of `frame`, an element that scrolls, below `head`, which covers it: [top, bottom]. */
export function sightOf(frame, head = null) {
  const { top, bottom } = frame.getBoundingClientRect();
  return [Math.max(top, 0, head?.getBoundingClientRect().bottom ?? 0), Math.min(bottom, innerHeight)];
}

/** Whether a picture can be looked at between `top` and `bottom`. */
export function isInSight(image, [top, bottom]) {
  if (!isDecoded(image)) return false;
  const { top: from, bottom: to, height } = image.getBoundingClientRect();
  const visible = Math.min(to, bottom) - Math.max(from, top);
  return height > 0 && visible >= LEAST * Math.min(height, bottom - top);
}

/** Resolves when all pictures can be drawn, or will not come. */
export function settled(images) {
  const waiting = images.filter((image) => !image.complete);
  return Promise.all(waiting.map((image) => new Promise((done) => {
    for (const event of ["load", "error"]) image.addEventListener(event, done, { once: true });
  })));
}

/** Ask for a picture again that did not come. */
export function fetchAgain(image) {
  if (isBroken(image)) image.src = image.src;
}
