/* Manifests nobody would write: huge, deep, binary, exploding. Clear errors, in linear time. */
#include "ninja_manifest.h"

#include <stdlib.h>

/* `count` times `text`, between `head` and `tail`. */
static char *repeat(const char *head, const char *text, size_t count, const char *tail,
                    size_t *length)
{
    struct buf out = {0};
    buf_append_str(&out, head);
    for (size_t i = 0; i < count; i++)
        buf_append_str(&out, text);
    buf_append_str(&out, tail);
    *length = out.length;
    return out.data;
}

static void test_long_lines(void **state)
{
    (void)state;
    enum { MANY = 4 << 20 };
    static const struct {
        const char *head, *text, *tail;
        const char *error; /* NULL: it parses */
    } cases[] = {
        {"x = ", "y", "\n", NULL},
        {"x = ", "$$", "\n", NULL},
        {"x = ", "$\n  ", "\n", NULL},
        {"x = ", "$v", "\n", NULL},
        {"x = ", "${v}", "\n", NULL},
        {"# ", "c", "\n", NULL},
        {"", "\n", "", NULL},
        {"", "#\n", "", NULL},
        {"x = ", " ", "\n", NULL},
        {"build x: phony ", "a ", "\n", NULL},
        {"x = ", "y", "", "unexpected EOF"},
        {"# ", "c", "", "lexing error"},
        {"", " ", "x", "unexpected indent"},
        {"x = ", "$$", "$", "bad $-escape (literal $ must be written as $$)"},
        {"", "x", "", "expected '=', got eof"},
        {"build ", "a ", "\n", "expected ':', got newline ($ also escapes ':')"},
        {"", "\xff\xfe", "", "lexing error"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        size_t length;
        char *text = repeat(cases[i].head, cases[i].text, MANY / 4, cases[i].tail, &length);
        manifest_add_bytes(&m, "input", text, length);
        enum jig_status status = manifest_parse(&m);
        assert_string_equal(status ? m.error.message : "", cases[i].error ? cases[i].error : "");
        manifest_free(&m);
        free(text);
    }
}

static void test_nul_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"\0", 1},
        {"x = 1\n\0", 7},
        {"x = 1\0\n", 7},
        {"x\0= 1\n", 6},
        {"build a\0: phony\n", 16},
        {"build a: phony b\0c\n", 19},
        {"# comm\0ent\n", 11},
        {"rule r\n\0 command = c\n", 21},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest m = {0};
        manifest_add_bytes(&m, "input", cases[i].text, cases[i].length);
        assert_int_equal(manifest_parse(&m), JIG_ERROR_SYNTAX);
        assert_true(strcmp(m.error.message, "NUL bytes are not allowed") == 0 ||
                    strcmp(m.error.message, "lexing error") == 0 ||
                    strstr(m.error.message, "got lexing error") ||
                    strcmp(m.error.message, "expected 'command =' line") == 0);
        manifest_free(&m);
    }
}

static void test_every_cut_of_a_manifest_parses_or_fails_cleanly(void **state)
{
    (void)state;
    static const char text[] = "ninja_required_version = 1.5\r\n"
                               "v = a$ b${c}$$ $\n  d\n"
                               "pool p\n  depth = 2\n"
                               "rule r\n  command = $in > ${out} $v\n  pool = p\n"
                               "build a | b: r c$:d | e || f |@ g\n  v = $v.x\n"
                               "default a\n";
    for (size_t length = 0; length < sizeof text; length++) {
        struct manifest m = {0};
        char *copy = malloc(length + 1); /* so that a sanitizer sees what is beyond */
        memcpy(copy, text, length);
        manifest_add_bytes(&m, "input", copy, length);
        if (manifest_parse(&m) == JIG_OK)
            assert_true(graph_is_sound(m.graph));
        else
            assert_in_range(m.error.line, 1, 14);
        manifest_free(&m);
        free(copy);
    }
}

static void test_text_that_doubles_meets_the_limit(void **state)
{
    (void)state;
    struct manifest m = {.options.text_limit = 1 << 20};
    struct buf text = {0};
    buf_append_str(&text, "x0 = ha\n");
    for (int i = 1; i < 100; i++)
        buf_printf(&text, "x%d = $x%d$x%d\n", i, i - 1, i - 1);
    manifest_add(&m, "input", text.data);
    assert_int_equal(manifest_parse(&m), JIG_ERROR_LIMIT);
    assert_string_equal(m.error.message,
                        "too much text: variables expand to more than 1048576 bytes");
    assert_in_range(m.error.line, 17, 21);
    manifest_free(&m);
    buf_free(&text);
}

static void test_commands_that_explode_meet_the_limit(void **state)
{
    (void)state;
    static const char *const rules[] = {
        /* through rule variables that refer to each other */
        "  command = $description$description$description$description$description$description\n"
        "  description = $depfile$depfile$depfile$depfile$depfile$depfile$depfile$depfile\n"
        "  depfile = $rspfile$rspfile$rspfile$rspfile$rspfile$rspfile$rspfile$rspfile$rspfile\n"
        "  rspfile = $restat$restat$restat$restat$restat$restat$restat$restat$restat$restat\n"
        "  restat = $msvc_deps_prefix$msvc_deps_prefix$msvc_deps_prefix$msvc_deps_prefix\n"
        "  msvc_deps_prefix = $in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in\n"
        "  rspfile_content = x\n",
        /* through pieces that are many rather than long */
        "  command = $in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in$in\n",
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct manifest m = {.options.text_limit = 1 << 16};
        struct buf text = {0};
        buf_printf(&text, "rule r\n%sbuild out: r", rules[i]);
        for (int k = 0; k < 1000; k++)
            buf_append_str(&text, " abc");
        buf_append_str(&text, "\n");
        manifest_add(&m, "input", text.data);
        assert_int_equal(manifest_parse(&m), JIG_ERROR_LIMIT);
        assert_int_equal(m.error.line, i == 0 ? 9 : 3);
        manifest_free(&m);
        buf_free(&text);
    }
}

static void test_each_way_into_the_graph_is_limited(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "x = ",   "build a: phony ", "rule r\n  command = ",
        "build ", "rule ",           "build a: phony\n  x = ",
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct manifest m = {.options.text_limit = 1000};
        size_t length;
        char *text = repeat(heads[i], "y", 2000, i == 3 ? ": phony\n" : "\n", &length);
        manifest_add_bytes(&m, "input", text, length);
        assert_int_equal(manifest_parse(&m), JIG_ERROR_LIMIT);
        assert_string_equal(m.error.file, "input");
        assert_int_not_equal(m.error.line, 0);
        manifest_free(&m);
        free(text);
    }
}

static void test_many_of_everything(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct manifest m = {0};
    struct buf text = {0};
    for (int i = 0; i < MANY; i++)
        buf_printf(&text, "v%d = %d\npool p%d\n  depth = 1\nrule r%d\n  command = $v%d\n", i, i, i,
                   i, i);
    for (int i = 0; i < MANY; i++)
        buf_printf(&text, "build o%d: r%d\n  pool = p%d\n", i, i, i);
    buf_append_str(&text, "rule all\n  command =");
    for (int i = 0; i < MANY; i++)
        buf_printf(&text, " $b%d", i);
    buf_append_str(&text, "\nbuild all: all\n");
    for (int i = 0; i < MANY; i++)
        buf_printf(&text, "  b%d = x%d\n", i, i);
    manifest_must_parse_text(&m, text.data);
    assert_int_equal(m.graph->jobs.count, MANY + 1);
    assert_string_equal(manifest_command(&m, "o19999"), "19999");
    assert_int_equal(manifest_job(&m, "o19999")->pool, 2 + 19999);
    assert_int_equal(manifest_job(&m, "all")->command.count, 2 * MANY - 1);
    manifest_free(&m);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_every_cut_of_a_manifest_parses_or_fails_cleanly),
        cmocka_unit_test(test_text_that_doubles_meets_the_limit),
        cmocka_unit_test(test_commands_that_explode_meet_the_limit),
        cmocka_unit_test(test_each_way_into_the_graph_is_limited),
        cmocka_unit_test(test_many_of_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
