// The picture of a ticket's page, enlarged in its frame; and the picture that answers the ticket, sent to its book.
import { Refused, send, state } from "./upload.js";

const STEP = 1.5, MOST = 6;

for (const article of document.querySelectorAll(".ticket")) {
  const picture = article.querySelector(".zoom img"), buttons = article.querySelector(".zoom-buttons");
  let scale = 1;
  const show = () => { picture.style.setProperty("width", `${scale * 100}%`); };
  buttons.hidden = false;
  buttons.addEventListener("click", ({ target }) => {
    if (!target.dataset.zoom) return;
    scale = Math.max(1, Math.min(MOST, target.dataset.zoom === "in" ? scale * STEP : scale / STEP));
    show();
  });
  picture.addEventListener("dblclick", () => { scale = scale > 1 ? 1 : 3; show(); });
}

for (const input of document.querySelectorAll("input.rescan")) {
  input.addEventListener("change", async () => {
    const [file] = input.files, told = input.closest(".ticket").querySelector(".told");
    const { book, ticket } = input.dataset;
    if (!file) return;
    input.disabled = true;
    told.textContent = `Đang gửi ${file.name}…`;
    try {
      await send(book, file, {
        more: { ticket: Number(ticket) },
        onWait: (seconds) => { told.textContent = `Mất kết nối với máy chủ. Tự gửi tiếp sau ${seconds} giây.`; },
      });
      for (;;) {
        told.textContent = "Đã gửi. Máy chủ đang kiểm tra…";
        const now = await state(book).catch(() => ({ checking: 1, flawed: [] }));
        const flaw = now.flawed.find((one) => one.ticket_id === Number(ticket) && one.state === "refused");
        if (!now.checking) {
          if (flaw && flaw.name === file.name) throw new Refused(flaw.message);
          location.reload();
          return;
        }
        await new Promise((go) => setTimeout(go, 1000));
      }
    } catch (error) {
      told.textContent = error instanceof Refused ? error.message : "Không đọc được tệp này trên máy của bạn.";
      input.disabled = false;
      input.value = "";
    }
  });
}
