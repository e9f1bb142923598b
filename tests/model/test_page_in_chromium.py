"""The review page where it is read: in Chromium, under its own Content-Security-Policy."""

import shutil
from itertools import pairwise

import pytest

from defiller.features.document import Format, count_words
from defiller.features.reading import read
from defiller.labels.kinds import PADDING_KINDS, Kind
from defiller.model.page.review import review_page
from defiller.model.policy import Policy
from defiller.model.verdict import Because, Reason, ScoredDocument, Verdict

selenium = pytest.importorskip(
    "selenium", reason="the browser tests take selenium: pip install 'defiller[browser]'"
)
from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="no chromium with chromedriver here: apt-get install chromium chromium-driver",
    ),
]


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


@pytest.fixture(scope="module")
def browser():
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
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def run(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def slide(self, value):
        self.run(
            "const s = document.getElementById('threshold'); s.value = arguments[0];"
            "s.dispatchEvent(new Event('input'))",
            value,
        )

    def press(self, *keys):
        webdriver.ActionChains(self.browser).send_keys(*keys).perform()

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


def cut_words(scored, threshold, kept=()):
    pairs = zip(scored.document.paragraphs, scored.verdicts, strict=True)
    return sum(
        count_words(p.content)
        for p, v in pairs
        if v.cut_at >= threshold and next(iter(v.kinds)) not in kept
    )


def sentence(scored, cut):
    words = scored.words
    share = f"{100 * cut / words:.1f}%" if cut else "0%"
    return f"{words - cut} of {words} words stay, {cut} go ({share})"


def test_it_opens_as_the_command_line_decided(see):
    scored = judged()
    page = see(scored)
    assert page.goes() == [v.strip for v in scored.verdicts]
    assert page.counts == sentence(scored, scored.words_cut)
    assert page.one("#command").get_attribute("textContent") == "--threshold 0.6"
    assert not page.one("#reset").is_displayed()


def test_the_slider_cuts_what_the_threshold_cuts(see):
    scored = judged(30)
    page = see(scored)
    for threshold in ("0.111", "0.3", "0.999", "1", "0.37"):
        page.slide(threshold)
        assert page.goes() == [v.cut_at >= float(threshold) for v in scored.verdicts]
        assert page.counts == sentence(scored, cut_words(scored, float(threshold)))
        assert page.one("#shown").text == f"{float(threshold):.3f}"
    fates = [f.get_attribute("textContent") for f in page.all(".fate")]
    assert fates == ["goes" if gone else "stays" for gone in page.goes()]
    page.one("#reset").click()
    assert page.goes() == [v.strip for v in scored.verdicts]


def test_a_threshold_between_the_steps_of_the_slider_is_kept_exactly(see):
    at = 0.37 + 1e-12
    page = see(judged(threshold=at))
    assert page.one("#command").get_attribute("textContent") == f"--threshold {at!r}"
    assert page.goes()[1] is False
    page.press("[", "]")
    assert page.one("#shown").text == "0.370"
    assert page.goes()[1] is True


def test_kinds_can_be_kept(see):
    scored = judged(30)
    page = see(scored, policy=Policy.from_names(keep="byline"))
    page.one(".drop summary").click()
    kept = scored.verdicts[2].kind
    boxes = {b.get_attribute("data-kind"): b for b in page.all("[data-kind][type=checkbox]")}
    assert not boxes["byline"].is_enabled()
    boxes[kept].click()
    assert page.counts == sentence(scored, cut_words(scored, 0.6, [kept]))
    assert page.one("#command").text == f"--threshold 0.6 --keep {kept},byline"
    for box in page.all("[data-group]"):
        if not box.is_selected():
            box.click()
        box.click()
    assert page.counts == sentence(scored, 0)
    page.slide("0")
    assert not any(page.goes()), "with nothing to drop nothing goes, whatever the threshold"
    page.press("r")
    assert page.goes() == [v.strip for v in scored.verdicts]


def test_only_what_stays(see):
    scored = judged()
    page = see(scored)
    page.one("#only").click()
    shown = [p.is_displayed() for p in page.all("article > .p")]
    assert shown == [not v.strip for v in scored.verdicts]
    page.press("s")
    assert all(p.is_displayed() for p in page.all("article > .p"))
    assert not page.one("#only").is_selected()


def test_an_article_of_which_too_much_would_go_is_left_whole(see):
    scored = judged()
    page = see(scored, policy=Policy(max_cut=0.5))
    page.slide("0.001")
    assert page.counts == sentence(scored, 0)
    assert "more than 50.0%, so the article is left whole" in page.one(".held").text
    page.one(".anyway input").click()
    assert page.counts == sentence(scored, cut_words(scored, 0.001))
    page.slide("0.9")
    assert not page.one(".held").is_displayed()


def test_an_article_in_another_language_is_left_whole(see):
    scored = judged(because=Because.LANGUAGE)
    page = see(scored)
    assert page.counts == sentence(scored, 0)
    assert "in a language that the model does not know" in page.one(".held").text


def test_the_keyboard_leads_through_the_padding(see):
    scored = judged(20)
    page = see(scored)
    stops = [i for i, v in enumerate(scored.verdicts) if v.kind.is_padding or v.strip]
    places = []
    for _ in stops:
        page.press("j")
        places.append(page.focus)
        assert page.run("return document.activeElement.matches(':focus-visible')")
    assert places == stops
    page.press("j")
    assert page.focus == stops[-1], "at the end it stays"
    page.press("k")
    assert page.focus == stops[-2]
    why = page.all("article > .p")[stops[-2]].find_element(By.CSS_SELECTOR, ".why")
    page.press(Keys.ENTER)
    assert "its wording" in why.text
    assert why.value_of_css_property("position") == "static"
    page.press(Keys.ESCAPE)
    assert why.value_of_css_property("position") == "absolute"
    page.press("[")
    assert page.one("#shown").text == "0.590"
    chord = webdriver.ActionChains(page.browser).key_down(Keys.CONTROL)
    chord.send_keys("s").key_up(Keys.CONTROL).perform()
    assert "only" not in page.one("body").get_attribute("class"), "the browser's keys are its own"


def test_every_control_can_be_reached_with_tab(see):
    page = see(judged())
    seen = set()
    for _ in range(8):
        page.press(Keys.TAB)
        seen.add(page.run("return document.activeElement.id || document.activeElement.tagName"))
    assert {"only", "threshold", "SUMMARY", "DIV"} <= seen


def test_reasons_on_hover_and_on_tap(see):
    page = see(judged())
    paragraph = page.all("article > .p")[3]
    why = paragraph.find_element(By.CSS_SELECTOR, ".why")
    assert not why.is_displayed()
    webdriver.ActionChains(page.browser).move_to_element(paragraph).pause(0.6).perform()
    assert why.is_displayed()
    assert "its wording" in why.text
    paragraph.find_element(By.CSS_SELECTOR, ".text").click()
    webdriver.ActionChains(page.browser).move_to_element(page.one("#counts")).perform()
    assert why.is_displayed(), "a tap holds them open"
    paragraph.find_element(By.CSS_SELECTOR, ".text").click()
    page.run("document.activeElement.blur()")
    webdriver.ActionChains(page.browser).move_to_element(page.one("#counts")).perform()
    assert not why.is_displayed()


def test_several_articles(see):
    first, second = judged(title="One"), judged(8, title="Two")
    page = see(first, second, names=["1.txt", "2.txt"])
    links = page.all("#index a")
    assert [link.text.split("\n")[0] for link in links] == ["One", "Two"]
    assert [a.is_displayed() for a in page.all("article")] == [True, False]
    total = f"All 2 articles: {first.words + second.words - first.words_cut - second.words_cut}"
    assert page.one("#total").text.startswith(total)
    links[1].click()
    assert [a.is_displayed() for a in page.all("article")] == [False, True]
    assert page.counts == sentence(second, second.words_cut)
    page.slide("0.2")
    page.press("p")
    assert page.counts == sentence(first, cut_words(first, 0.2))
    assert page.goes() == [v.cut_at >= 0.2 for v in first.verdicts]


HOSTILE = (
    "<script>window.owned = 1</script></script></textarea></title></style>"
    "<img src=x onerror='window.owned = 1'><svg onload='window.owned = 1'>"
    "\" onmouseover='window.owned = 1' autofocus onfocus='window.owned = 1' x=\""
    "<a href='javascript:window.owned = 1'>go</a>"
    "<iframe srcdoc='<script>parent.owned = 1</script>'></iframe>"
)


def test_hostile_text_is_text_and_does_nothing(see):
    scored = judged(4, text=HOSTILE, title=HOSTILE)
    page = see(scored, scored, names=[HOSTILE, HOSTILE])
    for paragraph in page.all("article:not([hidden]) > .p"):
        assert paragraph.find_element(By.CSS_SELECTOR, ".text").text == HOSTILE
        paragraph.click()
    page.press("j", Keys.ENTER, "n", "j")
    assert page.all("#index a")[0].text.startswith(HOSTILE)
    assert page.run("return window.owned") is None
    assert page.all("img, svg, iframe, textarea, main a, main script") == []


def test_what_gets_past_the_escaping_is_stopped_by_the_policy(browser, see):
    page = see(
        judged(),
        until="<script>window.owned = 1</script><img src='file:///etc/hostname' "
        "onerror='window.owned = 1'><p id=p style='position: fixed'>"
        "<a id=a href='javascript:window.owned = 1'>go</a>",
    )
    page.one("#a").click()
    assert page.run("return window.owned") is None
    assert page.one("#p").value_of_css_property("position") == "static"
    with pytest.raises(Exception, match="TrustedHTML"):
        page.run("document.body.innerHTML = '<b>markup</b>'")
    faults = " ".join(page.faults())
    assert faults.count("violates the following Content Security Policy") >= 4


def media(browser, **features):
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {
            "media": features.pop("media", ""),
            "features": [{"name": n.replace("_", "-"), "value": v} for n, v in features.items()],
        },
    )


LUMINANCE = """
const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
function rgb(colours) {
  canvas.clearRect(0, 0, 1, 1);
  for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
}
const light = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const paper = getComputedStyle(document.body).backgroundColor;
return [...document.querySelectorAll('article > .p')].flatMap((p) => {
  const behind = light(rgb([paper, getComputedStyle(p).backgroundColor]));
  return ['.text', '.tag', '.tag b'].map((css) => {
    const ink = light(rgb([getComputedStyle(p.querySelector(css)).color]));
    const [high, low] = ink > behind ? [ink, behind] : [behind, ink];
    return (high + 0.05) / (low + 0.05);
  });
});
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_both_themes(browser, see, theme):
    try:
        media(browser, prefers_color_scheme=theme)
        page = see(judged(26))
        paper = page.one("body").value_of_css_property("background-color")
        assert (int(paper.split("(")[1].split(",")[0]) < 128) == (theme == "dark")
        assert min(page.run(LUMINANCE)) >= 4.5, "the contrast that WCAG 2 asks of text (AA)"
    finally:
        media(browser)


@pytest.mark.parametrize("width", [400, 320])
def test_it_fits_a_phone(browser, see, width):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    try:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        long = judged(text="a" * 500, title="b" * 300)
        page = see(long, judged(), names=["c" * 200, "d"])
        page.all("article > .p")[2].click()
        assert page.run("return document.documentElement.scrollWidth") == width
        assert page.one(".bar").size["height"] < 200
        for summary in page.all(".drop summary"):
            summary.click()
            sheet = summary.find_element(By.XPATH, "..").find_element(By.CSS_SELECTOR, ".sheet")
            assert sheet.rect["x"] >= 0
            assert sheet.rect["x"] + sheet.rect["width"] <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_prints_without_its_controls(browser, see):
    try:
        page = see(judged())
        media(browser, media="print")
        assert not page.one("#threshold").is_displayed()
        assert not page.one("#only").is_displayed()
        assert page.one("#counts").is_displayed()
        assert page.one(".marked .tag").is_displayed()
        tint = page.one(".goes").value_of_css_property("print-color-adjust")
        assert tint == "exact"
    finally:
        media(browser)


def test_without_its_script_it_still_shows_the_decisions(browser, see):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page = see(judged())
        assert not page.one("#threshold").is_displayed()
        assert page.one(".goes .tag").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_five_thousand_paragraphs_stay_usable(see):
    page = see(judged(5000, text="A sentence that says that water boils, and when it does. " * 3))
    took = page.browser.execute_async_script("""
        const [done] = arguments, slider = document.getElementById('threshold'), steps = [];
        (function step(time) {
          steps.push(time);
          if (steps.length > 30) return done(steps);
          slider.value = 0.6 - 0.01 * steps.length;
          slider.dispatchEvent(new Event('input'));
          requestAnimationFrame(step);
        })(performance.now())
    """)
    frames = sorted(after - before for before, after in pairwise(took))
    # What feels like one movement has frames of under 100 ms; a core shared with other work takes
    # up to three times that, and a page that lays out all it has takes seconds.
    assert frames[len(frames) // 2] < 300
