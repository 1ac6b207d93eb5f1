// What this person has in hand elsewhere, on a tab that may be closed by now, and so does not come to this page.

import { send } from "./wire.js";

const COUNTED = { column: (count) => `${count} ảnh ở trang Theo cột`, desk: (count) => `${count} nhiệm vụ ở màn hình rà soát` };

/** What `place` says where nothing is left: {sentence, button} where this person holds something `elsewhere` ("column" or
 * "desk"), else null. `takeBack()`: go on with it. */
export async function heldElsewhere(elsewhere, takeBack) {
  const { [elsewhere]: count } = await send("/desk/held", {});
  if (count === 0) return null;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "main";
  button.textContent = "Lấy lại nhiệm vụ đang giữ";
  button.addEventListener("click", takeBack);
  return {
    sentence: `Bạn đang giữ ${COUNTED[elsewhere](count)}, có thể ở một thẻ đã đóng. Thẻ ấy còn mở thì hãy làm tiếp ở đó.`,
    button,
  };
}
