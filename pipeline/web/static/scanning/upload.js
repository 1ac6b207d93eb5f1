// Sends files to a book in pieces, each with its SHA-256, and goes on where the server has stopped.
import { Sha256, sha256 } from "./sha256.js";

const PATIENCE = [1, 2, 4, 8, 15, 30];
const LEAST = 64 * 1024;
const token = () => document.querySelector('meta[name="csrf"]').content;
const pause = (seconds) => new Promise((go) => setTimeout(go, seconds * 1000));

export class Refused extends Error {}

class TooLong extends Error {}

let longest = 1 << 20; // of a piece; less where a server in front takes less

async function asked(path, options = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": token(), ...options.headers };
  const answer = await fetch(path, { ...options, headers });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  if (answer.status === 413 && options.body instanceof Uint8Array && options.body.length > LEAST) throw new TooLong();
  if (answer.status >= 500 || answer.status === 429) throw new Error(told.sentence);
  throw new Refused(answer.status === 401 ? "Phiên làm việc đã hết. Hãy đăng nhập lại rồi chọn lại tệp: phần đã gửi vẫn còn." : told.sentence || "Máy chủ không nhận tệp này.");
}

const json = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

// onWait(seconds): the server is away, tried again then; onSent(bytes): so much of the file is there.
export async function send(book, file, { onWait = () => {}, onSent = () => {}, more = {} } = {}) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await sendOnce(book, file, onSent, more, Math.max(LEAST, longest >> failures));
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (error instanceof TooLong) { longest = Math.max(LEAST, longest >> 1); failures -= 1; continue; }
      const seconds = PATIENCE[Math.min(failures, PATIENCE.length - 1)];
      onWait(seconds);
      await pause(seconds);
    }
  }
}

async function sendOnce(book, file, onSent, more, most) {
  const begun = await asked(`/uploads/${book}`, json({ name: file.name, size: file.size, modified: Math.max(0, Math.round(file.lastModified || 0)), ...more }));
  if (begun.state === "stored" || begun.state === "checking") { onSent(file.size); return begun.state; }
  const whole = new Sha256(), piece = Math.min(begun.piece, most);
  let here = begun.received, damaged = 0;
  for (let at = 0; at < file.size; ) {
    const end = at < here ? Math.min(here, at + begun.piece) : Math.min(file.size, at + piece);
    const bytes = new Uint8Array(await file.slice(at, end).arrayBuffer());
    if (bytes.length !== end - at) throw new Refused(`Tệp «${file.name}» thay đổi trong lúc gửi. Hãy chọn lại tệp.`);
    if (at >= here) {
      const headers = { "Content-Type": "application/octet-stream", "X-SHA256": sha256(bytes) };
      let told;
      try {
        told = await asked(`/uploads/${book}/${begun.upload}?offset=${at}`, { method: "POST", headers, body: bytes });
      } catch (error) {
        if (!(error instanceof Refused) || ++damaged > 3) throw error;
        continue;
      }
      if (told.received !== end) throw new Error("the server has another part of the file");
      here = end;
      onSent(here);
    }
    whole.add(bytes);
    at = end;
  }
  return (await asked(`/uploads/${book}/${begun.upload}/end`, json({ sha256: whole.hex() }))).state;
}

export const state = (book) => asked(`/uploads/${book}`);
