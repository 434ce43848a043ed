"""A headless Chromium, driven over a pipe by the DevTools protocol; for tests and benchmarks of the
trace report's page. Real time, real drawing: nothing here is simulated.

    with Chromium() as chromium:
        page = chromium.open(path)
        page.evaluate("document.title")
        page.problems           # errors and warnings that the page caused, as they came
"""

import base64
import itertools
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

PROGRAM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
SLOW = float(os.environ.get("JIG_TEST_SLOW", "1"))
LIMIT = 60 * SLOW  # seconds that anything here may take


class Chromium:
    """A browser with a profile of its own, which is gone when it is closed."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(
            prefix="jig-chromium-", ignore_cleanup_errors=True
        )
        to_read, self.to = os.pipe()
        self.come, to_write = os.pipe()
        # It reads commands from descriptor 3 and writes to 4.
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "sh", PROGRAM]
            + [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--no-first-run",
            ]
            + [
                "--disable-background-networking",
                "--disable-component-update",
                "--remote-debugging-pipe",
            ]
            + [f"--user-data-dir={self.profile.name}", "about:blank"],
            pass_fds=[to_read, to_write],
            env={**os.environ, "HOME": self.profile.name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_read)
        os.close(to_write)
        self.numbers = itertools.count(1)
        self.data = b""
        self.listeners = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.call("Browser.close")
            self.process.wait(LIMIT)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.come)
        self.profile.cleanup()

    def receive(self):
        """The next message. Messages are JSON, each ended by a NUL."""
        until = time.monotonic() + LIMIT
        while b"\0" not in self.data:
            ready, _, _ = select.select([self.come], [], [], max(until - time.monotonic(), 0))
            if not ready:
                raise AssertionError(f"nothing came from the browser within {LIMIT:.0f} s")
            more = os.read(self.come, 1 << 20)
            if not more:
                raise AssertionError("the browser has ended")
            self.data += more
        message, _, self.data = self.data.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            for listener in self.listeners:
                listener(answer)

    def open(self, path, address="", width=1400, height=1000, scheme="light"):
        """Opens a report and waits until it has drawn itself."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        page.resize(width, height)
        page.prefer(scheme)
        for domain in ("Runtime", "Log", "Page", "Network"):
            page.call(f"{domain}.enable")
        page.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri() + address)
        page.wait_for("document.documentElement?.dataset.drawn")
        return page


class Page:
    def __init__(self, chromium, session):
        self.chromium = chromium
        self.session = session
        self.problems = []
        self.requests = []
        chromium.listeners.append(self.hear)

    def hear(self, message):
        if message.get("sessionId") != self.session:
            return
        method, parameters = message["method"], message["params"]
        if method == "Runtime.exceptionThrown":
            self.problems.append(parameters["exceptionDetails"])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
            self.problems.append(parameters["args"])
        elif method == "Log.entryAdded":
            self.problems.append(parameters["entry"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def close(self):
        self.call("Page.close")
        self.chromium.listeners.remove(self.hear)

    def call(self, method, **parameters):
        return self.chromium.call(method, self.session, **parameters)

    def evaluate(self, expression):
        """The value of a JavaScript expression; a promise is waited for."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, expression):
        """Waits until it holds, looking after each picture that the page draws."""
        value = self.evaluate(f"""new Promise((done) => {{
                const until = performance.now() + {LIMIT * 1000};
                const look = () => {{
                    const value = {expression};
                    if (value || performance.now() > until)
                        done(value);
                    else
                        setTimeout(look, 10);
                }};
                look();
            }})""")
        if not value:
            raise AssertionError(f"it did not come to {expression}: {self.problems}")
        return value

    def texts(self, selector):
        """What the elements show, in order."""
        return self.evaluate(
            f"Array.from(document.querySelectorAll({json.dumps(selector)}), (e) => e.innerText)"
        )

    def text(self, selector):
        return " ".join(self.texts(selector))

    def click(self, selector):
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, selector, text):
        """Puts a text into a field, as if it had been typed."""
        self.evaluate(f"""(() => {{
                const field = document.querySelector({json.dumps(selector)});
                field.focus();
                field.value = {json.dumps(text)};
                field.dispatchEvent(new Event("input", {{ bubbles: true }}));
            }})()""")

    def key(self, key):
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def resize(self, width, height):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def prefer(self, scheme):
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def picture(self, path, whole=False):
        """Writes what is seen, or all of the page, as PNG."""
        answer = self.call(
            "Page.captureScreenshot",
            format="png",
            captureBeyondViewport=whole,
            **({"clip": self.clip()} if whole else {}),
        )
        pathlib.Path(path).write_bytes(base64.b64decode(answer["data"]))

    def clip(self):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
