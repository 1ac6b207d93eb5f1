// How far the runs are: told by the server while the page is open, until nothing is read any more.
const place = document.getElementById("progress");
const source = new EventSource(place.dataset.address);
let wasReading = Boolean(place.querySelector(".run"));
source.addEventListener("message", ({ data }) => {
  place.innerHTML = data;
  wasReading ||= Boolean(place.querySelector(".run"));
});
source.addEventListener("end", () => {
  source.close();
  if (wasReading) location.reload();
});
