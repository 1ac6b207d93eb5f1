// A region that a person drew goes to the server, which reads it at once.

import { say } from "./said.js";
import { fetchPiece } from "./wire.js";

/** Have the field in work read again in `box`. What the person typed meanwhile stays; they decide as before. */
export async function reread(form, box) {
  const { field } = form;
  const [left, top, right, bottom] = box;
  say("Máy đang đọc lại trong khung mới… Bạn gõ tiếp được.");
  const piece = await fetchPiece(`/desk/tasks/${form.id}/region`, {
    field: field.name, version: form.version, mark: form.article.dataset.mark, left, top, right, bottom,
  });
  const item = [...piece.querySelectorAll(".field")].find((one) => one.dataset.field === field.name);
  form.version = Number(piece.dataset.version);
  if (!item) return;
  field.renew(item);
  if (form.field !== field) return;
  form.moved(field.box);
  form.focus();
  if (!field.isTouched) field.input.select();
  say("Máy đã đọc lại trong khung mới. Hãy so với ảnh rồi nhận hoặc sửa; F9 để lấy lại khung cũ.");
}
