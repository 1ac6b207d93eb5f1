// A region that a person drew goes to the server, which reads it at once.

import { say } from "./said.js";
import { fetchPiece } from "./wire.js";

const SILENCE = 60_000; // milliseconds: others may have a region read first

/** Have the field in work of `form` read again in `box`; `isInWork()`: whether the form still is. What the person typed
 * meanwhile stays; they decide as before. */
export async function reread(form, box, isInWork) {
  const { field } = form;
  const [left, top, right, bottom] = box;
  say("Máy đang đọc lại trong khung mới… Bạn gõ tiếp được.");
  const piece = await fetchPiece(`/desk/tasks/${form.id}/region`, {
    field: field.name, version: form.version, mark: form.article.dataset.mark, left, top, right, bottom,
  }, SILENCE);
  const item = [...piece.querySelectorAll(".field")].find((one) => one.dataset.field === field.name);
  form.version = Number(piece.dataset.version);
  if (!item) return;
  field.renew(item);
  if (!isInWork()) return;
  if (form.field !== field) return say(`Máy đã đọc lại ô “${field.label}” trong khung mới. Hãy quay lại xem ô ấy.`, true);
  form.moved(field.box);
  form.focus();
  if (!field.isTouched) field.input.select();
  say("Máy đã đọc lại trong khung mới. Hãy so với ảnh rồi nhận hoặc sửa; F9 để lấy lại khung cũ.");
}
