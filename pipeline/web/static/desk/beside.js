// What stands beside a task and takes nothing from it: the comments on it, at a tab of their own, and the guideline of a
// field, in a dialog.

import { meaningOf } from "./meanings.js";
import { say } from "./said.js";

const place = document.getElementById("place");
const guide = document.getElementById("guide");
const body = document.getElementById("guide-body");

function openComments() {
  const task = place.querySelector(".task")?.dataset.task;
  if (!task) return say("Chưa có nhiệm vụ nào đang làm.", true);
  window.open(`/comments/${task}`, `hotich-comments-${task}`);
}

async function openGuide(event) {
  const field = event.target.closest?.(".field") ?? place.querySelector(".field.current");
  const { record, form } = place.querySelector(".task")?.dataset ?? {};
  if (!field || !record || "whole" in field.dataset) return say("Chưa ở ô nào có hướng dẫn.", true);
  let text;
  try {
    const response = await fetch(`/guidelines/beside/${record}/${field.dataset.field}?form=${encodeURIComponent(form)}`);
    text = response.ok ? await response.text() : "";
  } catch {
    text = "";
  }
  const holder = document.createElement("template");
  holder.innerHTML = text;
  const piece = holder.content.querySelector(".guide");
  if (!piece) return say("Chưa lấy được hướng dẫn. Hãy thử lại.", true);
  body.replaceChildren(document.importNode(piece, true));
  guide.showModal();
}

guide.addEventListener("close", () => place.querySelector(".field.current .entry textarea, .field.current .seen")?.focus());

const ACTIONS = { comments: openComments, guide: openGuide };

document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-beside]")?.dataset.beside;
  if (name) ACTIONS[name](event);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const act = ACTIONS[meaningOf(event)];
  if (!act) return;
  event.preventDefault();
  act(event);
});
