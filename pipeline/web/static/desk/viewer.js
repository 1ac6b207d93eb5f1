// The whole page: zoomed and moved by mouse and by commands, the field in work lit and the rest dimmed a little.

const STEP = 1.25;
const MOST_TIMES = 12; // as large as the page that fits, at most
const ROOM = 24; // pixels kept free around a field that is brought into view

export class Viewer {
  constructor(element) {
    this.element = element;
    this.sheet = element.querySelector(".sheet");
    this.lit = element.querySelector(".lit");
    this.loading = element.querySelector(".loading");
    this.key = null;
    this.image = null;
    this.size = null;
    this.box = null;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.fits = true; // the whole page is shown, also when the window changes
    this.drawn = null; // takes a region that is drawn by hand; null: the hand moves the page
    this.#listen();
  }

  /** Show a page: `image` is its <img>, `size` its [width, height] on which boxes speak, or null. */
  show(key, image, size) {
    if (key === this.key) return;
    this.key = key;
    this.image = image;
    this.size = null;
    this.sheet.querySelector("img")?.remove();
    this.sheet.prepend(image);
    this.sheet.hidden = false;
    this.loading.hidden = image.complete;
    const measured = () => {
      if (this.image !== image) return;
      this.loading.hidden = true;
      this.#measure(size);
    };
    if (image.complete) measured();
    if (!image.naturalWidth) for (const event of ["load", "error"]) image.addEventListener(event, measured); // it may be fetched again
  }

  /** Show no page. */
  clear() {
    this.light(null);
    this.image?.remove();
    this.sheet.hidden = true;
    this.key = this.image = this.size = null;
    this.loading.hidden = true;
  }

  /** Light a box [left, top, right, bottom] of the page (null: nothing) and bring it into view without changing the zoom. */
  light(box) {
    this.box = box;
    this.#drawBox();
    if (box && this.size) this.#reveal();
  }

  /** What is shown now, for another time. */
  get shown() {
    const { key, image, size, box } = this;
    return { key, image, size: this.lit.hidden ? null : size, box };
  }

  get isMeasured() {
    return this.size !== null && !this.lit.hidden;
  }

  /** A region of the middle of what is shown: where one is drawn that was nowhere before. */
  middle() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const at = (share, long, from) => (share * long - from) / this.scale;
    return this.within([at(0.35, width, this.x), at(0.45, height, this.y), at(0.65, width, this.x), at(0.55, height, this.y)]);
  }

  /** A region, moved and cut so that it lies on the page. */
  within([left, top, right, bottom]) {
    const [width, height] = this.size;
    const [across, down] = [Math.min(right - left, width), Math.min(bottom - top, height)];
    const [x, y] = [Math.min(Math.max(left, 0), width - across), Math.min(Math.max(top, 0), height - down)];
    return [x, y, x + across, y + down];
  }

  /** Let the hand draw a region; `drawn(box)` is told of each; null: it moves the page again. */
  draw(drawn) {
    this.drawn = drawn;
    this.element.classList.toggle("draws", drawn !== null);
  }

  /** Zoom towards the field in work: it stays where it is, or comes into the middle when it cannot be seen. */
  zoom(times) {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!this.box || !this.size) return this.#zoomAt(times, width / 2, height / 2);
    const [left, top, right, bottom] = this.box;
    const [x, y] = [this.x + ((left + right) / 2) * this.scale, this.y + ((top + bottom) / 2) * this.scale];
    const isSeen = x >= 0 && x <= width && y >= 0 && y <= height;
    if (!isSeen) {
      this.x += width / 2 - x;
      this.y += height / 2 - y;
    }
    this.#zoomAt(times, isSeen ? x : width / 2, isSeen ? y : height / 2);
    if (!this.fits) this.#reveal();
  }

  zoomIn() {
    this.zoom(STEP);
  }

  zoomOut() {
    this.zoom(1 / STEP);
  }

  /** Move what is shown by shares of the window. */
  move(across, down) {
    this.fits = false;
    this.x -= across * this.element.clientWidth;
    this.y -= down * this.element.clientHeight;
    this.#draw();
  }

  fitPage() {
    if (!this.size) return;
    this.fits = true;
    const { clientWidth: width, clientHeight: height } = this.element;
    this.scale = Math.min(width / this.size[0], height / this.size[1]);
    this.x = (width - this.size[0] * this.scale) / 2;
    this.y = (height - this.size[1] * this.scale) / 2;
    this.#draw();
  }

  fitField() {
    if (!this.size || !this.box) return;
    this.fits = false;
    const [left, top, right, bottom] = this.box;
    const { clientWidth: width, clientHeight: height } = this.element;
    this.scale = this.#allowed(Math.min((width - 2 * ROOM) / (right - left), (height - 2 * ROOM) / (3 * (bottom - top))));
    this.x = width / 2 - ((left + right) / 2) * this.scale;
    this.y = height / 2 - ((top + bottom) / 2) * this.scale;
    this.#draw();
  }

  get #whole() {
    return Math.min(this.element.clientWidth / this.size[0], this.element.clientHeight / this.size[1]);
  }

  #allowed(scale) {
    return Math.min(Math.max(scale, this.#whole), this.#whole * MOST_TIMES);
  }

  #measure(size) {
    const natural = [this.image.naturalWidth || 1, this.image.naturalHeight || 1];
    const alike = size && Math.abs(natural[0] / natural[1] / (size[0] / size[1]) - 1) < 0.05;
    this.size = alike ? size : natural; // a notice stands there instead of the page when they are not alike
    this.lit.hidden = !alike;
    this.image.style.width = `${this.size[0]}px`;
    this.image.style.height = `${this.size[1]}px`;
    this.sheet.style.width = `${this.size[0]}px`;
    this.sheet.style.height = `${this.size[1]}px`;
    this.fitPage();
    this.#drawBox();
  }

  #reveal() {
    if (this.fits) return;
    const [left, top, right, bottom] = this.box.map((n) => n * this.scale);
    const { clientWidth: width, clientHeight: height } = this.element;
    this.x = revealed(this.x, left, right, width);
    this.y = revealed(this.y, top, bottom, height);
    this.#draw();
  }

  #zoomAt(times, x, y) {
    if (!this.size) return;
    this.fits = false;
    const scale = this.#allowed(this.scale * times);
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.#draw();
  }

  #draw() {
    if (!this.size) return;
    const { clientWidth: width, clientHeight: height } = this.element;
    this.x = kept(this.x, this.size[0] * this.scale, width);
    this.y = kept(this.y, this.size[1] * this.scale, height);
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.sheet.style.setProperty("--pen", `${2.5 / this.scale}px`);
  }

  #drawBox() {
    this.lit.classList.toggle("on", this.box !== null);
    if (!this.box) return;
    const [left, top, right, bottom] = this.box;
    const around = this.drawn ? 0 : 8;
    Object.assign(this.lit.style, {
      left: `${left - around}px`,
      top: `${top - around}px`,
      width: `${right - left + 2 * around}px`,
      height: `${bottom - top + 2 * around}px`,
    });
  }

  #listen() {
    const { element } = this;
    element.addEventListener("wheel", (event) => {
      event.preventDefault();
      const corner = element.getBoundingClientRect();
      this.#zoomAt(event.deltaY < 0 ? STEP : 1 / STEP, event.clientX - corner.left, event.clientY - corner.top);
    }, { passive: false });
    let from = null; // where the page was taken
    let corner = null; // of a region that is drawn
    const at = (event) => {
      const { left, top } = element.getBoundingClientRect();
      const [width, height] = this.size;
      const on = (place, most) => Math.min(Math.max(place / this.scale, 0), most);
      return [on(event.clientX - left - element.clientLeft - this.x, width), on(event.clientY - top - element.clientTop - this.y, height)];
    };
    const ends = (event) => {
      if (corner) this.drawn?.(between(corner, at(event)));
      from = corner = null;
    };
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault(); // the input keeps the focus
      if (this.drawn) corner = at(event);
      else from = [event.clientX - this.x, event.clientY - this.y];
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("mousedown", (event) => event.preventDefault());
    element.addEventListener("pointermove", (event) => {
      if (corner) this.drawn?.(between(corner, at(event)));
      if (!from) return;
      this.fits = false;
      this.x = event.clientX - from[0];
      this.y = event.clientY - from[1];
      this.#draw();
    });
    element.addEventListener("pointerup", ends);
    element.addEventListener("pointercancel", () => (from = corner = null));
    element.addEventListener("dblclick", () => this.drawn || this.fitField());
    new ResizeObserver(() => (this.fits ? this.fitPage() : this.#draw())).observe(element);
  }
}

/** The region between two corners. */
function between([x, y], [u, v]) {
  return [Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)];
}

/** A position of the page's edge that leaves no more empty room than there must be. */
function kept(at, length, room) {
  if (length <= room) return (room - length) / 2;
  return Math.min(0, Math.max(room - length, at));
}

/** The least move that brings [low, high] into [0, room]. */
function revealed(at, low, high, room) {
  if (at + low < ROOM) return ROOM - low;
  if (at + high > room - ROOM) return Math.max(ROOM - low, room - ROOM - high);
  return at;
}
