"""The graph of a build.ninja as web pages, a page a file: what `ninja -t browse` runs.

Everything on a page is asked of `ninja -t query`, `-t deps` and `-t commands` when the page is asked
for, so that it is as the manifest and the last build are then.
"""

import argparse
import html
import http.server
import subprocess
import sys
import threading
import urllib.parse
import webbrowser

STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
h1 { font: 600 1.3em ui-monospace, monospace; overflow-wrap: anywhere; }
h2 { font-size: 1em; margin: 1.5em 0 .3em; }
ul { list-style: none; padding: 0; margin: 0; }
li, pre { font: 14px/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; margin: 0; }
i { font: italic 13px system-ui, sans-serif; opacity: .7; }
"""


class Browser:
    """What is asked of jig under its name of ninja."""

    def __init__(self, options):
        self.options = options

    def ask(self, tool, *arguments):
        """What the tool prints, and whether it could be done."""
        # jig does what its name says, and here that is its first word.
        command = ["jig", "ninja", "-f", self.options.f, "-t", tool, *arguments]
        done = subprocess.run(
            command,
            executable=self.options.program,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
        )
        return done.stdout if done.returncode == 0 else done.stderr, done.returncode == 0

    def page(self, target):
        """The page of a target, and whether there is one."""
        text, known = self.ask("query", target)
        if not known:
            return document(target, f"<pre>{shown(text)}</pre>"), False
        parts = [section(title, files) for title, files in query_sections(text)]
        found, known = self.ask("deps", target)
        if known:
            # The first line is of the target, and each of the others has what it was found to read.
            files = [("", line.strip()) for line in found.split("\n")[1:] if line.strip()]
            parts.append(section("was found to read", files))
        command, known = self.ask("commands", "-s", target)
        if known and command.strip():
            parts.append(f"<h2>command</h2><pre>{shown(command)}</pre>")
        return document(text.split("\n", 1)[0][:-1], "".join(parts)), True


def shown(text):
    return html.escape(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def query_sections(text):
    """Of what `-t query` prints: titles, each with kinds and paths."""
    titles = {"outputs": "is read by", "validations": "is validated by"}
    sections = []
    for line in text.split("\n")[1:]:
        if line.startswith("    "):
            words = line[4:]
            kind = ""
            for mark, name in (("|| ", "order only"), ("| ", "implicit")):
                if not kind and words.startswith(mark):
                    kind, words = name, words[len(mark) :]
            sections[-1][1].append((kind, words))
        elif line.startswith("  input: "):
            sections.append((f"is made by {line[9:]} from", []))
        elif line.startswith("  "):
            title = line.strip().rstrip(":")
            sections.append((titles.get(title, title), []))
    return sections


def section(title, files):
    if not files:
        return ""
    items = []
    for kind, path in files:
        link = urllib.parse.quote(path.encode("utf-8", "surrogateescape"))
        note = f" <i>{kind}</i>" if kind else ""
        items.append(f'<li><a href="?{link}">{shown(path)}</a>{note}</li>')
    return f"<h2>{shown(title)}</h2><ul>{''.join(items)}</ul>"


def document(title, body):
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{shown(title)}</title><style>{STYLE}</style><h1>{shown(title)}</h1>{body}"
    )


def handler_of(browser):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # pylint: disable=invalid-name
            path, _, query = self.path.partition("?")
            if path != "/":
                self.answer(404, document("not found", ""))
                return
            target = urllib.parse.unquote(query, errors="surrogateescape")
            page, known = browser.page(target or browser.options.target)
            self.answer(200 if known else 404, page)

        def answer(self, code, page):
            data = page.encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.send_header(
                "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"
            )
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass  # one line a click is of no use to anybody

    return Handler


def main():
    parser = argparse.ArgumentParser(prog="ninja -t browse", description="browse the graph")
    parser.add_argument("--program", help=argparse.SUPPRESS)
    parser.add_argument("-f", default="build.ninja", help="the manifest (%(default)s)")
    parser.add_argument("--port", "-p", default=8000, type=int, help="where (%(default)s; 0: any)")
    parser.add_argument("--hostname", "-a", default="localhost", help="for whom (%(default)s)")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.add_argument("target", nargs="?", help="where to begin (the first default)")
    options = parser.parse_args()
    try:
        server = http.server.ThreadingHTTPServer(
            (options.hostname, options.port), handler_of(Browser(options))
        )
    except OSError as error:
        sys.exit(
            f"ninja: error: cannot listen at {options.hostname}:{options.port}: {error.strerror}; "
            "choose another --port"
        )
    serve(server, options)


def serve(server, options):
    host = options.hostname or "localhost"
    address = f"http://{host}:{server.server_port}/"
    print(f"Web server running on {host}:{server.server_port}, ctl-C to abort...", flush=True)
    if not options.no_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    server.serve_forever()


try:
    main()
except KeyboardInterrupt:
    print()
