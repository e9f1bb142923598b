"""Documents of every kind of paragraph, and the review page of them open in Chromium."""

import shutil

import pytest

from defiller.features.document import Format
from defiller.features.reading import read
from defiller.labels.kinds import PADDING_KINDS, Kind
from defiller.model.page.review import review_page
from defiller.model.policy import Policy
from defiller.model.verdict import Because, Reason, ScoredDocument, Verdict

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


@pytest.fixture(scope="session")
def judged():
    def judged(count=12, *, threshold=0.6, text=None, because=Because.MODEL, title=None):
        """A document with paragraphs of every kind, of which the first is substance."""
        lines = [text or f"Paragraph {i} has {'word ' * i}." for i in range(count)]
        document = read("\n".join(lines), Format.TEXT, title=title)
        verdicts = []
        for i, paragraph in enumerate(document.paragraphs):
            padding = (i * 0.37) % 1 if i else 0.0
            kind = PADDING_KINDS[i % len(PADDING_KINDS)]
            at = padding if i % 5 else padding / 3
            verdicts.append(
                Verdict(
                    start=paragraph.start,
                    end=paragraph.end,
                    text=document.source(paragraph),
                    padding=padding,
                    kind=kind if padding >= 0.5 else Kind.SUBSTANCE,
                    kinds={kind: padding},
                    strip=at >= threshold and because is Because.MODEL,
                    because=because,
                    cut_at=at,
                    reasons=(Reason("words", 1.0, text or "its wording"),),
                )
            )
        return ScoredDocument(document, tuple(verdicts), "tiny@0123456789ab", threshold, "en")

    return judged


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip(
        "selenium.webdriver",
        reason="the browser tests take selenium: pip install 'defiller[browser]'",
    )
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("no chromium with chromedriver here: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",  # containers run as root
        "--disable-dev-shm-usage",
        "--force-prefers-reduced-motion",
        # Headless Chromium has no mouse unless told: hovering takes one.
        "--blink-settings=primaryHoverType=2,availableHoverTypes=2",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    driver.set_window_size(1200, 900)
    yield driver
    driver.quit()


class Seen:
    """The page as a reader has it before them."""

    def __init__(self, browser, path):
        self.browser = browser
        browser.get("about:blank")
        browser.get_log("browser")
        browser.get(path.as_uri())

    def all(self, css):
        return self.browser.find_elements("css selector", css)

    def one(self, css):
        return self.browser.find_element("css selector", css)

    def run(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def slide(self, value):
        self.run(
            "const s = document.getElementById('threshold'); s.value = arguments[0];"
            "s.dispatchEvent(new Event('input'))",
            value,
        )

    def press(self, *keys):
        from selenium.webdriver import ActionChains

        ActionChains(self.browser).send_keys(*keys).perform()

    def goes(self):
        return [
            "goes" in p.get_attribute("class").split()
            for p in self.all("article:not([hidden]) > .p")
        ]

    @property
    def counts(self):
        return self.one("#counts").text

    @property
    def focus(self):
        return self.run(
            "return [...document.querySelectorAll('article:not([hidden]) > .p')]"
            ".indexOf(document.activeElement)"
        )

    def faults(self):
        return [entry["message"] for entry in self.browser.get_log("browser")]


@pytest.fixture
def see(browser, tmp_path):
    seen = []

    def see(*scored, names=None, policy=None, until=""):
        path = tmp_path / "page.html"
        path.write_text(review_page(scored, names, policy=policy or Policy()) + until, "utf-8")
        seen.append(Seen(browser, path))
        return seen[-1]

    yield see
    assert [fault for page in seen for fault in page.faults()] == []
