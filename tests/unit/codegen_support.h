/*
 * What the tests of code generation share: an empty current directory, files in it, and a codegen
 * whose results are waited for.
 */
#ifndef TESTS_UNIT_CODEGEN_SUPPORT_H
#define TESTS_UNIT_CODEGEN_SUPPORT_H

#include "cmocka_all.h"

#include "engine/base/buf.h"
#include "engine/codegen/codegen.h"

/* cmocka setup and teardown: the current directory is a new one in /tmp, then gone. */
int enter_temp_dir(void **state);
int leave_temp_dir(void **state);

/* A file with this content, its folders made. */
void put_file(const char *path, const char *content);
/* Whether there is a file with exactly this content. */
bool holds_text(const char *path, const char *content);
bool exists(const char *path);
/* The names in a folder, hidden ones too, but not "." and "..". */
uint32_t count_names(const char *folder);
/* Descriptors that this process has open. */
uint32_t count_descriptors(void);
/* Children of this process, zombies too. */
uint32_t count_children(void);

/* A pool and a codegen on it. */
struct bench {
    struct jig_pool *pool;
    struct codegen *codegen;
    int woken; /* eventfd: counts calls of `wake` */
};

void bench_open(struct bench *bench, uint32_t grace_ms);
void bench_close(struct bench *bench);

/* codegen_add, which must succeed. */
uint32_t add_generator(struct bench *bench, const struct codegen_generator *generator);
uint32_t add_builtin(struct bench *bench, const char *name, const char *options);
uint32_t add_plugin(struct bench *bench, const char *path, const char *options);

/* Waits for the next result, by waiting to be woken as a session does. */
struct codegen_result wait_result(struct bench *bench);
/* Runs one job of a built-in or plugin to its end. The caller frees its output. */
struct codegen_result generate(struct bench *bench, uint32_t generator,
                               const struct jig_generation *generation);
/* The same with a built-in, which must succeed and say nothing. */
void make(const char *builtin, const char *options, const struct jig_generation *generation);

/* Fails the test unless `text` holds `part`. */
void assert_says(const struct buf *text, const char *part);

/* A generation of one module and one output, with no options. */
#define ONE_TO_ONE(source, output)                                                                 \
    {                                                                                              \
        .size = sizeof(struct jig_generation), .pipeline = "p", .options = "{}",                   \
        .modules = &(const struct jig_generation_module){.path = (source), .digest = ""},          \
        .module_count = 1, .outputs = (const char *const[]){output}, .output_count = 1             \
    }

#endif
