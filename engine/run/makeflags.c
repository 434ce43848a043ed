#include "engine/run/makeflags.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Moves past the next word, which is put, without backslashes, into `word`. */
static bool next_word(const char **at, struct buf *word)
{
    buf_clear(word);
    while (is_blank(**at))
        ++*at;
    if (!**at)
        return false;
    for (; **at && !is_blank(**at); ++*at) {
        if (**at == '\\' && (*at)[1])
            ++*at;
        buf_append_char(word, **at);
    }
    return true;
}

/* What follows the option in `word`, or NULL when it is another one. */
static const char *value_of(const char *word, const char *option)
{
    size_t length = strlen(option);
    return strncmp(word, option, length) == 0 ? word + length : NULL;
}

static bool parse_fd(const char *text, char end, int *fd, const char **rest)
{
    if (*text != '-' && (*text < '0' || *text > '9'))
        return false; /* strtol would take more */
    char *stop;
    errno = 0;
    long value = strtol(text, &stop, 10);
    if (stop == text || *stop != end || errno || value > INT_MAX || value < INT_MIN)
        return false;
    *fd = (int)value;
    *rest = stop + 1;
    return true;
}

/* Negative numbers are how make says that there is no jobserver for this command. */
static bool take_pipe(const char *value, struct makeflags *out)
{
    const char *rest;
    if (!parse_fd(value, ',', &out->read_fd, &rest) || !parse_fd(rest, '\0', &out->write_fd, &rest))
        return false;
    out->kind = out->read_fd < 0 || out->write_fd < 0 ? MAKEFLAGS_NONE : MAKEFLAGS_PIPE;
    return true;
}

static bool take_fifo(const char *value, struct makeflags *out)
{
    const char *path = value_of(value, "fifo:");
    if (!path || !*path)
        return false;
    out->kind = MAKEFLAGS_FIFO;
    buf_append_str(&out->path, path);
    return true;
}

static enum jig_status take_option(const char *option, struct makeflags *out,
                                   struct jig_error *error)
{
    const char *auth = value_of(option, "--jobserver-auth=");
    const char *fds = value_of(option, "--jobserver-fds=");
    if (auth ? take_fifo(auth, out) || take_pipe(auth, out) : take_pipe(fds, out))
        return JIG_OK;
    return jig_fail(error, JIG_ERROR_USAGE, "'%s' in MAKEFLAGS names no fifo and no pipe", option);
}

/* make -n: what it starts is to run nothing, and has no jobserver. */
static bool is_dry_run(const char *first_word)
{
    return *first_word != '-' && strchr(first_word, 'n') && !strchr(first_word, '=');
}

/* The last option that names a jobserver, or "". */
static void find_option(const char *text, struct buf *option)
{
    struct buf word = {0};
    for (bool first = true; next_word(&text, &word); first = false) {
        if ((first && is_dry_run(buf_cstr(&word))) || strcmp(buf_cstr(&word), "--") == 0)
            break;
        if (!value_of(buf_cstr(&word), "--jobserver-auth=") &&
            !value_of(buf_cstr(&word), "--jobserver-fds="))
            continue;
        buf_clear(option);
        buf_append_str(option, buf_cstr(&word));
    }
    buf_free(&word);
}

enum jig_status makeflags_parse(const char *text, struct makeflags *out, struct jig_error *error)
{
    struct buf option = {0};
    find_option(text ? text : "", &option);
    enum jig_status status = option.length ? take_option(buf_cstr(&option), out, error) : JIG_OK;
    buf_free(&option);
    return status;
}

void makeflags_free(struct makeflags *makeflags)
{
    buf_free(&makeflags->path);
}
