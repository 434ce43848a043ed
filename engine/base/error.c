#include "jig/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(struct jig_error *error, enum jig_status status, const char *format, va_list args)
{
    memset(error, 0, sizeof *error);
    error->status = status;
    vsnprintf(error->message, sizeof error->message, format, args);
}

enum jig_status jig_fail(struct jig_error *error, enum jig_status status, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        fill(error, status, format, args);
        va_end(args);
    }
    return status;
}

enum jig_status jig_fail_errno(struct jig_error *error, int errnum, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        fill(error, JIG_ERROR_IO, format, args);
        va_end(args);
        size_t used = strlen(error->message);
        snprintf(error->message + used, sizeof error->message - used, ": %s", strerror(errnum));
    }
    return JIG_ERROR_IO;
}
