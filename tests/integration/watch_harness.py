"""What the tests of watching stand on: a `jig watch` that runs while the test changes files, and what
it prints, a block for each build.

    watch = self.watch()
    self.write("src/a.txt", "A\\n")
    self.assertEqual(watch.block().jobs, ["upper src/a.txt"])

A block ends with the line that sums it up. Changes that come to nothing print nothing; that such a
change was looked at can be told from the program alone: `looks` waits until it has woken up.
"""

import contextlib
import os
import pathlib
import re
import select
import signal
import time

from harness import JIG, LIMIT, SLOW, STATUS_LINE, Background, tool_environment, wait_until
from pipeline_harness import PipelineCase

END = re.compile(r"^jig: (?:\d+ jobs? run(?: \(\d+ failed\))?, .*|no work to do\.)\n", re.MULTILINE)
HEAD = re.compile(r"^jig: (?:\d+ changes?: (?P<names>.*)|(?P<lost>anything may have changed: .*))$",
                  re.MULTILINE)


class Block:
    """What one build printed on standard output."""

    def __init__(self, text):
        self.text = text

    @property
    def jobs(self):
        """What the status lines say, in order."""
        return [line.decode() for line in STATUS_LINE.findall(self.text.encode())]

    @property
    def changes(self):
        """The names in its first line; None when there is no such line."""
        head = HEAD.search(self.text)
        return head["names"].split(", ") if head and head["names"] else None

    def __repr__(self):
        return f"Block({self.text!r})"


class Watch(Background):
    """A running `jig watch`."""

    def __init__(self, args, cwd, env):
        super().__init__([JIG, *args], cwd, env)
        self.taken = 0  # bytes of `out` that blocks were made of

    def block(self):
        """Waits for the end of the next build that printed anything."""
        while True:
            text = self.out[self.taken :].decode()
            end = END.search(text)
            if end:
                self.taken += len(text[: end.end()].encode())
                return Block(text[: end.end()])
            if not self.open_fds:
                raise AssertionError(f"it ended instead of building\n{self.finish()}")
            self._pump()

    def rest(self):
        """What it has printed since the last block, at this moment."""
        while self.open_fds and select.select(list(self.open_fds), [], [], 0)[0]:
            self._pump()
        return self.out[self.taken :].decode()

    def skip(self):
        """Forgets what was printed since the last block."""
        self.rest()
        self.taken = len(self.out)

    def clear_errors(self):
        self.rest()
        self.err = b""

    def wait_for_error(self, text):
        """Waits for `text` on standard error, and forgets what stands before its end."""
        wanted = text.encode()
        while wanted not in self.err:
            if not self.open_fds:
                raise AssertionError(f"it ended without {text!r}\n{self.finish()}")
            self._pump()
        self.err = self.err[self.err.index(wanted) + len(wanted) :]

    # ---- the program from outside ---------------------------------------------------------------

    def wakeups(self):
        """How often the thread that builds has gone to sleep."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.MULTILINE)[1])

    def is_stopped(self):
        """Whether all its threads have been stopped by a signal."""
        states = [
            task.read_text().rpartition(")")[2].split()[0]
            for task in pathlib.Path(f"/proc/{self.pid}/task").glob("*/stat")
        ]
        return set(states) == {"T"}

    @contextlib.contextmanager
    def looks(self):
        """Waits, after what is done in the block, until it has been looked at."""
        before = self.wakeups()
        yield
        wait_until(lambda: self.wakeups() > before, "that the watch wakes up")
        self.quiet()

    def quiet(self):
        """Waits until it sleeps. What starts itself again and again never does."""
        end = time.monotonic() + LIMIT
        calm = 0
        before = self.wakeups()
        while calm < 10:
            if time.monotonic() > end:
                raise AssertionError("the watch does not come to rest")
            time.sleep(0.02 * SLOW)
            now = self.wakeups()
            calm = calm + 1 if now == before else 0
            before = now

    def interrupt(self):
        self.signal(signal.SIGINT)
        return self.finish()


class WatchCase(PipelineCase):
    """A test that watches a tree of its own."""

    def watch(self, *args, ready="jig: watching ", command=("watch",), env=None):
        """Starts watching; returns when it waits for changes. Its first block has been taken."""
        watch = Watch([*command, *args], self.dir, tool_environment(env))
        self.addCleanup(watch.stop)
        if ready:
            watch.wait_for(ready)
            watch.quiet()
            watch.skip()
        return watch

    def swap(self, name, content):
        """Replaces a file in one step, as careful programs do."""
        self.write(name + ".new", content)
        self.rename(name + ".new", name)
        self.sources.discard(name + ".new")

    def assert_silent(self, watch):
        """Nothing was printed since the last block."""
        self.assertEqual(watch.rest(), "")

    def assert_same_as_clean(self, watch, *args, **options):
        watch.quiet()
        self.assert_clean_build_equal(*args, **options)


def append(path, text):
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def exists(path):
    return os.path.lexists(path)
