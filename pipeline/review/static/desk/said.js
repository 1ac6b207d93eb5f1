// The line under the work in which the page says what it did, also to screen readers.

const line = document.getElementById("said");

export function say(sentence, warns = false) {
  line.textContent = "";
  line.classList.toggle("warns", warns);
  requestAnimationFrame(() => (line.textContent = sentence));
}
