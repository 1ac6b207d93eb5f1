// The picture of ink: a word counts only when the picture was there to be looked at.

const LEAST = 0.9; // share of its height that must be in sight

/** Whether a picture has come and can be drawn. */
export const isDecoded = (image) => image.complete && image.naturalWidth > 0;

/** Whether it cannot be drawn: its file did not come. */
const isBroken = (image) => image.complete && image.naturalWidth === 0;

/** Whether a picture can be looked at within `frame`, the element that scrolls. */
export function isInSight(image, frame) {
  if (!isDecoded(image)) return false;
  const [{ top, bottom, height }, around] = [image.getBoundingClientRect(), frame.getBoundingClientRect()];
  const visible = Math.min(bottom, around.bottom) - Math.max(top, around.top);
  return height > 0 && visible >= LEAST * Math.min(height, around.height);
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
