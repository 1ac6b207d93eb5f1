// Which pictures have stood on the screen for a moment.

import { MOMENT } from "./fresh.js";

const timers = new WeakMap();
const watcher = new IntersectionObserver((entries) => {
  for (const { target, intersectionRatio } of entries) {
    clearTimeout(timers.get(target));
    if (intersectionRatio > 0.9) timers.set(target, setTimeout(() => target.toggleAttribute("data-seen", true), MOMENT));
  }
}, { threshold: 0.95 });

/** Note from now on whether they were on the screen. */
export function watch(cells) {
  for (const cell of cells) watcher.observe(cell);
}

export const isSeen = (cell) => "seen" in cell.dataset;
