"""Searches without a reason or for another place, extracts in the wrong hands.

And the way back from a provider for sign-in that nobody was sent to.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import OTHER, OWN, OWN_NAME, AttackedOffice, Desk, login_of
from benchmarks.security.client import Client
from benchmarks.servers.free_ports import free_port
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry import Verdict
from pipeline.registry.accounts.model import Role
from pipeline.registry.extracts.model import ExtractOrder, IssuedExtract, SetExtract
from pipeline.scans.workspace import Workspace

FOUND, ISSUED, SIGN_IN = "tra cứu trên trình duyệt", "trích lục đã cấp", "đăng nhập qua nơi cấp"
ASKED = {"name": OWN_NAME, "purpose": "check", "reason": "phép thử"}
PDF = b"%PDF-1.7 phep thu"
MOST_SECONDS = 20.0
"""What a door may take whose provider does not answer."""


def attack_searches(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Search for what another place holds, without a reason, with hostile pages, and look at others' hits."""
    own, other = (
        desk.client(office.tokens[login_of(Role.CHECKER, place)], f"127.0.10.{number}")
        for number, place in enumerate((OWN, OTHER), start=1)
    )
    first = own.submit("/search", ASKED)
    links = re.findall(r'src="(/search/\d+/ink/\d+/\w+)"', first.text)
    log.note(
        FOUND, "người của nơi mình tìm được", held=OWN_NAME in first.text and bool(links), seen=first.status
    )
    strange = other.submit("/search", ASKED)
    log.note(
        FOUND, "người nơi khác không tìm được", held="search-hit" not in strange.text, seen=strange.status
    )
    for link in links[:2]:
        answer = other.get(link)
        log.note(
            FOUND, "ảnh của lượt tra cứu người khác", held=answer.status in {403, 404}, seen=answer.status
        )
        answer = own.get(re.sub(r"/ink/\d+/", f"/ink/{_foreign(office)}/", link))
        log.note(
            FOUND, "ảnh của sự kiện không có trong kết quả", held=answer.status == 404, seen=answer.status
        )
    refused: Mapping[str, Mapping[str, str]] = {
        "không lý do": {**ASKED, "reason": "  "},
        "không mục đích": {**ASKED, "purpose": ""},
        "mười nghìn chữ": {**ASKED, "name": "an " * 3_000},
        "ký tự ẩn": {**ASKED, "name": "an\u202e\x00"},
        "chỉ có năm": {"purpose": "check", "reason": "phép thử", "year_from": "2010"},
        "năm chữ số Ả Rập": {**ASKED, "year_from": "٢٠١٠"},
        "loại lạ": {**ASKED, "record": "account"},
        "con trỏ lạ": {**ASKED, "after": "4.99999.9' OR 1"},
    }
    for name, form in refused.items():
        answer = own.submit("/search", form)
        held = answer.status in {400, 422} and "search-hit" not in answer.text
        log.note(FOUND, name, held=held, seen=answer.status)
    for name, asked in {
        "ký hiệu FTS": 'an" OR "b',
        "sao": "*",
        "gần NEAR": "NEAR(an, 2)",
        "nháy": "an'--",
    }.items():
        answer = own.submit("/search", {**ASKED, "name": asked})
        log.note(FOUND, name, held=answer.status in {200, 422}, seen=answer.status)
    _attack_altered_hits(log, office, own)
    reviewer = desk.client(office.tokens[login_of(Role.REVIEWER, OWN)], "127.0.10.3")
    answer = reviewer.submit("/search", ASKED)
    log.note(FOUND, "người rà soát không tra cứu", held=answer.status == 403, seen=answer.status)
    codes = {own.submit("/search", {**ASKED, "number": str(number)}).status for number in range(130)}
    log.note(FOUND, "tra cứu liên tục bị chặn", held=429 in codes and codes <= {200, 429}, seen=codes)
    for browser in (own, other, reviewer):
        browser.close()


def _foreign(office: AttackedOffice) -> int:
    return office.registry.entries(office.foreign.book_id)[0]


def _attack_altered_hits(log: AttackLog, office: AttackedOffice, own: Client) -> None:
    """Change the day of an entry behind the program's back, and look for it."""
    entry_id = office.registry.entries(office.settled.book_id)[1]
    with office.behind() as database:
        (before,) = database.execute(
            "SELECT registered_on FROM birth_record WHERE entry_id = ?", [entry_id]
        ).fetchone()
        database.execute(
            "UPDATE birth_record SET registered_on = '01.01.1999' WHERE entry_id = ?", [entry_id]
        )
    shown = own.submit("/search", {**ASKED, "number": "2"})
    with office.behind() as database:
        database.execute("UPDATE birth_record SET registered_on = ? WHERE entry_id = ?", [before, entry_id])
    held = "bị sửa ngoài chương trình" in shown.text
    log.note(FOUND, "sự kiện bị sửa sau lưng được nói ra", held=held, seen=shown.status)


def attack_extracts(log: AttackLog, office: AttackedOffice, desk: Desk, line: IssuedExtract) -> None:
    """Take, issue again and declare void what was issued, from another place and after the entry has changed."""
    path = f"/extracts/{line.extract_id}"
    for role, place in ((Role.SUPERVISOR, OTHER), (Role.CHECKER, OWN), (Role.ADMINISTRATOR, OWN)):
        client = desk.client(office.tokens[login_of(role, place)], "127.0.11.2")
        for way in (path, f"{path}?even_outdated=true"):
            answer = client.get(way)
            held = answer.status in {403, 404} and PDF not in answer.body
            log.note(ISSUED, f"{role}, {place}: lấy tệp {way[len(path) :]}", held=held, seen=answer.status)
        answer = client.submit(f"{path}/void", {"reason": "phá"})
        log.note(ISSUED, f"{role}, {place}: hủy", held=answer.status in {403, 404}, seen=answer.status)
        listed = client.get("/extracts")
        held = listed.status == 403 or OWN_NAME not in listed.text
        log.note(ISSUED, f"{role}, {place}: xem sổ cấp", held=held, seen=listed.status)
        client.close()
    chief = desk.client(office.tokens[login_of(Role.SUPERVISOR, OWN)], "127.0.11.3")
    log.note(ISSUED, "người phụ trách lấy được tệp", held=chief.get(path).body == PDF, seen="another file")
    verdict = Verdict("child_name", FieldStatus.READ, f"{OWN_NAME} Đổi")
    office.registry.decide(line.entry_id or 0, [verdict], author="thu")
    answer = chief.get(path)
    held = answer.status == 422 and PDF not in answer.body and "không còn đúng" in answer.text
    log.note(ISSUED, "mục đã đổi: không đưa ra như thường", held=held, seen=answer.status)
    log.note(
        ISSUED,
        "mục đã đổi: sổ cấp nói ra",
        held="không còn đúng" in chief.get("/extracts").text,
        seen="no word",
    )
    answer = chief.get(f"{path}?even_outdated=true")
    held = answer.body == PDF and "KHONG-CON-DUNG" in answer.headers.get("content-disposition", "")
    log.note(ISSUED, "mục đã đổi: tệp cũ còn nguyên", held=held, seen=answer.status)
    for name, reason in {"rỗng": " ", "dài": "x" * 400, "ký tự ẩn": "sai\u202e"}.items():
        answer = chief.submit(f"{path}/void", {"reason": reason})
        log.note(ISSUED, f"hủy với lý do {name}", held=answer.status == 422, seen=answer.status)
    chief.submit(f"{path}/void", {"reason": "phép thử"})
    gone = chief.get(f"{path}?even_outdated=true")
    log.note(ISSUED, "đã hủy thì không lấy được nữa", held=gone.status == 422, seen=gone.status)
    for number in ("0", "-1", "9" * 30, "1' OR 1", "../../etc/passwd"):
        answer = chief.get(f"/extracts/{quote(number, safe='')}")
        log.note(ISSUED, f"số “{number}”", held=400 <= answer.status < 500, seen=answer.status)
    chief.close()


def issued(office: AttackedOffice) -> IssuedExtract:
    """An extract of the last settled entry, as ``hotich print extract`` enters it, before anybody reopens the entry."""
    registry, entry_id = office.registry, office.registry.entries(office.settled.book_id)[-1]
    policy, approval = DeliveryPolicy(), ApprovalPolicy()
    number, today = registry.next_extract("PT")
    state = registry.entry_to_print(entry_id, policy, approval).state
    made = SetExtract("PT", today.year, number, today, "01/2010", OWN_NAME, state, "0" * 64, PDF)
    order = ExtractOrder(
        "Người Xin", "phép thử", 1, "Người Ký", "Chủ tịch", f"phep-thu-{time.monotonic_ns()}"
    )
    return registry.issue_extract(entry_id, made, order, policy, approval, author="thu")


def attack_sign_in(log: AttackLog, office: AttackedOffice, untouched: Workspace, folder: Path) -> None:
    """Come back from a provider to which nobody was sent, and from a provider that does not answer at all."""
    shutil.copytree(untouched.root, folder / "workspace")
    workspace = Workspace(folder / "workspace")
    workspace.sign_in_key.touch(0o600)
    workspace.sign_in_key.write_text("phep-thu\n", encoding="ascii")
    workspace.office.write_text(
        f'[sign_in]\nissuer = "http://127.0.0.1:{free_port()}/x"\nclient_id = "hotich"\naddress = "http://127.0.0.1"\n'
        '[[sign_in.group]]\nname = "a"\nrole = "supervisor"\n',
        encoding="utf-8",
    )
    before = len(office.people)
    ways = {
        "không gì cả": "",
        "state bịa": f"?state={'a' * 43}&code=x",
        "mười nghìn chữ": f"?state={'a' * 10_000}&code={'b' * 10_000}",
        "lỗi của nơi cấp": "?error=%3Cscript%3Ealert(1)%3C/script%3E&state=x",
        "ký tự điều khiển": "?state=%00%0d%0aSet-Cookie:x&code=%0d%0a",
    }
    with Desk(workspace.root, folder) as desk:
        for number, (name, query) in enumerate(ways.items()):
            client = desk.client("", f"127.0.12.{number + 1}")
            answer = client.get(f"/sign-in/callback{query}")
            held = answer.status in {401, 422} and not client.token and "<script>alert" not in answer.text
            log.note(SIGN_IN, name, held=held, seen=answer.status)
            client.close()
        client, begun = desk.client("", "127.0.12.20"), time.monotonic()
        for way in ("https://xau.example", "//xau.example", "/\\xau.example", "javascript:alert(1)"):
            answer = client.get(f"/sign-in?next={quote(way, safe='')}")
            held = answer.status in {303, 503} and "xau.example" not in answer.location
            log.note(SIGN_IN, f"đi tiếp tới {way}", held=held, seen=f"{answer.status} {answer.location}")
        took = time.monotonic() - begun
        log.note(
            SIGN_IN,
            "nơi cấp không trả lời thì không ai chờ lâu",
            held=took < MOST_SECONDS,
            seen=f"{took:.0f} s",
        )
        codes = {client.get(f"/sign-in/callback?state={number}&code=x").status for number in range(200)}
        log.note(SIGN_IN, "đoán state bị chặn dần", held=429 in codes and codes <= {401, 429}, seen=codes)
        log.note(
            SIGN_IN, "tài khoản riêng vẫn vào được", held=desk.client().get("/login").status == 200, seen="no"
        )
        client.close()
    log.note(
        SIGN_IN, "không tài khoản nào được tạo", held=len(office.people) == before, seen="an account was made"
    )
