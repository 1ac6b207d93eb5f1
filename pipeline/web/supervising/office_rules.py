"""The office's own severities, terms and aliases (``office.toml``): lists, and edits of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import Field

from pipeline.base.files import FileRefused, parse_toml
from pipeline.base.model import Severity
from pipeline.base.staff_toml_edits import with_changed_row, with_row, without_row
from pipeline.base.text.tones import unaccented
from pipeline.declarations import catalogue
from pipeline.declarations.catalogue import CatalogueRule, rule_catalogue
from pipeline.declarations.office.changed_schemas import OFF, SET_BY_OFFICES, Alias, OwnTerm, RuleChange
from pipeline.declarations.office.settings import SettingsRefused, settings_of
from pipeline.declarations.schema import Declaration, Schemas
from pipeline.registry.statistics.book_states import BookState
from pipeline.web.sign_in_provider.policy import TABLE, SignInPolicy

DEFAULT = ""
"""The choice of the shipped severity."""

SEVERITY_WORDS: Mapping[str, str] = {
    **{severity.value: words for severity, words in catalogue.SEVERITY_WORDS.items()},
    OFF: catalogue.SWITCHED_OFF,
}
EVERY_FIELD = "mọi ô"
READ_SINCE = (
    "Máy đọc: có hiệu lực từ quyển sổ nào bắt đầu được đọc sau khi lưu (lượt đêm, trang Máy đọc, hotich run); quyển "
    "đang đọc dở thì xong theo điều cũ."
)
SHOWN_SINCE = "Màn hình rà soát khi đang gõ, gói tạo trên trình duyệt: có hiệu lực từ lúc máy chủ chạy lại."


class _TypedRow(Declaration):
    """The inputs in the forms of rules and terms."""

    reason: str = Field(min_length=1, max_length=500, title="Lý do")
    label: str = Field(min_length=1, max_length=200, title="Chữ ghi trên sổ")
    code: str = Field(min_length=1, max_length=100, title="Mã")


REASON, NAME, CODE = settings_of(_TypedRow)

R = TypeVar("R", bound=Declaration)


@dataclass(frozen=True, slots=True)
class OwnRows:
    """The rows of the file, in its order; and what it sets of the sign-in through a provider."""

    rules: tuple[RuleChange, ...] = ()
    terms: tuple[OwnTerm, ...] = ()
    aliases: tuple[Alias, ...] = ()
    sign_in: SignInPolicy | None = None

    def of_rule(self, code: str) -> tuple[tuple[int, RuleChange], ...]:
        return tuple((number, row) for number, row in enumerate(self.rules) if row.code == code)

    def of_field(self, code: str, field: str) -> RuleChange | None:
        """Return the row in force about a rule at a field (``""``: every field)."""
        matching = [row for _, row in self.of_rule(code) if row.field == field]
        return matching[-1] if matching else None


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule in the list of rules.

    Attributes:
        rule: The rule as shipped.
        came: The shipped severity, in words.
        here: The file's severity at every field, in words.
        fields: The file's severities at single fields, in words.
        changed: Whether the file mentions the rule.
    """

    rule: CatalogueRule
    came: str
    here: str
    reason: str
    fields: tuple[str, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class RowEdit:
    """An edit of the file's rows: the new text, and the effects in words."""

    text: str
    lines: tuple[str, ...]


def own_rows(text: str) -> OwnRows:
    """Return the rows of a file.

    Raises:
        SettingsRefused: The file has flaws.
    """
    try:
        table = parse_toml(text)
        return OwnRows(
            _rows(table, "rule", RuleChange),
            _rows(table, "term", OwnTerm),
            _rows(table, "alias", Alias),
            SignInPolicy.model_validate(table[TABLE]) if TABLE in table else None,
        )
    except (FileRefused, ValueError, TypeError):
        raise SettingsRefused(
            "Tệp office.toml đang có chỗ sai nên chưa đổi ở đây được. Hãy báo người quản trị máy."
        ) from None


def _rows(table: Mapping[str, Any], name: str, model: type[R]) -> tuple[R, ...]:
    return tuple(model.model_validate(row) for row in table.get(name, ()))


def settable_rules(declared: Schemas) -> tuple[CatalogueRule, ...]:
    """Return the rules whose severity an office may set, as shipped."""
    return tuple(rule for rule in rule_catalogue(declared) if rule.level in SET_BY_OFFICES)


def shown_rules(declared: Schemas, rows: OwnRows, words: str = "") -> tuple[ShownRule, ...]:
    """Return the rules that an office may set, with the severities of the file.

    Args:
        words: Only rules whose code, sentence or fields contain these words, with or without tones.
    """
    search_words = unaccented(words).split()
    rules = []
    for rule in settable_rules(declared):
        labels = {label for use in rule.asked for label in use.labels}
        text = unaccented(" ".join((rule.code, rule.sentence, rule.look_at, *labels)))
        if all(word in text for word in search_words):
            rules.append(_shown(rule, declared, rows))
    return tuple(rules)


def _shown(rule: CatalogueRule, declared: Schemas, rows: OwnRows) -> ShownRule:
    labels, whole = fields_of_rule(rule.code, declared), rows.of_field(rule.code, "")
    came = severity_words(rule.severity.value if rule.severity else OFF)
    single = tuple(
        f"{labels.get(row.field, row.field)}: {severity_words(row.severity)}. {row.reason}"
        for _, row in rows.of_rule(rule.code)
        if row.field
    )
    return ShownRule(
        rule,
        came,
        came if whole is None else severity_words(whole.severity),
        "" if whole is None else whole.reason,
        single,
        changed=bool(rows.of_rule(rule.code)),
    )


def uncoded_boxes(declared: Schemas, rows: OwnRows) -> tuple[tuple[str, str], ...]:
    """Return printed boxes without a code in the declarations and the office's file: vocabulary and words."""
    own = {(row.vocab, unaccented(words)) for row in rows.terms for words in (row.label, *row.aliases)}
    own |= {(row.vocab, unaccented(row.alias)) for row in rows.aliases}
    return tuple(
        (name, words)
        for name, known in sorted(declared.vocabularies.items())
        for words in known.uncoded
        if name in declared.vocabs and (name, unaccented(words)) not in own
    )


def severity_words(severity: str) -> str:
    return SEVERITY_WORDS.get(severity, severity)


def choices_of(rule: CatalogueRule) -> dict[str, str]:
    """Return the severities that an office may set for a rule, in words, the shipped severity first."""
    allowed = (
        (Severity.BLOCK.value, Severity.REVIEW.value) if rule.severity is Severity.BLOCK else SEVERITY_WORDS
    )
    return {
        DEFAULT: "như ban đầu, bỏ mục của cơ quan",
        **{level: severity_words(level) for level in allowed},
    }


def fields_of_rule(code: str, declared: Schemas) -> dict[str, str]:
    """Return labels by name of the fields to which a rule is bound; empty: it applies to all fields of its kind."""
    return {
        name: record.by_name[name].label
        for record in declared.records.values()
        for rule in record.rules
        if rule.code == code
        for name in rule.fields
    }


def edited_rule(text: str, rule: CatalogueRule, form: Mapping[str, str], declared: Schemas) -> RowEdit:
    """Return the text of the file with another severity of a rule.

    A severity for every field replaces those of single fields.

    Args:
        form: ``severity`` (``""``: as shipped), ``field`` (``""``: every field) and ``reason``.

    Raises:
        SettingsRefused: An input is invalid.
    """
    severity, field = form.get("severity", ""), form.get("field", "")
    labels, rows = fields_of_rule(rule.code, declared), own_rows(text)
    if severity not in choices_of(rule):
        raise SettingsRefused("Mức: hãy chọn một mức trong danh sách.")
    if field and field not in labels:
        raise SettingsRefused("Ô: hãy chọn một ô trong danh sách.")
    current, whole = rows.of_field(rule.code, field), rows.of_field(rule.code, "")
    if field and severity != DEFAULT and whole is not None and whole.severity == OFF:
        raise SettingsRefused("Quy tắc đang tắt ở mọi ô. Hãy đổi mức ở mọi ô trước, rồi mới đặt riêng một ô.")
    shipped = severity_words(rule.severity.value if rule.severity else OFF)
    before = shipped if current is None else severity_words(current.severity)
    name = f"{rule.code}, {labels[field] if field else EVERY_FIELD}"
    if severity == DEFAULT:
        if current is None:
            raise SettingsRefused("Cơ quan chưa đặt mức nào ở đó nên không có gì để bỏ.")
        removed = [number for number, row in rows.of_rule(rule.code) if row.field == field]
        return RowEdit(_without(text, "rule", removed), (f"{name}: {before} → như ban đầu",))
    reason = REASON.parse([form.get("reason", "")], {})
    line = f"{name}: {before} → {severity_words(severity)}. Lý do: {reason}"
    others = [(n, row) for n, row in rows.of_rule(rule.code) if row.field and not field]
    removals = [
        f"Bỏ mức riêng của ô {labels.get(row.field, row.field)}: mức mới áp dụng cho mọi ô"
        for _, row in others
    ]
    if current is None:
        values = {"code": rule.code, "field": field or None, "severity": severity, "reason": reason}
        text = with_row(text, "rule", {key: value for key, value in values.items() if value is not None})
    else:
        number = max(n for n, row in rows.of_rule(rule.code) if row.field == field)
        text = with_changed_row(text, "rule", number, {"severity": severity, "reason": reason})
    return RowEdit(_without(text, "rule", [n for n, _ in others]), (line, *removals))


def edited_terms(text: str, form: Mapping[str, str], declared: Schemas) -> RowEdit:
    """Return the text of the file with an added term (``kind`` = ``term``) or alias, or with a removed row.

    Args:
        form: ``kind``; ``remove``: the number of the row to remove; else ``vocab``, ``code``, ``label`` and ``reason``.

    Raises:
        SettingsRefused: An input is invalid.
    """
    kind, rows = form.get("kind", ""), own_rows(text)
    if kind not in ("term", "alias"):
        raise SettingsRefused("Hãy chọn thêm mục riêng hay thêm cách viết.")
    if number := form.get("remove", ""):
        kind_rows: Sequence[OwnTerm | Alias] = rows.terms if kind == "term" else rows.aliases
        if not number.isascii() or not number.isdecimal() or len(number) > 6 or int(number) >= len(kind_rows):
            raise SettingsRefused("Không còn mục ấy trong tệp. Hãy tải lại trang.")
        return RowEdit(
            _without(text, kind, [int(number)]), (f"Bỏ {term_words(kind_rows[int(number)], declared)}",)
        )
    if form.get("vocab", "") not in declared.vocabs:
        raise SettingsRefused("Danh mục: hãy chọn trong danh sách.")
    code, label = CODE.parse([form.get("code", "")], {}), NAME.parse([form.get("label", "")], {})
    values = {"vocab": form["vocab"], "code": code}
    row: OwnTerm | Alias
    if kind == "term":
        values |= {"label": label, "reason": REASON.parse([form.get("reason", "")], {})}
        row = OwnTerm.model_validate(values)
    else:
        values |= {"alias": label}
        row = Alias.model_validate(values)
    return RowEdit(with_row(text, kind, values), (f"Thêm {term_words(row, declared)}",))


def term_words(row: OwnTerm | Alias, declared: Schemas) -> str:
    vocab = declared.vocabs.get(row.vocab)
    title = row.vocab if vocab is None else vocab.title
    if isinstance(row, Alias):
        return f"cách viết “{row.alias}” của “{row.code}” (danh mục {title})"
    others = "".join(f", “{alias}”" for alias in row.aliases)
    return f"mục “{row.label}”{others}, mã {row.code} (danh mục {title}). Lý do: {row.reason}"


def effects_of_rows(books: Sequence[BookState]) -> tuple[str, ...]:
    """Return the effects of a change of rules, terms or aliases and their start, in sentences."""
    read = [book for book in books if book.read]
    if not read:
        return READ_SINCE, SHOWN_SINCE
    pages = sum(book.read for book in read)
    again = (
        f"Trang đã đọc được đọc lại khi máy đọc tới quyển ấy, kể cả khi chỉ đổi lý do: hiện {len(read)} quyển, "
        f"{pages} trang. Quyết định của người rà soát giữ nguyên. Xem trước: hotich reread THƯ_MỤC --sample 20."
    )
    return READ_SINCE, again, SHOWN_SINCE


def not_in_force(server: Schemas, declared: Schemas, rows: OwnRows) -> tuple[str, ...]:
    """Return the codes of rules whose severity at every field differs between this server and the file."""
    codes = []
    for rule in settable_rules(declared):
        whole = rows.of_field(rule.code, "")
        expected = (rule.severity.value if rule.severity else OFF) if whole is None else whole.severity
        in_force = server.severity_of(rule.code)
        if expected != (in_force.value if in_force else OFF):
            codes.append(rule.code)
    return tuple(codes)


def _without(text: str, table: str, numbers: Sequence[int]) -> str:
    for number in sorted(numbers, reverse=True):
        text = without_row(text, table, number)
    return text
