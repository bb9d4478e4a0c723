"""Each page's main flow in a real browser, as a reader goes through it."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

PAGES = (
    "/", "/najin", "/exercise", "/najin/vessels", "/exercise/vessel/190000001", "/najin/vessel/imo:9179842", "/najin/claims", "/najin/assess",
    "/najin/respond?zone=port:CN&involvement=past&date=2024-02-09", "/najin/dossier", "/najin/search?q=angara", "/najin/evidence/G008",
)  # fmt: skip


def colours(png: bytes) -> int:
    """How many colours a PNG of 8-bit RGB has: a map that was not drawn has one or two."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) in ((8, 2), (8, 6))
    step = 3 if kind == 2 else 4
    at, data = 8, b""
    while at < len(png):
        (size,), name = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        data += png[at + 8 : at + 8 + size] if name == b"IDAT" else b""
        at += 12 + size
    raw, rows = zlib.decompress(data), list[bytes]()
    line, stride = bytearray(width * step), width * step + 1
    for y in range(height):
        filter_, now = raw[y * stride], bytearray(raw[y * stride + 1 : (y + 1) * stride])
        for x in range(len(now)):
            left, up = now[x - step] if x >= step else 0, line[x]
            corner = line[x - step] if x >= step else 0
            if filter_ == 4:
                guess = left + up - corner
                best = min((left, up, corner), key=lambda one: abs(guess - one))
            else:
                best = (0, left, up, (left + up) // 2)[filter_]
            now[x] = (now[x] + best) & 255
        line = now
        rows.append(bytes(now))
    return len({row[x : x + 3] for row in rows for x in range(0, len(row), step)})


def part(visit: Any) -> bytes:
    """The middle of the map."""
    made: bytes = visit.page.screenshot(clip={"x": 400, "y": 230, "width": 160, "height": 120})
    return made


@pytest.fixture(scope="module")
def axe(repo: Path) -> str:
    path = repo / "ui" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed: make ui")
    return str(path)


def serious(page: Any) -> list[str]:
    found = page.evaluate(
        "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"
    )
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:160]} ({each['nodes'][0]['failureSummary'][:200]})"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def without_maps(visit: Any) -> None:
    """Spare the drawing of maps in software where the test looks at everything else."""
    visit.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")


def finding(visit: Any) -> str:
    """Address of the first finding of the exercise."""
    visit.open("/exercise")
    found: str = visit.page.locator("a.item").first.get_attribute("href")
    return found


@pytest.mark.parametrize("visit", ["wide", "dark"], indirect=True)
def test_every_page_is_accessible(visit: Any, axe: str) -> None:
    without_maps(visit)
    visit.page.add_init_script(path=axe)
    for path in (*PAGES, finding(visit)):
        visit.open(path)
        visit.page.wait_for_selector("main h1")
        assert serious(visit.page) == [], path


@pytest.mark.parametrize("visit", ["narrow"], indirect=True)
def test_every_page_fits_a_phone(visit: Any) -> None:
    without_maps(visit)
    for path in (*PAGES, finding(visit)):
        visit.open(path)
        visit.page.wait_for_selector("main h1")
        wide = visit.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], path
        visit.shot(f"phone{path.partition('?')[0].replace('/', '-')}")


def test_the_map_of_the_exercise_is_drawn_hatched_and_labelled(visit: Any, axe: str) -> None:
    visit.page.add_init_script(path=axe)
    visit.open("/exercise")
    visit.drawn()
    assert serious(visit.page) == []
    assert "SIMULATED" in visit.page.title()
    assert visit.page.locator(".sim").inner_text().startswith("SIMULATED")
    assert visit.page.locator(".chart .mark").inner_text() == "SIMULATED"
    assert "token" not in visit.page.url
    visit.shot("exercise")
    assert colours(part(visit)) > 60


def test_the_real_case_carries_no_mark_of_a_simulation(visit: Any) -> None:
    visit.open("/najin")
    visit.drawn()
    assert visit.page.locator(".sim").count() == 0
    assert "EXERCISE" not in visit.page.content()
    visit.shot("case")
    assert colours(part(visit)) > 20


def test_the_period_is_in_the_address_and_keys_move_it(visit: Any) -> None:
    without_maps(visit)
    visit.open("/exercise?from=2024-05-03&to=2024-05-06")
    visit.page.locator("a.item").first.wait_for()
    shown = visit.page.locator("a.item").count()
    assert 0 < shown < 20
    visit.page.get_by_label("End of the period shown").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_function("() => location.search.includes('to=2024-05-07')")
    visit.page.get_by_role("button", name="Whole case").click()
    visit.page.wait_for_function("() => location.search === ''")
    assert visit.page.locator("a.item").count() == 20


def test_from_a_fresh_start_to_who_may_inspect_it_in_under_ten_clicks(visit: Any) -> None:
    page, clicks = visit.page, 0

    def click(target: Any) -> None:
        nonlocal clicks
        clicks += 1
        target.click()

    visit.open("/najin")
    visit.drawn()
    visit.shot("1-case")
    click(page.get_by_title("All cases"))
    click(page.get_by_role("link", name=re.compile("Exercise: fictional ships")))
    visit.drawn()
    visit.shot("2-exercise")
    click(page.locator("a.item", has_text="EXERCISE ALDER called at Najin while dark between 3 May"))
    page.get_by_role("heading", name="What it rests on").wait_for()
    visit.drawn()
    visit.shot("3-finding")
    page.get_by_text("As it stands in the file").first.wait_for()
    click(page.locator("summary", has_text="As it stands in the file").first)
    assert "!AIVDM" in page.locator(".raw .line").first.inner_text()
    click(page.get_by_role("link", name="EXERCISE ALDER", exact=True))
    reach = page.locator(".reach.yes", has_text="Najin").first
    reach.wait_for(timeout=90_000)
    assert "in reach, at most 33" in reach.inner_text()
    visit.drawn()
    page.get_by_role("heading", name="Silences, and the ports in reach").scroll_into_view_if_needed()
    visit.shot("4-reach")
    click(page.get_by_role("link", name="Respond", exact=True))
    visit.drawn()
    box = page.locator(".chart .map").bounding_box()
    clicks += 1
    page.mouse.click(box["x"] + box["width"] * 0.55, box["y"] + box["height"] * 0.8)
    page.get_by_text(re.compile(r"\d+ paragraphs would apply")).wait_for(timeout=20_000)
    assert "nm from the nearest coast" in page.locator("form [role=status]").inner_text()
    assert page.url.count("zone=") == 1
    page.get_by_text(re.compile(r"\d+ paragraphs would apply")).scroll_into_view_if_needed()
    visit.shot("5-respond")
    assert "consent" in page.locator(".paragraphs").inner_text().lower()
    assert clicks < 10


def test_a_sentence_leads_to_its_source(visit: Any) -> None:
    without_maps(visit)
    page = visit.page
    visit.open("/najin")
    page.locator("a.item").first.click()
    page.locator("h1 a.ref").first.click()
    page.get_by_text("original not captured").first.wait_for()
    assert page.locator(".raw dl").inner_text().count("\n") > 3
    page.go_back()
    page.get_by_role("heading", name="What it rests on").wait_for()


def test_claims_filter_by_words_in_the_address(visit: Any) -> None:
    without_maps(visit)
    visit.open("/najin/claims")
    whole = visit.page.locator("article").count()
    visit.page.get_by_label("Filter claims").fill("containers")
    visit.page.wait_for_function("() => location.search.includes('q=containers')")
    assert 0 < visit.page.locator("article").count() < whole
    visit.shot("claims")


def test_search_from_the_header_with_the_keyboard(visit: Any) -> None:
    without_maps(visit)
    visit.open("/najin")
    visit.page.get_by_label("Search ships, ports, claims").first.fill("lady r")
    visit.page.keyboard.press("Enter")
    visit.page.get_by_text(re.compile("results for")).wait_for()
    visit.page.get_by_role("link", name=re.compile("^Ship Lady R")).click()
    visit.page.get_by_role("heading", name="Lady R", level=1).wait_for()
    assert "EU: 2024" in visit.page.locator("main").inner_text()


def test_the_dossier_is_checked_and_its_report_opens(visit: Any) -> None:
    without_maps(visit)
    visit.open("/najin/dossier")
    visit.page.get_by_text("Every file matches its hash.").wait_for()
    with visit.page.context.expect_page() as opened:
        visit.page.get_by_role("link", name=re.compile("Read the report")).click()
    report = opened.value
    report.wait_for_selector("h1")
    bars = report.evaluate(
        "() => [...document.querySelectorAll('.bar i')].map((bar) => bar.getBoundingClientRect().width)"
    )
    assert min(bars) < 0.2 * max(bars)


def test_the_colours_follow_the_choice_of_the_reader(visit: Any) -> None:
    visit.open("/exercise")
    visit.drawn()
    button = visit.page.get_by_role("button", name=re.compile("^Colours"))
    button.click()
    button.click()
    assert visit.page.evaluate("() => document.documentElement.dataset.theme") == "dark"
    visit.drawn()
    visit.shot("dark")


def test_a_stopped_session_is_told_in_words(chromium: Any, site: Any) -> None:
    page = chromium.new_context().new_page()
    page.goto(f"{site.origin}/najin")
    assert "open the address that `rubicon serve` printed" in page.inner_text("body")
