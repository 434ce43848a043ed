"""`ninja -t browse`: the graph as web pages."""

import html.parser
import signal
import urllib.error
import urllib.parse
import urllib.request

from harness import Case, jig_only, main

GRAPH = """
build a<b.o: cc main.c | made.h || order
build made.h: cat in.h
build order: phony in.h
build program: link a<b.o
default program
"""


class Page(html.parser.HTMLParser):
    """A page's links, its heading, and its text by the titles that it stands below."""

    def __init__(self, text):
        super().__init__()
        self.links = []
        self.title = None
        self.heading = ""
        self.sections = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tag = tag
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data):
        if self.tag == "h1":
            self.heading += data
        elif self.tag == "h2":
            self.title = data
            self.sections[data] = []
        elif self.title:
            self.sections[self.title].append(data)
        self.tag = self.tag if self.tag in ("h1", "pre") else None


@jig_only
class Browse(Case):
    def setUp(self):
        super().setUp()
        self.write("main.c", '#include "in.h"\nint main(void) { return 0; }\n')
        self.write("in.h", "")
        self.manifest(GRAPH)

    def serve(self, *args):
        self.server = self.start("-t", "browse", "--port", "0", "--no-browser", *args)
        self.addCleanup(self.server.stop)
        self.server.wait_for("ctl-C to abort...")
        (said,) = [line for line in self.server.out.decode().splitlines() if "Web server" in line]
        self.address = "http://" + said.split()[4].rstrip(",")

    def get(self, query=""):
        with urllib.request.urlopen(f"{self.address}/{query}") as answer:
            self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
            return Page(answer.read().decode())

    def refused(self, path):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(self.address + path)
        self.assertEqual(caught.exception.code, 404)
        return caught.exception.read().decode()

    def test_from_the_default_along_the_links(self):
        self.serve()
        page = self.get()
        self.assertEqual(page.heading, "program")
        self.assertEqual(page.sections["is made by link from"], ["a<b.o"])
        (link,) = page.links
        page = self.get(link)
        self.assertEqual(page.heading, "a<b.o")
        self.assertEqual(
            page.sections["is made by cc from"],
            ["main.c", "made.h", " ", "implicit", "order", " ", "order only"],
        )
        self.assertEqual(page.sections["is read by"], ["program"])
        self.assertIn("-o 'a<b.o'", "".join(page.sections["command"]))

    def test_what_a_job_was_found_to_read(self):
        self.build()
        self.serve("a<b.o")
        self.assertIn("in.h", self.get().sections["was found to read"])

    def test_what_is_not_there(self):
        self.serve()
        page = self.refused("/?%3Cscript%3E")
        self.assertIn("unknown target", page)
        self.assertNotIn("<script>", page)
        self.refused("/etc/passwd?program")

    def test_an_interrupt_ends_it(self):
        self.serve()
        self.server.signal(signal.SIGINT)
        run = self.server.finish()
        self.assertEqual(run.code, 0)
        self.assertEqual(run.errors, "")

    def test_without_python(self):
        run = self.ninja("-t", "browse", env={"PATH": str(self.path("nothing"))})
        self.assertEqual(run.code, 1)
        self.assertIn("ninja: error: browse needs python3", run.errors)


if __name__ == "__main__":
    main()
