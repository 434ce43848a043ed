#include "tools/trace/report.h"

#include "tools/trace/report_data.h"
#include "tools/trace/report_page.h"

#include <errno.h>
#include <string.h>

/*
 * The JSON stands in a <script> element, where "</script" would end it and "<!--" change how the
 * rest is read. Within strings, which is all that has a '<', JSON can say it otherwise.
 */
static void write_escaped(const struct buf *json, FILE *to)
{
    const char *from = json->data;
    const char *end = json->data + json->length;
    const char *less;
    while ((less = memchr(from, '<', (size_t)(end - from)))) {
        fwrite(from, 1, (size_t)(less - from), to);
        fputs("\\u003c", to);
        from = less + 1;
    }
    fwrite(from, 1, (size_t)(end - from), to);
}

enum jig_status trace_report_write(const struct trace_analysis *analysis, FILE *to,
                                   struct jig_error *error)
{
    struct buf json = {0};
    trace_report_data(analysis, &json);
    fwrite(trace_report_page_head, 1, trace_report_page_head_size, to);
    write_escaped(&json, to);
    fwrite(trace_report_page_tail, 1, trace_report_page_tail_size, to);
    buf_free(&json);
    if (fflush(to) || ferror(to))
        return jig_fail_errno(error, errno, "cannot write the report");
    return JIG_OK;
}
