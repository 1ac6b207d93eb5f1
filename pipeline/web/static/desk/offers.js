// Values that follow from what was typed: asked of the server when such a field comes up, offered with their reason.

import { send } from "./wire.js";

/** Put what is offered for the field in work behind its other choices, each on the next free figure. */
export async function offer(form) {
  const field = form?.field;
  if (!field || !("derived" in field.item.dataset)) return;
  const found = await send(`/desk/tasks/${form.id}/offers`, { words: form.words().map(({ field: name, status, text }) => ({ field: name, status, text })) }).catch(() => ({}));
  if (form.field !== field) return;
  const list = listOf(field.item);
  for (const old of list.querySelectorAll("li.offered")) old.remove();
  const taken = new Set([...list.querySelectorAll("button")].map((button) => button.dataset.text));
  for (const { text, reason } of found[field.name] ?? []) {
    if (!taken.has(text)) list.append(choice(list.children.length + 1, text, reason));
  }
  if (list.children.length === 0) list.remove();
  else if (found[field.name]?.length) form.say(`Gợi ý: ${found[field.name][0].text}. ${found[field.name][0].reason}.`);
}

function listOf(item) {
  const known = item.querySelector(".choices");
  if (known) return known;
  const list = document.createElement("ol");
  list.className = "choices";
  list.setAttribute("aria-label", "Các cách đọc");
  item.querySelector(".entry").after(list);
  return list;
}

function choice(number, text, reason) {
  const [line, button, key, words, why] = ["li", "button", "kbd", "span", "small"].map((name) => document.createElement(name));
  line.className = "offered";
  Object.assign(button, { type: "button", tabIndex: -1 });
  Object.assign(button.dataset, { number, status: "read", text });
  key.textContent = `Alt+${number}`;
  words.className = "text";
  words.textContent = text;
  why.textContent = reason;
  button.append(key, " ", words, " ", why);
  line.append(button);
  return line;
}
