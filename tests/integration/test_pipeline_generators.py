"""Generators that do not do what they should, and sources that are not what they should be."""

import json
import os
import sys
import textwrap
import unittest

from pipeline_harness import UPPER, PipelineCase

# A worker that answers each request as the source's first word tells it.
WORKER = """\
import json, os, sys, time
def answer(request, output, code=0, **more):
    print(json.dumps({"exitCode": code, "output": output,
                      "requestId": request.get("requestId", 0), **more}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    source, out = request["arguments"]
    word = open(source).read().split()[0]
    if word == "crash":
        print("about to fall", file=sys.stderr, flush=True)
        os._exit(7)
    if word == "crash-once":
        try:
            os.mkdir("crashed")
            os._exit(7)
        except FileExistsError:
            pass
    if word == "hang":
        time.sleep(1000)
    if word == "garbage":
        print("this is no JSON", flush=True)
        continue
    if word == "fail":
        answer(request, "no such luck", 3)
        continue
    if word != "nothing":
        os.makedirs(os.path.dirname(out), exist_ok=True)
        open(out, "w").write(word.upper() + str(os.getpid() > 0))
    answer(request, "", unknown={"field": 1})
    if word == "twice":
        answer(request, "")
"""

WORKERS = """\
pipelines:
  - name: w
    sources: ["src/*.txt"]
    generate:
      worker: [%s, worker.py]
      arguments: ["{source}", "{out}"]
      workers: 2
    timeout: 6s
    outputs: ["gen/{stem}.out"]
"""


class Workers(PipelineCase):
    def setUp(self):
        super().setUp()
        self.config(WORKERS % json.dumps(sys.executable))
        self.write("worker.py", WORKER)

    def test_a_worker_serves_many_jobs_in_few_processes(self):
        for i in range(20):
            self.write(f"src/{i}.txt", f"word{i}\n")
        self.assertEqual(len(self.build().ran), 20)
        self.assert_nothing_to_do()
        self.write("src/3.txt", "other\n")
        self.assert_builds({"gen/3.out"})
        self.assert_clean_build_equal()
        self.write("worker.py", WORKER + "# another version\n")
        self.assertEqual(len(self.build().ran), 20)

    def assert_fails(self, word, *messages):
        self.write("src/bad.txt", word + "\n")
        self.write("src/good.txt", "good\n")
        run = self.build("-k0", code=1)
        for message in messages:
            self.assertIn(message, run.text + run.errors)
        self.assertTrue(self.exists("gen/good.out"))
        self.write("src/bad.txt", "fine\n")
        self.assert_builds({"gen/bad.out"})
        self.assert_clean_build_equal()

    def test_a_crash_is_told_with_what_the_worker_said(self):
        self.assert_fails("crash", "about to fall")

    def test_one_crash_is_tried_again(self):
        self.write("src/a.txt", "crash-once\n")
        self.assert_builds({"gen/a.out"})

    def test_a_hanging_worker_is_stopped(self):
        self.assert_fails("hang", "did not answer within 6000 ms")

    def test_garbage(self):
        self.assert_fails("garbage", "gen/bad.out")

    def test_its_own_failure(self):
        self.assert_fails("fail", "no such luck")

    def test_an_output_that_is_not_written(self):
        self.assert_fails("nothing", "gen/bad.out")

    def test_a_second_answer_does_no_harm_to_what_is_recorded(self):
        self.write("src/a.txt", "twice\n")
        self.write("src/b.txt", "b\n")
        # Whether the job that was answered twice fails, or the next one, is chance; in the second
        # build there is one of them left.
        self.jig("build", "-j1", "-k0")
        self.jig("build", "-j1", "-k0")
        self.assertEqual((self.dir / "gen/b.out").read_text(), "BTrue")


class Commands(PipelineCase):
    def test_one_that_writes_nothing_fails(self):
        self.config(UPPER.replace("> {out}", "> /dev/null"))
        self.write("src/a.txt", "a\n")
        run = self.build(code=1)
        self.assertIn("did not write 'gen/src/a.up'", run.text)
        self.config(UPPER)
        self.assert_builds({"gen/src/a.up"})

    def test_one_that_writes_more_than_it_declares_is_told_of_once(self):
        self.config(UPPER.replace("> {out}", "> {out}; touch {out}.extra"))
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        run = self.jig("build")
        self.assertEqual(run.code, 0, run)
        for name in "ab":
            self.assertIn(f"'gen/src/{name}.up.extra' was written beside", run.errors)
        self.write("src/a.txt", "A2\n")
        self.assert_builds({"gen/src/a.up"})

    def test_one_that_takes_too_long_is_stopped(self):
        self.config(UPPER.replace('"tr', '"sleep 1000; tr') + "    timeout: 50ms\n")
        self.write("src/a.txt", "a\n")
        self.assertIn("timeout of 0.050 s", self.build(code=1).text)

    def test_one_that_changes_its_source_settles(self):
        self.config(UPPER.replace('"tr', '"echo more >> {source}; tr'))
        self.write("src/a.txt", "a\n")
        for _ in range(4):
            run = self.jig("build")
        self.assertEqual(run.code, 0, run)

    def test_one_that_fails_leaves_no_record(self):
        self.config(UPPER.replace("> {out}", "> {out}; exit 3"))
        self.write("src/a.txt", "a\n")
        self.build(code=1)
        self.assertEqual(self.build(code=1).ran, ["gen/src/a.up"])

    def test_names_that_a_shell_would_take_apart(self):
        self.config(UPPER)
        for name in ("a b", "a'b", 'a"b', "a$b", "a;b", "a\\b", "-a", "ü", "*"):
            self.write(f"src/{name}.txt", "x\n")
        self.assertEqual(len(self.build().ran), 9)
        self.assert_clean_build_equal()
        self.assert_nothing_to_do()

    def test_a_name_with_a_line_break(self):
        self.config(UPPER)
        self.write("src/a\nb.txt", "x\n")
        self.assertEqual(self.jig("build").code, 0)
        self.assert_clean_build_equal()

    def test_an_argument_list_is_no_shell_text(self):
        self.config(
            UPPER.replace(
                'shell: "tr a-z A-Z < {source} > {out}"', 'command: ["cp", "{source}", "{out}"]'
            )
        )
        self.write("src/$(touch oops) b.txt", "x\n")
        self.build()
        self.assertFalse(self.exists("oops"))
        self.assert_clean_build_equal()

    def test_console_pool_and_depths(self):
        self.config(
            "pools: { two: 2 }\n" + UPPER + "    pool: two\n"
            "  - name: con\n    sources: ['src/*.con']\n    pool: console\n"
            "    generate: { shell: 'cp {source} {out}' }\n    outputs: ['gen/{stem}.con']\n"
        )
        for i in range(4):
            self.write(f"src/{i}.txt", "x\n")
            self.write(f"src/{i}.con", "x\n")
        self.assertEqual(len(self.build().ran), 8)


class HostileSources(PipelineCase):
    FACTS = """\
    pipelines:
      - name: facts
        sources: ["src/**"]
        scan: typescript
        generate: { builtin: manifest-json }
        outputs: ["gen/{dir}/{name}.json"]
    """

    def check(self, *names):
        self.config(self.FACTS)
        run = self.build()
        self.assertEqual(set(run.ran), {f"gen/src/{name}.json" for name in names}, run)
        self.assert_nothing_to_do()

    def test_nul_bytes_and_invalid_utf8(self):
        (self.dir / "src").mkdir()
        (self.dir / "src/nul.ts").write_bytes(b"import 'a\0b';\0\0export const x = '\0';\n")
        (self.dir / "src/utf.ts").write_bytes(
            b"import '\xff\xfe\x80';\nexport const \xc3\x28 = 1;\n"
        )
        (self.dir / "src/bom.ts").write_bytes(b"\xef\xbb\xbfexport const y = 1;\n")
        self.check("nul.ts", "utf.ts", "bom.ts")
        for name in ("nul", "utf", "bom"):
            json.loads((self.dir / f"gen/src/{name}.ts.json").read_bytes().decode("utf-8"))

    def test_a_line_of_ten_megabytes(self):
        self.write("src/long.ts", "export const x = [" + "1," * 5_000_000 + "];import './y'")
        self.write("src/y.ts", "export const y = 1;\n")
        self.check("long.ts", "y.ts")

    def test_a_file_of_two_gigabytes(self):
        self.write("src/a.ts", "export const a = 1;\n")
        with open(self.dir / "src/big.ts", "wb") as big:
            big.truncate(2 << 30)
        self.config(self.FACTS)
        run = self.jig("build")
        self.assertEqual(run.code, 0, run)
        self.assertTrue(self.exists("gen/src/a.ts.json"))

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_permission_denied(self):
        self.write("src/a.ts", "export const a = 1;\n")
        self.write("src/b.ts", "export const b = 1;\n")
        os.chmod(self.dir / "src/b.ts", 0)
        self.config(self.FACTS)
        self.jig("build")
        self.assertTrue(self.exists("gen/src/a.ts.json"))

    def test_links_that_go_in_circles(self):
        self.write("src/a.ts", "import './self/a';\nimport './loop';\n")
        os.symlink(".", self.dir / "src/self")
        os.symlink("loop.ts", self.dir / "src/loop.ts")
        self.config(self.FACTS)
        run = self.jig("build")
        self.assertTrue(self.exists("gen/src/a.ts.json"), run)

    def test_an_empty_tree(self):
        self.config(self.FACTS)
        self.assert_nothing_to_do()

    def test_a_source_that_is_a_pipe(self):
        self.write("src/a.ts", "export const a = 1;\n")
        os.mkfifo(self.dir / "src/pipe.ts")
        self.config(self.FACTS)
        run = self.jig("build")
        self.assertTrue(self.exists("gen/src/a.ts.json"), run)


if __name__ == "__main__":
    unittest.main()
