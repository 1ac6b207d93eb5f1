// A form that sends a file as the body of one request to its data-address. The answer names the page to open, or gives
// the text of a code, which goes into the form named by data-fills and is sent with it.
const form = document.getElementById("send-file"), told = document.getElementById("file-told");
const button = form.querySelector("button"), csrf = document.querySelector("meta[name=csrf]").content;

const say = (sentence, kind) => { told.className = `message ${kind}`; told.textContent = sentence; told.hidden = false; };

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = form.elements.file.files;
  if (!file) { say("Hãy chọn tệp.", "bad"); return; }
  if (file.size > Number(form.dataset.most)) { say(`Tệp lớn hơn ${form.dataset.most >> 20} MB. Hãy tách tệp rồi gửi từng tệp.`, "bad"); return; }
  button.disabled = true;
  say("Đang gửi tệp…", "doubt");
  try {
    const answer = await fetch(`${form.dataset.address}?${new URLSearchParams({ name: file.name })}`, {
      method: "POST", body: file,
      headers: { "X-CSRF-Token": csrf, "Content-Type": "application/octet-stream", Accept: "application/json" },
    });
    const found = await answer.json();
    if (answer.ok && found.address) { location.assign(found.address); return; }
    if (answer.ok) {
      const filled = document.getElementById(form.dataset.fills);
      filled.elements.code.value = found.code;
      filled.submit();
      return;
    }
    say(found.sentence, "bad");
  } catch {
    say("Không gửi được tệp. Hãy kiểm tra mạng rồi gửi lại.", "bad");
  }
  button.disabled = false;
});
form.dataset.ready = "yes";
