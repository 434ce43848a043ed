/* Many threads ask one tree about folders it does not know yet; meant for ThreadSanitizer, too. */
#include "walk_support.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { FOLDERS = 200, ASKED = 20000 };

struct asking {
    struct tree *tree;
    _Atomic uint32_t wrong;
};

/* Question i: whether a file, a link or nothing is in one of the folders. */
static void ask(struct asking *asking, uint32_t i)
{
    static const char *const names[] = {"file", "link", "folder_link/file", "none", "no/where"};
    static const enum tree_kind kinds[] = {TREE_FILE, TREE_FILE, TREE_FILE, TREE_MISSING,
                                           TREE_MISSING};
    char path[128];
    uint32_t which = i / FOLDERS % 5;
    int length = snprintf(path, sizeof path, "%snode_modules/p%u/lib/%s", i % 7 ? "" : "../root/",
                          i * 37 % FOLDERS, names[which]);
    if (tree_kind(asking->tree, path, (size_t)length) != kinds[which])
        atomic_fetch_add(&asking->wrong, 1);
}

static void ask_range(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    (void)worker;
    for (uint32_t i = begin; i < end; i++)
        ask(context, i);
}

static void make_tree(const char *top)
{
    for (int i = 0; i < FOLDERS; i++) {
        char path[128];
        snprintf(path, sizeof path, "root/node_modules/p%d/lib/file", i);
        put(top, path, "");
        snprintf(path, sizeof path, "root/node_modules/p%d/lib/link", i);
        make_link(top, path, "file");
        snprintf(path, sizeof path, "root/node_modules/p%d/lib/folder_link", i);
        make_link(top, path, ".");
    }
}

static void test_all_threads_get_the_same_answers(void **state)
{
    struct buf root = {0};
    make_tree(*state);
    buf_printf(&root, "%s/root", (const char *)*state);
    struct walked walked = open_tree(root.data, OLD);
    for (int round = 0; round < 3; round++) {
        refresh(&walked);
        assert_int_equal(walked.changed, round == 0);
        struct asking asking = {.tree = walked.tree};
        jig_pool_for(walked.pool, ASKED, 16, ask_range, &asking);
        assert_int_equal(atomic_load(&asking.wrong), 0);
    }
    /* Root, node_modules, and for each package itself, lib and folder_link. */
    assert_int_equal(walked.counts.folders_statted, 2 + 3 * FOLDERS);
    assert_int_equal(walked.counts.folders_read, 0);
    close_tree(&walked);
    buf_free(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_threads_get_the_same_answers, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
