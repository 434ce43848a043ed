"""libuv, with a part of its own tests: those that need neither a network nor much time."""

import os
import unittest

from project import SOURCES, Project

TESTS = [
    "fs_file_noent",
    "fs_stat_missing_path",
    "loop_close",
    "pipe_ping_pong",
    "tcp_ping_pong",
    "threadpool_queue_work_simple",
    "timer",
    "timer_again",
]


class Libuv(Project):
    source = SOURCES / "libuv1"
    header = "src/heap-inl.h"
    fewest_objects = 400

    def check_programs(self):
        # libuv's tests refuse to run as root.
        user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        self.dir.chmod(0o755)
        for name in TESTS:
            with self.subTest(name):
                run = self.must(["./uv_run_tests_a", name], cwd=self.out, **user)
                self.assertIn(f"ok 1 - {name}", run.text)

    def test_as_ninja(self):
        self.check_against_peer()


if __name__ == "__main__":
    unittest.main(verbosity=2)
