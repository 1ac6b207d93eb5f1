// The second layer beside the first: what will be delivered of the text in the input, and a person's word on it.

import { say } from "./said.js";
import { fetchPiece } from "./wire.js";

const PAUSE = 300; // milliseconds without a key after which the server is asked
const place = document.getElementById("place");
let waiting = 0;

/** What the input of a field says now; null where there is nothing to ask. */
function asked(item) {
  const input = item?.querySelector(".entry textarea");
  const task = item?.closest(".task")?.dataset.task;
  if (!input || !task || !item.querySelector(".delivered")) return null;
  return { task, body: { field: item.dataset.field, status: item.dataset.status || "read", text: input.value } };
}

async function show(item, confirm = null, shown = "") {
  const now = asked(item);
  if (now === null || place.inert) return; // while it is inert the task may be given back just now
  const holder = item.querySelector(".delivered");
  try {
    const piece = await fetchPiece(`/desk/tasks/${now.task}/delivered`, { ...now.body, confirm, shown });
    if (asked(item)?.body.text !== now.body.text) return; // typed on meanwhile
    holder.replaceChildren(...(piece ? [piece] : []));
    if (confirm !== null && piece) say(piece.textContent.trim());
  } catch (error) {
    holder.replaceChildren();
    if (confirm !== null) say(error.sentence ?? error.message, true);
  }
}

function soon(event) {
  const item = event.target.closest?.(".field");
  if (!item) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => show(item), event.type === "focusin" ? 0 : PAUSE);
}

for (const kind of ["input", "chosen", "focusin"]) place.addEventListener(kind, soon, true);

place.addEventListener("click", (event) => {
  const button = event.target.closest(".delivered button");
  if (!button) return;
  show(button.closest(".field"), Number(button.dataset.proposal), button.closest("[data-mark]").dataset.mark);
  button.closest(".field").querySelector(".entry textarea").focus();
});
