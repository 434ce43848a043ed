#include "codegen_support.h"

#include "engine/base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- files ---------------------------------------------------------------------------------- */

int enter_temp_dir(void **state)
{
    static const char template[] = "/tmp/jig-codegen-XXXXXX";
    *state = malloc(sizeof template);
    memcpy(*state, template, sizeof template);
    return mkdtemp(*state) && chdir(*state) == 0 ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int leave_temp_dir(void **state)
{
    int result = chdir("/") == 0 ? nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS) : -1;
    free(*state);
    return result;
}

void put_file(const char *path, const char *content)
{
    assert_int_equal(io_make_parent_dirs(path), 0);
    assert_int_equal(io_write_file(AT_FDCWD, path, content, strlen(content)), 0);
}

bool holds_text(const char *path, const char *content)
{
    struct buf text = {0};
    bool same = io_read_file(AT_FDCWD, path, &text) == 0 && strcmp(buf_cstr(&text), content) == 0;
    if (!same)
        print_message("%s holds:\n%s\n", path, buf_cstr(&text));
    buf_free(&text);
    return same;
}

bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

uint32_t count_names(const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    uint32_t count = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

uint32_t count_descriptors(void)
{
    return count_names("/proc/self/fd") - 1; /* opendir's own */
}

uint32_t count_children(void)
{
    char path[64];
    struct buf text = {0};
    uint32_t count = 0;
    DIR *dir = opendir("/proc/self/task");
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%.20s/children", entry->d_name);
        buf_clear(&text);
        if (io_read_file(AT_FDCWD, path, &text) != 0)
            continue; /* the thread has ended */
        for (size_t i = 0; i < text.length; i++)
            count += text.data[i] == ' ';
    }
    closedir(dir);
    buf_free(&text);
    return count;
}

/* ---- codegen -------------------------------------------------------------------------------- */

static void wake(void *context)
{
    struct bench *bench = context;
    const uint64_t one = 1;
    assert_int_equal(write(bench->woken, &one, sizeof one), sizeof one);
}

void bench_open(struct bench *bench, uint32_t grace_ms)
{
    bench->woken = eventfd(0, EFD_CLOEXEC);
    bench->pool = jig_pool_create(4);
    const struct codegen_options options = {
        .pool = bench->pool, .wake = wake, .context = bench, .grace_ms = grace_ms};
    struct jig_error error;
    if (codegen_create(&bench->codegen, &options, &error))
        fail_msg("%s", error.message);
}

void bench_close(struct bench *bench)
{
    codegen_destroy(bench->codegen);
    jig_pool_destroy(bench->pool);
    close(bench->woken);
}

uint32_t add_generator(struct bench *bench, const struct codegen_generator *generator)
{
    uint32_t index;
    struct jig_error error;
    if (codegen_add(bench->codegen, generator, &index, &error))
        fail_msg("%s", error.message);
    return index;
}

uint32_t add_builtin(struct bench *bench, const char *name, const char *options)
{
    return add_generator(
        bench, &(struct codegen_generator){
                   .kind = CODEGEN_BUILTIN, .pipeline = "p", .name = name, .options = options});
}

uint32_t add_plugin(struct bench *bench, const char *path, const char *options)
{
    return add_generator(
        bench, &(struct codegen_generator){
                   .kind = CODEGEN_PLUGIN, .pipeline = "p", .name = path, .options = options});
}

struct codegen_result wait_result(struct bench *bench)
{
    struct codegen_result result;
    while (!codegen_take(bench->codegen, &result)) {
        uint64_t calls;
        assert_int_equal(read(bench->woken, &calls, sizeof calls), sizeof calls);
    }
    return result;
}

struct codegen_result generate(struct bench *bench, uint32_t generator,
                               const struct jig_generation *generation)
{
    codegen_start(bench->codegen, &(struct codegen_job){
                                      .job = 7, .generator = generator, .generation = generation});
    assert_int_equal(codegen_running(bench->codegen), 1);
    struct codegen_result result = wait_result(bench);
    assert_int_equal(result.job, 7);
    assert_int_equal(codegen_running(bench->codegen), 0);
    return result;
}

void make(const char *builtin, const char *options, const struct jig_generation *generation)
{
    struct bench bench;
    bench_open(&bench, 0);
    struct codegen_result result =
        generate(&bench, add_builtin(&bench, builtin, options), generation);
    assert_string_equal(buf_cstr(&result.output), "");
    assert_int_equal(result.exit_code, 0);
    buf_free(&result.output);
    bench_close(&bench);
}

void assert_says(const struct buf *text, const char *part)
{
    if (!strstr(buf_cstr(text), part))
        fail_msg("not in the output: %s\n--- output:\n%s", part, buf_cstr(text));
}
