// How far the runs are: told by the server while the page is open, until nothing is read any more.
const place = document.getElementById("progress");
const source = new EventSource(place.dataset.address);
let wasReading = Boolean(place.querySelector(".run"));
source.addEventListener("message", ({ data }) => {
  place.innerHTML = data;
  const isReading = Boolean(place.querySelector(".run"));
  if (isReading && !wasReading) location.assign("/runs"); // the table below still says that it waits
  wasReading ||= isReading;
});
source.addEventListener("end", () => {
  source.close();
  if (wasReading) location.reload();
});
