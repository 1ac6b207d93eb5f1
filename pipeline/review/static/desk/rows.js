// Rows of like pictures in column mode.

/** After pictures of a row were accepted: without any left it goes, else its count is told anew. */
export function settle(row) {
  const left = row.querySelectorAll(".cell").length;
  if (left === 0) row.remove();
  else row.querySelector("h2 small").firstChild.textContent = `${left} ảnh `;
}

/** The row of pictures that were marked as unlike theirs; it is made when there is none. */
export function oddRow(place) {
  let row = place.querySelector(".row-of-like.odd-ones");
  if (row) return row;
  row = document.createElement("section");
  row.className = "row-of-like odd-ones";
  row.setAttribute("aria-label", "Ảnh khác hàng, gõ từng ảnh");
  const heading = document.createElement("h2");
  heading.append("Ảnh khác hàng: gõ từng ảnh ", document.createElement("small"));
  heading.lastChild.append("");
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
