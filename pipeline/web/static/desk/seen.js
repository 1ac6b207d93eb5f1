// Which pictures have stood on the screen for a moment since they were decoded.

import { MOMENT } from "./fresh.js";

const timers = new WeakMap();
const watcher = new IntersectionObserver((entries) => {
  for (const { target, intersectionRatio } of entries) {
    target.dataset.watched = "";
    target.toggleAttribute("data-on-screen", intersectionRatio > 0.9);
    look(target);
  }
}, { threshold: 0.95 });

/** Note from now on whether they were on the screen. */
export function watch(cells) {
  for (const cell of cells) watcher.observe(cell);
}

/** Look again whether a cell begins to be seen: it came onto the screen or left it, or its picture was decoded. */
export function look(cell) {
  clearTimeout(timers.get(cell));
  if (isSeen(cell)) return tell(cell);
  const isThere = cell.querySelector(".picture") === null || "decoded" in cell.dataset;
  if (isThere && "onScreen" in cell.dataset) {
    timers.set(cell, setTimeout(() => {
      cell.toggleAttribute("data-seen", true);
      tell(cell);
    }, MOMENT));
  }
  tell(cell);
}

export const isSeen = (cell) => "seen" in cell.dataset;

/** Say on the grid whether a picture on the screen is still to be seen. */
function tell(cell) {
  const grid = cell.closest(".column");
  if (!grid || grid.querySelector(".cell:not([data-watched])")) return;
  grid.toggleAttribute("data-awaiting", grid.querySelector(".cell[data-on-screen]:not([data-seen], [data-lost])") !== null);
}
