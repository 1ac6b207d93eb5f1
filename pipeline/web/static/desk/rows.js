// Rows of like pictures in column mode, and which pictures are chosen.

export const isPicked = (cell) => cell.classList.contains("picked");

/** Choose a picture or not any longer; returns whether it is chosen now. */
export function pick(cell, picked = !isPicked(cell)) {
  cell.classList.toggle("picked", picked);
  cell.querySelector(".mark").hidden = !picked;
  return picked;
}

/** The pictures that what is said of `cell` is said of: all that are chosen where it is one of them. One with another
 * text of its own is left out. */
export function targets(cells, cell) {
  if (!isPicked(cell)) return [cell];
  return cells.filter((one) => one === cell || (isPicked(one) && one.querySelector("input").value.trim() === ""));
}

/** After pictures of a row were accepted: without any left it goes, else its count is told anew. */
export function settle(row) {
  const left = row.querySelectorAll(".cell").length;
  if (left === 0) row.remove();
  else row.querySelector("h2 .count").textContent = left;
}

/** The row of pictures that were chosen as unlike theirs; it is made when there is none. */
export function oddRow(place) {
  let row = place.querySelector(".row-of-like.odd-ones");
  if (row) return row;
  row = document.createElement("section");
  row.className = "row-of-like odd-ones";
  row.setAttribute("aria-label", "Ảnh khác hàng, gõ từng ảnh");
  const heading = document.createElement("h2");
  const [small, count] = ["small", "span"].map((name) => document.createElement(name));
  count.className = "count";
  small.append(count, " ảnh");
  heading.append("Ảnh khác hàng: gõ từng ảnh ", small);
  const list = document.createElement("ul");
  list.className = "cells";
  row.append(heading, list);
  place.querySelector(".column").append(row);
  return row;
}

/** The nearest of `cells` in the line above (-1) the current one or below (1). */
export function above(cells, current, by) {
  const from = current.getBoundingClientRect();
  const middle = (box) => box.left + box.width / 2;
  let best = null;
  for (const cell of cells) {
    const box = cell.getBoundingClientRect();
    const down = (box.top - from.top) * by;
    if (down <= 4) continue;
    const far = [Math.round(down), Math.abs(middle(box) - middle(from))];
    if (!best || far[0] < best.far[0] - 4 || (Math.abs(far[0] - best.far[0]) <= 4 && far[1] < best.far[1])) best = { cell, far };
  }
  return best?.cell;
}

const SHRINK = 0.88; // from one width of the cells that is tried to the next
const LARGEST = 1.6; // times the width that a picture has by itself
const TIGHT = 9; // rem; the least width of pictures that are accepted by rows, whose inputs then lie on them

/** Make the pictures as large as fits, so that they fill the screen; no smaller than their class has them, or TIGHT. */
export function fill(place) {
  const column = place.querySelector(".column");
  if (!column) return;
  column.classList.remove("filled", "tight");
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const least = parseFloat(getComputedStyle(column).getPropertyValue("--least")) * rem;
  const widest = Math.max(0, ...[...column.querySelectorAll(".ink")].map((ink) => LARGEST * Number(ink.getAttribute("width"))));
  for (let width = Math.min(widest, column.clientWidth - 40); width > ("dense" in column.dataset ? TIGHT * rem : least); width *= SHRINK) {
    column.classList.add("filled");
    column.classList.toggle("tight", width < least);
    column.style.setProperty("--cell", `${width}px`);
    if (place.scrollHeight <= place.clientHeight) return;
  }
  if (!("dense" in column.dataset)) column.classList.remove("filled"); // else as many as can be seen at once
}
