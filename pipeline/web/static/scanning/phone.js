// The page of a telephone: a photograph is looked at before it is sent through the door for scans of its book.
import { flawOf } from "./sharpness.js";
import { straightened } from "./straighten.js";
import { Trim, guess } from "./trim.js";
import { Refused, send } from "./upload.js";

const { book } = document.getElementById("camera").dataset;
const told = document.getElementById("told"), troubles = document.getElementById("troubles");
const doubt = document.getElementById("doubt"), why = document.getElementById("why"), preview = document.getElementById("preview");
const trim = new Trim(document.getElementById("frame"), (sentence) => { document.getElementById("order").textContent = sentence; });
let line = Promise.resolve(), sent = 0, number = 0;

const two = (value) => String(value).padStart(2, "0");
function named(file) {
  const now = new Date(), ending = /png$/i.test(file.type) ? "png" : "jpg";
  number += 1;
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const hour = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return new File([file], `anh-${day}-${hour}-${String(number).padStart(3, "0")}.${ending}`, { type: file.type, lastModified: file.lastModified });
}

/** Show the photograph with the corners of its sheet; resolves to "page", "whole" or "" (taken again). */
function asked(flaw) {
  why.textContent = flaw;
  why.hidden = !flaw;
  doubt.hidden = false;
  trim.put(guess(preview));
  document.getElementById(flaw ? "again" : "anyway").focus();
  return new Promise((answer) => {
    for (const [id, wanted] of [["again", ""], ["anyway", "page"], ["whole", "whole"]]) {
      document.getElementById(id).onclick = () => { doubt.hidden = true; answer(wanted); };
    }
  });
}

/** The page as it is sent, and the photograph it was cut from, or only the photograph. */
async function parts(photograph, wanted) {
  if (wanted === "whole" || !trim.cuts) return { page: photograph, original: null };
  told.textContent = "Đang cắt và nắn thẳng trang…";
  const [name, ending] = photograph.name.split(".");
  const page = new File([await straightened(photograph, trim.corners)], `${name}.jpg`, { type: "image/jpeg", lastModified: photograph.lastModified });
  return { page, original: new File([photograph], `${name}-goc.${ending}`, { type: photograph.type, lastModified: photograph.lastModified }) };
}

async function take(file) {
  let flaw;
  try {
    flaw = await flawOf(file, preview);
  } catch {
    preview.width = preview.height = 1;
    flaw = "Không xem được ảnh này trên điện thoại.";
  }
  const wanted = await asked(flaw);
  if (!wanted) { told.textContent = "Đã bỏ ảnh ấy. Hãy chụp lại."; return; }
  const photograph = named(file), onWait = (seconds) => { told.textContent = `Mất mạng. Tự gửi tiếp sau ${seconds} giây.`; };
  try {
    const { page, original } = await parts(photograph, wanted);
    told.textContent = `Đang gửi ảnh ${sent + 1}…`;
    if (original) await send(book, original, { onWait, more: { original: true } });
    await send(book, page, { onWait });
    sent += 1;
    told.textContent = `Đã gửi ${sent} ảnh.`;
  } catch (error) {
    const item = document.createElement("li");
    item.className = "bad";
    item.textContent = error instanceof Refused ? error.message : "Không cắt hoặc không đọc được ảnh này. Hãy chụp lại, hoặc gửi nguyên ảnh.";
    troubles.append(item);
  }
}

for (const id of ["shot", "chosen"]) {
  const input = document.getElementById(id);
  input.addEventListener("change", () => {
    for (const file of [...input.files]) line = line.then(() => take(file));
    input.value = "";
  });
}
document.getElementById("camera").dataset.ready = "yes";
