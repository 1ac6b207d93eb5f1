"""Why a person has to type a field without seeing what was read or keyed before, in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.declarations.office.review import Way
from pipeline.registry.tasks.model import FieldWork
from pipeline.registry.tasks.way_choice import OVERLOOKED

UNREAD = 0.995
"""Probability of a wrong reading from which the machine has read nothing that could help."""

ROUGHLY = 0.4
"""Probability of a wrong reading from which it is called very unsure."""


def typing_reasons(work: FieldWork) -> Iterator[str]:
    """Yield why a field is to be typed, or looked at once more; nothing of it tells the value."""
    if work.is_again:
        yield OVERLOOKED
    if not work.blind or work.candidates:
        return
    if work.is_settled:
        yield "Vì sao phải gõ: ô này cần thêm một người gõ mà chưa thấy chữ nào."
        return
    if work.wrong is None:
        yield "Vì sao phải gõ: cơ quan đặt ô này phải gõ độc lập."
        return
    unsure = _how_unsure(work.wrong)
    if work.way is Way.KEYED:
        yield f"Vì sao phải gõ: {unsure}; bạn gõ trùng một cách máy đọc được thì xong, không cần người thứ hai."
    elif work.way is Way.KEYED_CHECKED:
        yield f"Vì sao phải gõ: {unsure}; gõ xong có người khác xem lại."
    else:
        yield f"Vì sao phải gõ: {unsure}, nên hai người phải gõ như nhau."
    if work.few is not None:
        yield (
            f"Nơi này chỉ có {work.few} người gõ được một ô, nên không ô nào cần người thứ {work.few + 1}; "
            "mức sai cho phép có thể không giữ được."
        )


def _how_unsure(wrong: float) -> str:
    if wrong >= UNREAD:
        return "máy không đọc được ô này"
    if wrong >= ROUGHLY:
        return "máy đọc ô này rất không chắc"
    return f"máy đọc ô này chưa chắc, cứ {round(1 / wrong)} ô như thế thì chừng một ô sai"
