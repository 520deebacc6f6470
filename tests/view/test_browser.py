"""The page in a browser without a window: what a reader sees, hears and presses."""

import shutil

import pytest

from spacy_xproj.view.page import make_view
from spacy_xproj.view.runs import open_runs

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser test needs the package playwright")
    if CHROMIUM is None:
        pytest.skip("the browser test needs Chromium (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Give a function that opens a page; what the page says on its console, or tries to load, is a failure."""
    complaints = []
    opened = []

    def run(html, width=1200, **settings):
        file = tmp_path / "view.html"
        file.write_text(html, encoding="utf8")
        page = browser.new_page(viewport={"width": width, "height": 800}, **settings)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: request.url.startswith("file:") or complaints.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_selector(".pair")
        opened.append(page)
        return page

    yield run
    for page in opened:
        page.close()
    assert complaints == []


@pytest.fixture(scope="module")
def compared(runs):
    return make_view(open_runs(runs))


@pytest.fixture(scope="module")
def alone(runs):
    return make_view(open_runs(runs[:1]))


@pytest.fixture(scope="module")
def long(make_runs):
    return make_view(open_runs(make_runs(60)[:1]))


def pairs(page):
    page.wait_for_timeout(250)  # filters wait for the next key
    return [int(text.split()[1]) for text in page.locator(".pair > h2 > span:first-child").all_inner_texts()]


def test_what_is_shown(open_page, alone):
    page = open_page(alone)
    assert pairs(page) == [0, 1, 2, 3] and page.inner_text("#count") == "4 of 4 pairs"
    first = page.locator(".pair").first
    assert first.locator(".text").first.inner_text().split() == ["Ana", "Silva", "PER", "lives", "in", "Haifa", "LOC"]
    outcomes = page.locator(".outcomes li").all_inner_texts()
    assert len(outcomes) == 5 and outcomes[0].startswith("PER Ana Silva → آنا سيلفا (score ")
    assert "unaligned: nothing in the target goes with the entity" in outcomes[3]
    assert "rivals: التقى" in outcomes[4]
    assert page.locator(".entity.lost").inner_text().startswith("Rui")
    assert first.locator(".flag").inner_text() == "⚑ length_ratio"
    assert not page.locator("#run").is_visible()


def test_lines_between_aligned_words(open_page, alone):
    page = open_page(alone)
    page.hover('.pair >> nth=0 >> .text[data-side="0"] .w[data-i="2"]')
    assert page.locator("line").count() == 1
    assert page.locator(".linked").all_inner_texts() == ["lives", "تعيش"]
    page.focus('.pair >> nth=0 >> .text[data-side="1"] .entity')
    assert page.locator("line").count() == 2
    assert "aligned with Ana 1.00, Silva 1.00" in page.inner_text("#said")
    page.hover("h1")
    assert page.locator("line").count() == 0


@pytest.mark.parametrize(
    "control, value, expected",
    [
        ("outcome", "unaligned (1)", [2]),
        ("label", "PER (2)", [0, 2]),
        ("flag", "length_ratio (1)", [0]),
        ("low", "0.45", [0]),
        ("high", "0.45", [2, 3]),
        ("text", "RAINS", [1]),
        ("text", "حيفا", [0]),
        ("sort", "most doubtful first", [2, 3, 0, 1]),
    ],
)
def test_filters_and_order(open_page, alone, control, value, expected):
    page = open_page(alone)
    if page.locator(f"select#{control}").count():
        page.select_option(f"#{control}", label=value)
    else:
        page.fill(f"#{control}", value)
    assert pairs(page) == expected
    page.click("text=Show all")
    assert pairs(page) == [0, 1, 2, 3]


def test_comparing_two_runs(open_page, compared):
    page = open_page(compared)
    assert page.input_value("#other") == "1"
    page.check("#changed")
    assert pairs(page) == [2, 3]
    assert "second: ORG Acme · below_threshold" in page.locator(".change").first.inner_text()
    page.select_option("#run", label="second")
    page.select_option("#other", label="first")
    assert pairs(page) == [2, 3]
    assert "first: ORG Acme → أكمي (score 0.40" in page.locator(".change").first.inner_text()


def test_pages_and_keys(open_page, long):
    page = open_page(long)
    assert pairs(page) == list(range(25)) and page.inner_text("#pages") == "of 3"
    page.keyboard.press("]")
    assert pairs(page)[0] == 25
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.ariaLabel") == "Pair 26"
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.ariaLabel") == "Pair 24" and pairs(page)[0] == 0
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.ariaLabel") == "Pair 25"
    page.keyboard.press("[")
    assert pairs(page)[0] == 0
    page.fill("#page", "3")
    page.press("#page", "Enter")
    assert pairs(page) == list(range(50, 60)) and page.is_disabled("#next")
    page.select_option("#size", label="100")
    assert len(pairs(page)) == 60
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.press("j")  # typed, no key of the page
    assert page.input_value("#text") == "j"


def test_words_by_arrow_keys(open_page, alone):
    """In a script from right to left, the key to the left goes to the next word."""
    page = open_page(alone)
    page.focus(".pair")
    word = "[document.activeElement.textContent, document.activeElement.closest('.text').dataset.side]"
    for key, expected in [
        ("ArrowRight", ["Ana", "0"]),
        ("ArrowRight", ["Silva", "0"]),
        ("ArrowDown", ["سيلفا", "1"]),
        ("ArrowLeft", ["تعيش", "1"]),
        ("ArrowUp", ["lives", "0"]),
        ("ArrowLeft", ["Silva", "0"]),
    ]:
        page.keyboard.press(key)
        assert page.evaluate(word) == expected


def test_help_and_keys_switched_off(open_page, alone):
    page = open_page(alone)
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.uncheck("#keys")
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.focus("#pairs")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "pairs"


def test_light_and_dark(open_page, alone):
    page = open_page(alone, color_scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.click("#theme")
    assert page.inner_text("#theme") == "Colours: light" and page.evaluate(colour) == "rgb(255, 255, 255)" != dark
    page.click("#theme")
    assert page.evaluate(colour) == dark


def test_directions(open_page, alone):
    page = open_page(alone)
    texts = page.locator(".text")
    assert texts.nth(0).get_attribute("dir") == "ltr" and texts.nth(0).get_attribute("lang") == "en"
    assert texts.nth(1).get_attribute("dir") == "rtl" and texts.nth(1).get_attribute("lang") == "ar"


@pytest.mark.parametrize("width", [320, 700, 1200])
def test_nothing_is_wider_than_the_screen(open_page, compared, width):
    page = open_page(compared, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    left, right = (page.locator(".text").nth(side).bounding_box() for side in (0, 1))
    assert (left["y"] == right["y"]) == (width == 1200)


def test_text_is_text(open_page, alone):
    page = open_page(alone)
    last = page.locator(".pair").nth(3)
    assert last.locator(".text").first.inner_text().startswith("<script>alert(1)</script> met")
    assert last.locator(".tag").first.inner_text() == "<i>"
    assert page.locator(".pair script, .pair b, .pair i").count() == 0


def test_what_a_screen_reader_finds(open_page, alone):
    page = open_page(alone)
    unnamed = """[...document.querySelectorAll("button, select, input")].filter((one) =>
        !(one.textContent.trim() && one.tagName === "BUTTON") && !one.labels.length && !one.ariaLabel).length"""
    assert page.evaluate(unnamed) == 0
    assert page.locator("h1").count() == 1 and page.locator("main").count() == 1
    assert page.get_by_role("article", name="Pair 2").count() == 1
    assert page.get_by_role("status").inner_text() == "4 of 4 pairs"
    assert page.locator(".sides svg").first.get_attribute("aria-hidden") == "true"
    assert page.locator(".lost .unseen").inner_text().strip() == "without a place"
