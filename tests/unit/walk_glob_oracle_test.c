/*
 * Globs against two other opinions: bash's, on real trees, and that of a matcher that is too simple
 * to be wrong and too slow to be used.
 */
#include "walk_support.h"

#include "engine/discovery/walk/glob.h"

#include <stdio.h>
#include <string.h>

/* ---- the simple matcher -------------------------------------------------------------------- */

static bool set_takes(const char *set, char c, const char **end)
{
    bool negated = *++set == '!', found = false;
    set += negated;
    do {
        char first = *set++, last = first;
        if (*set == '-' && set[1] != ']') {
            last = set[1];
            set += 2;
        }
        found |= c >= first && c <= last;
    } while (*set != ']');
    *end = set + 1;
    return found != negated && c != '/';
}

/* Tries everything. `start`: the pattern is at the beginning of a component. */
static bool simple_match(const char *pattern, const char *path, bool start)
{
    if (start && strncmp(pattern, "**", 2) == 0 && (pattern[2] == '/' || !pattern[2])) {
        if (!pattern[2]) {
            return *path;
        }
        const char *slash = strchr(path, '/');
        return simple_match(pattern + 3, path, true) ||
               (slash && simple_match(pattern, slash + 1, true));
    }
    switch (*pattern) {
    case '\0':
        return !*path;
    case '*':
        return simple_match(pattern + 1, path, false) ||
               (*path && *path != '/' && simple_match(pattern, path + 1, false));
    case '?':
        return *path && *path != '/' && simple_match(pattern + 1, path + 1, false);
    case '[': {
        const char *end;
        return *path && set_takes(pattern, *path, &end) && simple_match(end, path + 1, false);
    }
    default:
        return *pattern == *path && simple_match(pattern + 1, path + 1, *pattern == '/');
    }
}

/* ---- patterns and paths at random ---------------------------------------------------------- */

static void draw_component(struct chance *chance, struct buf *pattern)
{
    static const char *const atoms[] = {"a", "b",    "c",    "a",     "*",  "*",
                                        "?", "[ab]", "[!a]", "[b-c]", "ab", NULL};
    if (draw(chance, 4) == 0) {
        buf_append_str(pattern, "**");
        return;
    }
    for (uint32_t atoms_left = 1 + draw(chance, 3); atoms_left > 0; atoms_left--) {
        const char *atom = draw_word(chance, atoms);
        bool two_stars =
            *atom == '*' && pattern->length && pattern->data[pattern->length - 1] == '*';
        buf_append_str(pattern, two_stars ? "a" : atom);
    }
}

static void draw_pattern(struct chance *chance, struct buf *pattern)
{
    buf_clear(pattern);
    for (uint32_t left = draw(chance, 4);; left--) {
        draw_component(chance, pattern);
        if (left == 0)
            return;
        buf_append_char(pattern, '/');
    }
}

static void draw_path(struct chance *chance, struct buf *path)
{
    buf_clear(path);
    for (uint32_t left = draw(chance, 5);; left--) {
        for (uint32_t letters = 1 + draw(chance, 3); letters > 0; letters--)
            buf_append_char(path, "abc"[draw(chance, 3)]);
        if (left == 0)
            return;
        buf_append_char(path, '/');
    }
}

/* A match below each folder above the path must have been thought possible. */
static void check_folders_above(const struct glob *glob, const char *pattern, const char *path)
{
    assert_true(glob_may_match_below(glob, "", 0));
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        if (!glob_may_match_below(glob, path, (size_t)(slash - path)))
            fail_msg("`%s` matches %s and gives up on a folder above", pattern, path);
    }
    size_t base = strlen(glob_base(glob));
    assert_true(base == 0 || (strncmp(path, glob_base(glob), base) == 0 && path[base] == '/'));
}

static void test_agrees_with_a_simple_matcher(void **state)
{
    (void)state;
    enum { PATTERNS = 20000, PATHS = 20 };
    struct chance chance = {1};
    struct buf pattern = {0}, path = {0};
    uint32_t matched = 0;
    for (int i = 0; i < PATTERNS; i++) {
        struct glob *glob;
        draw_pattern(&chance, &pattern);
        assert_int_equal(glob_compile(pattern.data, &glob, NULL), JIG_OK);
        for (int j = 0; j < PATHS; j++) {
            draw_path(&chance, &path);
            bool expected = simple_match(pattern.data, path.data, true);
            if (glob_match(glob, path.data, path.length) != expected)
                fail_msg("`%s` and %s: %s expected", pattern.data, path.data,
                         expected ? "a match" : "no match");
            if (expected)
                check_folders_above(glob, pattern.data, path.data);
            matched += expected;
        }
        glob_destroy(glob);
    }
    assert_true(matched > PATTERNS); /* it was about something */
    buf_free(&pattern);
    buf_free(&path);
}

/* ---- bash ---------------------------------------------------------------------------------- */

static const char *const names[] = {"a",
                                    "b",
                                    "ab",
                                    "abc",
                                    "a.c",
                                    "b.h",
                                    ".hid",
                                    "x-y",
                                    "[z]",
                                    "{q}",
                                    "p,q",
                                    "\xc3\xa9",
                                    "\xc3\xa9\xc3\xbc",
                                    "A",
                                    "Z9",
                                    "a.ts",
                                    "b.tsx",
                                    NULL};

static void make_tree(struct chance *chance, const char *folder)
{
    for (int i = 0; i < 150; i++) {
        struct buf path = {0};
        for (uint32_t depth = draw(chance, 4); depth > 0; depth--)
            buf_printf(&path, "%s.d/", draw_word(chance, names));
        buf_append_str(&path, draw_word(chance, names));
        put(folder, path.data, "");
        buf_free(&path);
    }
}

static void draw_bash_component(struct chance *chance, struct buf *pattern)
{
    static const char *const parts[] = {"*",           "?",
                                        "a",           "b",
                                        ".d",          "[a-c]",
                                        "[!a]",        "[^b-z]",
                                        "*.d",         "a*",
                                        "*b*",         "{a,b}",
                                        "{a,b*,?}",    "[[:xdigit:]]",
                                        "[[:upper:]]", "\\[z\\]",
                                        "\\{q\\}",     "{p\\,q,a}",
                                        "\xc3\xa9",    "{a,{b,ab}}",
                                        "{q}",         "*.{ts,tsx}",
                                        "[]z[]",       "[\xc3\xa0-\xc3\xbf]",
                                        "{,a}b",       "\\a",
                                        "x[-]y",       NULL};
    if (draw(chance, 5) == 0) {
        buf_append_str(pattern, "**");
        return;
    }
    for (uint32_t left = 1 + draw(chance, 2); left > 0; left--)
        buf_append_str(pattern, draw_word(chance, parts));
}

/* What bash finds for each pattern, in blocks ended by a line with one dot. */
static struct buf ask_bash(const char *folder, const struct buf *patterns)
{
    struct buf script = {0};
    buf_append_str(&script, "shopt -s globstar nullglob dotglob\n");
    for (size_t at = 0; at < patterns->length; at += strlen(patterns->data + at) + 1)
        buf_printf(&script, "for f in %s; do [[ -f $f ]] && echo \"$f\"; done | sort -u; echo .\n",
                   patterns->data + at);
    put(folder, "../script", script.data);
    buf_free(&script);
    return output_of(folder, "LC_ALL=C.UTF-8 LC_COLLATE=C bash ../script");
}

struct selection {
    const struct glob *glob;
    struct buf lines;
};

static void select_file(void *context, const char *path, size_t length)
{
    struct selection *selection = context;
    if (glob_match(selection->glob, path, length))
        buf_printf(&selection->lines, "%s\n", path);
}

/* Calls for every regular file, hidden ones too, which the tree would leave out. */
static void each_file(const struct buf *files, void (*file)(void *, const char *, size_t),
                      void *context)
{
    for (size_t at = 0; at < files->length; at += strlen(files->data + at) + 1)
        file(context, files->data + at, strlen(files->data + at));
}

static void compare_with_bash(const struct buf *files, const struct buf *patterns,
                              const char *answers)
{
    for (size_t at = 0; at < patterns->length; at += strlen(patterns->data + at) + 1) {
        struct selection selection = {0};
        struct glob *glob;
        struct jig_error error;
        if (glob_compile(patterns->data + at, &glob, &error) != JIG_OK)
            fail_msg("%s: %s", patterns->data + at, error.message);
        selection.glob = glob;
        buf_append(&selection.lines, "", 0);
        each_file(files, select_file, &selection);
        sort_lines(&selection.lines);
        buf_append_str(&selection.lines, ".\n");
        if (strncmp(answers, selection.lines.data, selection.lines.length) != 0)
            fail_msg("`%s`: bash says %.300s..., not %.300s", patterns->data + at, answers,
                     selection.lines.data);
        answers += selection.lines.length;
        buf_free(&selection.lines);
        glob_destroy(glob);
    }
    assert_string_equal(answers, "");
}

static void test_agrees_with_bash(void **state)
{
    if (!has_program("bash"))
        skip();
    struct chance chance = {2};
    struct buf top = {0};
    buf_printf(&top, "%s/tree", (const char *)*state);
    make_tree(&chance, top.data);
    struct buf files = output_of(top.data, "find . -type f -printf '%P\\0'");
    struct buf patterns = {0}, pattern = {0};
    for (int i = 0; i < 400; i++) {
        buf_clear(&pattern);
        for (uint32_t left = draw(&chance, 4);; left--) {
            draw_bash_component(&chance, &pattern);
            if (left == 0)
                break;
            buf_append_char(&pattern, '/');
        }
        buf_append(&patterns, pattern.data, pattern.length + 1);
    }
    struct buf answers = ask_bash(top.data, &patterns);
    compare_with_bash(&files, &patterns, answers.data);
    buf_free(&answers);
    buf_free(&files);
    buf_free(&patterns);
    buf_free(&pattern);
    buf_free(&top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees_with_a_simple_matcher),
        cmocka_unit_test_setup_teardown(test_agrees_with_bash, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
