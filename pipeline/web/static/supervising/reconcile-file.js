// The form that sends a file of the shared software: the file is the body of one request, JSON comes back.
const form = document.getElementById("send-file"), told = document.getElementById("file-told");
const input = form.elements.file, button = form.querySelector("button");
const csrf = document.querySelector("meta[name=csrf]").content;

const say = (sentence, kind) => { told.className = `message ${kind}`; told.textContent = sentence; told.hidden = false; };

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = input.files;
  if (!file) { say("Hãy chọn tệp Excel (.xlsx) xuất từ phần mềm dùng chung.", "bad"); return; }
  if (file.size > Number(form.dataset.most)) { say(`Tệp lớn hơn ${form.dataset.most >> 20} MB. Hãy tách tệp rồi gửi từng tệp.`, "bad"); return; }
  button.disabled = true;
  say("Đang gửi tệp…", "doubt");
  const wanted = new URLSearchParams({ name: file.name });
  for (const one of form.elements.book.selectedOptions) if (one.value) wanted.append("book", one.value);
  if (form.elements.again.checked) wanted.append("again", "true");
  try {
    const answer = await fetch(`/reconcile/files?${wanted}`, {
      method: "POST", body: file,
      headers: { "X-CSRF-Token": csrf, "Content-Type": "application/octet-stream", Accept: "application/json" },
    });
    if (answer.ok) { location.assign("/reconcile?sent=1"); return; }
    say((await answer.json()).sentence, "bad");
  } catch {
    say("Không gửi được tệp. Hãy kiểm tra mạng rồi gửi lại.", "bad");
  }
  button.disabled = false;
});
form.dataset.ready = "yes";
