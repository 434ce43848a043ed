"""What is kept between runs, and what happens when it is cut off, damaged or not ours."""

import os
import random
import shutil
import struct
import time

from harness import Case, jig_only, main, wait_until

STATE = ".jig"
IMAGE = ".jig/image"
JOURNAL = ".jig/journal"
JOBS = 24


def decode(data, at=0):
    """A MessagePack value at `at`, and where the next one begins: the whole specification but
    timestamps, written from it, so that jig's own reader is not what judges jig's files."""

    def take(kind, size):
        return struct.unpack_from(">" + kind, data, at + 1)[0], at + 1 + size

    def chunk(length, start):
        if start + length > len(data):
            raise ValueError("cut short")
        return data[start : start + length], start + length

    def many(count, start):
        values = []
        for _ in range(count):
            value, start = decode(data, start)
            values.append(value)
        return values, start

    byte = data[at]
    if byte <= 0x7F:
        return byte, at + 1
    if byte >= 0xE0:
        return byte - 256, at + 1
    if 0xA0 <= byte <= 0xBF:
        return chunk(byte & 31, at + 1)
    if 0x90 <= byte <= 0x9F:
        return many(byte & 15, at + 1)
    if 0x80 <= byte <= 0x8F:
        return many(2 * (byte & 15), at + 1)
    if byte in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[byte], at + 1
    if byte in (0xC4, 0xC5, 0xC6, 0xD9, 0xDA, 0xDB):
        kind, size = {0xC4: "B1", 0xC5: "H2", 0xC6: "I4", 0xD9: "B1", 0xDA: "H2", 0xDB: "I4"}[byte]
        return chunk(*take(kind, int(size)))
    if byte in (0xDC, 0xDD):
        return many(*take("H", 2) if byte == 0xDC else take("I", 4))
    if byte in (0xDE, 0xDF):
        pairs, start = take("H", 2) if byte == 0xDE else take("I", 4)
        return many(2 * pairs, start)
    numbers = {
        0xCA: "f4",
        0xCB: "d8",
        0xCC: "B1",
        0xCD: "H2",
        0xCE: "I4",
        0xCF: "Q8",
        0xD0: "b1",
        0xD1: "h2",
        0xD2: "i4",
        0xD3: "q8",
    }
    if byte in numbers:
        kind, size = numbers[byte]
        return take(kind, int(size))
    raise ValueError(f"no MessagePack value begins with {byte:#x}")


def decode_all(data):
    values, at = [], 0
    while at < len(data):
        value, at = decode(data, at)
        values.append(value)
    return values


class Small(Case):
    """Three jobs, built; and a change that must not be overlooked whatever becomes of the state."""

    def setUp(self):
        super().setUp()
        self.write("in", "x\n")
        self.write("other", "o\n")
        self.write("header", "h\n")
        self.manifest("""
            rule deps
              command = cat in header > $out && echo "$out: header" > $out.d
              depfile = $out.d
              deps = gcc
              description = RUN $out
            build a: deps in
            build b: cat a
            build c: cat other
            """)

    def build_with_journal(self):
        """Leaves an image and a journal with records behind, as a killed jig does."""
        self.build()
        gate = self.gate()
        self.manifest(
            self.read("build.ninja") + f"build held: sh\n  sh = {gate.hold()}; : > held\n",
            rules="",
        )
        self.build("c")  # the image now knows the new manifest
        self.write("in", "y\n")
        self.write("other", "p\n")
        build = self.start("-j3")
        gate.arrived()
        build.wait_for_jobs(3)
        build.kill_with_jobs()
        gate.open()

    def keep_state(self):
        self.kept = self.dir.parent / (self.dir.name + "-state")
        shutil.copytree(self.path(STATE), self.kept)
        self.addCleanup(shutil.rmtree, self.kept)

    def put_state_back(self):
        shutil.rmtree(self.path(STATE), ignore_errors=True)
        shutil.copytree(self.kept, self.path(STATE))

    def assert_survives(self, name, data, jobs=("a", "b", "c"), quiet=None):
        """With `data` as the state file `name`, a build gives the right bytes with at most one
        warning, and leaves everything in order. `quiet`: whether a warning is forbidden or asked
        for, None for either."""
        self.put_state_back()
        self.tamper(name, data)
        self.write("header", self.read("header") + "h\n")  # a and b have to run
        run = self.ninja()
        self.assertEqual(run.code, 0, run)
        warnings = [line for line in (run.errors + run.text).splitlines() if "warning" in line]
        self.assertLessEqual(len(warnings), 1, run)
        if quiet is not None:
            self.assertEqual(warnings == [], quiet, run)
        self.assertEqual(run.errors.count("\n"), len(warnings), run)
        self.assertLessEqual({"a", "b"}, set(run.ran), run)
        self.assertLessEqual(set(run.ran), {*jobs, "held"}, run)
        self.assertEqual(self.read("b"), self.read("in") + self.read("header"))
        self.assertEqual(self.read("c"), self.read("other"))
        self.assert_nothing_to_do()


@jig_only
class Damage(Small):
    def test_image_cut_short(self):
        self.build()
        self.keep_state()
        image = self.path(IMAGE).read_bytes()
        for length in sorted({0, 1, 2, 9, 16, 40, 64, len(image) // 2, len(image) - 1}):
            with self.subTest(length=length):
                self.assert_survives(IMAGE, image[:length], quiet=False)

    def test_image_with_a_flipped_bit(self):
        self.build()
        self.keep_state()
        image = self.path(IMAGE).read_bytes()
        rng = random.Random(1)
        places = [*range(0, 48, 3), *rng.sample(range(48, len(image)), 40), len(image) - 1]
        for place in places:
            with self.subTest(place=place):
                damaged = bytearray(image)
                damaged[place] ^= 1 << rng.randrange(8)
                self.assert_survives(IMAGE, damaged)

    def test_image_of_a_future_version(self):
        self.build()
        self.keep_state()
        image = self.path(IMAGE).read_bytes()
        # [name, version, ...: the version is the number after the name, a uint 32.
        self.assertEqual(image[0], 0xDC)
        name, at = decode(image, 3)
        version, _ = decode(image, at)
        self.assertEqual((image[at], type(version)), (0xCE, int))
        future = image[:at] + struct.pack(">BI", 0xCE, version + 1) + image[at + 5 :]
        self.assert_survives(IMAGE, future, quiet=False)

    def test_image_that_is_something_else(self):
        self.build()
        self.keep_state()
        for content in (b"hello\n", bytes(4096), b"\xff" * 4096, os.urandom(1000), b"\xc1"):
            with self.subTest(content[:8]):
                self.assert_survives(IMAGE, content, quiet=False)

    def test_journal_cut_short(self):
        """A torn tail is what a crash leaves: what comes before it counts."""
        self.build_with_journal()
        self.keep_state()
        journal = self.path(JOURNAL).read_bytes()
        self.assertGreater(len(journal), 100)
        for length in sorted(
            {*range(0, len(journal), max(1, len(journal) // 40)), len(journal) - 1}
        ):
            with self.subTest(length=length):
                self.assert_survives(JOURNAL, journal[:length])

    def test_journal_with_a_flipped_bit(self):
        self.build_with_journal()
        self.keep_state()
        journal = self.path(JOURNAL).read_bytes()
        rng = random.Random(2)
        places = {*range(0, 40, 2), *rng.sample(range(len(journal)), min(40, len(journal)))}
        for place in sorted(places):
            with self.subTest(place=place):
                damaged = bytearray(journal)
                damaged[place] ^= 1 << rng.randrange(8)
                self.assert_survives(JOURNAL, damaged)

    def test_journal_that_is_something_else(self):
        self.build_with_journal()
        self.keep_state()
        for content in (b"", b"hello\n", bytes(4096), b"\xff" * 4096):
            with self.subTest(content[:8]):
                self.assert_survives(JOURNAL, content)

    def test_journal_with_garbage_behind(self):
        self.build_with_journal()
        self.keep_state()
        journal = self.path(JOURNAL).read_bytes()
        for tail in (b"\0", bytes(512), b"\xff" * 100, journal):
            with self.subTest(tail[:8]):
                self.assert_survives(JOURNAL, journal + tail, jobs=("a", "b"))

    def test_journal_of_another_image(self):
        """Its records name files by number; with another image they would mean others."""
        self.build_with_journal()
        journal = self.path(JOURNAL).read_bytes()
        self.build()
        self.keep_state()
        self.assert_survives(JOURNAL, journal)

    def test_state_deleted(self):
        self.build()
        self.remove(STATE)
        self.assert_builds({"a", "b", "c"})

    def test_only_the_image_deleted(self):
        self.build_with_journal()
        self.keep_state()
        self.path(IMAGE).unlink()
        self.keep_journal = self.path(JOURNAL).read_bytes()
        self.build()
        self.assert_nothing_to_do()
        self.assertEqual(self.read("b"), self.read("in") + self.read("header"))

    def test_state_of_another_directory(self):
        """Copied along with a tree: the paths are relative, the content is the same, so it holds,
        and it must not make an edit there go unseen."""
        self.build()
        other = self.dir.parent / (self.dir.name + "-copy")
        shutil.copytree(self.dir, other)
        self.addCleanup(shutil.rmtree, other)
        run = self.ninja(cwd=other)
        self.assertEqual(run.text, "ninja: no work to do.\n", run)
        (other / "in").write_text("z\n")
        self.assertEqual(sorted(self.ninja(cwd=other).ran), ["a", "b"])

    def test_image_that_cannot_be_read(self):
        self.build()
        self.path(IMAGE).unlink()
        self.path(IMAGE).mkdir()
        run = self.ninja()
        self.assertLessEqual(run.code, 1, run)
        self.assertNotEqual(run.errors, "")
        self.path(IMAGE).rmdir()
        self.build()
        self.assert_nothing_to_do()


@jig_only
class Format(Small):
    def test_any_messagepack_reader_decodes_the_image(self):
        self.build()
        values = decode_all(self.path(IMAGE).read_bytes())
        self.assertEqual(len(values), 1)
        self.assertIsInstance(values[0], list)
        self.assertIn(b"build.ninja", self.path(IMAGE).read_bytes())

    def test_any_messagepack_reader_decodes_the_journal(self):
        self.build_with_journal()
        self.assertGreater(len(decode_all(self.path(JOURNAL).read_bytes())), 0)

    def test_state_lies_in_builddir(self):
        self.manifest("builddir = made/here\nbuild made/here/out: cat in\n")
        self.build()
        self.assertTrue(self.exists("made/here/.jig/image"))
        self.assertFalse(self.exists(".jig"))
        self.assert_nothing_to_do()


class Kill(Case):
    """kill -9 at many moments: nothing that was reported as done is done again, and the result is
    that of a clean build."""

    def setUp(self):
        super().setUp()
        self.write("in", "x\n")
        text = []
        for i in range(JOBS):
            source = "in" if i < 6 else f"out{i - 6}"
            text.append(
                f"build out{i}: sh {source}\n"
                f"  sh = (cat {source}; echo {i}) > out{i} && echo out{i} >> log\n"
            )
        self.manifest("".join(text))

    def check_after_kill(self, reported):
        self.path("log").unlink(missing_ok=True)
        run = self.build("-j3")
        again = set(run.ran) & set(reported)
        self.assertEqual(again, set(), f"done before the kill, and again: {run}")
        self.assertEqual(sorted(self.lines("log")), sorted(run.ran))
        self.assert_clean_build_equal(ignore=["log"])
        self.assert_nothing_to_do()

    @jig_only
    def test_after_every_finished_job(self):
        for count in range(1, JOBS):
            with self.subTest(finished=count):
                self.write("in", f"{count}\n")
                build = self.start("-j3")
                build.wait_for_jobs(count)
                self.check_after_kill(build.kill_with_jobs().ran)

    @jig_only
    def test_at_many_moments(self):
        """Moments spread over the whole run, loading and saving included: the reading of a clock is
        what varies here, nothing waits for anything."""
        started = time.monotonic()
        self.build("-j3")
        whole = time.monotonic() - started
        for i in range(40):
            with self.subTest(moment=i):
                self.write("in", f"{i}\n")
                build = self.start("-j3")
                end = time.monotonic() + whole * i / 36
                while time.monotonic() < end and build.process.poll() is None:
                    pass
                self.check_after_kill(build.kill_with_jobs().ran)

    @jig_only
    def test_killed_again_and_again_it_still_gets_there(self):
        """Each run gets some jobs further; none is lost."""
        done = set()
        for _ in range(2 * JOBS):
            build = self.start("-j1")
            build.wait_for_jobs(2)
            run = build.kill_with_jobs()
            self.assertEqual(done & set(run.ran), set())
            done |= set(run.ran)
            if run.text == "ninja: no work to do.\n":
                break
        self.assertEqual(len(done), JOBS)
        self.assert_clean_build_equal(ignore=["log"])

    @jig_only
    def test_jobs_left_behind_do_not_spoil_the_next_build(self):
        """A killed jig cannot stop its jobs. One that is still writing when the next build begins
        must not pass for up to date in the end."""
        gate = self.gate()
        self.write("in", "one\n")
        self.manifest(
            f"build out: sh in\n  sh = cp in copy; {gate.hold()}; cp copy out; echo > left\n"
        )
        build = self.start()
        gate.arrived()
        build.process.kill()
        build.process.wait()
        gate.open()
        self.write("in", "two\n")
        self.build()
        gate.release()  # now the orphan writes the old text over the new one
        build.finish()
        wait_until(lambda: self.exists("left"), "the orphan's end")
        self.build()
        self.assertEqual(self.read("out"), "two\n")
        self.assert_nothing_to_do()


if __name__ == "__main__":
    main()
