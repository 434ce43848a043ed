"""How daemons come and go, and whom they do not talk to."""

import os
import shutil
import signal
import socket
import unittest

from daemon_harness import DaemonCase, daemons_below, held
from harness import JIG, Background, jig_only, main, tool_environment, wait_readable, wait_until
from pipeline_harness import UPPER

@jig_only
class ComingAndGoing(DaemonCase):
    def begin(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        return self.pid()

    def test_two_clients_at_once_start_one(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        builds = [self.start_warm() for _ in range(8)]
        for build in builds:
            run = build.finish()
            self.assertEqual(run.code, 0, run)
            self.assertNotIn("without it", run.errors)
        self.assertEqual(len(daemons_below(self.dir)), 1)
        self.assertEqual(self.status()["builds"], 8)

    def test_another_build_of_jig_replaces_it(self):
        pid = self.begin()
        other = self.path("other-jig")
        shutil.copy2(JIG, other)
        run = self.run_tool([other, "build", "--daemon"], env=self.environment())
        self.assertEqual((run.code, run.text, run.errors), (0, "jig: no work to do.\n", ""))
        self.wait_for_end(pid)
        (new,) = daemons_below(self.dir)
        self.assertNotEqual(new, pid)
        with self.subTest("who only asks may be of any build"):
            self.assertEqual(self.pid(), new)
            self.assertEqual(self.jig("daemon", "stop").text, "jig: the daemon has ended\n")
        self.wait_for_end(new)

    def test_one_of_another_build_finishes_its_work(self):
        gate = self.gate()
        self.config(UPPER.replace('"tr', f"'{held(gate)}; tr").replace('{out}"', "{out}'"))
        self.write("src/a.txt", "a\n")
        first = self.start_warm()
        gate.arrived()
        pid = self.pid()
        other = self.path("other-jig")
        shutil.copy2(JIG, other)
        second = Background(
            [other, "build", "--daemon"], self.dir, tool_environment(self.environment())
        )
        self.addCleanup(second.stop)
        second.wait_for(f"waiting for process {pid}, which is building here")
        gate.release()
        self.assertEqual(first.finish().code, 0)
        run = second.finish()
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))
        self.wait_for_end(pid)

    def test_who_waits_when_it_stops_gets_another(self):
        gate = self.gate()
        self.config(UPPER.replace('"tr', f"'{held(gate)}; tr").replace('{out}"', "{out}'"))
        self.write("src/a.txt", "a\n")
        first = self.start_warm()
        gate.arrived()
        pid = self.pid()
        second = self.start_warm()
        second.wait_for(f"waiting for process {first.pid}, which is building here")
        stop = Background([JIG, "daemon", "stop"], self.dir, tool_environment(self.environment()))
        self.addCleanup(stop.stop)
        second.wait_for(f"waiting for process {pid}, which is building here")
        gate.release()
        self.assertEqual(first.finish().code, 0)
        self.assertEqual(stop.finish().code, 0)
        run = second.finish()
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))
        self.assertNotEqual(self.pid(), pid)

    def test_another_place_by_the_same_name_is_not_its_own(self):
        self.config(UPPER, "tree")
        self.write("tree/.git/HEAD", "")
        self.write("tree/src/a.txt", "a\n")
        self.warm("-C", "tree")
        pid = self.pid("-C", "tree")
        os.kill(pid, signal.SIGSTOP)  # so that it does not see it coming
        self.rename("tree", "wood")
        shutil.copytree(self.path("wood"), self.path("tree"))
        self.write("tree/src/a.txt", "other\n")
        build = Background(
            [JIG, "build", "--daemon", "--explain", "-C", "tree"],
            self.dir,
            tool_environment(self.environment()),
        )
        self.addCleanup(build.stop)
        os.kill(pid, signal.SIGCONT)
        run = build.finish()
        self.assertEqual((run.code, run.err.count(b"without it")), (0, 0), run)
        self.assertEqual(self.read("tree/gen/src/a.up"), "OTHER\n")
        self.assertEqual(self.read("wood/gen/src/a.up"), "A\n")
        self.wait_for_end(pid)

    def test_a_socket_that_nobody_listens_at(self):
        pid = self.begin()
        os.kill(pid, signal.SIGKILL)
        self.wait_for_end(pid)
        self.assertTrue(self.socket().is_socket())
        self.assert_no_daemon()
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertNotEqual(self.pid(), pid)

    def test_a_daemon_that_does_not_answer(self):
        self.begin()
        path = self.socket()
        self.assertEqual(self.jig("daemon", "stop").code, 0)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as deaf:
            deaf.bind(str(path))
            deaf.listen()
            run = self.jig("build", "--daemon")
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))
        self.assertEqual(
            run.errors, "jig: warning: the daemon does not answer; building without it\n"
        )

    def test_it_ends_when_nobody_needs_it(self):
        self.config("daemon: {idle: 1ms}\n" + UPPER)
        self.write("src/a.txt", "a\n")
        self.build()
        wait_until(lambda: not daemons_below(self.dir), "the daemon's end")
        self.assert_no_daemon()
        with self.subTest("the environment says how long"):
            self.build(env={"JIG_DAEMON_IDLE": "1000"})
            self.assertEqual(self.status()["idle_limit_ms"], 1000 * 1000)

    def test_it_ends_when_its_root_is_deleted(self):
        self.config(UPPER, "tree")
        self.write("tree/.git/HEAD", "")
        self.write("tree/src/a.txt", "a\n")
        self.warm("-C", "tree")
        pid = self.pid("-C", "tree")
        self.remove("tree")
        self.wait_for_end(pid)

    def test_it_ends_when_its_root_is_moved(self):
        self.config(UPPER, "tree")
        self.write("tree/.git/HEAD", "")
        self.write("tree/src/a.txt", "a\n")
        self.warm("-C", "tree")
        pid = self.pid("-C", "tree")
        self.rename("tree", "wood")
        self.wait_for_end(pid)

    def test_it_ends_when_its_state_is_deleted(self):
        pid = self.begin()
        self.remove(".jig")
        self.wait_for_end(pid)
        self.warm()
        self.assert_clean_build_equal()

    def test_it_ends_when_its_socket_is_gone(self):
        pid = self.begin()
        self.socket().unlink()
        self.wait_for_end(pid)

    def test_it_leaves_a_socket_alone_that_is_not_its_own(self):
        pid = self.begin()
        path = self.socket()
        path.unlink()
        path.write_text("not a socket")
        self.wait_for_end(pid)
        self.assertEqual(path.read_text(), "not a socket")

    def test_it_keeps_no_descriptor_of_whoever_started_it(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        read, write = os.pipe()
        for number in (20, 200):
            os.dup2(write, number)
            run = self.jig("build", "--daemon", pass_fds=[number])
            self.assertEqual((run.code, self.status()["builds"]), (0, 1), run)
            os.close(number)
            if number == 20:
                self.end_daemons()
        os.close(write)
        wait_readable(read, "the pipe")
        self.assertEqual(os.read(read, 1), b"")  # the end: nobody else has it
        os.close(read)
        self.pid()

    def test_it_has_no_terminal_and_no_client_left_when_idle(self):
        pid = self.begin()
        for fd in ("0", "1", "2"):
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
            self.assertTrue(target == "/dev/null" or target.endswith(".log"), target)
        self.warm()
        self.warm()
        before = len(os.listdir(f"/proc/{pid}/fd"))
        for _ in range(20):
            self.warm()
        wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) <= before, "the last one's leaving")

    def test_stop_and_status_without_a_daemon(self):
        self.config(UPPER)
        for word in ("status", "stop"):
            run = self.jig("daemon", word)
            self.assertEqual((run.code, run.text), (0, "jig: no daemon is running here\n"), run)
        self.assertEqual(self.jig("daemon", "log").text, "")

    def test_status_and_log(self):
        pid = self.begin()
        run = self.jig("daemon", "status")
        self.assertIn(f"jig: a daemon is running: process {pid}, jig ", run.text)
        self.assertIn(f"root      {self.dir}\n", run.text)
        self.assertIn(f"[{pid}] jig ", self.jig("daemon", "log").text)

    def test_wrong_words(self):
        self.config(UPPER)
        run = self.jig("daemon", "stopp")
        self.assertEqual(run.code, 2)
        self.assertIn("unknown word 'stopp', did you mean 'stop'?", run.errors)
        self.assertEqual(self.jig("daemon", "stop", "now").code, 2)
        self.assertIn("usage: jig daemon", self.jig("daemon", "--help").text)


@jig_only
class Strangers(DaemonCase):
    """Whoever is not this user, or talks nonsense."""

    def begin(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        return self.pid()

    def test_modes_of_folder_and_socket(self):
        self.begin()
        self.assertEqual((self.runtime / "jig").stat().st_mode & 0o777, 0o700)
        self.assertEqual(self.socket().stat().st_mode & 0o777, 0o600)

    def refused(self):
        run = self.jig("build", "--daemon")
        self.assertEqual(run.code, 0, run)
        self.assertIn("building without it\n", run.errors)
        self.assertEqual(daemons_below(self.dir), [])
        return run

    def test_a_folder_that_others_may_enter_is_refused(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        (self.runtime / "jig").mkdir()
        (self.runtime / "jig").chmod(0o755)
        self.assertIn("is not yours alone", self.refused().errors)

    def test_a_link_in_place_of_the_folder_is_refused(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        (self.runtime / "real").mkdir(mode=0o700)
        (self.runtime / "jig").symlink_to("real")
        self.assertIn("cannot open the folder", self.refused().errors)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_folder_of_another_user_is_refused(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        (self.runtime / "jig").mkdir(mode=0o700)
        os.chown(self.runtime / "jig", 65534, 65534)
        self.assertIn("is not yours alone", self.refused().errors)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_another_user_is_not_heard(self):
        pid = self.begin()
        self.runtime.chmod(0o755)
        (self.runtime / "jig").chmod(0o755)
        self.socket().chmod(0o666)
        path = str(self.socket())
        script = (
            "import socket, sys\n"
            "s = socket.socket(socket.AF_UNIX)\n"
            "s.connect(sys.argv[1])\n"
            "s.sendall(bytes.fromhex(sys.argv[2]))\n"
            "sys.stdout.write(repr(s.recv(100)))\n"
        )
        stop = b"jigd\0\0\0\x04\x92\x04\xc4\0"
        run = self.run_tool(["python3", "-c", script, path, stop.hex()], user=65534, group=65534)
        self.assertNotIn("jigd", run.text, run)
        self.assertEqual(self.pid_of_mode(0o700), pid)
        run = self.run_tool(["python3", "-c", script, path, stop.hex()])
        self.assertIn("jigd", run.text, run)  # what it would have heard
        self.wait_for_end(pid)

    def pid_of_mode(self, mode):
        (self.runtime / "jig").chmod(mode)
        return self.pid()

    def test_nonsense_is_thrown_out(self):
        pid = self.begin()
        head = b"jigd"
        for words in (
            b"\n",
            b"GET / HTTP/1.1\r\n\r\n",
            head + b"\xff\xff\xff\xff",
            head + b"\0\0\0\0",
            head + b"\0\0\0\x01\xc0",
            head + b"\0\0\0\x05\x92\xcc\xc8\xc4\0",
            head + b"\0\0\0\x09\x9f\x03\xc4\0\xdf\xff\xff\xff\xff",
        ):
            with self.subTest(words), socket.socket(socket.AF_UNIX) as client:
                client.settimeout(self.limit)
                client.connect(str(self.socket()))
                client.sendall(words)
                try:
                    self.assertEqual(client.recv(100), b"")
                except ConnectionResetError:
                    pass
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertEqual(self.pid(), pid)

    def test_many_that_say_nothing_keep_nobody_out_for_long(self):
        pid = self.begin()
        silent = []
        for _ in range(60):
            client = socket.socket(socket.AF_UNIX)
            self.addCleanup(client.close)
            client.connect(str(self.socket()))
            client.sendall(b"jig")
            silent.append(client)
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        for client in silent:
            client.settimeout(self.limit)
            self.assertEqual(client.recv(1), b"")  # sent away after some seconds
        self.assertEqual(self.pid(), pid)


if __name__ == "__main__":
    main()
