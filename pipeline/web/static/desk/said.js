// The line under the work in which the page says what it did, also to screen readers.

const line = document.getElementById("said");
let said = 0;

export function say(sentence, warns = false) {
  const number = hush();
  line.classList.toggle("warns", warns);
  requestAnimationFrame(() => {
    if (number === said) line.textContent = sentence; // nothing else was said meanwhile
  });
}

/** What was said is over. */
export function hush() {
  line.textContent = "";
  line.classList.remove("warns");
  said += 1;
  return said;
}
