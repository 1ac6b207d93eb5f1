// A field of the record is found by words of its Vietnamese name, with or without marks, and bound by Enter or a click.

export const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase();

/** The choices that have all words that are typed: first the one of that very name, then those whose name begins so.
 *  `also`: another name of the choice. */
export function found(choices, typed) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const whole = words.join(" ");
  const names = ({ plain: name, also }) => [name, also].filter(Boolean);
  const hits = choices.filter((choice) => names(choice).some((name) => words.every((word) => name.includes(word))));
  const nearness = (name) => (name === whole ? 0 : name.startsWith(whole) ? 1 : 2);
  const rank = (choice) => {
    const nearest = Math.min(...names(choice).map(nearness));
    return nearest && choice.taken ? nearest + 3 : nearest;
  };
  return hits.sort((one, other) => rank(one) - rank(other));
}

/** A combobox (ARIA): `choices()` returns [{label, plain, value, taken}], `chosen(value)` is told. */
export function fieldBox(id, words, current, choices, chosen) {
  const box = document.createElement("div");
  box.className = "combo";
  const label = document.createElement("label");
  label.htmlFor = id;
  label.textContent = words;
  const input = document.createElement("input");
  Object.assign(input, { id, type: "text", autocomplete: "off", value: current, placeholder: "gõ vài chữ, không cần dấu" });
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", `${id}-list`], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
  const list = document.createElement("ul");
  Object.assign(list, { id: `${id}-list`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words);
  let at = 0;
  let hits = [];

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const light = () => {
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", number === at));
    const item = list.children[at];
    if (!item) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  };
  const open = () => {
    hits = found(choices(), input.value === current ? "" : input.value).slice(0, 60);
    at = 0;
    list.replaceChildren(...hits.map((hit, number) => {
      const item = document.createElement("li");
      item.id = `${id}-${number}`;
      item.setAttribute("role", "option");
      item.textContent = hit.label;
      if (hit.taken) item.append(Object.assign(document.createElement("small"), { textContent: " đã gắn chỗ khác" }));
      item.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        take(hit);
      });
      return item;
    }));
    list.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    light();
  };
  const take = (hit) => {
    close();
    chosen(hit.value);
  };
  input.addEventListener("focus", () => {
    input.select();
    open();
  });
  input.addEventListener("input", open);
  input.addEventListener("blur", () => {
    close();
    input.value = current;
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length) {
      event.preventDefault();
      at = (at + step + hits.length) % hits.length;
      light();
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      if (!list.hidden && hits[at]) take(hits[at]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (list.hidden) input.blur();
      close();
      input.value = current;
      document.querySelector("#overlay .chosen")?.focus({ preventScroll: true });
    }
  });
  box.append(label, input, list);
  return box;
}
