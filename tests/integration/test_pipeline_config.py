"""`jig config`: what is wrong with a jig.yaml, and what is meant by one."""

from harness import jig_only, main
from pipeline_harness import UPPER, UPPER_ALL, PipelineCase

MISTAKES = """\
version: 1
pipelines:
  - name: a
    sorces: ["*.x"]
    generate: { shell: "x {ot}" }
    outputs: "o/{stem}"
"""


@jig_only
class Check(PipelineCase):
    def check(self, *args, code=0, **options):
        run = self.jig("config", "check", *args, **options)
        self.assertEqual(run.code, code, run)
        return run

    def test_all_is_well(self):
        self.config(UPPER_ALL)
        self.config(UPPER, "packages/one")
        run = self.check()
        self.assertEqual(run.text, "jig: 3 pipelines in 2 files, without mistakes\n")
        self.assertEqual(run.errors, "")
        self.assertFalse(self.exists(".jig"))

    def test_quiet(self):
        self.config(UPPER)
        run = self.check("--quiet")
        self.assertEqual(run.text + run.errors, "")

    def test_every_mistake_is_told_where_it_is(self):
        self.write("jig.yaml", MISTAKES)
        run = self.check(code=2)
        self.assertEqual(run.text, "")
        self.assertEqual(
            run.errors,
            "jig: error: jig.yaml:4:5: unknown key 'sorces' in a pipeline;"
            " did you mean 'sources'?\n"
            '    sorces: ["*.x"]\n'
            "    ^ near here\n"
            "  valid here: name, sources, exclude, collect, scan, generate, outputs, out_root,"
            " env, pool, timeout, description, depends, sees, package\n"
            "jig: error: jig.yaml:5:27: `shell` has the unknown placeholder '{ot}';"
            " did you mean '{out}'?\n"
            '    generate: { shell: "x {ot}" }\n'
            "                          ^ near here\n"
            "  write `{{` and `}}` for braces; placeholders: source, dir, name, stem, ext,"
            " package, out_root, out, outputs, sources, options\n",
        )

    def test_mistakes_of_all_packages(self):
        self.write("jig.yaml", "version: 2\n")
        self.write("packages/one/jig.yaml", "version: 3\n")
        run = self.check(cwd=self.path("packages"), code=2)
        places = [line.split(" ")[2] for line in run.errors.splitlines() if "error" in line]
        self.assertEqual(places, ["jig.yaml:1:10:", "packages/one/jig.yaml:1:10:"])

    def test_a_file_that_is_named(self):
        self.config(UPPER)
        self.write("other/jig.yaml", MISTAKES)
        self.check("other/jig.yaml", code=2)
        self.check("-f", "other/jig.yaml", code=2)
        self.check("-C", "other", "jig.yaml", code=2)

    def test_a_file_that_is_not_there(self):
        run = self.check("none.yaml", code=2)
        self.assertEqual(
            run.errors, "jig: error: none.yaml: cannot be read: No such file or directory\n"
        )

    def test_what_only_sources_show(self):
        self.config(UPPER.replace("{dir}/", ""))
        self.write("src/a.txt")
        self.check()
        self.write("src/b/a.txt")
        run = self.check(code=2)
        self.assertIn("gen/a.up", run.errors)

    def test_a_plugin_that_cannot_be_loaded(self):
        self.config(UPPER.replace('shell: "tr a-z A-Z < {source} > {out}"', "plugin: none.so"))
        run = self.check(code=2)
        self.assertIn("none.so", run.errors)

    def test_oddities_are_told_and_legal(self):
        self.config(UPPER_ALL + "    sees: content\n")
        run = self.check()
        self.assertIn("warning", run.errors)
        self.assertIn("`sees` means nothing to a pipeline with `collect`", run.errors)


@jig_only
class Show(PipelineCase):
    def show(self):
        run = self.jig("config", "show")
        self.assertEqual(run.code, 0, run)
        self.assertEqual(run.errors, "", run)
        return run.text

    def test_defaults_are_filled_in(self):
        self.config(UPPER)
        self.assertEqual(
            self.show(),
            "version: 1\n"
            "gitignore: true\n"
            "daemon: false\n"
            "pipelines:\n"
            "- name: upper\n"
            "  sources: [src/**/*.txt]\n"
            "  scan:\n"
            "    kind: none\n"
            "  depends: self\n"
            "  sees: content\n"
            "  generate:\n"
            "    shell: tr a-z A-Z < {source} > {out}\n"
            "  outputs: ['gen/{dir}/{stem}.up']\n"
            "  description: upper {source}\n",
        )

    def test_what_is_shown_builds_the_same(self):
        self.config(UPPER_ALL)
        self.config(UPPER_ALL, "packages/one")
        self.write("src/a.txt", "a\n")
        self.write("packages/one/src/b.txt", "b\n")
        self.build()
        shown = self.show()
        self.remove("packages/one/jig.yaml")
        self.write("jig.yaml", shown)
        self.assertEqual(self.show(), shown)
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    def test_a_mistake_is_told_and_nothing_shown(self):
        self.write("jig.yaml", MISTAKES)
        run = self.jig("config", "show")
        self.assertEqual((run.code, run.text), (2, ""), run)
        self.assertIn("jig.yaml:4:5:", run.errors)


@jig_only
class Usage(PipelineCase):
    def assert_wrong(self, words, message):
        run = self.jig("config", *words)
        self.assertEqual(run.code, 2, run)
        self.assertEqual(run.errors, f"jig: error: {message}\n  see 'jig help config'\n")

    def test_words(self):
        self.config(UPPER)
        self.assert_wrong([], "expected 'check' or 'show'")
        self.assert_wrong(["chek"], "cannot 'chek' a configuration, did you mean 'check'?")
        self.assert_wrong(["explain"], "cannot 'explain' a configuration")
        self.assert_wrong(["check", "a.yaml", "b.yaml"], "expected one file")
        self.assert_wrong(["check", "-f", "a.yaml", "b.yaml"], "expected one file")

    def test_a_build_ninja_has_no_pipelines(self):
        self.write("build.ninja", "")
        self.assert_wrong(["check"], "'build.ninja' is not a jig.yaml")

    def test_help(self):
        run = self.jig("config", "--help")
        self.assertEqual(run.code, 0, run)
        self.assertEqual(run.text, self.jig("help", "config").text)


if __name__ == "__main__":
    main()
