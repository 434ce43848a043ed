"""The editors' schema accepts what jig accepts, and refuses what it can of what jig refuses.

usage: pipeline_config_schema_test.py SCHEMA CORPUS REFERENCE
"""

import json
import pathlib
import re
import sys
import unittest

import jsonschema
import yaml

SCHEMA, CORPUS, REFERENCE = (pathlib.Path(argument) for argument in sys.argv[1:4])

# Mistakes that take more than a schema to see: YAML's own, those that lie between two places of
# the file, and what is within a path, a pattern or a template.
BEYOND_A_SCHEMA = {
    "builtin_options",
    "collect_circle",
    "collect_itself",
    "collect_nothing",
    "collect_pattern",
    "exclude_brace",
    "key_twice",
    "key_twice_in_options",
    "name_twice",
    "options_huge_number",
    "options_infinite",
    "out_root_leaves",
    "outputs_leave",
    "outputs_leave_collect",
    "placeholder_collect",
    "placeholder_lone_brace",
    "placeholder_out_of_range",
    "placeholder_places",
    "placeholder_unknown",
    "plugin_leaves",
    "pool_unknown",
    "scan_regex_wrong",
    "sources_glob",
    "sources_leave",
    "sources_leave_inside",
    "timeout_long",
}


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, as jig and editors read it; PyYAML's own is YAML 1.1's."""


CoreLoader.yaml_implicit_resolvers = {}
for name, expression in {
    "null": r"^(?:~|null|Null|NULL|)$",
    "bool": r"^(?:true|True|TRUE|false|False|FALSE)$",
    "int": r"^(?:[-+]?[0-9]+|0x[0-9a-fA-F]+)$",
    "float": r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan)$",
}.items():
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(expression), None)


class Schema(unittest.TestCase):
    def setUp(self):
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        self.validator = jsonschema.Draft202012Validator(schema)

    def accepts(self, text):
        return self.validator.is_valid(yaml.load(text, CoreLoader))

    def test_what_jig_accepts(self):
        paths = sorted((CORPUS / "valid").glob("*.yaml"))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path.name):
                self.validator.validate(yaml.load(path.read_text(), CoreLoader))

    def test_what_the_reference_shows(self):
        examples = re.findall(r"^```yaml\n(.*?)^```$", REFERENCE.read_text(), re.M | re.S)
        self.assertTrue(examples)
        for example in examples:
            with self.subTest(example):
                self.validator.validate(yaml.load(example, CoreLoader))

    def test_what_jig_refuses(self):
        accepted = set()
        for path in (CORPUS / "invalid").glob("*.yaml"):
            try:
                if self.accepts(path.read_text()):
                    accepted.add(path.stem)
            except yaml.YAMLError:
                pass
        self.assertEqual(accepted, BEYOND_A_SCHEMA)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
