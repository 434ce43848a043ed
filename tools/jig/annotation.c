#include "tools/jig/annotation.h"

void annotation_append(struct buf *out, const char *output, int exit_code)
{
    buf_append_str(out, "::error title=job failed::");
    for (const char *c = output; *c; c++) {
        if (*c == '%' || *c == '\r' || *c == '\n')
            buf_printf(out, "%%%02X", (unsigned)*c);
        else
            buf_append_char(out, *c);
    }
    buf_printf(out, ": exit code %d\n", exit_code);
}
