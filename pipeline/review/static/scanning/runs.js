// How far the runs are: told by the server while the page is open, until nothing is read any more.
const place = document.getElementById("progress");
const source = new EventSource(place.dataset.address);
source.addEventListener("message", ({ data }) => { place.innerHTML = data; });
source.addEventListener("end", () => source.close());
