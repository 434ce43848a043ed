#include "codegen_worker_support.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <fcntl.h>
#include <stdlib.h>

uint32_t add_probe(struct bench *bench, struct probe probe)
{
    const char *const argv[] = {PROBE_WORKER, probe.option, NULL};
    return add_generator(bench, &(struct codegen_generator){
                                    .kind = CODEGEN_WORKER,
                                    .pipeline = "p",
                                    .argv = argv,
                                    .workers = probe.workers ? probe.workers : 1,
                                    .multiplex = probe.multiplex ? probe.multiplex : 1,
                                    .timeout_ms = probe.timeout_ms,
                                });
}

void start_job(struct bench *bench, uint32_t generator, uint32_t job, const char *arguments,
               const char *output)
{
    char *text = mem_strndup(arguments, strlen(arguments));
    const char *list[16] = {0};
    size_t count = 0;
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        list[count++] = word;
    codegen_start(bench->codegen, &(struct codegen_job){.job = job,
                                                        .generator = generator,
                                                        .arguments = list,
                                                        .outputs = &output,
                                                        .output_count = output ? 1 : 0});
    free(text);
}

struct codegen_result run_job(struct bench *bench, uint32_t generator, const char *arguments,
                              const char *output)
{
    start_job(bench, generator, 5, arguments, output);
    struct codegen_result result = wait_result(bench);
    assert_int_equal(result.job, 5);
    assert_true(result.start_ns > 0 && result.end_ns >= result.start_ns);
    return result;
}

void do_job(struct bench *bench, uint32_t generator, const char *arguments, const char *output)
{
    struct codegen_result result = run_job(bench, generator, arguments, output);
    assert_string_equal(buf_cstr(&result.output), "");
    assert_int_equal(result.exit_code, 0);
    assert_false(result.interrupted || result.timed_out);
    buf_free(&result.output);
}

struct codegen_result fail_job(struct bench *bench, uint32_t generator, const char *arguments,
                               const char *output, const char *part)
{
    struct codegen_result result = run_job(bench, generator, arguments, output);
    assert_int_not_equal(result.exit_code, 0);
    assert_false(result.interrupted);
    assert_says(&result.output, part);
    buf_free(&result.output);
    return result;
}

uint32_t count_lines(const char *path)
{
    struct buf text = {0};
    uint32_t lines = 0;
    if (io_read_file(AT_FDCWD, path, &text) == 0)
        for (size_t i = 0; i < text.length; i++)
            lines += text.data[i] == '\n';
    buf_free(&text);
    return lines;
}
