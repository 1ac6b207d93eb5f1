// What stands beside a task and takes nothing from it: the comments on it, at a tab of their own.

import { say } from "./said.js";

const place = document.getElementById("place");

function openComments() {
  const task = place.querySelector(".task")?.dataset.task;
  if (!task) return say("Chưa có nhiệm vụ nào đang làm.", true);
  window.open(`/comments/${task}`, `hotich-comments-${task}`);
}

const ACTIONS = { comments: openComments };
const KEYS = { "Shift+F7": "comments" };

document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-beside]")?.dataset.beside;
  if (name) ACTIONS[name](event);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || !event.shiftKey || document.querySelector("dialog[open]")) return;
  const name = KEYS[`Shift+${event.key}`];
  if (!name) return;
  event.preventDefault();
  ACTIONS[name](event);
});
