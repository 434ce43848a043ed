#include "tools/perf/baseline.h"

#include "engine/base/digest.h"
#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "tools/perf/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum jig_status run(const char *const *argv, const char *log, struct interrupt *interrupt,
                           struct buf *out, struct jig_error *error)
{
    const struct child_command command = {.argv = argv, .directory = ".", .log = log};
    struct usage usage;
    return child_run(&command, interrupt, out, &usage, error);
}

enum jig_status baseline_commit(const char *revision, const char *log, struct interrupt *interrupt,
                                char **commit, struct jig_error *error)
{
    struct buf name = {0}, out = {0};
    char *repository = machine_repository(".", log, interrupt);
    *commit = NULL;
    if (!repository) {
        jig_fail(error, JIG_ERROR_USAGE,
                 "%s: no file, and no commit, since this is no work tree of jig", revision);
        if (error)
            snprintf(error->advice, sizeof error->advice,
                     "go to a clone of jig, or name a program with --baseline-jig");
        return JIG_ERROR_USAGE;
    }
    free(repository);
    buf_printf(&name, "%s^{commit}", revision);
    const char *const argv[] = {"git",     "rev-parse", "--verify", "--quiet", "--end-of-options",
                                name.data, NULL};
    enum jig_status status = run(argv, log, interrupt, &out, error);
    if (status == JIG_ERROR_JOB)
        status = jig_fail(error, JIG_ERROR_USAGE, "%s: no file, and no commit of this repository",
                          revision);
    if (!status)
        *commit = mem_strndup(out.data, strcspn(buf_cstr(&out), "\n"));
    buf_free(&name);
    buf_free(&out);
    return status;
}

/* Stands for everything besides the sources that makes a jig what it is. */
static void append_flags_digest(struct buf *out)
{
    static const char flags[] =
        PERF_C_COMPILER "\n" __VERSION__ "\n" PERF_BUILD_TYPE "\n" PERF_C_FLAGS "\n" PERF_SANITIZE;
    enum { SHOWN = 8 };
    char digest[33];
    digest_format(digest_of(flags, sizeof flags), digest);
    buf_append(out, digest, SHOWN);
}

/* Takes the sources out of the repository and builds them, all below `part`. */
static enum jig_status build_in(const char *part, const char *commit, const char *log,
                                struct interrupt *interrupt, struct jig_error *error)
{
    struct buf tar = {0}, source = {0}, build = {0};
    buf_printf(&tar, "%s/source.tar", part);
    buf_printf(&source, "%s/source", part);
    buf_printf(&build, "%s/build", part);
    const char *const steps[][12] = {
        {"rm", "-rf", part},
        {"mkdir", "-p", source.data},
        {"git", "archive", "--format=tar", "-o", tar.data, commit},
        {"tar", "-xf", tar.data, "-C", source.data},
        {"cmake", "-S", source.data, "-B", build.data, "-DCMAKE_BUILD_TYPE=" PERF_BUILD_TYPE,
         "-DCMAKE_C_COMPILER=" PERF_C_COMPILER, "-DCMAKE_C_FLAGS=" PERF_C_FLAGS,
         "-DJIG_SANITIZE=" PERF_SANITIZE, "-DJIG_TESTS=OFF", "-DJIG_BENCH=OFF"},
        {"cmake", "--build", build.data, "--parallel", "--target", "jig"},
    };
    enum jig_status status = JIG_OK;
    for (size_t i = 0; !status && i < sizeof steps / sizeof *steps; i++)
        status = run(steps[i], log, interrupt, NULL, error);
    buf_free(&tar);
    buf_free(&source);
    buf_free(&build);
    return status;
}

/* A new folder with only the program in it, which appears under its name when all is well. */
static enum jig_status keep_program(const char *part, const char *place, const char *log,
                                    struct interrupt *interrupt, struct jig_error *error)
{
    struct buf from = {0}, folder = {0};
    buf_printf(&from, "%s/build/bin/jig", part);
    buf_printf(&folder, "%s/bin/", place);
    int errnum = io_make_parent_dirs(folder.data);
    buf_append_str(&folder, "jig");
    if (!errnum && rename(from.data, folder.data) < 0)
        errnum = errno;
    buf_free(&from);
    buf_free(&folder);
    if (errnum)
        return jig_fail_errno(error, errnum, "cannot keep the jig that was built in %s", part);
    const char *const clear[] = {"rm", "-rf", part, NULL};
    return run(clear, log, interrupt, NULL, error);
}

enum jig_status baseline_build(const char *commit, const char *builds, const char *log,
                               struct interrupt *interrupt, char **jig, struct jig_error *error)
{
    struct buf place = {0}, part = {0}, program = {0};
    enum jig_status status = JIG_OK;
    *jig = NULL;
    buf_printf(&place, "%s/%s-", builds, commit);
    append_flags_digest(&place);
    buf_printf(&part, "%s.part", place.data);
    buf_printf(&program, "%s/bin/jig", place.data);
    if (access(program.data, X_OK) != 0) {
        fprintf(stderr, "jig-perf: building jig of %.12s\n", commit);
        status = build_in(part.data, commit, log, interrupt, error);
        if (!status)
            status = keep_program(part.data, place.data, log, interrupt, error);
    }
    if (!status)
        *jig = realpath(program.data, NULL);
    if (!status && !*jig)
        status = jig_fail_errno(error, errno, "cannot find %s", program.data);
    buf_free(&place);
    buf_free(&part);
    buf_free(&program);
    return status;
}
