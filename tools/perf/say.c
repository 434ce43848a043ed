#include "tools/perf/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static void say(const char *kind, const char *format, va_list arguments)
{
    fprintf(stderr, "jig-perf: %s", kind);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void say_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("error: ", format, arguments);
    va_end(arguments);
}

void say_warning(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("warning: ", format, arguments);
    va_end(arguments);
}

void say_failure(const struct jig_error *error)
{
    say_error("%s", error->message);
    if (error->advice[0])
        fprintf(stderr, "  %s\n", error->advice);
}

struct progress progress_begin(const char *fixture, uint32_t rounds)
{
    return (struct progress){
        .terminal = terminal_detect(STDERR_FILENO), .fixture = fixture, .rounds = rounds};
}

void progress_show(const struct progress *progress, uint32_t round, const char *scenario)
{
    if (progress->terminal.smart && scenario)
        fprintf(stderr, "\r\x1b[K%s: round %u of %u, %s", progress->fixture, round + 1,
                progress->rounds, scenario);
    else if (progress->terminal.smart)
        fprintf(stderr, "\r\x1b[K%s: making and building it", progress->fixture);
    else if (!scenario)
        fprintf(stderr, "jig-perf: %s: making and building it\n", progress->fixture);
    fflush(stderr);
}

void progress_end(const struct progress *progress)
{
    if (progress->terminal.smart)
        fputs("\r\x1b[K", stderr);
    fflush(stderr);
}
