/*
 * What a command sees and leaves is the same whether jig or `/bin/sh -c` starts it. Commands are
 * made at random, from a fixed seed, out of everything the decision between the two looks at.
 */
#include "run_support.h"

#include "engine/base/memory.h"
#include "engine/run/command_line.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- commands ------------------------------------------------------------------------------- */

/* Marsaglia's xorshift64 (2003). */
static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 33) % below;
}

#define PICK(seed, list) ((list)[draw((seed), sizeof(list) / sizeof *(list))])

/* Parts of words that no shell does anything with but take their quotes away. */
static const char *const tame[] = {
    "a",        "Zz9",      "_-.",      "/",       "+,:@%^]", "x=y",    "gr\xc3\xbc\xc3\x9f",
    "\x81\x88", "b#c",      "''",       "\"\"",    "' '",     "'a  b'", "'$HOME'",
    "'*'",      "'\\'",     "'\"'",     "'`x`'",   "'#~!{}'", "\" \"",  "\"a  b\"",
    "\"\\\"\"", "\"\\$x\"", "\"\\\\\"", "\"\\n\"", "\"\\`\"", "\"'\"",  "\"#*?~!{}&|;<>()\"",
    "\\ ",      "\\\"",     "\\'",      "\\$",     "\\\\",    "\\#",    "\\*",
    "\\~",      "\\&",      "\\a",      "\\{",     "\\\t",    "'\t'",   "\"\xe2\x82\xac\"",
};

/* Parts that mean something to a shell; not &, with which the order of output is chance. */
static const char *const wild[] = {
    "$HOME", "\"$PWD\"", "${X-d}", "$((1+1))", "`echo q`", "$(echo r)", "*",    "s*",     "?",
    "[a-s]", "~",        "~/x",    "#",        " # c",     "{a,b}",     "!",    "{",      "}",
    ";",     " ; true",  " && :",  " || :",    " > out",   " 2>err",    " <in", " &&",    "(",
    "'",     "\"",       "\\",     "$",        "\n",       " \\\n",     "$X",   "\"$X\"",
};

static const char *const programs[] = {
    RUN_PROBE,
    RUN_PROBE,
    RUN_PROBE,
    "run_probe",
    "run_probe",
    "'run_probe'",
    "\"" RUN_PROBE "\"",
    "\\run_probe",
    "./probe",
    "sub/probe",
    "./nosuch",
    "nosuch",
    "./plain",
    "./no-shebang",
    "./sub",
    "sub",
    "/",
    "plain/x",
    "true",
    "echo",
    "printf",
    ("A=1 " RUN_PROBE),
    "if",
    "test",
    "''",
    "x=",
    "\\true",
    "./shebang",
    "no-shebang",
};

static const char *const directories[] = {
    "sub",     "'s d'", "sub/deep", "link", "/usr",      "/",     "..",    ".",          "./sub",
    "missing", "plain", "-",        "sub/", "sub//deep", "//usr", "''",    "sub/../sub", "-P link",
    "link/up", "lib",   "\"sub\"",  "deep", "bin",       "/bin",  "su\\b", "$X",
};

static const char *const ends[] = {"",        "",       "",        "",       " exit=3", " exit=255",
                                   " die=11", " die=2", " die=15", " die=9", " die=34"};

static void append_words(struct buf *command, uint64_t *seed)
{
    static const char *const gaps[] = {" ", " ", "  ", "\t", " \t "};
    for (uint32_t words = draw(seed, 5); words > 0; words--) {
        buf_append_str(command, PICK(seed, gaps));
        for (uint32_t parts = 1 + draw(seed, 3); parts > 0; parts--)
            buf_append_str(command, draw(seed, 25) ? PICK(seed, tame) : PICK(seed, wild));
    }
}

static void append_program(struct buf *command, uint64_t *seed)
{
    buf_append_str(command, draw(seed, 3) ? RUN_PROBE : PICK(seed, programs));
    buf_append_str(command, " say");
    append_words(command, seed);
    buf_append_str(command, PICK(seed, ends));
}

static void append_command(struct buf *command, uint64_t *seed)
{
    bool colons = draw(seed, 4) == 0;
    if (colons)
        buf_append_str(command, draw(seed, 4) ? ": && " : " :&&");
    if (draw(seed, 3) == 0)
        buf_printf(command, "cd %s && ", PICK(seed, directories));
    append_program(command, seed);
    if (colons || draw(seed, 6) == 0)
        buf_append_str(command, " && :");
}

/* ---- running both ways ---------------------------------------------------------------------- */

/* In two reactors, so that nothing of one start can be seen in the other. */
struct both {
    struct run *run;
    struct reactor *reactor;
    char *const *environment;
    uint32_t direct; /* commands that needed no shell */
    uint32_t total;
};

static void compare(struct both *both, const char *command)
{
    struct command_line line = {0};
    both->direct += command_line_parse(&line, command);
    both->total++;
    command_line_free(&line);

    start_command(both->run, 0, command);
    struct run_result ours = wait_result(both->run);
    const struct process_spec spec = {
        .path = "/bin/sh",
        .arguments = (char *[]){(char *)"/bin/sh", (char *)"-c", (char *)command, NULL},
        .environment = both->environment,
    };
    assert_int_equal(reactor_start(both->reactor, &spec, NULL), 0);
    struct reactor_event shells = wait_exit(both->reactor);
    if (ours.exit_code != shells.end.exit_code ||
        strcmp(buf_cstr(&ours.output), buf_cstr(&shells.output)) != 0)
        fail_msg("%s\n--- jig, code %d\n%s\n--- sh, code %d\n%s", command, ours.exit_code,
                 buf_cstr(&ours.output), shells.end.exit_code, buf_cstr(&shells.output));
    run_result_free(&ours);
    buf_free(&shells.output);
}

static struct both make_both(char *const *environment)
{
    const struct run_options options = {.environment = environment, .leave_signals = true};
    return (struct both){
        .run = make_run(&options), .reactor = make_reactor(), .environment = environment};
}

static void free_both(struct both *both)
{
    run_destroy(both->run);
    reactor_destroy(both->reactor);
}

/* Compares `count` commands in this environment. Returns how many of them ran directly. */
static uint32_t compare_many(char *const *environment, uint64_t seed, uint32_t count)
{
    struct both both = make_both(environment);
    struct buf command = {0};
    while (both.total < count) {
        buf_clear(&command);
        append_command(&command, &seed);
        compare(&both, command.data);
    }
    buf_free(&command);
    free_both(&both);
    return both.direct;
}

/* ---- tests ---------------------------------------------------------------------------------- */

/* A current directory with everything the commands above name, and no core files. */
static int enter_world(void **state)
{
    const struct rlimit none = {0};
    if (enter_temp_dir(state) || setrlimit(RLIMIT_CORE, &none))
        return -1;
    const char *const dirs[] = {"sub", "sub/deep", "sub/bin", "s d", "bin", "-", "-d", "x%y"};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        if (mkdir(dirs[i], 0755))
            return -1;
    }
    put_file("plain", "text\n", 0644);
    put_file("in", "", 0644);
    put_file("no-shebang", "echo script \"$@\"; exit 4\n", 0755);
    put_file("bin/no-shebang", "echo script \"$@\"; exit 5\n", 0755);
    put_file("shebang", "#!/bin/sh\necho script \"$@\"; exit 6\n", 0755);
    return symlink("sub/deep", "link") || symlink("..", "sub/deep/up") ||
                   symlink("/bin/echo", "sub/bin/run_probe") ||
                   symlink("/bin/echo", "x%y/run_probe") || symlink(RUN_PROBE, "probe") ||
                   symlink(RUN_PROBE, "sub/probe")
               ? -1
               : 0;
}

static char *join(const char *name, const char *value, const char *more)
{
    struct buf text = {0};
    buf_printf(&text, "%s%s%s", name, value, more);
    return text.data;
}

#define PROBE_DIR_PATH RUN_PROBE_DIR ":/usr/local/bin:/usr/bin:/bin"

static void test_usual_environment(void **state)
{
    char *pwd = join("PWD=", *state, "");
    char *environment[] = {pwd,
                           (char *)"PATH=" PROBE_DIR_PATH,
                           (char *)"HOME=/root",
                           (char *)"_=/usr/bin/cmake",
                           (char *)"LINENO=9",
                           (char *)"PS1=$ ",
                           (char *)"MAIL=x",
                           NULL};
    assert_true(compare_many(environment, 1, 600) > 300);
    free(pwd);
}

static void test_strange_environment(void **state)
{
    char *path = join("PATH=" RUN_PROBE_DIR ":", *state, "/bin:/usr/bin:/bin");
    char *environment[] = {path,
                           (char *)"PWD=/somewhere/else",
                           (char *)"OLDPWD=/before",
                           (char *)"not.a.name=1",
                           (char *)"BASH_FUNC_f%%=() { :; }",
                           (char *)"1ST=1",
                           (char *)"no-value",
                           (char *)"=nameless",
                           (char *)"TWICE=1",
                           (char *)"EMPTY=",
                           (char *)"TWICE=2",
                           (char *)"X=a  b*",
                           (char *)"ENV=/nonexistent",
                           (char *)"\xc3\xa9=1",
                           NULL};
    assert_true(compare_many(environment, 2, 400) > 200);
    free(path);
}

static void test_directory_reached_through_a_link(void **state)
{
    assert_int_equal(chdir("link"), 0);
    char *pwd = join("PWD=", *state, "/link");
    char *environment[] = {pwd, (char *)"PATH=" PROBE_DIR_PATH, NULL};
    assert_true(compare_many(environment, 3, 200) > 100);
    free(pwd);
}

static void test_untidy_current_directory(void **state)
{
    char *pwd = join("PWD=", *state, "/sub/..");
    char *environment[] = {pwd, (char *)"PATH=" PROBE_DIR_PATH, NULL};
    assert_true(compare_many(environment, 4, 200) > 100);
    free(pwd);
}

static void test_root_directory(void **state)
{
    assert_int_equal(chdir("/"), 0);
    char *environment[] = {(char *)"PATH=" PROBE_DIR_PATH, NULL};
    assert_true(compare_many(environment, 5, 150) > 50);
    assert_int_equal(chdir(*state), 0);
}

/* Variables that change what words mean, or that the shell sets itself. */
static void test_variables_of_the_shell(void **state)
{
    (void)state;
    static const char *const variables[] = {
        "CDPATH=/usr",     "CDPATH=", "IFS=a", "OPTIND=7",     "PPID=1",  "PATH=:/usr/bin",
        "PATH=%func:/bin", "HOME=/",  "PWD=",  "PWD=relative", "OLDPWD=", "OLDPWD=x",
    };
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        char *environment[] = {(char *)variables[i], (char *)"LANG=C", NULL};
        compare_many(environment, 100 + i, 60);
    }
    char *nothing[] = {NULL};
    compare_many(nothing, 200, 60);
}

static void test_search_along_path(void **state)
{
    static const char *const commands[] = {
        "run_probe say",         "no-shebang", "cd sub && run_probe say", "cd sub && no-shebang",
        "cd / && run_probe say", "deep x",     "cd sub/bin && run_probe", "nosuch",
    };
    char *absolute = join("PATH=", *state, "/x%y:" RUN_PROBE_DIR);
    char *directory = join("PATH=", *state, "/sub:" RUN_PROBE_DIR);
    char *const paths[] = {
        absolute,
        directory,
        (char *)"PATH=" RUN_PROBE_DIR ":bin",
        (char *)"PATH=bin:" RUN_PROBE_DIR,
        (char *)"PATH=:" RUN_PROBE_DIR,
        (char *)"PATH=x%y:" RUN_PROBE_DIR,
        (char *)"PATH=/nonexistent:" RUN_PROBE_DIR "/",
        (char *)"PATH=",
        (char *)"NOPATH=",
    };
    assert_int_equal(mkdir("sub/run_probe", 0755), 0); /* executable, yet no program */
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *environment[] = {paths[i], NULL};
        struct both both = make_both(environment);
        for (size_t c = 0; c < sizeof commands / sizeof *commands; c++)
            compare(&both, commands[c]);
        free_both(&both);
    }
    free(absolute);
    free(directory);
}

static void test_removed_current_directory(void **state)
{
    assert_int_equal(mkdir("gone", 0755), 0);
    assert_int_equal(chdir("gone"), 0);
    assert_int_equal(rmdir("../gone"), 0);
    char *environment[] = {(char *)"PATH=" PROBE_DIR_PATH, (char *)"PWD=/gone", NULL};
    compare_many(environment, 6, 40);
    assert_int_equal(chdir(*state), 0);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, enter_world, leave_temp_dir)
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_usual_environment),
        IN_WORLD(test_strange_environment),
        IN_WORLD(test_directory_reached_through_a_link),
        IN_WORLD(test_untidy_current_directory),
        IN_WORLD(test_root_directory),
        IN_WORLD(test_variables_of_the_shell),
        IN_WORLD(test_search_along_path),
        IN_WORLD(test_removed_current_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
