// A form's file of another office is sent as the body of a request; the draft that it becomes is opened.

const form = document.getElementById("import");
const told = document.getElementById("told");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = form.elements.file.files;
  told.textContent = "";
  if (file.size > 128 * 1024) return void (told.textContent = "Tệp dài quá 128 KB nên không phải một mẫu sổ.");
  const answer = await fetch(`/forms/import?place=${encodeURIComponent(form.elements.place.value)}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream", Accept: "application/json", "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content },
    body: file,
  }).catch(() => null);
  const said = await answer?.json().catch(() => ({}));
  if (answer?.ok) location.assign(`/forms/drafts/${said.draft}`);
  else told.textContent = said?.sentence ?? "Không gửi được. Hãy kiểm tra mạng rồi thử lại.";
});
