"""Chromium as a reader has it: size, colour scheme, mouse, touch; and what the test finds wrong."""
import json

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

wrong = []


def complain(text):
    print(text)
    wrong.append(text)


def expect(fact, text):
    if not fact:
        complain(text)


def start():
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--force-device-scale-factor=1", "--lang=en"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    browser.set_page_load_timeout(100)
    browser.set_script_timeout(100)
    return browser


def size(browser, width, height):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})


def media(browser, features):
    """What the reader asked the system for; all else as usual."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": name, "value": value} for name, value in features.items()]})


def scheme(browser, name):
    media(browser, {"prefers-color-scheme": name})


def touch_screen(browser, there):
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": there})


def requests(browser):
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith("file:")]


def verdict(browser):
    return browser.find_element(By.ID, "verdict").text


def seen(browser):
    return browser.execute_script("return state.bytes ? Array.from(state.bytes, (b) => b.toString(16).padStart(2, '0')).join('') : ''")


def pad_corner(browser):
    browser.execute_script("byId('drawing').scrollIntoView({block: 'center'})")
    box = browser.execute_script("const b = byId('drawing').getBoundingClientRect(); return [b.left, b.top]")
    return box


def draw_with(browser, strokes, press, move, lift):
    left, top = pad_corner(browser)
    for stroke in strokes:
        x, y = stroke[0]
        press(left + x, top + y)
        for x, y in stroke[1:]:
            move(left + x, top + y)
        lift(left + x, top + y)


def mouse(browser, strokes):
    def send(kind, **more):
        return lambda x, y: browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **more})
    draw_with(browser, strokes, send("mousePressed", button="left", clickCount=1, buttons=1), send("mouseMoved", button="left", buttons=1),
              send("mouseReleased", button="left", clickCount=1))


def touch(browser, strokes):
    def send(kind, points=True):
        return lambda x, y: browser.execute_cdp_cmd("Input.dispatchTouchEvent",
                                                    {"type": kind, "touchPoints": [{"x": x, "y": y}] if points else []})
    draw_with(browser, strokes, send("touchStart"), send("touchMove"), send("touchEnd", False))


def go(browser, address):
    browser.execute_async_script("""window.addEventListener('hashchange', () => setTimeout(arguments[1]), {once: true});
        location.hash = arguments[0]""", address)
