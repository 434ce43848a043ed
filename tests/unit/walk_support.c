#include "walk_support.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files --------------------------------------------------------------------------------- */

int make_folder(void **state)
{
    char path[] = "/tmp/jig-walk-XXXXXX";
    if (!mkdtemp(path))
        return -1;
    *state = mem_strndup(path, strlen(path));
    return 0;
}

int remove_folder(void **state)
{
    remove_all(*state, ".");
    free(*state);
    return 0;
}

static struct buf join(const char *folder, const char *path)
{
    struct buf whole = {0};
    buf_printf(&whole, "%s/%s", folder, path);
    return whole;
}

void put(const char *folder, const char *path, const char *content)
{
    struct buf whole = join(folder, path);
    assert_int_equal(io_make_parent_dirs(whole.data), 0);
    assert_int_equal(io_write_file(AT_FDCWD, whole.data, content, strlen(content)), 0);
    buf_free(&whole);
}

void make_dirs(const char *folder, const char *path)
{
    struct buf whole = join(folder, path);
    assert_int_equal(io_make_parent_dirs(whole.data), 0);
    assert_true(mkdir(whole.data, 0777) == 0 || errno == EEXIST);
    buf_free(&whole);
}

void make_link(const char *folder, const char *path, const char *target)
{
    struct buf whole = join(folder, path);
    assert_int_equal(io_make_parent_dirs(whole.data), 0);
    assert_int_equal(symlink(target, whole.data), 0);
    buf_free(&whole);
}

void rename_to(const char *folder, const char *from, const char *to)
{
    struct buf old = join(folder, from), new = join(folder, to);
    assert_int_equal(rename(old.data, new.data), 0);
    buf_free(&old);
    buf_free(&new);
}

void remove_all(const char *folder, const char *path)
{
    struct buf command = {0};
    buf_printf(&command, "rm -rf '%s/%s'", folder, path);
    if (strcmp(path, ".") == 0) {
        buf_clear(&command);
        buf_printf(&command, "rm -rf '%s'", folder);
    }
    assert_int_equal(system(command.data), 0);
    buf_free(&command);
}

struct buf output_of(const char *folder, const char *command)
{
    struct buf whole = {0}, output = {0};
    buf_printf(&whole, "cd '%s' && %s", folder, command);
    FILE *pipe = popen(whole.data, "r");
    assert_non_null(pipe);
    size_t n;
    while ((n = fread(buf_reserve(&output, 4096), 1, 4096, pipe)) > 0)
        output.length += n;
    buf_append(&output, "", 0);
    assert_int_equal(pclose(pipe), 0);
    buf_free(&whole);
    return output;
}

bool has_program(const char *name)
{
    char command[64];
    snprintf(command, sizeof command, "command -v %s >/dev/null", name);
    return system(command) == 0;
}

/* ---- trees --------------------------------------------------------------------------------- */

static const int64_t LATER_NS = 10LL * 1000 * 1000 * 1000;

static struct walked open_with(const struct tree_options *options)
{
    return (struct walked){.tree = tree_create(options), .pool = jig_pool_create(4)};
}

struct walked open_tree(const char *root, int age)
{
    struct tree_options options = {.root = root, .clock.offset_ns = age == OLD ? LATER_NS : 0};
    return open_with(&options);
}

struct walked open_tree_without_ignore(const char *root)
{
    struct tree_options options = {.root = root, .clock.offset_ns = LATER_NS, .no_ignore = true};
    return open_with(&options);
}

static void take_notice(void *context, const struct jig_error *what)
{
    struct walked *walked = context;
    walked->notices++;
    snprintf(walked->notice, sizeof walked->notice, "%s", what->message);
}

void refresh(struct walked *walked)
{
    struct jig_error error;
    walked->notices = 0;
    enum jig_status status = tree_refresh(walked->tree, walked->pool, &walked->counts,
                                          &walked->changed, take_notice, walked, &error);
    assert_int_equal(status, JIG_OK);
    assert_true(tree_is_sound(walked->tree));
}

void close_tree(struct walked *walked)
{
    tree_destroy(walked->tree);
    jig_pool_destroy(walked->pool);
}

void copy_columns(const struct column *from, const struct column *to)
{
    for (int i = 0; i < TREE_COLUMN_COUNT; i++) {
        size_t bytes = (size_t)*from[i].count * from[i].element_bytes;
        if (*to[i].capacity)
            free(*to[i].data);
        *to[i].data = mem_alloc(bytes);
        *to[i].count = *from[i].count;
        *to[i].capacity = *from[i].count ? *from[i].count : 1;
        if (bytes)
            memcpy(*to[i].data, *from[i].data, bytes);
    }
}

struct walked reload_at_age(struct walked *walked, const char *root, int age)
{
    struct walked fresh = open_tree(root, age);
    struct column from[TREE_COLUMN_COUNT], to[TREE_COLUMN_COUNT];
    tree_columns(walked->tree, from);
    tree_columns(fresh.tree, to);
    copy_columns(from, to);
    assert_true(tree_is_sound(fresh.tree));
    return fresh;
}

struct walked reload(struct walked *walked, const char *root)
{
    return reload_at_age(walked, root, OLD);
}

enum tree_kind kind(struct walked *walked, const char *path)
{
    return tree_kind(walked->tree, path, strlen(path));
}

static void add_line(void *context, const char *path, size_t length)
{
    struct buf *lines = context;
    assert_int_equal(strlen(path), length);
    buf_append(lines, path, length);
    buf_append_char(lines, '\n');
}

struct buf files_of(const struct walked *walked)
{
    struct buf lines = {0};
    buf_append(&lines, "", 0);
    tree_each_file(walked->tree, add_line, &lines);
    return lines;
}

void assert_files(const struct walked *walked, const char *expected)
{
    struct buf files = files_of(walked);
    for (size_t i = 0; i < files.length; i++) {
        if (files.data[i] == '\n')
            files.data[i] = ' ';
    }
    if (files.length)
        files.data[files.length - 1] = '\0';
    assert_string_equal(buf_cstr(&files), expected);
    buf_free(&files);
}

/* ---- chance -------------------------------------------------------------------------------- */

uint32_t draw(struct chance *chance, uint32_t below)
{
    /* Knuth's MMIX generator; its high bits are good enough to make trees with. */
    chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(chance->state >> 33) % below;
}

const char *draw_word(struct chance *chance, const char *const *words)
{
    uint32_t count = 0;
    while (words[count])
        count++;
    return words[draw(chance, count)];
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void sort_lines(struct buf *lines)
{
    VEC(char *) all = {0};
    for (char *at = lines->data; at < lines->data + lines->length;) {
        char *end = strchr(at, '\n');
        assert_non_null(end);
        *end = '\0';
        vec_push(&all, at);
        at = end + 1;
    }
    struct buf sorted = {0};
    if (all.count)
        qsort(all.data, all.count, sizeof *all.data, compare_lines);
    for (uint32_t i = 0; i < all.count; i++)
        buf_printf(&sorted, "%s\n", all.data[i]);
    vec_free(&all);
    buf_free(lines);
    *lines = sorted;
}
