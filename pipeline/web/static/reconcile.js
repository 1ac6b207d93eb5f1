// The keys of the page of a reconciliation. Every answer is a form; without this script it works by mouse and Tab.

import { showHelp } from "./desk/asking.js";
import { figureOf, meaningOf } from "./desk/meanings.js";

const page = document.getElementById("difference");
const help = document.getElementById("help");

if (page) {
  document.getElementById("title").focus({ preventScroll: true });
  document.getElementById("keys").addEventListener("click", () => showHelp(help));
  document.addEventListener("keydown", onKey);
}

function onKey(event) {
  if (event.isComposing || help.open) return;
  const meaning = meaningOf(event);
  const act = meaning === "choose" ? CHOICES[figureOf(event) - 1] : ACTIONS[meaning];
  if (!act) return;
  event.preventDefault();
  act();
}

const into = (form, name) => () => document.querySelector(`#${form} [name="${name}"]`)?.focus();

/** The answers, in the order of their figures. */
const CHOICES = [
  into("amend", "decision_number"),
  () => document.getElementById("theirs").requestSubmit(),
  into("unclear", "note"),
];

const ACTIONS = {
  help: () => showHelp(help),
  skip: () => document.getElementById("later").click(),
  "show-page": () => document.getElementById("page")?.click(),
};
