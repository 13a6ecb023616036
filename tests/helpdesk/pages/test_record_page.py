"""A record's address on a phone: the number shows verdict and time, the token shows all."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import date

import pytest

from helpdesk.security import KeyRing
from helpdesk.wire.verification import PATH
from invoices.verdict import State, Verdict
from tests.helpdesk.pages.conftest import RECORD, SITE, TOKEN, Office, OpenOffice, claim_of
from tests.helpdesk.verification.room import TODAY
from tests.verifier_contract import OpIds, known_invoices

OTHER = "ABCDEFGHIJKLMNOPQRS2"
FACE = known_invoices(TODAY)["normal"][0]
SECRETS = (FACE.number, "106.00", "100.00", FACE.seller_name, FACE.seller_tax_id, "2026-10-25")
"""Of one invoice, all that must not be read without the token."""


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


async def test_the_address_of_a_web_check_opens_it(office: Office) -> None:
    told = await office.checked()
    assert re.fullmatch("[A-Z2-7]{20}", told["record_token"])
    assert told["record_address"] == SITE.record_address(told["record"], told["record_token"])
    for address in (told["record_address"], told["record_address"].replace("/R/", "/r/").lower()):
        page = await office.page(address.replace(SITE.url, ""))
        assert "made at 2026-11-24 12:00, not the invoice's present state" in page.text
        assert "Match: valid as of 2026-11-24 12:00" in page.lines
        assert secrets_in(page.text) == [*SECRETS[:4], SECRETS[5]]


async def test_the_number_alone_shows_verdict_and_time(office: Office) -> None:
    told = await office.checked()
    for path in (told["record"], told["record"].lower(), f"{told['record']}/{OTHER}"):
        page = await office.page(f"/R/{path}")
        assert "Match: valid as of 2026-11-24 12:00" in page.lines
        assert "2026-11-24 12:00" in page.lines
        assert secrets_in(page.html) == []
        assert "The state now" not in page.html
        assert told["record_token"] not in page.html


async def test_what_has_changed_since_stands_beside_what_was(office: Office) -> None:
    told = await office.checked()
    await office.becomes(State.VOIDED)
    office.clock.pass_(days=3)
    page = await office.page(told["record_address"], "zh-CN")
    assert "这是 2026-11-24 12:00 的查验记录，不是发票现在的状态。" in page.lines
    assert "一致，截至 2026-11-24 12:00 正常" in page.lines
    assert "现在的状态（2026-11-27 12:00 查税务登记库）" in page.lines
    assert "一致，发票已作废" in page.lines
    assert "与当时的结果不同，请以现在的为准。这次查看不占用查验次数。" in page.lines
    assert "此发票已作废，请不要用它报销、入账或抵扣。" in page.lines
    assert {"class": "good"} not in page.of("section")
    await office.becomes(None)
    assert "Not found" in (await office.page(told["record_address"])).lines


async def test_only_the_present_state_may_look_good(office: Office) -> None:
    told = await office.checked()
    page = await office.page(told["record_address"])
    looks = [section.get("class") for section in page.of("section")]
    assert looks == ["plain", "good", "plain", None]


async def test_looking_is_no_check(office: Office) -> None:
    told = await office.checked()
    for _ in range(9):
        await office.page(told["record_address"])
    counted = await office.database.read("SELECT checks FROM verification_count")
    assert counted == [(1,)]
    assert await office.database.read("SELECT count(*) FROM verification_check") == [(1,)]
    assert (await office.checked())["verdict"] == "match"


async def test_a_page_answers_nothing_that_a_limit_has_refused(office: Office) -> None:
    """Else whoever guesses amounts would go on guessing here once the day's checks are used."""
    for yuan in range(5):
        await office.checked(amount=f"{yuan}.00")
    over = await office.checked()
    early = await office.checked("today")
    office.clock.pass_(days=1)
    assert (over["verdict"], early["verdict"]) == ("daily_limit", "too_early")
    for told in (over, early):
        page = await office.page(told["record_address"])
        assert "That check did not compare this invoice with the registry" in page.text
        assert not [line for line in page.lines if line.startswith("Match")]
    again = await office.checked(amount="1.00")
    page = await office.page(again["record_address"])
    assert page.lines.count("Does not match") == 2
    assert "100.00" not in page.text


async def test_a_mismatch_shows_what_was_typed_and_never_what_is_registered(
    office: Office,
) -> None:
    told = await office.checked(amount="105.99")
    page = await office.page(told["record_address"])
    assert "105.99" in page.lines
    assert FACE.number in page.lines
    assert "106.00" not in page.html
    assert FACE.seller_name not in page.html


async def test_a_check_that_a_kiosk_tells_of_is_found_by_its_number_and_token(
    office: Office,
) -> None:
    recorded = await office.told(claim_of())
    assert recorded.outcome.verdict is Verdict.MATCH
    page = await office.page(SITE.record_address(RECORD, TOKEN))
    assert FACE.number in page.lines
    assert secrets_in((await office.page(f"/R/{RECORD}")).html) == []


async def test_a_check_asked_online_gets_its_record_when_the_journal_tells_it(
    office: Office,
) -> None:
    op_id = OpIds(9)()
    access = {
        "Authorization": f"Yanpiao-Kiosk A03:{office.keys.kiosk_access.hex()}",
        "Idempotency-Key": op_id,
    }
    asked = {"number": FACE.number, "issued_on": "20261025", "amount": "106.00"}
    async with office.client.post(PATH, json=asked, headers=access) as answer:
        told = await answer.json()
    assert (told["record"], told["record_token"], told["record_address"]) == ("", None, None)
    await office.page(SITE.record_address(RECORD, TOKEN), status=404)
    await office.told(claim_of(), op_id=op_id)
    assert FACE.number in (await office.page(SITE.record_address(RECORD, TOKEN))).lines


@pytest.mark.parametrize("by_kiosk", [True, False])
async def test_nobodys_token_opens_what_another_has_asked(office: Office, by_kiosk: bool) -> None:
    """An id is no secret: telling another invoice, or another's check, under it opens nothing."""
    op_id = OpIds(9)()
    headers = {"Idempotency-Key": op_id}
    if by_kiosk:
        headers["Authorization"] = f"Yanpiao-Kiosk A03:{office.keys.kiosk_access.hex()}"
    asked = {"number": FACE.number, "issued_on": "20261025", "amount": "106.00"}
    async with office.client.post(PATH, json=asked, headers=headers) as answer:
        told = await answer.json()
    claim = claim_of("voided") if by_kiosk else claim_of()
    await office.told(claim, op_id=op_id)
    await office.page(SITE.record_address(RECORD, TOKEN), status=404)
    if not by_kiosk:
        assert FACE.number in (await office.page(told["record_address"])).lines


async def test_of_two_kiosks_with_one_number_the_token_tells_which(office: Office) -> None:
    await office.told(claim_of())
    await office.told(claim_of("voided"), token=OTHER)
    first = await office.page(SITE.record_address(RECORD, TOKEN))
    second = await office.page(SITE.record_address(RECORD, OTHER))
    assert FACE.number in first.lines
    assert known_invoices(TODAY)["voided"][0].number in second.lines


async def test_what_another_worker_sealed_by_a_rotated_key_opens_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeyRing, "RELOAD_SECONDS", 0.0)
    assert await asyncio.to_thread(KeyRing.rotate, office.config.keys) == 2
    fresh = await asyncio.to_thread(KeyRing.open, office.config.keys)
    await replace(office, keys=fresh).told(claim_of())
    assert FACE.number in (await office.page(SITE.record_address(RECORD, TOKEN))).lines


async def test_a_row_that_cannot_be_opened_is_as_good_as_none(office: Office) -> None:
    told = await office.checked()
    async with office.database.transaction() as tx:
        await tx.execute("UPDATE verification_check SET sealed = $1", bytes(40))
    await office.page(told["record_address"], status=404)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("A03-261124-9999", ("没有找到这条记录", "No such record")),
        (f"A03-261124-9999/{TOKEN}", ("没有找到这条记录", "No such record")),
        ("A03-2611", ("网址或编号不完整", "The address or number is not whole")),
        (f"{RECORD}/SHORT", ("网址或编号不完整", "The address or number is not whole")),
        ("<script>alert(1)</script>", ("网址或编号不完整", "The address or number is not whole")),
        ("%22%3E%3Cimg%20src=x%3E", ("网址或编号不完整", "The address or number is not whole")),
        ("x" * 1300, ("网址或编号不完整", "The address or number is not whole")),
        ("?from=a&from=b", ("网址或编号不完整", "The address or number is not whole")),
    ],
)
async def test_what_is_not_there_says_what_to_do(
    office: Office, path: str, title: tuple[str, str], language: str
) -> None:
    page = await office.page(f"/R/{path}", language, status=404)
    assert title[language == "en"] in page.lines
    assert page.of("li")
    assert not re.search(r"\b(page|error|advice)\.[a-z_]+", page.text)


async def test_a_number_typed_on_the_page_leads_to_its_record(office: Office) -> None:
    told = await office.checked()
    start = await office.page("/R/")
    (form,) = start.of("form")
    assert (form["action"], form["method"]) == ("/R/", "get")
    answer = await office.page(f"/R/?record={told['record'].lower()}&lang=en", status=303)
    where = answer.headers["Location"]
    assert where == f"/R/{told['record'].lower()}?lang=en"
    assert "Match: valid as of 2026-11-24 12:00" in (await office.page(where)).lines
    hostile = await office.page("/R/?record=//evil.cn/%0d%0aX:1", status=303)
    assert hostile.headers["Location"].startswith("/R/%2F%2Fevil.cn")


async def test_the_language_is_the_browsers_until_it_is_switched(office: Office) -> None:
    told = await office.checked()
    path = f"/R/{told['record']}/{told['record_token']}"
    chinese = await office.page(path, "zh-CN,en;q=0.5")
    (link,) = chinese.of("a")
    assert link == {"href": f"{path}?lang=en", "lang": "en", "hreflang": "en"}
    assert "The result then" in (await office.page(link["href"], "zh-CN")).lines
    shared = await office.page(path + "?from=singlemessage&isappinstalled=0&lang=xx", "en")
    assert "The result then" in shared.lines


async def test_guesses_are_limited_by_address_and_the_page_says_how_long(
    open_office: OpenOffice,
) -> None:
    office = await open_office(guesses=3)
    told = await office.checked()
    for number in range(1, 4):
        await office.page(f"/R/W-261124-000{number}", status=None)
        await office.page(told["record_address"])
    page = await office.page(f"/R/{RECORD}", "zh-CN", status=429)
    assert "打开得太频繁" in page.lines
    assert page.headers["Retry-After"] == "20"
    assert "请过 20 秒再打开" in page.text
    office.clock.pass_(seconds=20)
    await office.page("/R/W-261124-0001", status=None)


async def test_guesses_do_not_shut_out_who_holds_a_token_at_the_same_address(
    open_office: OpenOffice,
) -> None:
    """All telephones in the hall share one address: so would one who guesses there."""
    office = await open_office(guesses=1)
    told = await office.checked()
    await office.page("/R/W-261124-0001", status=None)
    wrong = told["record_address"][:-1] + ("A" if told["record_address"][-1] != "A" else "B")
    for path in ("/R/W-261124-0001", "/R/nonsense", "/S/nonsense!", wrong):
        await office.page(path, status=429)
    assert "The result then" in (await office.page(told["record_address"])).lines


async def test_the_limit_of_all_requests_holds_for_pages_too(open_office: OpenOffice) -> None:
    office = await open_office(requests=2)
    await office.page("/R/")
    await office.page("/r/")
    page = await office.page("/R/", status=429)
    assert "Too many requests" in page.lines


async def test_a_database_that_is_away_is_told_as_a_page(office: Office) -> None:
    async with office.database.transaction() as tx:
        await tx.execute("DROP TABLE verification_check")
    page = await office.page(f"/R/{RECORD}", status=None)
    assert page.status in {500, 503}
    assert "It cannot be opened now" in page.lines
    assert "verification_check" not in page.html


async def test_pages_take_no_other_method_and_no_credentials(office: Office) -> None:
    async with office.client.post(f"/R/{RECORD}") as answer:
        assert answer.status == 405
    page = await office.page("/R/", status=401, Authorization="Basic x")
    assert page.headers["Content-Type"].startswith("text/html")


async def test_the_pages_are_no_part_of_the_described_api(office: Office) -> None:
    async with office.client.get("/api/v1/openapi.json") as answer:
        described = await answer.json()
    assert not [path for path in described["paths"] if path.lower().startswith(("/r/", "/s/"))]
    answer_of = described["components"]["schemas"]["VerificationAnswer"]["properties"]
    assert {"record", "record_token", "record_address"} <= set(answer_of)


def test_the_invoice_of_these_tests_is_as_they_say() -> None:
    assert date(2026, 10, 25) == FACE.issued_on
    assert FACE.total == 10_600
