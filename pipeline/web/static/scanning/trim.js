// The four corners of a sheet over its photograph, moved by a finger, the mouse or the arrow keys.
import { SIDE, WHOLE, cornersIn, isConvex } from "./corners.js";

const STEP = 0.01; // of the picture, by an arrow key
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const within = (value) => Math.min(1, Math.max(0, value));

/** The corners of the sheet on a canvas that shows the photograph. */
export function guess(canvas) {
  const less = Math.min(1, SIDE / Math.max(canvas.width, canvas.height));
  const copy = document.createElement("canvas");
  copy.width = Math.max(2, Math.round(canvas.width * less));
  copy.height = Math.max(2, Math.round(canvas.height * less));
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  return cornersIn(context.getImageData(0, 0, copy.width, copy.height).data, copy.width, copy.height);
}

export class Trim {
  /** `frame`: the element around the canvas, with four .corner buttons and a polygon; `told(sentence)`. */
  constructor(frame, told) {
    this.frame = frame;
    this.handles = [...frame.querySelectorAll(".corner")];
    this.outline = frame.querySelector("polygon");
    this.told = told;
    this.corners = WHOLE;
    this.handles.forEach((handle, number) => this.#listen(handle, number));
  }

  put(corners) {
    this.corners = corners.map((corner) => [...corner]);
    this.#show();
  }

  /** Whether anything of the photograph is cut away. */
  get cuts() {
    return this.corners.some(([x, y], i) => Math.abs(x - WHOLE[i][0]) + Math.abs(y - WHOLE[i][1]) > 0.005);
  }

  #listen(handle, number) {
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.focus();
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const { left, top, width, height } = this.frame.getBoundingClientRect();
      this.#move(number, (event.clientX - left) / width, (event.clientY - top) / height);
    });
    handle.addEventListener("keydown", (event) => {
      const by = ARROWS[event.key];
      if (!by) return;
      event.preventDefault();
      const [x, y] = this.corners[number];
      this.#move(number, x + by[0], y + by[1]);
    });
  }

  #move(number, x, y) {
    const wanted = this.corners.map((corner, i) => (i === number ? [within(x), within(y)] : corner));
    if (!isConvex(wanted)) return this.told("Bốn góc phải theo thứ tự quanh tờ giấy.");
    this.told("");
    this.corners = wanted;
    this.#show();
  }

  #show() {
    this.handles.forEach((handle, i) => {
      handle.style.left = `${100 * this.corners[i][0]}%`;
      handle.style.top = `${100 * this.corners[i][1]}%`;
    });
    this.outline.setAttribute("points", this.corners.map(([x, y]) => `${1000 * x},${1000 * y}`).join(" "));
  }
}
