"""The report where it is read: in Chromium, under its own Content-Security-Policy."""

import shutil
from types import SimpleNamespace

import pytest

selenium = pytest.importorskip(
    "selenium", reason="the browser tests take selenium: pip install 'defiller[browser]'"
)
pytest.importorskip(
    "matplotlib", reason="the report takes matplotlib: pip install 'defiller[report]'"
)
from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

from defiller.model.page.paragraphs import showable  # noqa: E402
from defiller.training.report.page import report_page  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="no chromium with chromedriver here: apt-get install chromium chromium-driver",
    ),
]


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)  # containers run as root and have a small /dev/shm
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    driver.set_window_size(1100, 900)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def files(reported, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name in ("one", "two"):
        (folder / f"{name}.html").write_text(report_page(getattr(reported, name)), "utf-8")
    return SimpleNamespace(one=folder / "one.html", two=folder / "two.html")


@pytest.fixture
def see(browser):
    """Opens a page in a theme and at a width; nothing on it may be complained of."""

    def see(path, theme="light", width=1100):
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        feature = {"name": "prefers-color-scheme", "value": theme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        browser.get(path.as_uri())
        return browser

    browser.get("about:blank")
    browser.get_log("browser")
    yield see
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert complaints == [], "scripts and the policy are silent"


PLOTS = """
return [...document.querySelectorAll('figure.plot')].map((figure) => {
  const svg = figure.querySelector('svg');
  const box = svg.getBoundingClientRect();
  const lines = [...svg.querySelectorAll('path, use')].map((p) => getComputedStyle(p));
  const texts = [...svg.querySelectorAll('text')];
  return {
    name: figure.id, width: box.width, height: box.height,
    colours: [...new Set(lines.flatMap((s) => [s.stroke, s.fill]))],
    words: texts.map((t) => t.textContent),
    outside: texts.filter((t) => {
      const b = t.getBoundingClientRect();
      return b.left < box.left - 6 || b.right > box.right + 6 || b.bottom > box.bottom + 6;
    }).map((t) => t.textContent),
    smallest: Math.min(...texts.map((t) => t.getBoundingClientRect().height)),
    font: getComputedStyle(texts[0]).fontFamily,
  };
});
"""


@pytest.mark.parametrize(("name", "count"), [("one", 7), ("two", 8)])
def test_plots_are_seen(see, files, name, count):
    seen = {}
    for theme in ("light", "dark"):
        plots = see(getattr(files, name), theme).execute_script(PLOTS)
        assert len(plots) == count
        for plot in plots:
            assert plot["width"] > 400
            assert plot["height"] > 200
            assert plot["outside"] == []
            assert plot["smallest"] >= 10, "letters that can be read"
            assert "system-ui" in plot["font"], "the page's own letters"
            assert len(plot["colours"]) >= 3
            assert plot["words"]
        seen[theme] = {c for plot in plots for c in plot["colours"]} - {"none"}
    assert seen["light"].isdisjoint(seen["dark"]), "each scheme has its own colours"
    words = {word for plot in plots for word in plot["words"]}
    assert {"threshold", "probability of padding", "evergreen", "substance words lost"} <= words


@pytest.mark.parametrize("name", ["one", "two"])
@pytest.mark.parametrize("width", [400, 320])
def test_it_fits_a_phone(see, files, name, width):
    page = see(getattr(files, name), width=width)
    page.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.execute_script("return document.documentElement.scrollWidth") == width
    wide = page.execute_script("""
        return [...document.querySelectorAll('main *')].filter((e) => {
          const box = e.getBoundingClientRect();
          return box.right > innerWidth + 1 && !e.closest('.scroll, .canvas');
        }).map((e) => e.outerHTML.slice(0, 100))
    """)
    assert wide == []
    for plot in page.execute_script(PLOTS):
        assert plot["smallest"] >= 8, plot["name"]
    frames = page.execute_script(
        "return [...document.querySelectorAll('.scroll, .plot.wide > .canvas')].map((e) => ["
        "e.tabIndex, e.scrollWidth > e.clientWidth])"
    )
    assert any(scrolls for _, scrolls in frames)
    assert all(reach == 0 for reach, _ in frames), "what scrolls can be reached with the keyboard"


CONTRAST = """
const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const paint = (colours) => {
  canvas.clearRect(0, 0, 1, 1);
  for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
};
const light = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const behind = (element) => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) layers.unshift(getComputedStyle(e).backgroundColor);
  return layers;
};
return [...document.querySelectorAll('p, td, th, dt, dd, a, summary, small, b, li, svg text')]
  .filter((e) => e.textContent.trim() && e.checkVisibility())
  .map((e) => {
    const style = getComputedStyle(e);
    const paper = behind(e), ink = e.closest('svg') ? style.fill : style.color;
    const [one, two] = [light(paint([...paper, ink])), light(paint(paper))];
    return [(Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05), e.outerHTML.slice(0, 90)];
  })
  .sort((a, b) => a[0] - b[0])[0];
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_both_themes(see, files, theme):
    page = see(files.two, theme)
    paper = page.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    assert (int(paper.split("(")[1].split(",")[0]) < 128) == (theme == "dark")
    lowest, where = page.execute_script(CONTRAST)
    assert lowest >= 4.5, f"the contrast that WCAG 2 asks of text (AA): {where}"


def test_hostile_text_is_text_and_does_nothing(see, files, hostile):
    page = see(files.two)
    for summary in page.find_elements(By.CSS_SELECTOR, "details:not([open]) > summary"):
        summary.click()
    assert page.execute_script("return window.owned") is None
    assert page.find_elements(By.CSS_SELECTOR, "img, iframe, script, main a:not([href^='#'])") == []
    texts = [e.text for e in page.find_elements(By.CSS_SELECTOR, ".case .open > .text")]
    wanted = " ".join(showable(hostile.text).split())
    assert sum(wanted in " ".join(text.split()) for text in texts) >= 2
    assert hostile.source in page.find_element(By.ID, "sources").text


def test_no_script_can_run(browser, files, tmp_path):
    attacked = tmp_path / "attacked.html"
    attacked.write_text(
        files.one.read_text("utf-8")
        + "<script>window.owned = 1</script><img src='file:///etc/hostname'"
        " onerror='window.owned = 1'><p id=p style='position: fixed'>",
        "utf-8",
    )
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get(attacked.as_uri())
    assert browser.execute_script("return window.owned") is None
    assert browser.find_element(By.ID, "p").value_of_css_property("position") == "static"
    complaints = " ".join(entry["message"] for entry in browser.get_log("browser"))
    assert complaints.count("violates the following Content Security Policy") >= 3


def test_sections_and_cases_can_be_reached(see, files):
    page = see(files.two)
    for link in page.find_elements(By.CSS_SELECTOR, "nav a"):
        target = link.get_attribute("hash")[1:]
        link.click()
        top = page.execute_script(
            "return document.getElementById(arguments[0]).getBoundingClientRect().top", target
        )
        assert -2 <= top <= 800, target
        page.execute_script("scrollTo(0, 0)")
    closed = page.find_element(By.CSS_SELECTOR, "details.case:not([open]) > summary")
    assert closed.find_element(By.CSS_SELECTOR, ".line").text, "what it is about is seen closed"
    closed.send_keys("\n")
    case = closed.find_element(By.XPATH, "..")
    assert case.get_attribute("open")
    assert case.find_element(By.CSS_SELECTOR, ".why li").is_displayed(), "reasons"
    assert case.find_elements(By.CSS_SELECTOR, ".near"), "what stands around it"


def test_it_prints(see, files, browser):
    page = see(files.one, theme="dark")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not page.find_element(By.TAG_NAME, "nav").is_displayed()
        paper = page.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
        assert "255, 255, 255" in paper
        assert all(plot["width"] > 300 for plot in page.execute_script(PLOTS))
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
