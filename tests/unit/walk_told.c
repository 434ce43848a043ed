#include "walk_told.h"

#include <stdio.h>
#include <string.h>

struct told open_told(const char *top)
{
    struct told told = {.walked = open_tree(top, OLD)};
    refresh(&told.walked);
    return told;
}

void close_told(struct told *told)
{
    tree_changes_free(&told->changes);
    close_tree(&told->walked);
}

void tell(struct told *told, const char *paths)
{
    char copy[1024];
    const char *list[32];
    uint32_t count = 0;
    struct jig_error error;
    snprintf(copy, sizeof copy, "%s", paths);
    for (char *path = strtok(copy, " "); path; path = strtok(NULL, " "))
        list[count++] = path;
    assert_int_equal(tree_refresh_paths(told->walked.tree, told->walked.pool, list, count,
                                        &told->changes, NULL, NULL, &error),
                     JIG_OK);
}

void assert_told(const struct told *told, const char *expected)
{
    struct buf lines = {0}, found = {0};
    buf_append(&lines, "", 0);
    for (uint32_t i = 0; i < told->changes.list.count; i++) {
        const struct tree_change *change = &told->changes.list.data[i];
        buf_printf(&lines, "%c%s\n", change->kind == TREE_APPEARED ? '+' : '-', change->path);
    }
    sort_lines(&lines);
    for (size_t i = 0; i < lines.length; i++)
        buf_append_char(&found, lines.data[i] == '\n' ? ' ' : lines.data[i]);
    if (found.length)
        found.data[--found.length] = '\0';
    if (told->changes.why)
        buf_printf(&found, "(%s)", told->changes.why);
    assert_string_equal(buf_cstr(&found), expected);
    buf_free(&lines);
    buf_free(&found);
}

void assert_up_to_date(struct told *told, const char *top)
{
    struct walked fresh = open_tree(top, OLD);
    refresh(&fresh);
    struct buf found = files_of(&told->walked), expected = files_of(&fresh);
    assert_string_equal(found.data, expected.data);
    buf_free(&found);
    buf_free(&expected);
    close_tree(&fresh);
}

void assert_nothing_missed(struct told *told, const char *top)
{
    assert_up_to_date(told, top);
    refresh(&told->walked);
    assert_false(told->walked.changed);
    assert_up_to_date(told, top);
}

void assert_gave_up(struct told *told, const char *top, const char *why)
{
    assert_non_null(told->changes.why);
    assert_string_equal(told->changes.why, why);
    refresh(&told->walked);
    assert_true(told->walked.changed);
    assert_up_to_date(told, top);
    refresh(&told->walked);
    assert_false(told->walked.changed);
    tell(told, ".");
    assert_null(told->changes.why);
}
