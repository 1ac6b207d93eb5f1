// How sharp a photograph is: the variance of the Laplacian of its grey values, on a copy of a fixed width so that
// telephones with other cameras compare. A page in focus has thousands; below LEAST its small letters run together.
export const WIDTH = 1200;
export const LEAST = 120;
export const SHORT_SIDE = 1400;

export function laplacianVariance(pixels, width, height) {
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i += 1) grey[i] = 0.299 * pixels[4 * i] + 0.587 * pixels[4 * i + 1] + 0.114 * pixels[4 * i + 2];
  let sum = 0, squares = 0, count = 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i += 1) {
      const value = grey[i - 1] + grey[i + 1] + grey[i - width] + grey[i + width] - 4 * grey[i];
      sum += value;
      squares += value * value;
      count += 1;
    }
  }
  return count ? squares / count - (sum / count) ** 2 : 0;
}

// Draws the photograph on the canvas; returns why one might take it again ("": it is fine).
export async function flawOf(file, canvas) {
  const picture = await createImageBitmap(file);
  canvas.width = Math.min(WIDTH, picture.width);
  canvas.height = Math.max(1, Math.round((picture.height * canvas.width) / picture.width));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const small = Math.min(picture.width, picture.height) < SHORT_SIDE;
  picture.close();
  const sharpness = laplacianVariance(context.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height);
  if (sharpness < LEAST) return "Ảnh có vẻ bị mờ, nhòe. Giữ chắc tay, chạm vào trang giấy trên màn hình để lấy nét, rồi chụp lại.";
  return small ? "Ảnh nhỏ quá, chữ có thể không đọc được. Hãy chụp gần hơn, hoặc chọn cỡ ảnh lớn nhất của máy ảnh." : "";
}
