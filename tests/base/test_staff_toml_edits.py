"""Changes of a file of the staff: what is not changed stays as it was written, comments too."""

from __future__ import annotations

import tomllib

import pytest

from pipeline.base.errors import SchemaError
from pipeline.base.staff_toml_edits import with_changed_row, with_keys, with_row, with_table, without_row

FILE = """# của Sở Tư pháp
[review]   # xem biên bản 12
check = "all"   # mọi ô
blind = "critical"

[[review.book]]
book = "KS.1975.*"

[[plan]]
place = "1"   # xã A
entries = 5

[[plan]]
place = "2"
entries = 6
"""


def test_a_changed_key_leaves_the_rest_as_it_is() -> None:
    text = with_keys(FILE, "review", {"check": "none", "blind": None, "lease_minutes": 20})
    assert text.startswith('# của Sở Tư pháp\n[review]   # xem biên bản 12\ncheck = "none"   # mọi ô\n')
    review = tomllib.loads(text)["review"]
    assert review == {"check": "none", "lease_minutes": 20, "book": [{"book": "KS.1975.*"}]}


@pytest.mark.parametrize("text", ["", "# chưa có gì\n", FILE])
def test_a_table_that_is_not_there_is_added(text: str) -> None:
    changed = with_keys(text, "approval", {"book": True})
    assert tomllib.loads(changed) == {**tomllib.loads(text), "approval": {"book": True}}
    assert text.strip() in changed


def test_rows_are_added_changed_and_removed() -> None:
    more = with_row(FILE, "plan", {"place": "3", "entries": 7})
    changed = with_changed_row(more, "plan", 0, {"entries": 50, "due": None})
    assert 'place = "1"   # xã A' in changed
    assert [row["entries"] for row in tomllib.loads(changed)["plan"]] == [50, 6, 7]
    left = without_row(changed, "plan", 1)
    assert [row["place"] for row in tomllib.loads(left)["plan"]] == ["1", "3"]
    for number in (2, -1):
        with pytest.raises(SchemaError, match="Không còn mục ấy"):
            without_row(left, "plan", number)


def test_rows_in_one_line_are_changed_too() -> None:
    text = 'plan = [{place = "1", entries = 5}]\n'
    more = with_row(text, "plan", {"place": "2", "entries": 6})
    changed = with_changed_row(more, "plan", 1, {"entries": 8})
    assert tomllib.loads(changed)["plan"] == [{"place": "1", "entries": 5}, {"place": "2", "entries": 8}]


def test_the_first_row_of_an_empty_file_and_the_last_one_of_all() -> None:
    one = with_row("", "plan", {"place": "1"})
    assert tomllib.loads(one) == {"plan": [{"place": "1"}]}
    assert tomllib.loads(without_row(one, "plan", 0)) == {}


def test_a_broken_file_is_not_touched() -> None:
    with pytest.raises(SchemaError, match="cú pháp"):
        with_keys("[review\n", "review", {"check": "none"})


SIGN_IN = """[sign_in]
issuer = "https://a"
# một cửa
[[sign_in.group]]
name = "mot-cua"   # nhóm trong thư mục
role = "reviewer"
places = ["1"]

# lãnh đạo
[[sign_in.group]]
name = "lanh-dao"
role = "supervisor"   # từ tháng 3
"""


def test_rows_of_a_table_keep_their_comments() -> None:
    groups = [{"name": "mot-cua", "role": "checker"}, {"name": "lanh-dao", "role": "supervisor"}]
    changed = with_table(SIGN_IN, "sign_in", {"issuer": "https://a"}, "group", groups)
    assert changed == SIGN_IN.replace('"reviewer"\nplaces = ["1"]', '"checker"')
    more = with_table(SIGN_IN, "sign_in", {}, "group", [{"name": "moi", "role": "checker"}, *groups[::-1]])
    assert tomllib.loads(more)["sign_in"]["group"] == [{"name": "moi", "role": "checker"}, *groups[::-1]]
    assert all(words in more for words in ("# nhóm trong thư mục", "# từ tháng 3", "# lãnh đạo"))
