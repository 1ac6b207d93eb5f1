// The pictures of column mode come in sheets, one response for some pictures, so that a screenful is there at once. What
// is on the screen comes first. The room of each picture is kept before it comes.

import { rest } from "./saving.js";
import { isLoggedOut, Refused, send } from "./wire.js";

const SHEET = 6; // pictures of a response
const AT_ONCE = 2; // responses under way
const TOO_MANY = 429; // from this status on a refusal is none of the pictures
const AGAIN = 2000; // milliseconds until a sheet that did not come is asked for again

let waiting = []; // cells whose pictures were not asked for

/** Get the pictures of these cells instead of those before; `arrived(cell)`: its picture is decoded, or cannot be shown. */
export function getPictures(cells, place, arrived) {
  waiting = cells.filter((cell) => cell.querySelector(".picture"));
  for (const cell of waiting) keepRoom(cell.querySelector(".picture"));
  const mine = waiting;
  for (let line = 0; line < AT_ONCE; line += 1) void getAll(() => (waiting === mine ? mine : []), place, arrived);
}

function keepRoom(picture) {
  const [width, height] = ["width", "height"].map((side) => Number(picture.firstElementChild.getAttribute(side)));
  picture.style.setProperty("--ratio", width / height);
  picture.style.setProperty("--natural", `${width}px`);
}

async function getAll(left, place, arrived) {
  while (left().length > 0) {
    const sheet = nextOf(left(), place);
    try {
      await getSheet(sheet, arrived);
    } catch (error) {
      if (error instanceof Refused && !isLoggedOut(error) && error.status < TOO_MANY) await getEach(sheet, arrived);
      else {
        left().push(...sheet.filter((cell) => cell.isConnected));
        await rest(AGAIN);
      }
    }
  }
}

/** A sheet was refused for one of its pictures: the others come by themselves. */
async function getEach(cells, arrived) {
  for (const cell of cells) await getSheet([cell], arrived).catch(() => lose(cell, arrived));
}

/** Take the cells of the next sheet off the list: those on the screen, else the first ones. */
function nextOf(cells, place) {
  const { top, bottom } = place.getBoundingClientRect();
  const isOnScreen = (cell) => {
    const box = cell.getBoundingClientRect();
    return box.bottom > top && box.top < bottom;
  };
  const there = cells.filter(isOnScreen);
  const sheet = (there.length > 0 ? there : cells).slice(0, SHEET);
  for (const cell of sheet) cells.splice(cells.indexOf(cell), 1);
  return sheet;
}

async function getSheet(cells, arrived) {
  const pictures = cells.map((cell) => ({
    task: Number(cell.dataset.task),
    box: cell.querySelector(".picture").dataset.box.split(" ").map(Number),
  }));
  const came = await send("/column/pictures", { pictures });
  await Promise.all(came.map((picture, at) => put(cells[at], picture, arrived)));
}

async function put(cell, { type, found, content }, arrived) {
  const image = cell.querySelector(".ink");
  const address = URL.createObjectURL(new Blob([Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0))], { type }));
  image.src = address;
  try {
    await image.decode();
  } catch {
    return lose(cell, arrived);
  } finally {
    URL.revokeObjectURL(address);
  }
  if (!found) return lose(cell, arrived);
  cell.toggleAttribute("data-decoded", true);
  arrived(cell);
}

function lose(cell, arrived) {
  cell.toggleAttribute("data-lost", true);
  arrived(cell);
}
