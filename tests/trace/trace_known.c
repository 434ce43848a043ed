/*
 * jig-trace-known NAME FILE: traces written down by hand, for tests of the report's page.
 *
 *     small     four jobs on two slots, of which one waits for a pool and fails
 *     hostile   texts that try to become markup or script, no UTF-8, and numbers at their limits
 *     empty     a build that had nothing to do
 */
#include "tests/unit/trace_made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_small(struct made *made)
{
    made_begin(made, 2, 100);
    struct trace_log *log = &made->log;
    log->version = trace_log_text(log, "0.1.0");
    log->directory = trace_log_text(log, "/home/someone/project/out");
    log->asked = trace_log_text(log, "app");
    log->outcome = trace_log_word(log, "failed");
    uint32_t header = made_job(made, "gen/api.h", 5, 10, 30);
    uint32_t a = made_job(made, "obj/a.o", 30, 30, 60, header);
    uint32_t b = made_job(made, "obj/b.o", 30, 32, 50, header);
    uint32_t app = made_job(made, "bin/app", 60, 70, 95, a, b);
    uint32_t check = made_job(made, "check", 95, 95, 95, app);
    made_at(made, header)->rule = trace_log_word(log, "protoc");
    made_at(made, app)->rule = trace_log_word(log, "link");
    made_at(made, app)->exit_code = 3;
    made_at(made, app)->expected_ms = 20;
    made_at(made, app)->user_ns = 15 * MADE_MS;
    made_at(made, app)->system_ns = 5 * MADE_MS;
    made_at(made, app)->peak_rss = (uint64_t)300 * 1024 * 1024;
    made_at(made, check)->fate = TRACE_PHONY;
    made_at(made, check)->reason = 0;
    made_pool(made, app, "links", 1);
    made_reason(made, a, "input-changed", "include/a.h");
    made_reason(made, b, "input-changed", "include/a.h");
    made_slice(made, 0, "load the image", 0, 5);
    made_slice(made, 0, "run jobs", 5, 95);
    made_slice(made, 1, "fingerprint batch", 1, 4);
    made_number(made, "files_hit", 90);
    made_number(made, "files_missed", 10);
    made_number(made, "missed_new", 6);
    made_number(made, "missed_stat", 3);
    made_number(made, "missed_racy", 1);
    made_number(made, "missed_gone", 0);
}

static const char *const hostile_texts[] = {
    "</script><script>document.title = 'owned'</script>",
    "<!-- <script> a comment and an element that do not end",
    "<img src=x onerror=\"document.title='owned'\">.o",
    "'\"`> onmouseover=document.title='owned' x='",
    "</style></title></textarea><h1 class=owned>",
    "]]>&lt;b&gt;&amp;&#60;",
    "no \xff\xfe UTF-8 \xc3.o",
    "\xe2\x80\xa8 line \xe2\x80\xa9 ends \x01\x1b[31m\n\t\r.o",
    "__proto__",
    "constructor",
    "../../../../etc/passwd",
    "javascript:document.title='owned'",
    "\xe2\x80\xae turned round \xe2\x80\xac",
    "",
};

static void make_hostile(struct made *made)
{
    enum { TEXTS = sizeof hostile_texts / sizeof *hostile_texts };
    made_begin(made, 0, 1000);
    struct trace_log *log = &made->log;
    log->directory = trace_log_text(log, hostile_texts[0]);
    log->asked = trace_log_text(log, hostile_texts[1]);
    log->version = trace_log_text(log, hostile_texts[2]);
    log->full_reason = trace_log_text(log, hostile_texts[3]);
    log->began_ns = INT64_MAX;
    for (uint32_t i = 0; i < TEXTS; i++) {
        uint32_t job = made_job(made, hostile_texts[i], i, i * 2, i * 50);
        made_at(made, job)->rule = trace_log_text(log, hostile_texts[(i + 1) % TEXTS]);
        made_pool(made, job, hostile_texts[(i + 2) % TEXTS], UINT32_MAX);
        made_reason(made, job, hostile_texts[(i + 3) % TEXTS], hostile_texts[(i + 4) % TEXTS]);
        made_at(made, job)->slot = UINT32_MAX - i;
        made_at(made, job)->exit_code = i % 2 ? INT32_MIN : INT32_MAX;
        made_at(made, job)->expected_ms = UINT32_MAX;
        made_at(made, job)->peak_rss = UINT64_MAX;
        made_at(made, job)->read_bytes = UINT64_MAX;
        made_slice(made, i, hostile_texts[i], 0, 1000);
        made_number(made, hostile_texts[i], UINT64_MAX);
    }
    char *long_name = malloc(100001);
    memset(long_name, 'x', 100000);
    long_name[100000] = '\0';
    made_job(made, long_name, 900, 900, 1000);
    free(long_name);
    log->workers = TEXTS;
}

int main(int argc, char **argv)
{
    struct made made;
    const char *name = argc == 3 ? argv[1] : "";
    if (strcmp(name, "small") == 0) {
        make_small(&made);
    } else if (strcmp(name, "hostile") == 0) {
        make_hostile(&made);
    } else if (strcmp(name, "empty") == 0) {
        made_begin(&made, 2, 0);
    } else {
        fprintf(stderr, "usage: jig-trace-known small|hostile|empty FILE\n");
        return 2;
    }
    struct buf bytes = {0};
    trace_log_encode(&made.log, &bytes);
    FILE *to = fopen(argv[2], "we");
    bool written = to && fwrite(bytes.data, 1, bytes.length, to) == bytes.length;
    if ((to && fclose(to)) || !written) {
        perror(argv[2]);
        return EXIT_FAILURE;
    }
    buf_free(&bytes);
    trace_log_free(&made.log);
    return EXIT_SUCCESS;
}
