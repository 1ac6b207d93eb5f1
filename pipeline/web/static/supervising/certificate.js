// The form that sends a certificate file with its password, in the body of one request: neither belongs in an address.
const form = document.getElementById("send-certificate"), told = document.getElementById("certificate-told");
const button = form.querySelector("button"), csrf = document.querySelector("meta[name=csrf]").content;

const say = (sentence, kind) => { told.className = `message ${kind}`; told.textContent = sentence; told.hidden = false; };

const inBase64 = async (file) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = form.elements.file.files;
  if (!file) { say("Hãy chọn tệp.", "bad"); return; }
  if (file.size > Number(form.dataset.most)) { say(`Tệp lớn hơn ${form.dataset.most >> 10} KB nên không phải tệp chứng thư. Hãy chọn đúng tệp .p12 hay .pfx.`, "bad"); return; }
  button.disabled = true;
  say("Đang gửi và mở tệp…", "doubt");
  try {
    const answer = await fetch("/settings/signing/certificate", {
      method: "POST", body: JSON.stringify({ file: await inBase64(file), password: form.elements.password.value }),
      headers: { "X-CSRF-Token": csrf, "Content-Type": "application/json", Accept: "application/json" },
    });
    const found = await answer.json();
    if (answer.ok) { form.reset(); location.assign(found.address); return; }
    say(found.sentence, "bad");
  } catch {
    say("Không gửi được tệp. Hãy kiểm tra mạng rồi gửi lại.", "bad");
  }
  button.disabled = false;
});
form.dataset.ready = "yes";
