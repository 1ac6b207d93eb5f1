"""The Vietnamese descriptions of the API's operations, answers and errors, for those who read ``openapi.json``."""

from __future__ import annotations

from typing import Any

from pipeline.web.api.answers import TITLES

OPERATIONS = {
    "/books": "Sổ của những nơi mà mã truy cập được đọc, xếp theo mã sổ, cả sổ đang chờ tệp khai báo của cơ quan.",
    "/books/{book_id}": "Một quyển sổ và tình trạng của nó.",
    "/books/{book_id}/entries": "Các sự kiện còn hiệu lực của sổ, theo thứ tự trong sổ. "
    "409: sổ chờ tệp khai báo của cơ quan.",
    "/books/{book_id}/package": "Bản kê của gói dữ liệu bàn giao sau cùng.",
    "/entries/{entry_id}": "Một sự kiện. 409: sổ của nó chờ tệp khai báo của cơ quan.",
    "/search": "Tra cứu theo đúng quy tắc như người dùng: có mục đích, lý do, và được ghi vào nhật ký.",
}
"""The description of each operation by its path under ``/api/v1``."""

SCHEMAS = {
    "BookAnswer": "Một quyển sổ và tình trạng. `awaits_declaration`: mẫu hay loại sổ của quyển hiện không được khai "
    "báo, vì tệp riêng của cơ quan mất hay có lỗi; các sự kiện của nó không được kê, không được tra cứu cho đến khi "
    "người quản trị sửa tệp.",
    "BookCounts": "Công việc của sổ đến đâu: bản quét, trang, trang đã đọc, không đọc được, sự kiện, nhiệm vụ chờ, "
    "trang chờ quét lại.",
    "BooksAnswer": "Các sổ, xếp theo mã tăng dần. `next`: địa chỉ của trang sau, null ở trang cuối.",
    "EntriesAnswer": "Các sự kiện của một sổ, theo thứ tự trong sổ. `next`: địa chỉ của trang sau, null ở trang "
    "cuối.",
    "EntryAnswer": "Một sự kiện không bị thu hồi.",
    "HitAnswer": "Một sự kiện khớp điều tra cứu. `number`, `registered_on`: null khi sự kiện chưa xong.",
    "PackageAnswer": "Gói sau cùng của sổ. `withdrawn`: số của những sự kiện trong gói mà về sau bị thu hồi.",
    "PersonAnswer": "Một người có tên trong sự kiện. `name`: null khi sự kiện chưa xong.",
    "ProblemAnswer": "Một lỗi (RFC 9457); `detail` nói phải làm gì.",
    "PublishedAmendment": "Một cải chính (`correction`) hay bổ sung (`supplement`) đang có hiệu lực. `old`: giá trị "
    "trước đó, null khi sự kiện chưa xong; `value`: giá trị mới.",
    "PublishedState": "Tình trạng của một giá trị hay sự kiện; chỉ giá trị đã xong (`settled`) mới được công bố.",
    "PublishedValue": "Một trường của sự kiện. `column`: cột của Bộ, hoặc trống; `value`: giá trị bàn giao, trống "
    "khi biết chắc là để trống, null khi chưa xong.",
    "SearchAnswer": "Một trang kết quả. `next`: giá trị gửi ở `after` để xem trang sau, null ở trang cuối. "
    "`books_left_out`: số sổ của những nơi được đọc không tra cứu được, vì chờ tệp khai báo.",
    "SearchQuestion": "Điều tra cứu và mục đích. Họ tên đi trong thân yêu cầu, vì địa chỉ được ghi vào nhật ký của "
    "máy chủ.",
}
"""The description of each model by its name."""


def describe(document: dict[str, Any], prefix: str) -> None:
    """Replace the docstrings in an OpenAPI document by the descriptions.

    Args:
        prefix: The path before those of ``OPERATIONS``.
    """
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["description"] = OPERATIONS[path.removeprefix(prefix)]
            for status, answer in operation["responses"].items():
                answer["description"] = TITLES.get(int(status), "Trả lời")
    for name, model in document["components"]["schemas"].items():
        model["description"] = SCHEMAS[name]
