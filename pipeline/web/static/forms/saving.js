// Every change of the design is kept on the server at once: nothing is lost when the browser closes.

const SOON = 350; // ms after the last change

const token = () => document.querySelector('meta[name="csrf"]').content;

/** Send JSON, or a file with `body`; the answer is {ok, status, said}. */
export async function send(path, json, { body, keepalive = false } = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": token(), "Content-Type": body ? "application/octet-stream" : "application/json" };
  try {
    const answer = await fetch(path, { method: "POST", headers, body: body ?? JSON.stringify(json ?? {}), keepalive });
    return { ok: answer.ok, status: answer.status, said: await answer.json().catch(() => ({})) };
  } catch {
    return { ok: false, status: 0, said: { sentence: "Không gửi được về máy chủ. Hãy kiểm tra mạng; máy sẽ thử lại." } };
  }
}

export class Saver {
  /** `path`: of the draft; `told({kept, refused, stale})`; `kept(said)`: the server's answer to a kept design. */
  constructor(path, model, revision, told, kept) {
    this.path = path;
    this.model = model;
    this.revision = revision;
    this.told = told;
    this.kept = kept;
    this.wanted = false;
    this.stopped = false;
    this.under = Promise.resolve();
    addEventListener("pagehide", () => this.wanted && send(this.path, this.#body(), { keepalive: true }));
    addEventListener("beforeunload", (event) => this.wanted && !this.stopped && event.preventDefault());
  }

  soon() {
    if (this.stopped) return;
    this.wanted = true;
    this.told({ kept: "Đang lưu nháp…" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), SOON);
  }

  /** Keep the design as it is; resolves when the server has it. */
  now() {
    clearTimeout(this.timer);
    this.under = this.under.then(() => this.#save());
    return this.under;
  }

  async #save() {
    if (!this.wanted || this.stopped) return;
    this.wanted = false;
    const { ok, status, said } = await send(this.path, this.#body());
    if (ok) {
      this.revision = said.revision;
      this.kept(said);
      this.told({ kept: `Đã lưu nháp lúc ${new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", second: "2-digit" })}`, refused: "" });
    } else if (status === 409 || status === 401 || status === 403 || status === 404) {
      this.stopped = true;
      this.told({ kept: "Chưa lưu", refused: said.sentence ?? "Không lưu được nữa. Hãy tải lại trang.", stale: true });
    } else {
      this.wanted = true;
      this.told({ kept: "Chưa lưu", refused: said.sentence ?? "Chưa lưu được. Máy sẽ thử lại." });
      if (status !== 422) this.timer = setTimeout(() => this.now(), 5000);
    }
  }

  #body() {
    return { revision: this.revision, design: this.model.design };
  }
}
