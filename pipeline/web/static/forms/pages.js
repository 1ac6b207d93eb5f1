// The specimen pages of a draft: sent, looked at by the machine behind the answer, leafed through, and what was read.

import { send } from "./saving.js";

const ASK = 700; // ms between two looks at work under way

export class Pages {
  /** `came(state)`: the server's state of the draft, when a page or the work changed something. */
  constructor(path, most, canvas, told, came) {
    Object.assign(this, { path, most, canvas, told, came });
    this.pages = [];
    this.readings = {};
    this.at = 0;
    this.job = null;
    this.name = document.getElementById("page-name");
    this.empty = document.getElementById("empty");
    this.invitation = this.empty.textContent;
    document.getElementById("files").addEventListener("change", ({ target }) => this.#send(target));
    this.parts = document.getElementById("parts"); // of a table alone: a person says whether it stands on each page of an open book
    this.parts?.addEventListener("change", () => this.pages.length && this.start("propose"));
  }

  get page() {
    return this.pages[this.at] ?? null;
  }

  /** Show what the server says of the pages. */
  take(state) {
    this.pages = state.pages;
    this.readings = state.readings;
    if (this.parts && state.pages.some(({ straight }) => straight)) this.parts.checked = this.areParted(state.pages);
    this.at = Math.min(this.at, Math.max(0, this.pages.length - 1));
    this.#tell(state.job);
    this.show();
    if (state.job?.running) this.#watch();
  }

  areParted(pages = this.pages) {
    return pages.some(({ side }) => side);
  }

  step(by) {
    if (!this.pages.length) return;
    this.at = (this.at + by + this.pages.length) % this.pages.length;
    this.show();
  }

  show() {
    const { page } = this;
    this.empty.hidden = Boolean(page?.straight);
    this.name.textContent = page ? `Trang ${this.at + 1}/${this.pages.length}${page.side ? (page.side === "left" ? ", nửa trái" : ", nửa phải") : ""}${page.flaw ? `: ${page.flaw}` : page.straight ? "" : ": chưa nắn, hãy bấm Máy đề nghị"}` : "Chưa có trang mẫu";
    this.name.title = page?.name ?? "";
    this.canvas.readings = page ? this.readings.pages?.[page.number] ?? null : null;
    this.canvas.show(page?.straight ? page : null, page ? `/pictures/forms/${this.path.split("/").at(-1)}/${page.number}?n=${this.job?.number ?? 0}` : "");
  }

  async remove() {
    if (!this.page || !window.confirm("Bỏ trang này khỏi bản nháp? Tệp đã gửi vẫn còn.")) return;
    const { ok, said } = await send(`${this.path}/pages/${this.page.number}/remove`);
    if (ok) this.came(said);
    else this.told({ refused: said.sentence });
  }

  async start(work) {
    const asks = work === "propose" && this.parts ? `?parts=${this.parts.checked}` : "";
    const { ok, said } = await send(`${this.path}/${work}${asks}`);
    this.told({ refused: ok ? "" : said.sentence });
    if (ok) await this.#watch();
  }

  async #send(input) {
    const files = [...input.files];
    input.value = "";
    for (const [number, file] of files.entries()) {
      if (file.size > this.most) return this.told({ refused: `Tệp ${file.name} quá lớn.` });
      document.getElementById("job").textContent = `Đang gửi ${number + 1}/${files.length}…`;
      const { ok, said } = await send(`${this.path}/pages?name=${encodeURIComponent(file.name)}`, null, { body: file });
      document.getElementById("job").textContent = "";
      if (!ok) {
        this.told({ refused: said.sentence ?? "Không gửi được tệp." });
        if (number === 0) return;
        break;
      }
      this.came(said);
    }
    if (files.length) await this.start("propose");
  }

  async #watch() {
    if (this.watching) return;
    this.watching = true;
    try {
      for (;;) {
        const answer = await fetch(`${this.path}/state`, { headers: { Accept: "application/json" } }).catch(() => null);
        if (answer?.status === 401) return location.assign("/login");
        const state = answer?.ok ? await answer.json() : null;
        if (state) this.#tell(state.job);
        if (state && !state.job?.running) {
          this.watching = false;
          if (state.job && !state.job.good) this.told({ refused: state.job.sentences.join(" ") });
          return this.came(state, { ended: true });
        }
        await new Promise((resolve) => setTimeout(resolve, ASK));
      }
    } finally {
      this.watching = false;
    }
  }

  #tell(job) {
    this.job = job;
    const running = Boolean(job?.running);
    for (const work of ["propose", "read", "remove-page"]) document.querySelector(`[data-do="${work}"]`).disabled = running || !this.pages.length;
    if (this.parts) this.parts.disabled = running;
    const told = document.getElementById("job");
    told.textContent = !job ? "" : running ? `${job.title}: ${job.done}/${job.total || this.pages.length}…` : job.phase === "interrupted" ? "Việc trước bị ngắt; hãy bấm lại." : job.sentences.join(" ");
    told.className = job && !running && !job.good ? "bad" : "";
    this.empty.textContent = running ? `${told.textContent} Trang đầu hiện ra khi xong.` : this.invitation;
  }
}
