/* Which commands run without a shell, and as which words. */
#include "run_support.h"

#include "engine/run/command_line.h"

#include <stdio.h>
#include <string.h>

/* What becomes of a command: "DIR: [word][word]", without "DIR: " when there is no cd. */
static struct buf decision(const char *command)
{
    struct command_line line = {0};
    struct buf text = {0};
    if (!command_line_parse(&line, command)) {
        buf_append_str(&text, "shell");
    } else {
        if (line.directory)
            buf_printf(&text, "%s: ", line.directory);
        for (uint32_t i = 0; i < line.words.count; i++)
            buf_printf(&text, "[%s]", line.words.data[i]);
        assert_null(line.words.data[line.words.count]);
    }
    command_line_free(&line);
    return text;
}

struct sample {
    const char *command;
    const char *decision;
};

static void check(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf got = decision(samples[i].command);
        if (strcmp(got.data, samples[i].decision) != 0)
            fail_msg("%s\n gives %s\n and not %s", samples[i].command, got.data,
                     samples[i].decision);
        buf_free(&got);
    }
}

#define CHECK(samples) check(samples, sizeof(samples) / sizeof *(samples))

static void test_plain_words(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"cc", "[cc]"},
        {"cc -c a.c -o a.o", "[cc][-c][a.c][-o][a.o]"},
        {"  cc \t -c  ", "[cc][-c]"},
        {"/usr/bin/c++ -DX=1 -I../inc @rsp a,b:c%d^e+f_g-h]", "[/usr/bin/c++][-DX=1][-I../inc]"
                                                              "[@rsp][a,b:c%d^e+f_g-h]]"},
        {"cc -DNAME=gr\xc3\xbc\xc3\x9f\x65 \xff\x81\x88", "[cc][-DNAME=gr\xc3\xbc\xc3\x9f\x65]"
                                                          "[\xff\x81\x88]"},
        {"cc a#b", "[cc][a#b]"},
        {"cc true if", "[cc][true][if]"},
    };
    CHECK(samples);
}

static void test_quotes(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"cc 'a b' \"c d\" e\\ f", "[cc][a b][c d][e f]"},
        {"cc '' \"\" x''y", "[cc][][][xy]"},
        {"cc ''#a", "[cc][#a]"},
        {"cc -D'A=\"1\"'", "[cc][-DA=\"1\"]"},
        {"cc -DA=\\\"1\\\"", "[cc][-DA=\"1\"]"},
        {"cc \"-DA=\\\"x y\\\"\"", "[cc][-DA=\"x y\"]"},
        {"cc \"\\$ \\` \\\\ \\n \\' *?~#;&|<>(){}!\"", "[cc][$ ` \\ \\n \\' *?~#;&|<>(){}!]"},
        {"cc '$HOME `x` \\ \"*?~'", "[cc][$HOME `x` \\ \"*?~]"},
        {"cc \\$\\*\\;\\&\\#\\'\\a\\\\", "[cc][$*;&#'a\\]"},
        {"'cc' \"-c\"", "[cc][-c]"},
        {"'/a b/cc' x", "[/a b/cc][x]"},
        {"cc 'open", "shell"},
        {"cc \"open", "shell"},
        {"cc open\\", "shell"},
        {"cc \"open\\", "shell"},
        {"cc \"open\\\"", "shell"},
    };
    CHECK(samples);
}

static void test_shell_syntax(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "",
        " ",
        "\t",
        "cc $X",
        "cc \"$X\"",
        "cc `x`",
        "cc \"`x`\"",
        "cc $",
        "cc *.c",
        "cc a?c",
        "cc [ab]",
        "cc a[b]c",
        "cc ~/x",
        "cc x~",
        "cc -I=~/x",
        "cc # no",
        "#cc",
        "cc; x",
        "cc &",
        "cc & x",
        "cc && x",
        "cc || x",
        "cc | x",
        "cc > x",
        "cc 2>&1",
        "cc < x",
        "cc << x",
        "(cc)",
        "cc (x)",
        "{ cc; }",
        "cc {a,b}",
        "cc }",
        "! cc",
        "cc !",
        "cc\nx",
        "cc\n",
        "cc \"a\nb\\\nc\" $",
        "cc a\\\nb",
        "cc \"a\\\nb\"",
        "cc \x01",
        "cc \x7f",
        "cc\rx",
        "A=1 cc",
        "A=1",
        "A+=1 cc",
        "./a=b x",
        "''",
        "\"\" x",
        "'' x",
        "&& cc",
        "cc &&",
        "cc && && :",
        "cc &&& :",
        ":",
        ": && :",
        "cd x",
        "cd x && :",
        "cd",
        "cd && cc",
        "cd x y && cc",
        ": x && cc",
        "cc && : x",
        "cc && cd x",
        "cd x && cd y && cc",
        "cc && :; x",
        "cc && : && x",
        "cd $X && cc",
        "cd x; cc",
        "cd x && A=1 cc",
        "cd x && true",
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        check(&(struct sample){commands[i], "shell"}, 1);
}

JIG_PRINTF(1, 2) static void check_shell(const char *format, ...)
{
    char command[128];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    check(&(struct sample){command, "shell"}, 1);
}

static void test_builtins_and_reserved_words(void **state)
{
    (void)state;
    static const char *const words[] = {
        ".",     ":",       "[",        "alias",   "bg",      "break",    "case",   "cd",
        "chdir", "command", "continue", "do",      "done",    "echo",     "elif",   "else",
        "esac",  "eval",    "exec",     "exit",    "export",  "false",    "fc",     "fg",
        "fi",    "for",     "function", "getopts", "hash",    "if",       "in",     "jobs",
        "kill",  "local",   "printf",   "pwd",     "read",    "readonly", "return", "select",
        "set",   "shift",   "source",   "test",    "then",    "time",     "times",  "trap",
        "true",  "type",    "ulimit",   "umask",   "unalias", "unset",    "until",  "wait",
        "while",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        check_shell("%s x", words[i]);
        check_shell("'%s' x", words[i]);
        check_shell("\\%s x", words[i]);
        check_shell(": && %s x && :", words[i]);
    }
    static const struct sample programs[] = {
        {"/bin/true", "[/bin/true]"},
        {"./test x", "[./test][x]"},
        {"trues", "[trues]"},
        {"tru", "[tru]"},
        {"zz", "[zz]"},
        {"-x", "[-x]"},
    };
    CHECK(programs);
}

static void test_forms_that_cmake_writes(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {": && /usr/bin/c++ -g a.o -o a   -lm && :", "[/usr/bin/c++][-g][a.o][-o][a][-lm]"},
        {": && cc x", "[cc][x]"},
        {"cc x && :", "[cc][x]"},
        {":&&cc&&:", "[cc]"},
        {"cc'&&' && :", "[cc&&]"},
        {"cd /b/sub && /usr/bin/cmake -E touch x", "/b/sub: [/usr/bin/cmake][-E][touch][x]"},
        {"cd /b/sub && cc x && :", "/b/sub: [cc][x]"},
        {"cd '/b s' && cc", "/b s: [cc]"},
        {": && cd b && : && cc && : && :", "b: [cc]"},
        {"cd '' && cc", ": [cc]"},
    };
    CHECK(samples);
}

static void test_long_commands(void **state)
{
    (void)state;
    struct buf command = {0};
    buf_append_str(&command, "cc");
    for (uint32_t i = 0; i < 50000; i++)
        buf_printf(&command, " 'f %u'", i);
    struct command_line line = {0};
    for (int again = 0; again < 2; again++) {
        assert_true(command_line_parse(&line, command.data));
        assert_int_equal(line.words.count, 50001);
        assert_string_equal(line.words.data[0], "cc");
        assert_string_equal(line.words.data[1], "f 0");
        assert_string_equal(line.words.data[50000], "f 49999");
    }
    command_line_free(&line);
    buf_free(&command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_words),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_shell_syntax),
        cmocka_unit_test(test_builtins_and_reserved_words),
        cmocka_unit_test(test_forms_that_cmake_writes),
        cmocka_unit_test(test_long_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
