// One key a verdict on the suggestion that is chosen, else on the first that nobody has judged.

document.addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, altKey, metaKey, isComposing, repeat } = event;
  if (isComposing || repeat || ctrlKey || altKey || metaKey || target.closest("input, select, textarea")) return;
  const cards = [...document.querySelectorAll("article.link")];
  const chosen = target.closest("article.link");
  const buttons = (chosen ? [chosen] : cards).flatMap((card) => [...card.querySelectorAll("button[data-key]")]);
  const button = buttons.find((one) => one.dataset.key === key.toLowerCase());
  if (!button || button.form.dataset.sent) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("submit", ({ target }) => { target.dataset.sent = "yes"; });
