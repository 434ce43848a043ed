/*
 * Ignore files against git: trees with rules at random, where the walk must find exactly the files
 * that `git ls-files --others --exclude-standard` lists. The same tree is walked all the time while
 * its rules change, so that this is a test of noticing such changes, too.
 */
#include "walk_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 150, RULES = 6 };

static const char *const names[] = {"a",   "b",  "ab",  "abc",      "a.o", "b.o",
                                    "x y", "z ", "#h",  "!n",       "[s]", "a\\b",
                                    "B",   "9",  "a-b", "\xc3\xa9", NULL};

/* Only these have ignore files, or rules would hardly ever meet files. */
static const char *const folders[] = {"", "a/", "b/", "a/ab/", "a/ab/b/", "sub/", "sub/a/", NULL};

static void make_tree(struct chance *chance, const char *top)
{
    for (int i = 0; i < 200; i++) {
        struct buf path = {0};
        buf_append_str(&path, draw_word(chance, folders));
        for (uint32_t depth = draw(chance, 3); depth > 0; depth--) {
            buf_append_str(&path, draw_word(chance, names));
            buf_append_str(&path, "d/");
        }
        buf_append_str(&path, draw_word(chance, names));
        buf_append_str(&path, draw(chance, 3) ? "f" : ".o");
        put(top, path.data, "");
        buf_free(&path);
    }
    make_link(top, "a/linkf", "ab.target");
    put(top, "a/ab.target", "");
}

static void draw_rule(struct chance *chance, struct buf *text)
{
    static const char *const parts[] = {
        "*",    "*",        "**",      "?",       "a",      "b",           "ab",           "d",
        "f",    ".o",       "[a-b]",   "[!a]",    "[^b]",   "\\a",         "x y",          "\\#h",
        "#h",   "!n",       "\\[s\\]", "[[]s]",   "a\\\\b", "[[:upper:]]", "[[:digit:]]*", "[a-",
        "[]-]", "\xc3\xa9", "*.o",     "[a\\-b]", "[b-a]",  "z\\ ",        "\\",           NULL};
    static const char *const ends[] = {"", "", "", "/", "/", " ", "\\ ", "  ", "\r", "/ ", NULL};
    if (draw(chance, 3) == 0)
        buf_append_char(text, '!');
    if (draw(chance, 4) == 0)
        buf_append_char(text, '/');
    for (uint32_t left = draw(chance, 3);; left--) {
        if (draw(chance, 4) == 0)
            buf_append_str(text, "**");
        else
            for (uint32_t count = 1 + draw(chance, 3); count > 0; count--)
                buf_append_str(text, draw_word(chance, parts));
        if (left == 0)
            break;
        buf_append_str(text, draw(chance, 12) ? "/" : "//");
    }
    buf_append_str(text, draw_word(chance, ends));
    buf_append_char(text, '\n');
}

/* Writes a new ignore file, or removes the one there is. */
static void draw_ignore_file(struct chance *chance, const char *top, const char *path)
{
    struct buf text = {0};
    if (draw(chance, 8) == 0)
        buf_append_str(&text, "\xef\xbb\xbf");
    for (uint32_t left = 1 + draw(chance, RULES); left > 0; left--)
        draw_rule(chance, &text);
    if (draw(chance, 4) == 0)
        remove_all(top, path);
    else
        put(top, path, text.data);
    buf_free(&text);
}

#define GIT                                                                                        \
    "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 XDG_CONFIG_HOME=/nowhere "                  \
    "GIT_CEILING_DIRECTORIES=/tmp git "

/* Somebody who walks an ignored folder means to; git finds nothing there. */
static bool is_ignored(const char *top, const char *folder)
{
    struct buf command = {0};
    buf_printf(&command, GIT "check-ignore %s || true", folder);
    struct buf output = output_of(top, command.data);
    bool ignored = output.length > 0;
    buf_free(&output);
    buf_free(&command);
    return ignored;
}

/* What git finds from `from` on, without what the walk leaves out by itself. */
static struct buf ask_git(const char *top, const char *from)
{
    struct buf command = {0};
    buf_printf(&command,
               "cd './%s' && " GIT "ls-files -z --others --exclude-standard | tr '\\0' '\\n' | "
               "(grep -v '\\(^\\|/\\)\\.gitignore$' || true)",
               from);
    struct buf lines = output_of(top, command.data);
    buf_free(&command);
    sort_lines(&lines);
    return lines;
}

/* How many bytes the lines take up that both begin with. */
static size_t common_lines(const char *a, const char *b)
{
    size_t at = 0, line = 0;
    for (; a[at] && a[at] == b[at]; at++) {
        if (a[at] == '\n')
            line = at + 1;
    }
    return line;
}

static void compare(const char *top, const char *from, const struct walked *walked, int round)
{
    struct buf expected = ask_git(top, from), found = files_of(walked);
    sort_lines(&found);
    if (strcmp(buf_cstr(&expected), buf_cstr(&found)) != 0) {
        size_t same = common_lines(buf_cstr(&expected), buf_cstr(&found));
        struct buf rules = output_of(top, "for f in .git/info/exclude $(find . -name .gitignore); "
                                          "do echo \"$f:\"; cat -A $f; done 2>&1");
        fail_msg("round %d, in `%s`: git goes on with\n%.80s\nnot with\n%.80s\nby\n%.600s", round,
                 from, expected.data + same, found.data + same, rules.data);
    }
    buf_free(&expected);
    buf_free(&found);
}

static void test_agrees_with_git(void **state)
{
    if (!has_program("git"))
        skip();
    const char *top = *state;
    struct chance chance = {3};
    struct buf sub = {0};
    buf_printf(&sub, "%s/sub", top);
    make_tree(&chance, top);
    struct buf nothing = output_of(top, "git init -q .");
    buf_free(&nothing);
    struct walked whole = open_tree(top, YOUNG);
    struct walked part = open_tree(sub.data, YOUNG);
    for (int round = 0; round < ROUNDS; round++) {
        struct buf path = {0};
        bool outer = draw(&chance, 8) == 0;
        buf_printf(&path, "%s.gitignore", outer ? "" : draw_word(&chance, folders));
        draw_ignore_file(&chance, top, outer ? ".git/info/exclude" : path.data);
        buf_free(&path);
        refresh(&whole);
        compare(top, "", &whole, round);
        refresh(&part);
        if (!is_ignored(top, "sub"))
            compare(top, "sub", &part, round);
    }
    close_tree(&whole);
    close_tree(&part);
    buf_free(&sub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_agrees_with_git, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
