/*
 * Runs a fuzz target without libFuzzer: once with no input, and once with each file that is named,
 * or that is in a directory that is named. An empty directory is an error, since it would check
 * nothing.
 */
#include "fuzz.h"

#include "engine/base/io.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* The bytes in memory of just their size, so that a sanitizer sees what is beyond. */
static void run(const void *bytes, size_t length)
{
    uint8_t *copy = calloc(1, length ? length : 1);
    if (length)
        memcpy(copy, bytes, length);
    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

static int run_file(const char *path)
{
    struct buf content = {0};
    int failed = io_read_file(AT_FDCWD, path, &content);
    if (failed)
        fprintf(stderr, "%s: %s\n", path, strerror(failed));
    else
        run(content.data, content.length);
    buf_free(&content);
    return failed;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int run_directory(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    if (count <= 0) {
        fprintf(stderr, "%s: no inputs\n", path);
        return -1;
    }
    int failed = 0;
    for (int i = 0; i < count; i++) {
        struct buf file = {0};
        buf_printf(&file, "%s/%s", path, entries[i]->d_name);
        failed |= run_file(file.data);
        buf_free(&file);
        free(entries[i]);
    }
    free(entries);
    printf("%s: %d inputs\n", path, count);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    run(NULL, 0);
    for (int i = 1; i < argc; i++) {
        struct stat st;
        bool is_directory = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
        failed |= is_directory ? run_directory(argv[i]) : run_file(argv[i]);
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
