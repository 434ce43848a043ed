#include "tools/jig/face.h"

#include "engine/manifest/ninja/ninja.h"
#include "tools/jig/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *face_name(enum face face)
{
    return face == FACE_NINJA ? "ninja" : "jig";
}

/*
 * Words that are typed as targets by those who mean a command. What the engine may suggest instead
 * is further off, so it is cut from `error`.
 */
static const char *meant_command(enum face face, struct jig_error *error)
{
    static const struct {
        const char *message, *ninja, *jig;
    } slips[] = {
        {"unknown target 'clean'", "ninja -t clean", "jig clean"},
        {"unknown target 'help'", "ninja -h", "jig help"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        size_t length = strlen(slips[i].message);
        if (strncmp(error->message, slips[i].message, length) != 0)
            continue;
        error->message[length] = '\0';
        return face == FACE_NINJA ? slips[i].ninja : slips[i].jig;
    }
    return NULL;
}

static bool is_about_pipelines(const struct jig_error *error)
{
    size_t length = strlen(error->file);
    return length > 5 && strcmp(error->file + length - 5, ".yaml") == 0;
}

/* What to do about it when the engine does not say. */
static const char *usual_advice(const struct jig_error *error)
{
    switch (error->status) {
    case JIG_ERROR_USAGE:
        return strncmp(error->message, "unknown target", 14) == 0 && !strchr(error->message, '?')
                   ? "'jig query targets' lists what can be built"
                   : "";
    case JIG_ERROR_MANIFEST:
        if (strstr(error->message, "missing and no known rule to make it"))
            return "create the file, or take it out of the manifest";
        /* fall through */
    case JIG_ERROR_SYNTAX:
        if (is_about_pipelines(error))
            return "correct it and try again; 'jig config check' tells all mistakes at once";
        return "correct the manifest, or whatever generates it, and try again";
    case JIG_ERROR_IO:
        return strncmp(error->message, "loading '", 9) == 0
                   ? "generate the manifest first (e.g. cmake -G Ninja), or say where it is with "
                     "-C DIRECTORY or -f FILE"
                   : "";
    default:
        return "";
    }
}

static void jig_error_text(const struct jig_error *error, struct buf *out)
{
    if (error->file[0]) {
        buf_append_str(out, error->file);
        if (error->line)
            buf_printf(out, ":%" PRIu32, error->line);
        if (error->line && error->column)
            buf_printf(out, ":%" PRIu32, error->column);
        buf_append_str(out, ": ");
    }
    buf_append_str(out, error->message);
    if (error->excerpt[0]) {
        buf_printf(out, "\n%s\n%*s", error->excerpt, (int)error->caret, "");
        buf_append_str(out, "^ near here");
    }
}

void face_error_text(enum face face, const struct jig_error *told, struct buf *out)
{
    struct jig_error error = *told;
    const char *command = meant_command(face, &error);
    if (face == FACE_NINJA)
        ninja_error_text(&error, out);
    else
        jig_error_text(&error, out);
    if (command)
        buf_printf(out, ", did you mean '%s'?", command);
    buf_append_char(out, '\n');
    const char *advice = error.advice[0] ? error.advice : usual_advice(&error);
    if (face == FACE_JIG && !command && *advice)
        buf_printf(out, "  %s\n", advice);
}

/* One write, so that lines of processes that share standard error do not mix. */
static void say(enum face face, const char *kind, const struct buf *text)
{
    fflush(stdout);
    fprintf(stderr, "%s: %s: %s", face_name(face), kind, buf_cstr(text));
    fflush(stderr);
}

static void tell(enum face face, const char *kind, const struct jig_error *what)
{
    struct buf text = {0};
    face_error_text(face, what, &text);
    say(face, kind, &text);
    buf_free(&text);
}

static void tell_formatted(enum face face, const char *kind, const char *advice, const char *format,
                           va_list args)
{
    struct jig_error what = {0};
    struct buf text = {0};
    vsnprintf(what.message, sizeof what.message, format, args);
    buf_printf(&text, "%s\n", what.message);
    if (*advice)
        buf_printf(&text, "  see '%s'\n", advice);
    say(face, kind, &text);
    buf_free(&text);
}

void face_error(enum face face, const struct jig_error *error)
{
    tell(face, "error", error);
}

void face_notice_text(enum face face, const struct jig_error *what, struct buf *out)
{
    if (face == FACE_JIG)
        face_error_text(face, what, out);
    else
        buf_printf(out, "%s\n", what->message); /* ninja's warnings name no place */
}

void face_notice(enum face face, const struct jig_error *what)
{
    struct buf text = {0};
    face_notice_text(face, what, &text);
    say(face, "warning", &text);
    buf_free(&text);
}

void face_complain(enum face face, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell_formatted(face, "error", "", format, args);
    va_end(args);
}

void face_warn(enum face face, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell_formatted(face, "warning", "", format, args);
    va_end(args);
}

int face_wrong_usage(enum face face, const char *topic, const char *format, ...)
{
    bool ninja = face == FACE_NINJA;
    va_list args;
    va_start(args, format);
    tell_formatted(face, ninja ? "fatal" : "error", ninja ? "" : topic, format, args);
    va_end(args);
    return ninja ? 1 : EXIT_UNABLE;
}

int face_exit_code(enum face face, enum jig_status status, int job_code)
{
    if (status == JIG_OK)
        return EXIT_DONE;
    if (status == JIG_ERROR_INTERRUPTED)
        return EXIT_INTERRUPTED;
    if (status == JIG_ERROR_JOB)
        return face == FACE_NINJA && job_code ? job_code : EXIT_JOB_FAILED;
    return face == FACE_NINJA ? 1 : EXIT_UNABLE;
}

int face_unknown_word(enum face face, const char *help, const char *what, const char *word,
                      const char *const *known)
{
    const char *meant = text_closest(word, known);
    if (meant)
        return face_wrong_usage(face, help, "unknown %s '%s', did you mean '%s'?", what, word,
                                meant);
    return face_wrong_usage(face, help, "unknown %s '%s'", what, word);
}
