/*
 * Resolves what it is asked, in the current folder: for comparing with other tools.
 *
 *     resolver_dump KIND [--root=DIR]... [--tsconfig=FILE] [--repeat=N] < questions
 *
 * A question is a line FROM <tab> SPECIFIER <tab> IMPORT_KIND, the last a number as in facts.h; the
 * answer a line: the path, or `(external)` or `(unresolved)`. With --repeat, all are asked N times
 * more, and the processor time of one is written to stderr.
 */
#include "engine/base/memory.h"
#include "engine/discovery/resolver/resolver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct question {
    char *from, *specifier;
    enum fact_import_kind kind;
};

struct dump {
    struct resolver_options options;
    VEC(const char *) roots;
    VEC(struct question) questions;
    uint64_t repeat;
    struct tree *tree;
    struct resolver *resolver;
    struct buf out;
};

static enum tree_kind kind_of(void *tree, const char *path, size_t length)
{
    return tree_kind(tree, path, length);
}

static void tell(void *context, const struct jig_error *what)
{
    (void)context;
    fprintf(stderr, "%s:%u:%u: %s\n", what->file, what->line, what->column, what->message);
}

static bool read_options(struct dump *dump, int argc, char **argv)
{
    if (argc < 2 || !scanner_kind_of(argv[1], &dump->options.kind))
        return false;
    for (int i = 2; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        if (!value)
            return false;
        value++;
        if (strncmp(argv[i], "--root=", 7) == 0)
            vec_push(&dump->roots, value);
        else if (strncmp(argv[i], "--tsconfig=", 11) == 0)
            dump->options.tsconfig = value;
        else if (strncmp(argv[i], "--repeat=", 9) == 0)
            dump->repeat = strtoull(value, NULL, 10);
        else
            return false;
    }
    dump->options.roots = dump->roots.data;
    dump->options.root_count = dump->roots.count;
    return true;
}

static bool read_questions(struct dump *dump)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) > 0) {
        char *first = strchr(line, '\t'), *second = first ? strchr(first + 1, '\t') : NULL;
        if (!second)
            break;
        struct question question = {mem_strndup(line, (size_t)(first - line)),
                                    mem_strndup(first + 1, (size_t)(second - first - 1)),
                                    (enum fact_import_kind)atoi(second + 1)};
        vec_push(&dump->questions, question);
    }
    free(line);
    return length < 0;
}

/* Of this process, in ns: what others do on the machine does not count. */
static uint64_t processor_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void open_tree(struct dump *dump)
{
    struct jig_pool *pool = jig_pool_create(0);
    struct tree_counts counts;
    bool changed;
    struct jig_error error;
    dump->tree = tree_create(&(struct tree_options){.root = "."});
    if (tree_refresh(dump->tree, pool, &counts, &changed, tell, NULL, &error))
        tell(NULL, &error);
    jig_pool_destroy(pool);
    const struct resolver_files files = {kind_of, dump->tree, dump->tree, NULL};
    uint64_t start = processor_ns();
    dump->resolver = resolver_create(&dump->options, &files);
    resolver_prepare(dump->resolver, tell, NULL);
    if (dump->repeat > 0)
        fprintf(stderr, "prepare: %" PRIu64 " ns\n", processor_ns() - start);
}

static void answer(struct dump *dump, const struct question *question, bool print)
{
    static const char *const words[] = {
        [RESOLUTION_EXTERNAL] = "(external)", [RESOLUTION_UNRESOLVED] = "(unresolved)"};
    enum resolution resolution = resolver_resolve(dump->resolver, question->from,
                                                  question->specifier, question->kind, &dump->out);
    if (print)
        puts(resolution == RESOLUTION_FILE ? buf_cstr(&dump->out) : words[resolution]);
}

static void answer_all(struct dump *dump, bool print)
{
    for (uint32_t i = 0; i < dump->questions.count; i++)
        answer(dump, &dump->questions.data[i], print);
}

static void measure(struct dump *dump)
{
    uint64_t start = processor_ns();
    for (uint64_t i = 0; i < dump->repeat; i++)
        answer_all(dump, false);
    uint64_t took = processor_ns() - start;
    uint64_t count = dump->repeat * dump->questions.count;
    if (count > 0)
        fprintf(stderr, "%" PRIu64 " imports, %" PRIu64 " ns each\n", count, took / count);
}

int main(int argc, char **argv)
{
    struct dump dump = {0};
    if (!read_options(&dump, argc, argv) || !read_questions(&dump)) {
        fputs("resolver_dump KIND [--root=DIR]... [--tsconfig=FILE] [--repeat=N]\n", stderr);
        return 2;
    }
    open_tree(&dump);
    uint64_t start = processor_ns();
    answer_all(&dump, true);
    if (dump.repeat > 0)
        fprintf(stderr, "cold: %" PRIu64 " ns\n", processor_ns() - start);
    measure(&dump);
    for (uint32_t i = 0; i < dump.questions.count; i++) {
        free(dump.questions.data[i].from);
        free(dump.questions.data[i].specifier);
    }
    vec_free(&dump.questions);
    vec_free(&dump.roots);
    resolver_destroy(dump.resolver);
    tree_destroy(dump.tree);
    buf_free(&dump.out);
    return 0;
}
