// The page of a telephone: a photograph is looked at before it is sent through the door for scans of its book.
import { flawOf } from "./sharpness.js";
import { Refused, send } from "./upload.js";

const { book } = document.getElementById("camera").dataset;
const told = document.getElementById("told"), troubles = document.getElementById("troubles");
const doubt = document.getElementById("doubt"), why = document.getElementById("why"), preview = document.getElementById("preview");
let line = Promise.resolve(), sent = 0, number = 0;

const two = (value) => String(value).padStart(2, "0");
function named(file) {
  const now = new Date(), ending = /png$/i.test(file.type) ? "png" : "jpg";
  number += 1;
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const hour = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return new File([file], `anh-${day}-${hour}-${String(number).padStart(3, "0")}.${ending}`, { type: file.type, lastModified: file.lastModified });
}

function asked(flaw) {
  why.textContent = flaw;
  doubt.hidden = false;
  document.getElementById("again").focus();
  return new Promise((answer) => {
    for (const [id, wanted] of [["again", false], ["anyway", true]]) {
      document.getElementById(id).onclick = () => { doubt.hidden = true; answer(wanted); };
    }
  });
}

async function take(file) {
  let flaw;
  try { flaw = await flawOf(file, preview); } catch { flaw = "Không xem được ảnh này trên điện thoại."; }
  if (flaw && !(await asked(flaw))) { told.textContent = "Đã bỏ ảnh ấy. Hãy chụp lại."; return; }
  const photograph = named(file);
  told.textContent = `Đang gửi ảnh ${sent + 1}…`;
  try {
    await send(book, photograph, { onWait: (seconds) => { told.textContent = `Mất mạng. Tự gửi tiếp sau ${seconds} giây.`; } });
    sent += 1;
    told.textContent = `Đã gửi ${sent} ảnh.`;
  } catch (error) {
    const item = document.createElement("li");
    item.className = "bad";
    item.textContent = error instanceof Refused ? error.message : "Không đọc được ảnh này.";
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
