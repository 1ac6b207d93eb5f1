// What the person must know of what is not saved. A notice of words that were refused stays until it is dealt with.

const TROUBLES = {
  unreachable: "Mất liên lạc với máy chủ. Những nhiệm vụ vừa xong còn ở đây và đang được gửi lại; đừng đóng trang này.",
  login: "Phiên làm việc đã hết. Những nhiệm vụ vừa xong còn ở đây và sẽ được gửi tiếp khi bạn đăng nhập lại.",
  busy: "Máy chủ đang bận, đang gửi lại nhiệm vụ vừa xong.",
};

export class Notices {
  constructor(element) {
    this.element = element;
  }

  /** Whether words are told here that the server refused. */
  get holdsWords() {
    return this.element.querySelector(".lost") !== null;
  }

  /** Tell how it goes with what is being saved: a key of TROUBLES, "" when all is well. */
  trouble(state) {
    this.element.querySelector(".trouble")?.remove();
    if (!state) return;
    const note = this.#note("doubt", "trouble", TROUBLES[state]);
    if (state === "login") note.append(" ", loginLink());
    this.element.append(note);
  }

  /** Tell what went wrong, in place of what was told of that kind before. */
  complain(error) {
    this.settle();
    const note = this.#note("bad", "complaint", error.sentence ?? error.message);
    if (error.code === "login") note.append(" ", loginLink());
    this.element.append(note);
  }

  /** Something went well: complaints are over. What was refused stays. */
  settle() {
    for (const note of this.element.querySelectorAll(".complaint")) note.remove();
  }

  /** Tell that words were refused, with what was typed; `actions`: label → what a button does, given the notice. */
  lost(sentence, typed, actions = {}) {
    const note = this.#note("bad", "lost", sentence);
    if (typed.length > 0) {
      const kept = document.createElement("span");
      kept.className = "typed";
      kept.textContent = `Chữ bạn đã gõ: ${typed.join("; ")}`;
      note.append(kept);
    }
    for (const [label, act] of Object.entries({ ...actions, "Đã rõ, bỏ": (one) => one.remove() })) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", () => act(note));
      note.append(button);
    }
    this.element.append(note);
  }

  #note(kind, name, sentence) {
    const note = document.createElement("p");
    note.className = `message ${kind} ${name}`;
    const told = document.createElement("span");
    told.textContent = sentence;
    note.append(told);
    return note;
  }
}

function loginLink() {
  const link = document.createElement("a");
  link.href = "/login";
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "Đăng nhập ở thẻ mới";
  return link;
}
