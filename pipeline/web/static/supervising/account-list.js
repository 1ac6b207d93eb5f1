// A file of people is read in the browser into the text of the list; it is sent as if it had been pasted.
const input = document.getElementById("list-file"), lines = input.form.elements.lines;
const told = document.getElementById("list-told");

const say = (sentence) => { told.className = "message bad"; told.textContent = sentence; told.hidden = !sentence; };

input.addEventListener("change", async () => {
  const [file] = input.files;
  if (!file) return;
  if (file.size > Number(input.dataset.most)) { say("Tệp quá lớn. Hãy chia danh sách thành nhiều tệp."); input.value = ""; return; }
  try {
    lines.value = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    say("");
  } catch {
    say("Tệp không phải chữ UTF-8. Trong Excel, hãy lưu thành “CSV UTF-8 (phân cách bằng dấu phẩy)” rồi chọn lại.");
    input.value = "";
  }
});
input.dataset.ready = "yes";
