"""Who did something is told by name on pages."""

from __future__ import annotations

from pipeline.web.person_names import PersonNames


def test_a_name_that_several_people_bear_is_told_with_the_login() -> None:
    named = PersonNames(lambda: {"an.1": "Trần Thử An", "an.2": "Trần Thử An", "binh": "Lê Thử Bình"})
    told = [named(login) for login in ("an.1", "an.2", "binh", "máy", "(máy)", "console", "binh, an.1")]
    several = "Lê Thử Bình, Trần Thử An (an.1)"
    on_server = "dòng lệnh trên máy chủ"
    assert told == [
        "Trần Thử An (an.1)",
        "Trần Thử An (an.2)",
        "Lê Thử Bình",
        "máy",
        "máy",
        on_server,
        several,
    ]


def test_the_accounts_are_not_read_for_a_page_that_names_nobody() -> None:
    asked: list[int] = []

    def read() -> dict[str, str]:
        asked.append(1)
        return {"an": "Trần Thử An"}

    named = PersonNames(read)
    assert not asked
    assert (named("an"), named("an"), asked) == ("Trần Thử An", "Trần Thử An", [1])
