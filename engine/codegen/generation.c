#include "engine/codegen/generation.h"

#include "engine/base/io.h"
#include "engine/codegen/output.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void generation_begin(struct generation *generation, const struct jig_generation *job,
                      bool imports_closed)
{
    *generation = (struct generation){
        .job = job,
        .contents = mem_array(job->output_count, sizeof *generation->contents),
        .imports_closed = imports_closed,
    };
}

void generation_end(struct generation *generation)
{
    for (size_t i = 0; i < generation->job->output_count; i++)
        buf_free(&generation->contents[i].owned);
    free(generation->contents);
    for (uint32_t i = 0; i < generation->files.count; i++) {
        struct buf *content = generation->files.data[i].content;
        if (content)
            buf_free(content);
        free(content);
    }
    vec_free(&generation->files);
}

/* ---- printing ------------------------------------------------------------------------------- */

static void append_formatted(struct buf *out, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length <= 0)
        return;
    vsnprintf(buf_reserve(out, (size_t)length), (size_t)length + 1, format, arguments);
    out->length += (size_t)length;
}

void generation_print(struct generation *generation, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_formatted(&generation->printed, format, arguments);
    va_end(arguments);
}

void generation_fail(struct generation *generation, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_formatted(&generation->printed, format, arguments);
    va_end(arguments);
    buf_append_char(&generation->printed, '\n');
    generation->failed = true;
}

/* ---- reading -------------------------------------------------------------------------------- */

static int compare_files(const void *a, const void *b)
{
    const struct generation_file *left = a, *right = b;
    return strcmp(left->path, right->path);
}

static void add_file(struct generation *generation, const char *path)
{
    if (path)
        vec_push(&generation->files, ((struct generation_file){.path = path}));
}

/* Leaves one of each path, so that a file is read once however often it is imported. */
static void drop_repeated(struct generation *generation)
{
    struct generation_file *files = generation->files.data;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < generation->files.count; i++)
        if (kept == 0 || strcmp(files[i].path, files[kept - 1].path) != 0)
            files[kept++] = files[i];
    generation->files.count = kept;
}

/*
 * Lists what the job depends on. Imports only of a job's own module: one that collects depends on
 * the modules and what was made of them.
 */
static void list_files(struct generation *generation)
{
    const struct jig_generation *job = generation->job;
    for (size_t m = 0; m < job->module_count; m++) {
        const struct jig_generation_module *module = &job->modules[m];
        add_file(generation, module->path);
        bool open = !generation->imports_closed && !module->outputs;
        for (size_t i = 0; i < module->import_count && open; i++)
            add_file(generation, module->imports[i].path);
        for (size_t i = 0; i < module->output_count; i++)
            add_file(generation, module->outputs[i]);
    }
    if (generation->files.count > 1)
        qsort(generation->files.data, generation->files.count, sizeof *generation->files.data,
              compare_files);
    drop_repeated(generation);
}

static struct generation_file *find_file(struct generation *generation, const char *path)
{
    if (generation->files.count == 0)
        list_files(generation);
    if (generation->files.count == 0)
        return NULL;
    const struct generation_file key = {.path = path};
    return bsearch(&key, generation->files.data, generation->files.count,
                   sizeof *generation->files.data, compare_files);
}

static struct buf *load(struct generation *generation, const char *path)
{
    struct buf *content = mem_zalloc(sizeof *content);
    struct jig_error error;
    int errnum = io_read_file(AT_FDCWD, path, content);
    if (!errnum) {
        buf_reserve(content, 0); /* an empty file has a NUL after it too */
        content->data[content->length] = '\0';
        return content;
    }
    jig_fail_errno(&error, errnum, "cannot read '%s'", path);
    generation_fail(generation, "%s", error.message);
    buf_free(content);
    free(content);
    return NULL;
}

const char *generation_read(struct generation *generation, const char *path, size_t *length)
{
    if (length)
        *length = 0;
    struct generation_file *file = path ? find_file(generation, path) : NULL;
    if (!file) {
        generation_fail(generation,
                        "cannot read '%s': the job does not depend on it, so a change of it would "
                        "go unnoticed",
                        path ? path : "(null)");
        return NULL;
    }
    if (!file->content)
        file->content = load(generation, path);
    if (!file->content)
        return NULL;
    if (length)
        *length = file->content->length;
    return file->content->data;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* The place for an output's content, or NULL when it may not be given now. */
static struct generation_content *take_place(struct generation *generation, size_t output)
{
    const struct jig_generation *job = generation->job;
    if (output >= job->output_count) {
        generation_fail(generation, "the generator wrote output number %zu, but there are %zu",
                        output, job->output_count);
        return NULL;
    }
    struct generation_content *content = &generation->contents[output];
    if (content->given) {
        generation_fail(generation, "the generator wrote '%s' twice", job->outputs[output]);
        return NULL;
    }
    content->given = true;
    return content;
}

bool generation_write_read(struct generation *generation, size_t output, const void *bytes,
                           size_t length)
{
    struct generation_content *content = take_place(generation, output);
    if (!content)
        return false;
    content->bytes = bytes;
    content->length = length;
    return true;
}

bool generation_write_buf(struct generation *generation, size_t output, struct buf *from)
{
    struct generation_content *content = take_place(generation, output);
    if (content) {
        content->owned = *from;
        content->bytes = buf_cstr(from);
        content->length = from->length;
    } else {
        buf_free(from);
    }
    *from = (struct buf){0};
    return content != NULL;
}

bool generation_write(struct generation *generation, size_t output, const void *bytes,
                      size_t length)
{
    struct buf copy = {0};
    if (length > 0)
        buf_append(&copy, bytes, length);
    return generation_write_buf(generation, output, &copy);
}

/* ---- committing ----------------------------------------------------------------------------- */

static bool is_complete(struct generation *generation)
{
    const struct jig_generation *job = generation->job;
    for (size_t i = 0; i < job->output_count; i++)
        if (!generation->contents[i].given)
            generation_fail(generation, "the generator did not write '%s'", job->outputs[i]);
    return !generation->failed;
}

static enum jig_status write_outputs(const struct generation *generation, struct output *outputs,
                                     struct codegen_result *result, struct jig_error *error)
{
    size_t count = generation->job->output_count;
    enum jig_status status = JIG_OK;
    for (size_t i = 0; i < count && !status; i++) {
        const struct generation_content *content = &generation->contents[i];
        status = output_stage(&outputs[i], generation->job->outputs[i], content->bytes,
                              content->length, error);
    }
    for (size_t i = 0; i < count && !status; i++) {
        bool changed;
        status = output_commit(&outputs[i], &changed, error);
        result->written += !status && changed;
        const struct generation_content *content = &generation->contents[i];
        if (content->length)
            result->contents =
                digest_add(result->contents, digest_of(content->bytes, content->length));
    }
    for (size_t i = 0; i < count; i++)
        output_discard(&outputs[i]);
    return status;
}

bool generation_commit(struct generation *generation, struct codegen_result *result)
{
    result->written = 0;
    if (generation->failed || !is_complete(generation))
        return false;
    struct output *outputs = mem_array(generation->job->output_count, sizeof *outputs);
    struct jig_error error;
    if (write_outputs(generation, outputs, result, &error))
        generation_fail(generation, "%s", error.message);
    free(outputs);
    return !generation->failed;
}
