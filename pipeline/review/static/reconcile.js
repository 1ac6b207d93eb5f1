// The keys of the page of a reconciliation. Every answer is a form; without this script it works by mouse and Tab.

import { showHelp } from "./desk/asking.js";

const page = document.getElementById("difference");
const help = document.getElementById("help");

if (page) {
  document.getElementById("title").focus({ preventScroll: true });
  document.getElementById("keys").addEventListener("click", () => showHelp(help));
  document.addEventListener("keydown", onKey);
}

function onKey(event) {
  if (event.isComposing || help.open) return;
  const act = event.altKey ? WITH_ALT[event.code] : ALONE[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

const into = (form, name) => () => document.querySelector(`#${form} [name="${name}"]`)?.focus();
const theirs = () => document.getElementById("theirs").requestSubmit();

const WITH_ALT = {
  Digit1: into("amend", "decision_number"),
  Numpad1: into("amend", "decision_number"),
  Digit2: theirs,
  Numpad2: theirs,
  Digit3: into("unclear", "note"),
  Numpad3: into("unclear", "note"),
  End: () => document.getElementById("page")?.click(),
};

const ALONE = {
  F1: () => showHelp(help),
  F6: () => document.getElementById("later").click(),
};
