// What every page needs: requests of htmx carry the token of the session's forms.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = document.querySelector('meta[name="csrf"]').content;
});

// An open menu closes when one clicks elsewhere, opens another, or presses Escape.
addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(target)) menu.open = false;
});
addEventListener("keydown", ({ key, target }) => {
  const menu = key === "Escape" && target.closest?.(".menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

// What is typed as a password is shown to who asks for it, and sent hidden again: browsers keep no shown password.
addEventListener("change", ({ target }) => {
  if ("showsPasswords" in target.dataset) for (const input of target.form.querySelectorAll("[autocomplete$=password]")) input.type = target.checked ? "text" : "password";
});
addEventListener("submit", ({ target }) => {
  for (const input of target.querySelectorAll("[autocomplete$=password]")) input.type = "password";
});

// Notices: what ended, failed or waits for the person, asked for while the page is in sight; once an event is enough.
const notices = document.getElementById("notices");
if (notices) {
  const EVERY = 30_000, kept = `notices:${notices.dataset.who}`;
  const memory = () => { try { return JSON.parse(sessionStorage.getItem(kept)) ?? {}; } catch { return {}; } };
  const show = ({ words, link, good }) => {
    const box = document.createElement("p"), close = document.createElement("button");
    box.className = `message ${good ? "good" : "doubt"}`;
    const text = document.createElement(link ? "a" : "span");
    if (link) text.href = link;
    text.textContent = words;
    close.type = "button";
    close.className = "quiet";
    close.textContent = "×";
    close.setAttribute("aria-label", `Đóng tin: ${words}`);
    close.addEventListener("click", () => box.remove());
    box.append(text, " ", close);
    notices.append(box);
    while (notices.children.length > 4) notices.firstChild.remove();
  };
  const look = async () => {
    if (document.hidden) return;
    const { since = "", counts } = memory();
    const answer = await fetch(`/notices${since ? `?since=${encodeURIComponent(since)}` : ""}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const { now, ended, waiting } = await answer.json();
    ended.forEach(show);
    if (counts) for (const one of waiting) if (one.count > (counts[one.key] ?? 0)) show({ words: `${one.count} ${one.words}`, link: one.link, good: false });
    sessionStorage.setItem(kept, JSON.stringify({ since: now, counts: Object.fromEntries(waiting.map(({ key, count }) => [key, count])) }));
  };
  setTimeout(look, 2_000);
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
