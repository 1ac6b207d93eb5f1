// The form that sends a workbook to be imported: the file is the body of one request, the address of its page comes back.
const form = document.getElementById("send-file"), told = document.getElementById("file-told");
const button = form.querySelector("button"), csrf = document.querySelector("meta[name=csrf]").content;

const say = (sentence, kind) => { told.className = `message ${kind}`; told.textContent = sentence; told.hidden = false; };

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = form.elements.file.files;
  if (!file) { say("Hãy chọn tệp Excel (.xlsx).", "bad"); return; }
  if (file.size > Number(form.dataset.most)) { say(`Tệp lớn hơn ${form.dataset.most >> 20} MB. Hãy tách tệp rồi gửi từng tệp.`, "bad"); return; }
  button.disabled = true;
  say("Đang gửi tệp…", "doubt");
  try {
    const answer = await fetch(`/imports/files?${new URLSearchParams({ name: file.name })}`, {
      method: "POST", body: file,
      headers: { "X-CSRF-Token": csrf, "Content-Type": "application/octet-stream", Accept: "application/json" },
    });
    const found = await answer.json();
    if (answer.ok) { location.assign(found.address); return; }
    say(found.sentence, "bad");
  } catch {
    say("Không gửi được tệp. Hãy kiểm tra mạng rồi gửi lại.", "bad");
  }
  button.disabled = false;
});
form.dataset.ready = "yes";
