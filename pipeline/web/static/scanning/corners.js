// Where a sheet of paper lies in a photograph: the four corners of the largest bright area, in shares of the picture,
// clockwise from the upper left one. The person sees them and moves them: a guess that is wrong costs a finger, no page.

export const SIDE = 360; // of the copy that is searched, in pixels
const LEAST_SHARE = 0.2; // of the picture: less is no sheet
const LEAST_FILL = 0.8; // of the four-sided figure that is bright
export const WHOLE = [[0, 0], [1, 0], [1, 1], [0, 1]];

/** Otsu's threshold of grey values: the one that divides them into two groups as unlike as can be. */
export function threshold(grey) {
  const counts = new Array(256).fill(0);
  for (const value of grey) counts[value] += 1;
  const sum = counts.reduce((total, count, value) => total + count * value, 0);
  let below = 0, sumBelow = 0, best = 0, found = 127;
  for (let value = 0; value < 256; value += 1) {
    below += counts[value];
    const above = grey.length - below;
    if (!below || !above) continue;
    sumBelow += value * counts[value];
    const apart = below * above * (sumBelow / below - (sum - sumBelow) / above) ** 2;
    if (apart > best) { best = apart; found = value; }
  }
  return found;
}

/** The largest connected bright area: {count, corners} with its outermost pixels towards the four corners. */
function largestArea(grey, width, height) {
  const least = threshold(grey), seen = new Uint8Array(width * height), stack = new Int32Array(width * height);
  let best = { count: 0, corners: null };
  for (let start = 0; start < grey.length; start += 1) {
    if (seen[start] || grey[start] <= least) continue;
    let top = 0, count = 0;
    const ends = [Infinity, -Infinity, -Infinity, Infinity], corners = [0, 0, 0, 0];
    stack[top++] = start;
    seen[start] = 1;
    while (top) {
      const at = stack[--top], x = at % width, y = (at - x) / width;
      count += 1;
      if (x + y < ends[0]) { ends[0] = x + y; corners[0] = at; }
      if (x - y > ends[1]) { ends[1] = x - y; corners[1] = at; }
      if (x + y > ends[2]) { ends[2] = x + y; corners[2] = at; }
      if (x - y < ends[3]) { ends[3] = x - y; corners[3] = at; }
      for (const [next, inside] of [[at - 1, x > 0], [at + 1, x + 1 < width], [at - width, y > 0], [at + width, y + 1 < height]]) {
        if (inside && !seen[next] && grey[next] > least) { seen[next] = 1; stack[top++] = next; }
      }
    }
    if (count > best.count) best = { count, corners: corners.map((at) => [at % width, Math.floor(at / width)]) };
  }
  return best;
}

export function area(corners) {
  return Math.abs(corners.reduce((sum, [x, y], i) => {
    const [u, v] = corners[(i + 1) % 4];
    return sum + x * v - u * y;
  }, 0)) / 2;
}

/** Whether the corners go round without crossing or folding. */
export function isConvex(corners) {
  const turns = corners.map(([x, y], i) => {
    const [u, v] = corners[(i + 1) % 4], [s, t] = corners[(i + 2) % 4];
    return Math.sign((u - x) * (t - v) - (v - y) * (s - u));
  });
  return turns.every((turn) => turn === turns[0] && turn !== 0);
}

/** The corners of the sheet in RGBA pixels; WHOLE where none is seen. */
export function cornersIn(pixels, width, height) {
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i += 1) grey[i] = (0.299 * pixels[4 * i] + 0.587 * pixels[4 * i + 1] + 0.114 * pixels[4 * i + 2]) | 0;
  const { count, corners } = largestArea(grey, width, height);
  if (!corners || !isConvex(corners)) return WHOLE;
  const size = area(corners);
  if (size < LEAST_SHARE * width * height || count < LEAST_FILL * size) return WHOLE;
  return corners.map(([x, y]) => [x / (width - 1), y / (height - 1)]);
}
