// Zooming the picture of a page; the arrows turn the pages while nothing is scrolled by them.
const STEP = 1.3, MOST = 5;

const image = document.querySelector(".leaf img"), buttons = document.querySelector(".zooming");
let scale = 1;
buttons.hidden = false;
buttons.addEventListener("click", ({ target }) => {
  if (!target.dataset.zoom) return;
  scale = Math.max(1, Math.min(MOST, target.dataset.zoom === "in" ? scale * STEP : scale / STEP));
  image.style.setProperty("width", `${scale * 100}%`);
});
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || scale > 1) return;
  const link = { ArrowLeft: "#before", ArrowRight: "#after" }[event.key];
  if (link) document.querySelector(link)?.click();
});
