// Cuts a sheet out of a photograph and sets it straight: a projective map from the rectangle that is drawn to the four
// corners in the photograph, with the four nearest pixels mixed.

const MOST_PIXELS = 12_000_000; // of either picture: browsers of telephones draw no larger ones
const QUALITY = 0.92;

/** The map (u, v in 0…1) → (x, y) onto four corners, clockwise from the upper left one. */
export function projection([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const [dx1, dx2, dy1, dy2] = [x1 - x2, x3 - x2, y1 - y2, y3 - y2];
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const scale = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / scale, h = (dx1 * sy - sx * dy1) / scale;
  const [a, b, d, e] = [x1 - x0 + g * x1, x3 - x0 + h * x3, y1 - y0 + g * y1, y3 - y0 + h * y3];
  return (u, v) => {
    const w = g * u + h * v + 1;
    return [(a * u + b * v + x0) / w, (d * u + e * v + y0) / w];
  };
}

const distance = ([x, y], [u, v]) => Math.hypot(x - u, y - v);

/** Width and height of the sheet: the longer of each pair of sides. */
export function sizeOf(corners) {
  const width = Math.max(distance(corners[0], corners[1]), distance(corners[3], corners[2]));
  const height = Math.max(distance(corners[0], corners[3]), distance(corners[1], corners[2]));
  const less = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));
  return [Math.max(1, Math.round(width * less)), Math.max(1, Math.round(height * less))];
}

/** Fill `target` (ImageData) with what lies between the corners, in pixels of `source` (ImageData). */
export function drawStraight(source, target, corners) {
  const map = projection(corners), { width, height, data } = source, into = target.data;
  for (let row = 0, at = 0; row < target.height; row += 1) {
    for (let column = 0; column < target.width; column += 1, at += 4) {
      const [x, y] = map((column + 0.5) / target.width, (row + 0.5) / target.height);
      const left = Math.min(width - 1.001, Math.max(0, x - 0.5)), top = Math.min(height - 1.001, Math.max(0, y - 0.5));
      const i = left | 0, j = top | 0, p = left - i, q = top - j, from = 4 * (j * width + i), below = from + 4 * width;
      for (let c = 0; c < 3; c += 1) {
        into[at + c] = (data[from + c] * (1 - p) + data[from + 4 + c] * p) * (1 - q) + (data[below + c] * (1 - p) + data[below + 4 + c] * p) * q;
      }
      into[at + 3] = 255;
    }
  }
}

/** A JPEG of the sheet between the corners, which are shares of the photograph. */
export async function straightened(file, shares) {
  const picture = await createImageBitmap(file);
  const less = Math.min(1, Math.sqrt(MOST_PIXELS / (picture.width * picture.height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * less);
  canvas.height = Math.round(picture.height * less);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const source = context.getImageData(0, 0, canvas.width, canvas.height);
  const corners = shares.map(([x, y]) => [x * canvas.width, y * canvas.height]);
  [canvas.width, canvas.height] = sizeOf(corners);
  const target = context.createImageData(canvas.width, canvas.height);
  drawStraight(source, target, corners);
  context.putImageData(target, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new Error("the browser drew no picture");
  return blob;
}
