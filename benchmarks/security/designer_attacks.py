"""Doors that came last: the form designer and files of other offices, the handbook, columns of an office's workbook.

And workbooks that are brought: whose they are, and what of them counts as confirmed.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Mapping
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import openpyxl

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import OTHER, OWN, AttackedOffice, Desk, login_of
from benchmarks.security.client import Answer, Client
from pipeline.declarations import schema
from pipeline.form_design.design import design_of_form
from pipeline.form_design.drafts import MOST_OF_ONE
from pipeline.form_design.form_toml import design_toml
from pipeline.registry.accounts.model import Role

FORMS, HANDBOOK, COLUMNS, BROUGHT = "mẫu sổ tự thiết kế", "hướng dẫn", "cột bảng xuất", "bảng tính gửi vào"
MOST_SECONDS = 20.0
"""What a hostile file may take before it is refused."""

HIDDEN, REFUSED = {403, 404}, {400, 409, 413, 422}


def attack_designer(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Design forms in the wrong place or role, send hostile files, save what nobody looked at, take all room."""
    people = _People(office, desk)
    own = people.of(Role.OPERATOR, OWN)
    draft = _begun(own, "birth-tan-cong")
    log.note(FORMS, "người quét lập được bản nháp", held=bool(draft), seen="no draft")
    _attack_other_places(log, people, draft)
    _attack_saving(log, people, draft)
    _attack_two_at_once(log, people, draft)
    _attack_by_form_files(log, office, people)
    _attack_quota(log, people)
    people.close()


def attack_new_pages(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Read the handbook without a login and beyond its folder, spoil columns, see and bring others' workbooks."""
    people = _People(office, desk, "127.0.12")
    _attack_handbook(log, people)
    _attack_columns(log, office, people)
    _attack_workbooks(log, office, people)
    people.close()


class _People:
    """Clients of people by role and place, each from an address of its own."""

    def __init__(self, office: AttackedOffice, desk: Desk, network: str = "127.0.11") -> None:
        self._office, self._desk, self._network = office, desk, network
        self._clients: dict[tuple[Role | None, str], Client] = {}

    def of(self, role: Role | None, place: str = OWN) -> Client:
        """Return the client of a person; None: somebody without a login."""
        if (role, place) not in self._clients:
            token = self._office.tokens[login_of(role, place)] if role is not None else ""
            address = f"{self._network}.{len(self._clients) + 1}"
            self._clients[role, place] = self._desk.client(token, address)
        return self._clients[role, place]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


def _begun(client: Client, form_id: str, place: str = OWN) -> str:
    """Return the address of a new draft; ``""``: it was refused."""
    typed = {"record": "birth", "title": "Thử", "first_year": "2000", "last_year": "2001"}
    answer = client.submit("/forms", {**typed, "form_id": form_id, "place": place})
    return answer.location if answer.status == 303 else ""


def _sent(client: Client, path: str, content: bytes, **query: str) -> Answer:
    headers = {
        "Content-Type": "application/octet-stream",
        "Accept": "application/json",
        "X-CSRF-Token": client.csrf,
    }
    return client.ask("POST", f"{path}?{urlencode(query)}", content, headers)


def _state(client: Client, draft: str) -> Any:
    return client.get(f"{draft}/state").json()


def _attack_other_places(log: AttackLog, people: _People, draft: str) -> None:
    number = draft.rsplit("/", 1)[1]
    callers: Mapping[str, tuple[Role | None, str, set[int]]] = {
        "không đăng nhập": (None, OWN, {303, 401, 403}),
        "người rà soát nơi mình": (Role.REVIEWER, OWN, {403}),
        "người kiểm nơi mình": (Role.CHECKER, OWN, {403}),
        "người quét nơi khác": (Role.OPERATOR, OTHER, HIDDEN),
        "người phụ trách nơi khác": (Role.SUPERVISOR, OTHER, HIDDEN),
    }
    for name, (role, place, wanted) in callers.items():
        client = people.of(role, place)
        seen = {
            "xem": client.get(draft).status,
            "trạng thái": client.get(f"{draft}/state").status,
            "ảnh": client.get(f"/pictures/forms/{number}/1").status,
            "lưu": client.send(f"{draft}/save", {"revision": 1}).status,
            "bỏ": client.send(f"{draft}/drop", {"revision": 1}).status,
            "đề nghị": client.send(f"{draft}/propose", {}).status,
            "gửi trang": _sent(client, f"{draft}/pages", b"x", name="a.jpg").status,
            "bỏ trang": client.send(f"{draft}/pages/1/remove", {}).status,
        }
        for act, status in seen.items():
            log.note(FORMS, f"{name}: {act}", held=status in wanted, seen=status)
    for place, name in ((OTHER, "nơi khác"), ("", "cả cơ quan")):
        answer = people.of(Role.OPERATOR).submit(
            "/forms", {"origin": "birth-2006", "place": place, "title": "Thử"}
        )
        log.note(FORMS, f"lập bản nháp cho {name}", held=answer.status == 422, seen=answer.status)
    for path in (
        "/forms/drafts/..%2f..%2faudit.key",
        "/forms/drafts/%00",
        "/forms/files/..%2f..%2foffice",
        "/pictures/forms/..%2f..%2fx/1",
        f"/pictures/forms/{number}/0",
    ):
        answer = people.of(Role.OPERATOR).get(path)
        log.note(FORMS, f"đường dẫn lạ {path}", held=answer.status in {400, 404, 422}, seen=answer.status)


def _attack_saving(log: AttackLog, people: _People, draft: str) -> None:
    operator, chief = people.of(Role.OPERATOR), people.of(Role.SUPERVISOR)
    state = _state(operator, draft)
    revision = state["revision"]
    answer = operator.send(f"{draft}/save", {"revision": revision})
    log.note(FORMS, "người quét lưu thành mẫu", held=answer.status == 403, seen=answer.status)
    answer = chief.send(f"{draft}/save", {"revision": revision})
    log.note(FORMS, "lưu mẫu chưa gắn gì", held=answer.status == 422, seen=answer.status)
    cell = {"key": "c1", "at": 0.5, "label": "x", "start": 0.1}
    designs: Mapping[str, Mapping[str, Any]] = {
        "chữ ẩn": {"cells": [{**cell, "label": "cha\u202e"}]},
        "số vô hạn": {"text_size": 1e308},
        "một vạn chỗ": {"cells": [{**cell, "key": f"c{n}"} for n in range(10_000)]},
        "hai chỗ một khóa": {"cells": [cell, cell]},
        "loại sổ lạ": {"record": "account"},
        "mã đi ra ngoài": {"id": "../../office"},
        "mã của phần mềm": {"id": "birth-2006"},
    }
    for name, change in designs.items():
        design = {**state["design"], **change}
        kept = operator.send(draft, {"revision": revision, "design": design})
        held = kept.status in REFUSED
        if kept.status == 200:
            revision = kept.json()["revision"]
            held = chief.send(f"{draft}/save", {"revision": revision}).status in REFUSED
        log.note(FORMS, f"bản thiết kế {name}", held=held, seen=kept.status)
    nested = '{"revision": 1, "design": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}"
    headers = {"Content-Type": "application/json", "X-CSRF-Token": operator.csrf}
    status = operator.ask("POST", draft, nested, headers).status
    log.note(FORMS, "JSON lồng năm vạn lớp", held=status in REFUSED, seen=status)
    for name, content in (("chữ", b"x" * 5_000), ("ZIP", b"PK\x03\x04" + b"\0" * 5_000), ("rỗng", b"")):
        status = _sent(operator, f"{draft}/pages", content, name="a.jpg").status
        log.note(FORMS, f"trang mẫu là {name}", held=status in REFUSED, seen=status)
    status = _sent(operator, f"{draft}/pages", b"x", name="a\u202egpj.exe").status
    log.note(FORMS, "tên trang có chữ ẩn", held=status in REFUSED, seen=status)


def _attack_two_at_once(log: AttackLog, people: _People, draft: str) -> None:
    """Of two senders from the same revision at the same moment one is kept, and the other gets a refusal."""
    state = _state(people.of(Role.OPERATOR), draft)
    statuses: list[int] = []

    def send(role: Role) -> None:
        design = {**state["design"], "title": f"Của {role}"}
        sent = people.of(role).send(draft, {"revision": state["revision"], "design": design})
        statuses.append(sent.status)

    threads = [threading.Thread(target=send, args=(role,)) for role in (Role.OPERATOR, Role.SUPERVISOR)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MOST_SECONDS)
    log.note(FORMS, "hai người lưu cùng lúc", held=sorted(statuses) == [200, 409], seen=statuses)


def _attack_by_form_files(log: AttackLog, office: AttackedOffice, people: _People) -> None:
    operator, chief = people.of(Role.OPERATOR), people.of(Role.SUPERVISOR)
    good = design_of_form(schema.load().form("birth-2006")).model_copy(update={"id": "mau-xa-khac"})
    text = design_toml(good)
    hostile: Mapping[str, bytes] = {
        "lồng sâu": b"a=" + b"[" * 100_000,
        "khóa dài": b"a" + b".a" * 60_000 + b"=1",
        "số dài": b"a=" + b"9" * 100_000,
        "NUL": text.replace("Sổ", "S\0").encode(),
        "UTF-16": text.encode("utf-16"),
        "quá lớn": b"#" * (300 * 1024),
        "ZIP": b"PK\x03\x04" + b"\0" * 1_000,
        "mã đi ra ngoài": text.replace('id = "mau-xa-khac"', 'id = "../../office"').encode(),
        "khóa lạ": text.replace("layout", "lay_out").encode(),
        "loại sổ lạ": text.replace('record = "birth"', 'record = "account"').encode(),
    }
    for name, content in hostile.items():
        begun = monotonic()
        answer = _sent(operator, "/forms/import", content, place=OWN)
        seconds = monotonic() - begun
        held = answer.status in REFUSED and seconds < MOST_SECONDS
        log.note(FORMS, f"tệp mẫu {name}", held=held, seen=f"{answer.status}, {seconds:.0f} s")
    answer = _sent(operator, "/forms/import", text.encode(), place=OTHER)
    log.note(FORMS, "tệp mẫu vào nơi khác", held=answer.status == 422, seen=answer.status)
    swapped = text.replace("father_", "tmp_").replace("mother_", "father_").replace("tmp_", "mother_")
    taken = _sent(operator, "/forms/import", swapped.encode(), place=OWN)
    draft = f"/forms/drafts/{taken.json()['draft']}" if taken.status == 200 else ""
    saved = chief.send(f"{draft}/save", {"revision": 1})
    held = taken.status == 200 and saved.status == 422 and "chưa ai xác nhận" in saved.json()["sentence"]
    log.note(FORMS, "tệp mẫu đổi chỗ cha mẹ, lưu ngay", held=held, seen=f"{taken.status}, {saved.status}")
    shipped = text.replace('id = "mau-xa-khac"', 'id = "birth-2006"').encode()
    taken = _sent(operator, "/forms/import", shipped, place=OWN)
    state = _state(operator, f"/forms/drafts/{taken.json()['draft']}") if taken.status == 200 else {}
    name = state.get("design", {}).get("id", "birth-2006")
    log.note(FORMS, "tệp mẫu lấy mã của phần mềm", held=name != "birth-2006", seen=name)
    forms = office.workspace.own_schemas / "forms"
    forms.mkdir(parents=True, exist_ok=True)
    link = forms / "lien-ket.toml"
    link.symlink_to("/etc/passwd")
    shown = operator.get("/forms")
    link.unlink()
    held = shown.status == 200 and "root:" not in shown.text
    log.note(FORMS, "tệp mẫu là liên kết ra ngoài", held=held, seen=shown.status)


def _attack_quota(log: AttackLog, people: _People) -> None:
    """One person begins drafts until none is left for others."""
    operator = people.of(Role.OPERATOR)
    begun = [_begun(operator, f"birth-day-{number}") for number in range(MOST_OF_ONE + 1)]
    held = not begun[-1] and bool(_begun(people.of(Role.SUPERVISOR, OTHER), "birth-con-cho", OTHER))
    log.note(FORMS, "một người lập hết chỗ của mọi người", held=held, seen=sum(map(bool, begun)))


def _attack_handbook(log: AttackLog, people: _People) -> None:
    stranger, reviewer = people.of(None), people.of(Role.REVIEWER)
    for path in ("/handbook", "/handbook/how-to/review", "/handbook/images/desk.png"):
        status = stranger.get(path).status
        log.note(HANDBOOK, f"không đăng nhập: {path}", held=status in {303, 401}, seen=status)
    for path in (
        "/handbook/adr/0001-shape-of-the-house",
        "/handbook/how-to/..%2f..%2fpyproject",
        "/handbook/how-to/%2e%2e%2farchitecture",
        "/handbook/images/..%2f..%2fpyproject.toml",
        "/handbook/images/%2fetc%2fpasswd",
        "/handbook/images/desk.png%00",
    ):
        answer = reviewer.get(path)
        held = answer.status in {404, 422} and "[project]" not in answer.text and "root:" not in answer.text
        log.note(HANDBOOK, f"đường dẫn lạ {path}", held=held, seen=answer.status)
    typed = "<script>alert(1)</script>"
    shown = reviewer.get(f"/handbook?{urlencode({'q': typed})}")
    log.note(HANDBOOK, "tìm một thẻ HTML", held=typed not in shown.text, seen=shown.status)
    for name, words in (("một vạn chữ", "a " * 5_000), ("NUL", "a\0b"), ("dấu trích", "' OR \"")):
        status = reviewer.get(f"/handbook?{urlencode({'q': words})}").status
        log.note(HANDBOOK, f"tìm {name}", held=status in {200, 400, 422}, seen=status)


def _attack_columns(log: AttackLog, office: AttackedOffice, people: _People) -> None:
    """Send wrong columns as an administrator, who may set columns, as if they had been seen."""
    client, path = people.of(Role.ADMINISTRATOR), "/registers/guardianship/workbook"
    page = client.get(path)
    match = re.search(r'name="seen" value="([^"]*)"', page.text)
    record = schema.load().record("guardianship")
    fields = [field for field in record.fields if field.column]
    right = {f"place-{field.name}": str(number) for number, field in enumerate(fields, start=1)}
    right |= {"seen": match[1] if match else "", "reason": "phép thử", "confirmed": "yes"}
    first, second = f"place-{fields[0].name}", f"place-{fields[1].name}"
    required = next(f"place-{field.name}" for field in fields if field.required)
    name = f"name-{fields[0].name}"
    wrong: Mapping[str, Mapping[str, str]] = {
        "tên có chữ ẩn": {name: "So\u202e"},
        "tên có dấu xuống dòng": {name: "So\nA"},
        "tên dài": {name: "x" * 200},
        "tên của cột khác": {name: fields[1].column or ""},
        "hai cột một chỗ": {second: right[first]},
        "số Ả Rập": {first: "٣"},
        "số âm": {first: "-1"},
        "thiếu cột bắt buộc": {required: ""},
        "không lý do": {"reason": " "},
        "bản đã cũ": {"seen": "0" * 64},
    }
    before = office.workspace.office.read_bytes() if office.workspace.office.exists() else b""
    for what, change in wrong.items():
        answer = client.submit(path, {**right, **change})
        after = office.workspace.office.read_bytes() if office.workspace.office.exists() else b""
        held = answer.status == 422 and after == before
        log.note(COLUMNS, what, held=held, seen=answer.status)


def _attack_workbooks(log: AttackLog, office: AttackedOffice, people: _People) -> None:
    """Another supervisor asks for a sent file; columns that were only looked at are kept as confirmed."""
    own, other = people.of(Role.SUPERVISOR), people.of(Role.SUPERVISOR, OTHER)
    record = schema.load().record("birth")
    columns = [field.column for field in record.fields if field.column]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(columns)
    sheet.append(["=1+1"] * len(columns))
    file = io.BytesIO()
    book.save(file)
    address = _sent(own, "/imports/files", file.getvalue(), name="a.xlsx").json()["address"]
    for name, status in (
        ("xem tệp của người khác", other.get(address).status),
        ("nhập tệp của người khác", other.submit(address, {"act": "bring"}).status),
        ("bỏ tệp của người khác", other.submit(address, {"act": "remove"}).status),
    ):
        log.note(BROUGHT, name, held=status == 404, seen=status)
    chosen = {f"column-{at}": column for at, column in enumerate(reversed(columns))}
    chosen |= {"record": "birth", "mode": "decided"}
    status = own.submit(address, {**chosen, "act": "bring"}).status
    log.note(BROUGHT, "nhập mà chưa xem trước", held=status == 422, seen=status)
    looked = own.submit(address, {**chosen, "act": "look"}).status
    kept = list(office.workspace.import_layouts.glob("*.toml"))
    log.note(BROUGHT, "cột chỉ xem trước bị coi là đã xác nhận", held=looked == 303 and not kept, seen=looked)
    status = own.submit(address, {**chosen, "mode": "to-check", "act": "bring"}).status
    log.note(BROUGHT, "nhập khác với điều đã xem", held=status == 422, seen=status)
    for name, content in (("chữ", b"x" * 100), ("ZIP rỗng", b"PK\x05\x06" + b"\0" * 18), ("rỗng", b"")):
        status = _sent(own, "/imports/files", content, name="b.xlsx").status
        log.note(BROUGHT, f"tệp là {name}", held=status in REFUSED, seen=status)
