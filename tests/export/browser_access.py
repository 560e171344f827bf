"""The page for those who hear it, or see and touch it in their own way: names and roles, motion, forced colours, sizes of
what is pressed, contrast."""
import re

from selenium.webdriver.common.by import By

from browser_driver import expect, go, media, size, scheme, touch_screen

LIGHT = """
const light = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const numbers = (s) => s.match(/[\\d.]+/g).map(Number), lum = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
const ratio = (c, d) => { const [a, b] = [lum(c), lum(d)]; return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };
const ground = (n) => { for (; n; n = n.parentElement) { const c = numbers(getComputedStyle(n).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
const shown = (words) => [...document.querySelectorAll(words)].filter((n) => n.getClientRects().length);
const nameOf = (n) => `${n.tagName} ${n.id || n.getAttribute('aria-label') || n.textContent.slice(0, 30)}`;
"""

CONTRAST = LIGHT + """
return shown('body *').filter((n) => [...n.childNodes].some((t) => t.nodeType === 3 && t.data.trim())).map((n) =>
  [ratio(numbers(getComputedStyle(n).color), ground(n)), nameOf(n)]).filter(([r]) => r < 4.5).slice(0, 5)"""

# What is pressed or drawn on stands out from what is around it.
BORDERS = LIGHT + """
return shown('button, input[type=number], canvas, #steps a, #walk').filter((n) => !n.closest('#samples button > *')).map((n) => {
  const s = getComputedStyle(n), width = s.borderTopStyle === 'none' ? 0 : parseFloat(s.borderTopWidth);
  return [width ? ratio(numbers(s.borderTopColor), ground(n.parentElement)) : 0, nameOf(n)]; }).filter(([r]) => r < 3).slice(0, 5)"""

# The smaller side of whatever can be pressed; of the bars' buttons, ten in one line on a small screen, the height.
SMALL = LIGHT + """
return shown('button, a[href], summary, input, canvas[tabindex]').map((n) => {
  const box = n.getBoundingClientRect(), bar = n.closest('#bars') && box.width >= 24;
  return [bar ? box.height : Math.min(box.width, box.height), nameOf(n)]; }).filter(([side]) => side < arguments[0] - 0.01).slice(0, 5)"""

MOVING = """
const moves = (n, part) => { const s = getComputedStyle(n, part);
  return s.animationName !== 'none' || s.transitionDuration.split(', ').some((t) => parseFloat(t)) || s.scrollBehavior !== 'auto'; };
return [...document.querySelectorAll('*')].filter((n) => [null, '::before', '::after'].some((part) => moves(n, part))).map((n) => n.id || n.tagName).slice(0, 5)"""

# What is on every map by a search of its own: its canvas, the place of its largest number, the number.
FINDINGS = """
const {maps, network, result} = state;
return maps.flatMap((canvases, depth) => canvases.map((canvas, map) => {
  const y = depth === maps.length - 1 ? result.answer.p : result.values[depth].y, [, width, channels = 1] = depth ? network.layers[depth - 1].out : network.input;
  const own = Array.from(y).map((value, at) => [value, at]).filter(([, at]) => at % channels === map).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const [most, at] = own[0], place = Math.floor(at / channels);
  return [canvas, width ? `map ${map}, row ${Math.floor(place / width)}, column ${place % width}` : `unit ${at}`, String(Number(most.toPrecision(4)))]; }))"""


def check_access(browser, path, shots):
    check_names(browser, path)
    check_fields(browser, path)
    check_told(browser, path)
    check_motion(browser, path)
    check_forced(browser, path, shots)
    check_touch(browser, path)


def tree(browser):
    """What a screen reader is given: role, name, description and properties of each node that is not left out."""
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [{"role": node["role"]["value"], "name": node.get("name", {}).get("value", ""), "description": node.get("description", {}).get("value", ""),
             **{p["name"]: p["value"].get("value") for p in node.get("properties", [])}} for node in nodes if not node["ignored"]]


def open_all(browser, path, address="en/2/549"):
    """The page with what it can show at once: the walk, a chosen number, its filter."""
    browser.get("about:blank")
    browser.get(f"file://{path}#{address}")
    browser.execute_script("byId('help').open = true; chooseNumber(1, 549)")


def check_names(browser, path):
    size(browser, 1280, 800)
    open_all(browser, path)
    nodes = tree(browser)
    nameless = [node["role"] for node in nodes if node.get("focusable") and not node["name"].strip()]
    expect(len(nodes) > 200 and not nameless, f"can have the focus and have no name: {nameless}")
    landmarks = {role: [node["name"] for node in nodes if node["role"] == role] for role in ("banner", "main", "navigation", "contentinfo", "region")}
    expect([len(landmarks[role]) for role in ("banner", "main", "navigation", "contentinfo")] == [1] * 4 and len(landmarks["region"]) == 4
           and all(landmarks["region"]), f"the parts of the page are {landmarks}")
    check_headings(browser)
    check_pictures(browser, nodes)
    go(browser, "#en")
    check_headings(browser)
    check_language(browser, path)


def check_headings(browser):
    levels = browser.execute_script("return [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter((h) => h.getClientRects().length).map((h) => Number(h.tagName[1]))")
    skipped = [(a, b) for a, b in zip([0] + levels, levels) if b > a + 1]
    expect(levels.count(1) == 1 and not skipped, f"headings skip a level: {skipped} in {levels}")


def check_pictures(browser, nodes):
    """Every picture is one, and its name says what is found on it; one that takes keys gets them, and says which."""
    expect(not [node for node in nodes if node["role"] == "Canvas"], "a canvas is no picture")
    pad = browser.find_element(By.ID, "drawing")
    expect(browser.find_element(By.ID, "verdict").text in pad.accessible_name, f"the drawing is called {pad.accessible_name}")
    findings = browser.execute_script(FINDINGS)
    for canvas, place, number in findings:
        name, role = canvas.accessible_name, canvas.aria_role
        expect(role == "application" and f" {place}: " in name and name.endswith(f" {number}"), f"a map, role {role}, is called '{name}', and its largest is {place}: {number}")
    filters = browser.find_elements(By.CSS_SELECTOR, "canvas.filter")
    told = [re.fullmatch(r"conv2d\S*, filter of map \d+: weights from (-?[\d.e-]+) to (-?[\d.e-]+)", canvas.accessible_name) for canvas in filters]
    expect(len(filters) == 9 and all(found and float(found[1]) < float(found[2]) for found in told), f"filters are called {[canvas.accessible_name for canvas in filters]}")
    shown = sum(node["role"] in ("image", "img") for node in nodes)
    expect(shown == len(filters), f"{shown} pictures are told of, {len(filters)} filters are there")
    keys = [node["description"] for node in nodes if node["role"] == "application"]
    expect(len(keys) == len(findings) + 1 and sum("choose a number" in text for text in keys) == len(findings) and sum("move the pen" in text for text in keys) == 1,
           f"of {len(findings)} maps and a drawing these keys are told: {keys}")


def check_language(browser, path):
    """After the switch what can have the focus speaks Korean, but for the names of layers and keys."""
    browser.find_element(By.ID, "language").click()
    expect(browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "ko", "lang does not follow the switch")
    nodes = tree(browser)
    english = [node["description"] for node in nodes if node["role"] == "application" and "화살표" not in node["description"]]
    expect(not english, f"keys are told in English: {english[:1]}")
    names = [node["name"] for node in nodes if node.get("focusable") and node["role"] != "RootWebArea"]
    foreign = [name for name in names if re.search(r"[A-Za-z]{3}", re.sub(r"conv2d\w*|dense\w*|flatten\w*|^English$", "", name))]
    expect(len(names) > 50 and not foreign, f"still English: {foreign[:3]}")
    button = browser.find_element(By.ID, "language")
    expect(button.get_attribute("lang") == "en" and button.text == "English", "the switch does not name the other language in that language")


def check_fields(browser, path):
    """Every weight is seen to its last letter, and is the weight: four digits of it."""
    made = [-0.0012345, -0.000012345, 123.4567, -9.87654e-8, -0.98765, 6.54321e-12]
    for width in (1280, 900, 800, 390):
        size(browser, width, 800)
        open_all(browser, path, "en")
        fields = browser.execute_script("""const {kernel} = layerAt(1).weights, fields = [...document.querySelectorAll('#filter input')];
            kernel.forEach((_, i) => { kernel[i] = arguments[0][Math.floor(i / 3) % arguments[0].length]; });
            changed();
            const grid = document.querySelector('.grid');
            return {cut: fields.filter((n) => n.scrollWidth > n.clientWidth).map((n) => n.value), values: fields.map((n) => n.valueAsNumber),
                hidden: grid.scrollWidth - grid.clientWidth}""", made)
        off = [x for x, field in zip(made * 5, fields["values"]) if abs(field - x) > 5e-4 * abs(x)]
        expect(len(fields["values"]) == 25 and not fields["cut"] and not off, f"{width}: fields cut {fields['cut']}, other weights than {off}")
        expect(fields["hidden"] <= 0 or width == 900, f"{width}: {fields['hidden']} pixels of the weights are out of sight")


def check_told(browser, path):
    """The ink of an image, what its answer took, by a clock that goes on by 12.34 ms whenever it is read, and the sign of a number."""
    size(browser, 1280, 800)
    for language, words in (("en", "{} multiplications took {} ms."), ("ko", "곱셈 {}번에 {} ms 걸렸습니다.")):
        open_all(browser, path, language)
        ink = browser.execute_script("""let now = 100; performance.now = () => (now += 12.34);
            showSample(3);
            return state.bytes.reduce((a, b) => a + b)""")
        scale = browser.find_element(By.CSS_SELECTOR, ".layer .scale").text
        expect(ink > 1000 and scale.endswith(f": {ink:,}"), f"{language}: an image with {ink} of ink says {scale}")
        told = browser.find_element(By.ID, "time").text
        expect(told == words.format("425,640", "12.3"), f"{language}: the time is {told}")
    for looks in ("light", "dark"):
        scheme(browser, looks)
        above, below = browser.execute_script("return [colour(1, 1), colour(-1, 1)]")
        expect(above[2] > above[0] and below[0] > below[2], f"{looks}: not blue above 0 and orange below, as cnn show has it: {above}, {below}")
    media(browser, {})


def check_motion(browser, path):
    """Nothing moves for those who asked for that: no animation, no transition, no smooth scrolling."""
    media(browser, {"prefers-reduced-motion": "reduce"})
    for width in (1280, 390):
        size(browser, width, 844)
        open_all(browser, path)
        browser.execute_script("""window.smooth = [];
            for (const name of ['scrollIntoView', 'scrollTo', 'scrollBy', 'scroll'])
                for (const on of [Element.prototype, window]) {
                    const own = on[name];
                    if (own)
                        on[name] = function (how) { if (how && how.behavior && how.behavior !== 'auto' && how.behavior !== 'instant') smooth.push(name); return own.apply(this, arguments); };
                }""")
        go(browser, "#en/4")
        browser.execute_script("chooseNumber(2, 700); byId('next').click()")
        running, smooth, moving = browser.execute_script("return [document.getAnimations().length, smooth, (() => {" + MOVING + "})()]")
        expect(not running and not smooth and not moving, f"{width}: with reduced motion {running} animations run, {smooth} scroll smoothly, {moving} move")
    media(browser, {})


# A screenshot of an element as [width, height, bytes].
PIXELS = """const done = arguments[1], bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
createImageBitmap(new Blob([bytes], {type: 'image/png'})).then((image) => {
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  done([image.width, image.height, Array.from(context.getImageData(0, 0, image.width, image.height).data)]); })"""


def pixels(browser, element):
    """As it is on the screen: rows of (r, g, b)."""
    width, height, data = browser.execute_async_script(PIXELS, element.screenshot_as_base64)
    return [[tuple(data[at:at + 3]) for at in range(4 * y * width, 4 * (y + 1) * width, 4)] for y in range(height)]


def check_marks(browser, where):
    """On the screen the chosen cell has its frame, black in white, the bar of the answer stands out, and what is pressed looks so."""
    inner = [pixel for row in pixels(browser, browser.find_elements(By.CSS_SELECTOR, ".layer:nth-of-type(2) canvas:not(.filter)")[0])[2:-2] for pixel in row[2:-2]]
    expect(sum(max(p) < 8 for p in inner) > 10 and sum(min(p) > 247 for p in inner) > 10, f"{where}: the chosen cell has no frame")
    bar = pixels(browser, browser.find_element(By.CSS_SELECTOR, "#bars .best meter"))
    contrast = browser.execute_script(LIGHT + "return ratio(arguments[0], ground(byId('answer')))", bar[len(bar) // 2][6])
    expect(contrast >= 3, f"{where}: the bar's contrast is {contrast:.1f}")
    looks = []
    for _ in range(2):
        browser.find_element(By.ID, "hex").click()
        browser.execute_script("document.activeElement.blur()")
        looks.append(pixels(browser, browser.find_element(By.ID, "hex")))
    expect(looks[0] != looks[1], f"{where}: a pressed button looks like any other")


def check_forced(browser, path, shots):
    for looks in ("light", "dark"):
        media(browser, {"forced-colors": "active", "prefers-color-scheme": looks})
        size(browser, 1280, 800)
        open_all(browser, path)
        expect(browser.execute_script("return matchMedia('(forced-colors: active)').matches"), "the browser forces no colours")
        expect(not browser.execute_script(BORDERS), f"forced colours, {looks}: without a border: {browser.execute_script(BORDERS)}")
        check_marks(browser, f"forced colours, {looks}")
        browser.execute_script("scrollTo(0, 0)")
        browser.save_screenshot(f"{shots}/forced-{looks}-1280.png")
        size(browser, 390, 844)
        browser.save_screenshot(f"{shots}/forced-{looks}-390.png")
    media(browser, {})


def check_touch(browser, path):
    """24 pixels for a mouse, 44 for a finger."""
    for width, height, finger in ((1280, 800, False), (390, 844, True), (320, 640, True)):
        size(browser, width, height)
        touch_screen(browser, finger)
        for language in ("en", "ko"):
            open_all(browser, path, f"{language}/2/549")
            expect(browser.execute_script("return matchMedia('(pointer: coarse)').matches") == finger, "the browser has another pointer")
            small = browser.execute_script(SMALL, 44 if finger else 24)
            expect(not small, f"{language}, {width}: too small to be pressed: {small}")
    touch_screen(browser, False)


def check_steps(browser, language, where):
    for step in (2, 7):
        go(browser, f"#{language}/{step}")
        wide, faint = browser.execute_script("return document.documentElement.scrollWidth"), browser.execute_script(CONTRAST)
        expect(wide <= 320 and not faint, f"{where}, step {step}: {wide} pixels wide, contrast below 4.5: {faint}")
    go(browser, f"#{language}")


def check_looks(browser, path, shots):
    for language in ("en", "ko"):
        for looks in ("light", "dark"):
            scheme(browser, looks)
            for width, height in ((1280, 800), (390, 844), (320, 640)):
                size(browser, width, height)
                browser.get("about:blank")
                browser.get(f"file://{path}#{language}")
                browser.execute_script("chooseNumber(2, Math.floor(state.result.values[2].y.length / 2))")
                expect(browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == language, f"#{language} is another language")
                where = f"{language}, {looks}, {width}"
                wide = browser.execute_script("return document.documentElement.scrollWidth")
                expect(wide <= width, f"{where}: {wide} pixels wide")
                for kind, faint in (("4.5", browser.execute_script(CONTRAST)), ("3", browser.execute_script(BORDERS))):
                    expect(not faint, f"{where}: contrast below {kind}: {faint}")
                if language == "en" and width == 1280:
                    browser.execute_script("chooseNumber(1, 549)")
                    check_marks(browser, where)
                if width == 320:
                    check_steps(browser, language, where)
                browser.execute_script("scrollTo(0, 0)")
                browser.save_screenshot(f"{shots}/{language}-{looks}-{width}.png")
