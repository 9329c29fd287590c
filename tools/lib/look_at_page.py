"""Looks at a page in headless Chromium, through its debugging port. Run by tools/test-report."""
import argparse
import base64
import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import websocket

# What a person would see at a glance, asked of the browser's own layout.
LOOK = r"""
(() => {
  const found = [], svgs = [...document.querySelectorAll('svg')];
  const name = svg => svg.getAttribute('aria-label');
  for (const svg of svgs) {
    const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    if (box.width < 200 || box.height < 30) found.push(name(svg) + ': is not drawn');
    const shapes = [...svg.querySelectorAll('rect')];
    if (!shapes.some(shape => shape.getBBox().height > 0 && shape.getBBox().width > 0)) found.push(name(svg) + ': shows nothing');
    const texts = [...svg.querySelectorAll('text')].map(text => ({text, box: text.getBBox()}));
    for (const {text, box} of texts)
      if (box.x < -1 || box.y < -1 || box.x + box.width > view.width + 1 || box.y + box.height > view.height + 1)
        found.push(name(svg) + ': "' + text.textContent + '" leaves the plot');
    for (let i = 0; i < texts.length; i++) for (let j = 0; j < i; j++) {
      const a = texts[i].box, b = texts[j].box;
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x), down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      if (across > 2 && down > 3) found.push(name(svg) + ': "' + texts[i].text.textContent + '" lies on "' + texts[j].text.textContent + '"');
    }
  }
  const body = document.body;
  if (document.documentElement.scrollWidth > window.innerWidth + 1) found.push('the page is wider than the window');
  return {found, plots: svgs.length, tables: document.querySelectorAll('table').length, rows: document.querySelectorAll('tbody tr').length,
          headings: [...document.querySelectorAll('h2')].map(h => h.textContent), text: body.innerText,
          ink: getComputedStyle(body).color, ground: getComputedStyle(body).backgroundColor};
})()
"""


class Browser:
    def __init__(self, folder):
        program = shutil.which("chromium")
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={folder}", "--window-size=1100,900", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = pathlib.Path(folder) / "DevToolsActivePort"
        deadline = time.monotonic() + 60
        while not (port_file.exists() and len(port_file.read_text().splitlines()) == 2):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("chromium did not start")
            time.sleep(0.05)
        port, path = port_file.read_text().splitlines()
        self.socket = websocket.create_connection(f"ws://127.0.0.1:{port}{path}", timeout=60, suppress_origin=True)
        self.numbers, self.events, self.session = itertools.count(1), [], None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(self, method, **params):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(json.loads(self.socket.recv()))

    def close(self):
        self.session = None
        try:
            self.ask("Browser.close")
        except (RuntimeError, websocket.WebSocketException, OSError):
            self.process.terminate()
        self.process.wait(timeout=30)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--screenshot", type=pathlib.Path)
    parser.add_argument("--expect", action="append", default=[], help="a text that must be seen")
    arguments = parser.parse_args()
    address = arguments.page.resolve().as_uri()
    problems = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(folder)
        try:
            for domain in ("Page", "Runtime", "Network", "Log"):
                browser.ask(f"{domain}.enable")
            grounds = set()
            for scheme in ("light", "dark"):
                browser.events.clear()
                browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
                browser.ask("Page.navigate", url=address)
                browser.wait("Page.loadEventFired")
                seen = browser.ask("Runtime.evaluate", expression=LOOK, returnByValue=True)["result"]["value"]
                problems += [f"{scheme}: {what}" for what in seen["found"]]
                grounds.add((seen["ink"], seen["ground"]))
                for event in browser.events:
                    params = event.get("params", {})
                    if event.get("method") == "Network.requestWillBeSent" and params["request"]["url"] != address:
                        problems.append(f"{scheme}: it fetches {params['request']['url'][:80]}")
                    if event.get("method") in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
                        problems.append(f"{scheme}: on the console: {json.dumps(params)[:200]}")
            if len(grounds) != 2:
                problems.append("light and dark look the same")
            for text in arguments.expect:
                if text not in seen["text"]:
                    problems.append(f"it does not say {text}")
            if seen["plots"] < 6 or seen["rows"] < 20:
                problems.append(f"only {seen['plots']} plots and {seen['rows']} rows")
            if arguments.screenshot:
                browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
                picture = browser.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
                arguments.screenshot.write_bytes(base64.b64decode(picture))
        finally:
            browser.close()
    for problem in problems:
        print(problem)
    if not problems:
        print(f"seen in Chromium: {seen['plots']} plots, {seen['tables']} tables of {seen['rows']} rows; " + "; ".join(seen["headings"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
