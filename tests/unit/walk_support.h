/*
 * What the walk's tests share: a temporary folder with a tree in it, trees made at random, and
 * lists of paths to compare.
 */
#ifndef TESTS_UNIT_WALK_SUPPORT_H
#define TESTS_UNIT_WALK_SUPPORT_H

#include "cmocka_all.h"

#include "engine/base/buf.h"
#include "engine/discovery/walk/tree.h"

/* ---- files --------------------------------------------------------------------------------- */

/* cmocka setup and teardown: *state is the path of a new temporary folder. */
int make_folder(void **state);
int remove_folder(void **state);

/* All paths are relative to `folder`; any failure fails the test. put makes parents as well. */
void put(const char *folder, const char *path, const char *content);
void make_dirs(const char *folder, const char *path);
void make_link(const char *folder, const char *path, const char *target);
void rename_to(const char *folder, const char *from, const char *to);
void remove_all(const char *folder, const char *path);

/* What the command prints when run in `folder` with sh; it must succeed. */
struct buf output_of(const char *folder, const char *command);
bool has_program(const char *name);

/* ---- trees --------------------------------------------------------------------------------- */

/* A tree and what its last refresh said. */
struct walked {
    struct tree *tree;
    struct jig_pool *pool;
    struct tree_counts counts;
    bool changed;
    uint32_t notices;
    char notice[2048]; /* the last one's message */
};

/* Far enough ahead of now, nothing is young any more; as of now, everything just written is. */
enum { OLD, YOUNG };

struct walked open_tree(const char *root, int age);
struct walked open_tree_without_ignore(const char *root);
void refresh(struct walked *walked);
void close_tree(struct walked *walked);

/* A new tree (an OLD one) with copies of this one's columns, as another process would load them. */
struct walked reload(struct walked *walked, const char *root);
struct walked reload_at_age(struct walked *walked, const char *root, int age);
/* Frees what is in the columns of `to` and puts copies of those of `from` there. */
void copy_columns(const struct column *from, const struct column *to);

enum tree_kind kind(struct walked *walked, const char *path);
/* All files, one a line. */
struct buf files_of(const struct walked *walked);
/* That these, separated by spaces, are all files, in this order. */
void assert_files(const struct walked *walked, const char *expected);

/* ---- chance -------------------------------------------------------------------------------- */

/* Deterministic: the same seed, the same numbers. */
struct chance {
    uint64_t state;
};

/* 0 .. below - 1 */
uint32_t draw(struct chance *chance, uint32_t below);
/* One of the words of a NULL-terminated list. */
const char *draw_word(struct chance *chance, const char *const *words);

/* Sorts lines ended by '\n' in byte order. */
void sort_lines(struct buf *lines);

#endif
