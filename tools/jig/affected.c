#include "tools/jig/affected.h"

#include "tools/jig/capture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One question to git; `top` leads from here to the top of the work tree. */
struct repository {
    struct buf top;
    struct buf prefix; /* from the top to here, with a slash at the end; "" at the top */
    struct buf base;   /* the common commit */
};

/* ---- asking git -------------------------------------------------------------------------- */

static enum jig_status advise(enum jig_status status, struct jig_error *error, const char *advice)
{
    if (error)
        snprintf(error->advice, sizeof error->advice, "%s", advice);
    return status;
}

/* Appends git's own words: the first line of what it complained of, without "fatal: ". */
static void quote_complaint(const struct capture *capture, struct jig_error *error)
{
    const char *text = buf_cstr(&capture->err);
    text += strncmp(text, "fatal: ", 7) == 0 ? 7 : 0;
    size_t length = strcspn(text, "\n");
    if (!error || !length)
        return;
    size_t used = strlen(error->message);
    snprintf(error->message + used, sizeof error->message - used, ": %.*s", (int)length, text);
}

/* Runs git; fails only when that is impossible, whatever git answers. */
static enum jig_status ask(const char *const argv[], struct capture *capture,
                           struct jig_error *error)
{
    int errnum = capture_run(argv, capture);
    if (!errnum)
        return JIG_OK;
    jig_fail_errno(error, errnum, "cannot run git");
    return advise(JIG_ERROR_IO, error,
                  "--affected asks git what changed; install it, or choose with --filter");
}

/* Where in which work tree we are. */
static enum jig_status find_top(struct repository *repository, struct jig_error *error)
{
    static const char *const argv[] = {"git", "rev-parse", "--show-cdup", "--show-prefix", NULL};
    struct capture capture = {0};
    enum jig_status status = ask(argv, &capture, error);
    if (!status && capture.exit_code) {
        status = jig_fail(error, JIG_ERROR_USAGE, "git cannot tell what changed here");
        quote_complaint(&capture, error);
        advise(status, error, "--affected needs a git work tree; choose with --filter elsewhere");
    }
    const char *cdup = buf_cstr(&capture.out);
    const char *end = strchr(cdup, '\n');
    if (!status && end) {
        buf_append_str(&repository->top, "./");
        buf_append(&repository->top, cdup, (size_t)(end - cdup));
        size_t length = strlen(end + 1);
        buf_append(&repository->prefix, end + 1, length ? length - 1 : 0);
    }
    capture_free(&capture);
    return status;
}

static enum jig_status unknown_commit(const char *ref, struct jig_error *error)
{
    jig_fail(error, JIG_ERROR_USAGE, "git knows no commit '%s' here", ref);
    return advise(JIG_ERROR_USAGE, error,
                  "fetch it first (e.g. git fetch origin main, and then --affected origin/main)");
}

static enum jig_status no_common_commit(const char *ref, struct jig_error *error)
{
    jig_fail(error, JIG_ERROR_USAGE, "'%s' and HEAD have no commit in common here", ref);
    return advise(JIG_ERROR_USAGE, error,
                  "in a shallow clone, fetch more of the history: git fetch --unshallow, or "
                  "fetch-depth: 0 where a workflow checks out");
}

/* The last commit that `ref` and HEAD have in common. */
static enum jig_status find_base(struct repository *repository, const char *ref,
                                 struct jig_error *error)
{
    if (*ref == '-' || !*ref)
        return unknown_commit(ref, error);
    struct buf commit = {0};
    struct capture known = {0}, common = {0};
    buf_printf(&commit, "%s^{commit}", ref);
    const char *verify[] = {"git", "rev-parse", "--verify", "--quiet", commit.data, NULL};
    const char *merge_base[] = {"git", "merge-base", ref, "HEAD", NULL};
    enum jig_status status = ask(verify, &known, error);
    if (!status && known.exit_code)
        status = unknown_commit(ref, error);
    if (!status)
        status = ask(merge_base, &common, error);
    if (!status && (common.exit_code || !common.out.length))
        status = no_common_commit(ref, error);
    if (!status)
        buf_append(&repository->base, common.out.data, strcspn(common.out.data, "\n"));
    capture_free(&known);
    capture_free(&common);
    buf_free(&commit);
    return status;
}

/* ---- paths ------------------------------------------------------------------------------- */

/* Appends `path`, which is relative to the top, as seen from here. */
static void append_from_here(const char *prefix, const char *path, struct buf *out)
{
    size_t common = 0;
    for (size_t i = 0; prefix[i] && prefix[i] == path[i]; i++) {
        if (prefix[i] == '/')
            common = i + 1;
    }
    for (const char *up = prefix + common; *up; up++) {
        if (*up == '/')
            buf_append_str(out, "../");
    }
    buf_append_str(out, path + common);
}

/* Adds paths that end with a NUL each, relative to `folder`, which is relative to the top. */
static void add_paths(struct affected *affected, const char *prefix, const char *folder,
                      const struct buf *paths)
{
    const char *end = paths->data + paths->length;
    for (const char *path = paths->data; path < end; path += strlen(path) + 1) {
        if (strcmp(path, "./") == 0)
            continue; /* a submodule that is not checked out has nothing in it */
        struct buf whole = {0}, seen = {0};
        buf_printf(&whole, "%s%s", folder, path);
        append_from_here(prefix, whole.data, &seen);
        if (seen.length && seen.data[seen.length - 1] == '/')
            seen.data[--seen.length] = '\0'; /* an untracked repository */
        vec_push(&affected->paths, seen.data);
        buf_free(&whole);
    }
}

/* Adds what a git command lists; `argv` has one of struct repository's paths after -C. */
static enum jig_status add_listed(struct affected *affected, const char *prefix, const char *folder,
                                  const char *const argv[], struct jig_error *error)
{
    struct capture capture = {0};
    enum jig_status status = ask(argv, &capture, error);
    if (!status && capture.exit_code) {
        status = jig_fail(error, JIG_ERROR_USAGE, "git cannot tell what changed");
        quote_complaint(&capture, error);
    }
    if (!status && capture.out.length)
        add_paths(affected, prefix, folder, &capture.out);
    capture_free(&capture);
    return status;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * A folder in git's answer is a repository of its own, and all that git says is that something in
 * it changed: so all its files did. Those of repositories inside it follow as the list grows.
 */
static enum jig_status add_repositories(struct affected *affected, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    for (uint32_t i = 0; !status && i < affected->paths.count; i++) {
        const char *path = affected->paths.data[i];
        if (!*path || !is_folder(path))
            continue;
        const char *argv[] = {"git", "-C", path, "ls-files", "-co", "--exclude-standard",
                              "-z",  NULL};
        struct buf folder = {0};
        buf_printf(&folder, "%s/", path);
        status = add_listed(affected, "", folder.data, argv, error);
        buf_free(&folder);
    }
    return status;
}

/* ---- interface --------------------------------------------------------------------------- */

enum jig_status affected_find(struct affected *affected, const char *ref, struct jig_error *error)
{
    struct repository repository = {0};
    enum jig_status status = find_top(&repository, error);
    if (!status)
        status = find_base(&repository, ref, error);
    const char *top = buf_cstr(&repository.top);
    const char *prefix = buf_cstr(&repository.prefix);
    /* The user's settings must not shorten the list. */
    const char *diff[] = {"git",
                          "--no-optional-locks",
                          "-C",
                          top,
                          "-c",
                          "diff.relative=false",
                          "diff",
                          "--name-only",
                          "-z",
                          "--no-renames",
                          "--no-ext-diff",
                          "--ignore-submodules=none",
                          buf_cstr(&repository.base),
                          "--",
                          NULL};
    const char *untracked[] = {"git", "-C", top, "ls-files", "-o", "--exclude-standard",
                               "-z",  NULL};
    if (!status)
        status = add_listed(affected, prefix, "", diff, error);
    if (!status)
        status = add_listed(affected, prefix, "", untracked, error);
    if (!status)
        status = add_repositories(affected, error);
    buf_free(&repository.top);
    buf_free(&repository.prefix);
    buf_free(&repository.base);
    return status;
}

void affected_free(struct affected *affected)
{
    for (uint32_t i = 0; i < affected->paths.count; i++)
        free(affected->paths.data[i]);
    vec_free(&affected->paths);
}
