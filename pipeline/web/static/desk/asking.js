// Dialogs that ask for a sentence, and the help.

import { figureOf, meaningOf } from "./meanings.js";

/** Open a dialog of templates/desk/reasons.html; resolves to the sentence, or null when the person thinks better of it. */
export function askSentence(dialog) {
  const form = dialog.querySelector("form");
  const input = form.elements.sentence;
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  input.focus();
  return new Promise((answer) => {
    const choose = (button) => {
      input.value = button.dataset.sentence;
      input.focus();
    };
    const onKey = (event) => {
      if (event.isComposing) return;
      const button = meaningOf(event) === "choose" && form.querySelectorAll("[data-sentence]")[figureOf(event) - 1];
      if (!button) return;
      event.preventDefault();
      choose(button);
    };
    const onClick = (event) => {
      const button = event.target.closest("[data-sentence]");
      if (button) choose(button);
      if (event.target.closest(".cancel")) dialog.close("");
    };
    dialog.addEventListener("keydown", onKey);
    dialog.addEventListener("click", onClick);
    dialog.addEventListener("close", () => {
      dialog.removeEventListener("keydown", onKey);
      dialog.removeEventListener("click", onClick);
      const sentence = input.value.normalize("NFC").trim();
      answer(dialog.returnValue === "ok" && sentence ? sentence : null);
    }, { once: true });
  });
}

/** Open the help; resolves when it is closed. */
export function showHelp(dialog) {
  dialog.showModal();
  return new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
}
