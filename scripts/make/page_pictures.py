#!/usr/bin/python3
"""page_pictures.py PAGE FOLDER: screenshots of a page of cnn export html as README shows them, FOLDER/page.png and FOLDER/walk.png. Made by
Debian's Chromium with its chromedriver and python3-selenium; DejaVu and Nanum are the fonts of the ones that are there."""
import sys

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

page, folder = sys.argv[1:]
options = Options()
options.binary_location = "/usr/bin/chromium"
for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--force-device-scale-factor=1", "--hide-scrollbars"):
    options.add_argument(word)
browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
try:
    for name, address, width, height in (("page", "en", 1190, 660), ("walk", "ko/3", 390, 600)):
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]})
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        browser.get("about:blank")
        browser.get(f"file://{page}#{address}")
        if name == "page":  # a number of the first map, its window, and what it is made of
            browser.execute_script("chooseNumber(1, 3 * (24 * 5 + 17)); document.querySelector('.layer').scrollIntoView(); scrollBy(0, -10)")
        browser.execute_script("document.activeElement.blur()")
        browser.save_screenshot(f"{folder}/{name}.png")
finally:
    browser.quit()
