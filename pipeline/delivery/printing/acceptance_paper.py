"""The minutes of acceptance of a lot: plan, draw, errors by event, cell and character, conclusion, signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.base.localtime import format_moment
from pipeline.base.text.numbers import format_count, with_comma
from pipeline.declarations.office.campaign import UNIT_LABELS, ContractPolicy
from pipeline.delivery.printing.minutes import (
    Minutes,
    MinutesSigner,
    facts,
    listed,
    note_printed,
    sentence,
    today,
)
from pipeline.delivery.printing.offices import IssuingOffices
from pipeline.delivery.printing.service import Asker, PrintedFile
from pipeline.recognition.calibration.risk import upper_bound
from pipeline.registry import Registry
from pipeline.registry.lots.stored_lots import BOUND_RISK, CharacterErrors, Lot, LotVerdict

COLUMNS = (
    ("Tính theo", 1.4),
    ("Đã kiểm tra", 1.4),
    ("Sai", 1.0),
    ("Tỉ lệ sai trong mẫu", 1.6),
    ("Chắc không quá (95 %)", 1.7),
)
CONCLUSIONS = {
    LotVerdict.ACCEPTED: "NHẬN lô.",
    LotVerdict.REJECTED: "TRẢ LẠI lô: mọi sự kiện khác của lô được mở lại để kiểm tra.",
    LotVerdict.CANCELLED: "Lô đã bỏ, không kết luận.",
}


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """What was checked and wrong by one unit; ``bound``: the largest share of errors not refuted at 95 %."""

    unit: str
    checked: int
    wrong: int
    bound: float

    @property
    def rate(self) -> float:
        return self.wrong / self.checked if self.checked else 0.0

    @property
    def row(self) -> list[str]:
        numbers = [format_count(self.checked), format_count(self.wrong)]
        if not self.checked:
            return [UNIT_LABELS[self.unit], *numbers, "–", "–"]
        return [UNIT_LABELS[self.unit], *numbers, _percent(self.rate), _percent(self.bound)]


def acceptance_paper(
    registry: Registry,
    lot: Lot,
    characters: CharacterErrors,
    contract: ContractPolicy,
    offices: IssuingOffices,
    asker: Asker,
) -> PrintedFile:
    """Return the minutes of a lot as PDF, and record that they were printed."""
    content = acceptance_minutes(_with_names(registry, lot), characters, contract).pdf(
        offices.of(lot.place_code), today(), asker.name
    )
    note_printed(registry, "acceptance-printed", f"lot:{lot.lot_id}", content, asker.login)
    return PrintedFile(f"bien-ban-nghiem-thu-lo-{lot.lot_id:04d}.pdf", content)


def _with_names(registry: Registry, lot: Lot) -> Lot:
    """Return the lot with names beside its logins and the code of its place, as people sign the minutes."""
    accounts = registry.accounts()
    names = {account.person.login: account.person.name for account in accounts.list()}
    places = {place.code: place.name for place in accounts.places()}

    def named(key: str, known: Mapping[str, str]) -> str:
        return f"{known[key]} ({key})" if key in known else key

    closing = lot.closing and replace(lot.closing, login=named(lot.closing.login, names))
    return replace(
        lot, login=named(lot.login, names), place_code=named(lot.place_code, places), closing=closing
    )


def error_rates(lot: Lot, characters: CharacterErrors) -> tuple[ErrorRate, ...]:
    """Return the errors of a sample by event, by cell and by character.

    Characters are left out where decisions after the verdict changed what was found.
    """
    found = lot.findings
    rates = [
        ErrorRate("events", found.checked, found.wrong, lot.bound),
        _binomial("cells", found.fields_checked, found.fields_wrong),
    ]
    if characters.fields_wrong == found.fields_wrong:
        rates.append(_binomial("characters", characters.checked, characters.wrong))
    return tuple(rates)


def contract_verdict(rates: tuple[ErrorRate, ...], contract: ContractPolicy) -> str:
    """Return in a sentence whether the sample meets the contract: proven, refuted, or not decided by it."""
    most, unit = contract.most_wrong / 100, UNIT_LABELS[contract.unit]
    asked = f"Hợp đồng: không quá {_percent(most)} số {unit} sai. "
    rate = next((one for one in rates if one.unit == contract.unit and one.checked), None)
    if rate is None:
        return asked + "Chưa có số liệu để so."
    if rate.bound <= most:
        return asked + f"ĐẠT: với độ tin cậy 95 %, cả lô sai không quá {_percent(rate.bound)}."
    if rate.rate > most:
        return asked + f"KHÔNG ĐẠT: trong mẫu sai {_percent(rate.rate)}."
    return asked + (
        f"Trong mẫu sai {_percent(rate.rate)}, không quá mức hợp đồng, nhưng mẫu chưa đủ lớn để chắc cho cả lô "
        f"(chắc không quá {_percent(rate.bound)})."
    )


def acceptance_minutes(lot: Lot, characters: CharacterErrors, contract: ContractPolicy) -> Minutes:
    """Return the minutes of a lot."""
    plan, rates = lot.plan, error_rates(lot, characters)
    rule = "kiểm tra hết" if plan.is_whole else f"nhận khi có không quá {plan.acceptance} sự kiện sai"
    quality = plan.quality
    closing = lot.closing
    if closing is None:
        conclusion = "CHƯA KẾT LUẬN: mẫu chưa kiểm tra xong hoặc người phụ trách chưa kết luận."
    else:
        conclusion = (
            f"{CONCLUSIONS[closing.verdict]} {closing.login} kết luận lúc {format_moment(closing.closed_at)}."
        )
        conclusion += f" {closing.reason}" if closing.reason else ""
    notes = [
        "Số chắc không quá tính theo sự kiện là của đúng lô này; theo ô, theo ký tự thì coi các ô là rút riêng.",
        "Ký tự sai là số chữ phải thêm, bỏ, thay để chữ cũ thành chữ đúng.",
    ]
    if len(rates) < len(UNIT_LABELS):
        notes.append("Sau khi kết luận đã có quyết định mới, nên không tính lại được số ký tự sai lúc ấy.")
    return Minutes(
        "BIÊN BẢN NGHIỆM THU",
        f"Dữ liệu số hóa sổ hộ tịch, lô số {lot.lot_id}",
        (
            facts(
                "LÔ VÀ PHÉP LẤY MẪU",
                [
                    ("Các quyển sổ", ", ".join(lot.books)),
                    ("Nơi đăng ký", lot.place_code),
                    ("Số sự kiện của lô", format_count(plan.lot)),
                    ("Lấy mẫu", f"{format_count(plan.sample)} sự kiện, {rule}"),
                    ("Ô được kiểm tra", "mọi ô" if lot.fields == "all" else "các ô quan trọng"),
                    ("Vòng kiểm tra", str(lot.turn)),
                    (
                        "Tỉ lệ sự kiện sai",
                        f"chấp nhận {_percent(quality.acceptable)}, không chấp nhận {_percent(quality.rejectable)}",
                    ),
                    ("Lô tốt bị trả lại", f"xác suất {_percent(plan.producer_risk)}"),
                    ("Lô xấu được nhận", f"xác suất {_percent(plan.consumer_risk)}"),
                    ("Rút mẫu", f"{lot.login}, {format_moment(lot.drawn_at)}"),
                    ("Mã chọn mẫu ngẫu nhiên", lot.seed),
                ],
            ),
            listed("KẾT QUẢ KIỂM TRA", COLUMNS, [rate.row for rate in rates], numbers=(1, 2, 3, 4)),
            *(sentence(note) for note in notes),
            sentence(conclusion, "KẾT LUẬN"),
            sentence(contract_verdict(rates, contract)),
            sentence("Biên bản được lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản."),
        ),
        (MinutesSigner("Đại diện cơ quan"), MinutesSigner("Đại diện đơn vị số hóa")),
    )


def _binomial(unit: str, checked: int, wrong: int) -> ErrorRate:
    return ErrorRate(unit, checked, wrong, upper_bound(checked, wrong, BOUND_RISK) if checked else 1.0)


def _percent(share: float) -> str:
    return f"{with_comma(f'{100 * share:.2f}')} %"
