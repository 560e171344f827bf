"""browser.py FOLDER STROKES SHOTS: opens every page of FOLDER in Chromium, as a reader would: the page's own check, the
bits of all images of its .json, no request, no breach of its policy. Then the lesson's page by mouse, touch and keyboard, and
as those have it who hear it, or see and touch it in their own way (browser_access.py). Screenshots are left in SHOTS for a
person to look at."""
import glob
import json
import os
import sys
import time

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser_access import check_access, check_looks
from browser_driver import complain, expect, go, mouse, pad_corner, requests, scheme, seen, size, start, touch, touch_screen, verdict, wrong

folder, strokes_file, shots = sys.argv[1:4]
AT_ONCE = 50  # images computed in one call: a call has a limit in seconds


def check_bits(browser, path):
    browser.get("file://" + path)
    name = os.path.basename(path)
    check = browser.find_element(By.ID, "check")
    expect("bits" in check.text and "bad" not in check.get_attribute("class"), f"{name}: its own check says: {check.text}")
    answers = json.load(open(path.replace(".html", ".json")))
    bits = []
    for first in range(0, len(answers["images"]), AT_ONCE):
        bits += browser.execute_script(
            "return arguments[0].map((hex) => bitsOf(run(state.network, hex.match(/../g).map((h) => parseInt(h, 16))).answer.p))",
            answers["images"][first:first + AT_ONCE])
    differ = sum(a != b for a, b in zip(bits, answers["bits"]))
    expect(len(bits) == len(answers["bits"]) and not differ, f"{name}: {differ} of {len(bits)} images differ")
    severe = [entry["message"] for entry in browser.get_log("browser") if "favicon" not in entry["message"]]
    expect(not severe, f"{name}: the browser complains: {severe[:2]}")
    expect(not requests(browser), f"{name}: it asks the network")
    return len(bits)


def check_every(browser, path):
    """Its network has every layer and every activation that the page can compute."""
    browser.get("file://" + path)
    missed = browser.execute_script("""const all = state.network.layers, lacks = (words, key) => Object.keys(words).filter((word) => !all.some((l) => l[key] === word));
        return [...lacks(layers, 'type'), ...lacks(activations, 'activation')]""")
    expect(not missed, f"the network of every layer and activation lacks {missed}: add it to every in tests/export/test_browser.sh")


def check_frames(browser, path):
    """What one frame costs while a line is drawn and a number is chosen: printed, and judged by whoever reads it."""
    browser.get("file://" + path)
    size(browser, 1280, 800)
    times = browser.execute_script("""byId('clear').click();
        chooseNumber(2, 700);
        return Array.from({length: 100}, (_, i) => {
            const begin = performance.now();
            drawTo([140 + Math.round(80 * Math.cos(i / 16)), 140 + Math.round(100 * Math.sin(i / 16))]);
            document.body.getBoundingClientRect(); // with the layout that follows
            return performance.now() - begin;
        }).sort((a, b) => a - b)""")
    expect(len(times) == 100 and seen(browser), "nothing was drawn in 100 frames")
    print(f"one frame while drawing (16 ms are wanted on a desktop): median {times[50]:.1f} ms, largest {times[-1]:.1f} ms of {len(times)}")


def check_drawing(browser, path):
    browser.get("file://" + path)
    size(browser, 1280, 800)
    clear = browser.find_element(By.ID, "clear")
    for digit in json.load(open(strokes_file)):
        for draw, name in ((mouse, "mouse"), (touch, "touch")):
            if name == "touch":
                touch_screen(browser, True)
            browser.execute_script("arguments[0].click()", clear)
            expect("no answer" in verdict(browser), f"a blank drawing has an answer: {verdict(browser)}")
            draw(browser, digit["strokes"])
            expect(seen(browser) == digit["pixels"], f"{name}: strokes of {digit['digit']} become other pixels than the program's")
    touch_screen(browser, False)


def check_keyboard(browser, path):
    browser.get("file://" + path)
    pad = browser.find_element(By.ID, "drawing")
    pad.send_keys(Keys.DELETE)
    expect(seen(browser) == "", "Delete does not clear")
    pad.send_keys(Keys.SPACE, *[Keys.ARROW_DOWN] * 20, Keys.SPACE, Keys.ARROW_LEFT)
    vertical = browser.execute_script("return state.plane[180 * 280 + 140] + state.plane[180 * 280 + 120]")
    expect(vertical == 255, "Space and arrows draw no line down from the middle")
    pad.send_keys("3")
    ink = browser.execute_script("return state.bytes.reduce((a, b) => a + b)")
    browser.find_element(By.ID, "eraser").click()
    mouse(browser, [[[100, 140], [180, 140]]])
    erased = browser.execute_script("return [state.bytes.reduce((a, b) => a + b), state.bytes[14 * 28 + 14]]")
    expect(0 < erased[0] < ink and erased[1] == 0, f"the eraser covers no part of an example: {ink}, {erased}")
    browser.find_element(By.ID, "eraser").click()
    expect("It says" in verdict(browser), "a digit key loads no example")
    canvas = browser.find_element(By.CSS_SELECTOR, "#layers section:nth-of-type(2) canvas")
    canvas.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    expect("map 0, row 1, column 1" in browser.find_element(By.ID, "card").text, "arrows on a map choose no number")
    canvas.send_keys(Keys.PAGE_DOWN)
    expect("map 1, row 1, column 1" in browser.find_element(By.ID, "card").text, "PageDown does not go to the next map")
    browser.switch_to.active_element.send_keys("?")
    expect(browser.find_element(By.ID, "help").get_attribute("open") and browser.switch_to.active_element.tag_name == "summary", "? opens no help")
    check_live(browser)
    check_tabs(browser)


def check_live(browser):
    """One region speaks: when a stroke is over, never during it."""
    regions = browser.execute_script("return [...document.querySelectorAll('[aria-live], output, [role=status]')].filter((n) => n.getAttribute('aria-live') !== 'off').map((n) => n.id)")
    expect(regions == ["check", "live"], f"what speaks: {regions}")
    left, top = pad_corner(browser)
    browser.execute_script("window.spoken = 0; new MutationObserver(() => spoken++).observe(byId('live'), {childList: true, characterData: true, subtree: true})")
    send = lambda kind, x, y: browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": left + x, "y": top + y, "button": "left", "buttons": 1, "clickCount": 1})
    send("mousePressed", 90, 60)
    for y in range(80, 220, 20):
        send("mouseMoved", 95, y)
    during = browser.execute_script("return spoken")
    send("mouseReleased", 95, 220)
    expect(during == 0 and browser.execute_script("return spoken") == 1, f"spoken during a stroke: {during}")


def check_tabs(browser):
    nodes = "[...document.querySelectorAll('[tabindex], button, input, summary, a[href]')].filter((node) => node.getClientRects().length)"
    n = browser.execute_script(f"window.order = {nodes}; order[0].focus(); return order.length")
    reached = {browser.execute_script("return order.indexOf(document.activeElement)")}
    for _ in range(n + 5):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(browser.execute_script("return order.indexOf(document.activeElement)"))
    missed = browser.execute_script("return arguments[0].map((i) => order[i].outerHTML.slice(0, 60))", [i for i in range(n) if i not in reached])
    expect(not missed, f"Tab does not reach {len(missed)} of {n}: {missed[:3]}")


def check_weights(browser, path):
    browser.get("file://" + path)
    check = "return bitsOf(state.result.answer.p)"
    trained = browser.execute_script(check)
    browser.execute_script("chooseNumber(1, 100)")
    for word in ("zero", "edge", "blur"):
        browser.find_element(By.XPATH, f"//div[@id='filter']//button[.='{word}']").click()
        expect(browser.execute_script(check) != trained, f"the filter '{word}' changes no answer")
        expect(browser.find_element(By.ID, "edited").is_displayed(), "an edited network does not say so")
        expect(browser.find_element(By.ID, "sureness").text == "", "an edited network says how often the trained one is right")
    browser.find_element(By.XPATH, "//div[@id='filter']//button[.='learned']").click()
    expect(browser.execute_script(check) == trained, "'learned' does not bring the trained filter back")
    browser.find_element(By.ID, "begun").click()
    expect(browser.execute_script("return fingerprintOf(state.weights) === state.network.beginning"),
           "the weights as training began are others than the program's")
    browser.find_element(By.ID, "restore").click()
    expect(browser.execute_script(check) == trained and not browser.find_element(By.ID, "edited").is_displayed(),
           "the trained weights do not come back")


def walk_of(browser):
    """The open step (0: none), its address, and what it speaks of."""
    return browser.execute_script("""return [state.step, location.hash, [...document.querySelectorAll('.here')].map((node) =>
        node.id || [...document.querySelectorAll('.layer')].indexOf(node)), byId('walk').hidden]""")


def expect_walk(browser, wanted, text):
    """A key or Back is followed by its event a little later."""
    for _ in range(200):
        if walk_of(browser)[:len(wanted)] == wanted:
            return
        time.sleep(0.05)
    complain(f"{text}: {walk_of(browser)}")


def check_walk(browser, path):
    size(browser, 1280, 800)
    browser.get("about:blank")
    browser.get(f"file://{path}#ko/3")
    shown = "return byId('walk-text').textContent"
    pieces = "return walkPieces(state.steps[state.step - 1]).map(([, content]) => [content].flat(2).join('')).join('')"
    expect(browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "ko" and walk_of(browser) == [3, "#ko/3", [1], False],
           f"#ko/3 opens no third step in Korean: {walk_of(browser)}")
    expect("28 - (5-1) = 24" in browser.execute_script(shown) and browser.execute_script(shown) == browser.execute_script(pieces),
           "the third step does not show what it says")
    top = browser.execute_script("return [byId('walk').getBoundingClientRect().top, byId('walk').nextSibling.className]")
    expect(0 <= top[0] < 100 and top[1] == "layer here", f"the walk does not stand above its place: {top}")
    browser.find_element(By.ID, "next").send_keys(Keys.ENTER)
    expect_walk(browser, [4, "#ko/4", [2]], "'next' goes elsewhere")
    expect(browser.switch_to.active_element.get_attribute("id") == "next", "'next' loses the focus")
    browser.back()
    expect_walk(browser, [3, "#ko/3"], "Back goes elsewhere")
    browser.find_element(By.ID, "walk-title").send_keys(Keys.ARROW_LEFT)
    expect_walk(browser, [2, "#ko/2", [0, 1]], "the left arrow goes elsewhere")
    go(browser, "#en/2/100")
    expect(browser.execute_script("return JSON.stringify(state.chosen)") == '{"depth":1,"at":100}', "#en/2/100 chooses another number")
    expect("map 1, row 1, column 9: the sum" in browser.execute_script(shown), "the second step does not speak of the chosen number")
    browser.execute_script("chooseNumber(1, 3 * (24 * 7 + 15))")
    expect_walk(browser, [2, "#en/2/549"], "a chosen number is not in the address")
    before = browser.execute_script(shown)
    browser.execute_script("showSample(7)")
    expect(browser.execute_script(shown) != before, "the walk does not follow the image")
    browser.find_element(By.ID, "clear").click()
    expect("Convolution finds out" in browser.execute_script(shown), "a blank drawing has no walk")
    for address, step in (("#constructor", 0), ("#en/7", 7), ("#__proto__/3", 0), ("#en/8", 0), ("#en/999999999", 0), ("#en/2/99999999999", 0),
                          ("#en/2/999999999", 2), ("#en/3/<img src=x onerror=alert(1)>", 0), ("#fr/3", 0), ("#ko/1", 1), ("#%", 0), ("#en", 0)):
        go(browser, address)
        expect(walk_of(browser)[0] == step, f"{address} opens step {walk_of(browser)[0]}")
    go(browser, "#en/1")
    browser.find_element(By.ID, "walk-title").send_keys(Keys.ESCAPE)
    expect_walk(browser, [0, "#en", [], True], "Escape does not end the walk")
    severe = [entry["message"] for entry in browser.get_log("browser") if "favicon" not in entry["message"]]
    expect(not severe, f"the walk makes the browser complain: {severe[:2]}")


def c_hex(x):
    """As C's %a."""
    mantissa, power = float(x).hex().split("p")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + "p" + power


def check_card(browser, path):
    browser.get("about:blank")
    browser.get(f"file://{path}#en")
    card = browser.find_element(By.ID, "card")
    browser.find_element(By.XPATH, "//table[@id='bars']//button[.='3']").click()
    lists = browser.execute_script("return [...document.querySelectorAll('#card .worked')].map((t) => [t.caption.textContent, [...t.rows].map((r) => r.textContent)])")
    expect([caption[:13] for caption, _ in lists] == ["strongest for", "strongest aga"] and all(len(rows) == 5 for _, rows in lists)
           and all(" = " not in row and "unit " in row for _, rows in lists for row in rows), f"the bar of 3 does not show five each way: {lists}")
    expect("the other 74 products together" in card.text and "sum z" in card.text, "the rest of the sum is not told")
    browser.execute_script("chooseNumber(4, 5)")
    expect("the other 2,390 products together" in card.text, f"a count of thousands has no comma: {card.text}")
    numbers = "const {values} = state.result, l = layerAt(1); return [values[1].z[549], values[1].y[549], l.weights.bias[0], l.weights.kernel[0]]"
    browser.execute_script("chooseNumber(1, 549)")
    browser.find_element(By.ID, "hex").click()
    for number in browser.execute_script(numbers):
        expect(c_hex(number) in card.text, f"{c_hex(number)} is not in the card")
    browser.find_element(By.ID, "hex").click()
    expect("0x" not in card.text, "the digits in base 16 do not go away")
    cells = """const {x, w} = layers.conv2d.sees(layerAt(2), 700), cells = [...document.querySelectorAll('#card table')[1].querySelectorAll('td')].map((c) => c.textContent);
        const place = (k) => Math.floor(Math.floor(w[k] / 6) / 15) * 15 + Math.floor(w[k] / 6) % 3 * 5 + Math.floor(w[k] / 18) % 5;
        return x.filter((_, k) => cells[place(k)] !== short(layerAt(2).weights.kernel[w[k]])).length + Math.abs(cells.length - 75)"""
    browser.execute_script("chooseNumber(2, 700)")
    expect(browser.execute_script(cells) == 0, "the card's weights do not stand beside each other map by map")
    made = [1 / 3, -2.5, 1e-38, 3e38, 0.1, 2 ** -126, 1 - 2 ** -24, 1 + 2 ** -23, 255, 4096.03125]
    texts = browser.execute_script("return arguments[0].map(hexFloat)", made)
    expect(texts == [c_hex(x) for x in made], f"numbers in base 16: {texts}")


def check_lines(browser, path):
    """How a number of a normalisation comes about: on its card with all digits, and in the walk, which follows; and one of dropout."""
    browser.get("about:blank")
    browser.get(f"file://{path}#en")
    browser.execute_script("chooseNumber(2, 700)")
    card = browser.find_element(By.ID, "card")
    browser.find_element(By.ID, "hex").click()
    numbers = "const {values} = state.result, {gamma, moving_mean} = layerAt(2).weights; return [values[1].y[700], values[2].y[700], gamma[700 % gamma.length], moving_mean[700 % gamma.length]]"
    for number in browser.execute_script(numbers):
        expect(c_hex(number) in card.text, f"{c_hex(number)} is not in the card of a normalisation: {card.text}")
    browser.find_element(By.ID, "hex").click()
    expect("deviation = sqrt(s)" in card.text and "0x" not in card.text, "the card of a normalisation has no lines")
    shown = "return byId('walk-text').textContent"
    go(browser, "#ko/4/700")
    first = browser.execute_script(shown)
    expect("deviation = sqrt(s)" in first and "마지막 비트까지 같습니다" in first, f"the walk does not work a normalisation out: {first}")
    browser.execute_script("chooseNumber(2, 5)")
    expect(browser.execute_script(shown) != first, "the lines of the walk do not follow the number that is chosen")
    go(browser, "#en/7")
    expect("passes as it is:y = x = " in browser.execute_script(shown) and "keep = 1 / (1 - 0.2) = 1.25" in browser.execute_script(shown),
           f"the walk does not say what dropout does: {browser.execute_script(shown)}")


def check_film(browser, path):
    browser.get("about:blank")
    browser.get(f"file://{path}#en")
    answer = browser.execute_script("return bitsOf(state.result.answer.p)")
    browser.execute_script("chooseNumber(1, 0)")
    slider, picture = browser.find_element(By.ID, "epoch"), "return document.querySelector('.filter').toDataURL()"
    learned = browser.execute_script(picture)
    slider.send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    expect(browser.find_element(By.ID, "epoch-name").text == "after epoch 1 of 3", "the slider is not at epoch 1")
    field = browser.execute_script("return [Number(document.querySelector('#filter input').value), state.film.frames[1].weights[0], document.querySelector('#filter input').readOnly]")
    expect(abs(field[0] - field[1]) <= 1e-3 * abs(field[1]) and field[2], f"the field does not show the epoch's weight: {field}")
    expect(browser.execute_script(picture) != learned, "the filter's picture does not follow the epoch")
    expect("the trained network" in browser.find_element(By.ID, "past").text and browser.execute_script("return bitsOf(state.result.answer.p)") == answer,
           "the answer is not that of the trained network, or the page does not say so")
    slider.send_keys(Keys.END)
    expect(browser.execute_script(picture) == learned and not browser.find_element(By.ID, "past").is_displayed(), "the last place is not the trained network")


def check_hostile(browser, path):
    text = open(path, encoding="utf-8").read()
    hostile = path.replace("lesson", "hostile")
    attack = "\\u003cimg src=x onerror=document.title=1\\u003e"
    with open(hostile, "w", encoding="utf-8") as page:
        page.write(text.replace('{"name":"', '{"name":"' + attack, 1).replace('"arch":"', '"arch":"' + attack, 1))
    browser.get("file://" + hostile)
    expect("<img" in browser.find_element(By.TAG_NAME, "h1").text, "a hostile name is not shown as text")
    expect(not browser.find_elements(By.TAG_NAME, "img"), "a hostile name becomes markup")
    os.remove(hostile)


def check_policy(browser, path):
    browser.get("file://" + path)
    breaches = browser.execute_async_script("""const done = arguments[0]; let n = 0;
        document.addEventListener('securitypolicyviolation', () => { n++; });
        fetch('https://example.org/').catch(() => setTimeout(() => done(n), 200));""")
    expect(breaches == 1, f"a request is stopped by the policy {breaches} times, not once")


def check_phone(browser, path):
    """The answer stays at the foot of a small screen, the card slides in above it and goes away."""
    for width, height in ((390, 844), (320, 640)):
        size(browser, width, height)
        browser.get("about:blank")
        browser.get(f"file://{path}#en")
        box = "const b = arguments[0].getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom, b.width]"
        bars = browser.find_elements(By.CSS_SELECTOR, "#bars button")
        boxes = [browser.execute_script(box, bar) for bar in bars]
        expect(len({b[1] for b in boxes}) == 1 and boxes[0][0] >= 0 and boxes[-1][2] <= width and boxes[0][3] > height - 40,
               f"{width}: the bars are not one line at the foot: {boxes[0]}, {boxes[-1]}")
        sheet = browser.find_element(By.ID, "sheet")
        expect(not sheet.is_displayed(), f"{width}: the card is there before a number is chosen")
        browser.execute_script("document.querySelectorAll('.layer')[2].querySelector('canvas').focus()")
        browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
        top = browser.execute_script(box, sheet)[1]
        seen_map = browser.execute_script(box, browser.switch_to.active_element)
        expect(sheet.is_displayed() and browser.execute_script(box, sheet)[3] <= boxes[0][1] and seen_map[1] >= 0 and seen_map[3] <= top + 2,
               f"{width}: the card hides its map or the bars: card from {top}, map {seen_map}")
        browser.find_element(By.ID, "sheet-close").click()
        expect(not sheet.is_displayed(), f"{width}: the card does not close")


def check_print(browser, path):
    """A sheet to hand out: light in either scheme, what can only be pressed left out, the walk and its place on it."""
    scheme(browser, "dark")
    size(browser, 794, 1123)
    browser.get("about:blank")
    browser.get(f"file://{path}#en/2")
    corner = "return [...document.querySelector('.layer canvas').getContext('2d').getImageData(1, 1, 1, 1).data].slice(0, 3)"
    expect(max(browser.execute_script(corner)) < 60, "the dark scheme is not dark")
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    expect(min(browser.execute_script(corner)) > 240, "dark maps are printed")
    expect(browser.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "paper is not white")
    shown = browser.execute_script("""return ['walk-text', 'verdict', 'bars', 'card', 'layers', 'clear', 'samples', 'steps', 'next', 'language', 'filter'].map((id) =>
        byId(id).getClientRects().length > 0)""")
    expect(shown == [True] * 5 + [False] * 6, f"on paper are: {shown}")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    scheme(browser, "light")


browser = start()
try:
    paths = sorted(set(glob.glob(f"{folder}/*.html")) - {f"{folder}/film.html"})
    images = sum(check_bits(browser, path) for path in paths)
    lesson = f"{folder}/lesson.html"
    check_every(browser, f"{folder}/every.html")
    check_frames(browser, lesson)
    check_drawing(browser, lesson)
    check_keyboard(browser, lesson)
    check_weights(browser, lesson)
    check_hostile(browser, lesson)
    check_walk(browser, lesson)
    check_card(browser, lesson)
    check_lines(browser, f"{folder}/every.html")
    check_film(browser, f"{folder}/film.html")
    check_policy(browser, lesson)
    check_phone(browser, lesson)
    check_print(browser, lesson)
    check_access(browser, lesson, shots)
    check_looks(browser, lesson, shots)
    print(f"{len(paths)} pages, {images} images, in {browser.capabilities['browserName']} {browser.capabilities['browserVersion']}")
finally:
    browser.quit()
sys.exit(bool(wrong))
