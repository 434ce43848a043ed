#include "tools/perf/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool has_file(const char *folder, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", folder, name);
    bool has = access(path.data, R_OK) == 0;
    buf_free(&path);
    return has;
}

static enum jig_status find_manifest(const struct subject *subject, struct jig_error *error)
{
    struct buf folder = {0};
    buf_printf(&folder, "%s%s%s", subject->path, *subject->within ? "/" : "", subject->within);
    enum jig_status status = JIG_OK;
    if (!has_file(folder.data, "jig.yaml") && !has_file(folder.data, "build.ninja"))
        status = jig_fail(error, JIG_ERROR_USAGE, "%s has neither a jig.yaml nor a build.ninja",
                          folder.data);
    buf_free(&folder);
    return status;
}

static enum jig_status find_folder(struct subject *subject, const char *fixture,
                                   struct jig_error *error)
{
    subject->path = realpath(fixture, NULL);
    if (!subject->path) {
        jig_fail_errno(error, errno, "no such fixture or folder: %s", fixture);
        snprintf(error->advice, sizeof error->advice,
                 "the fixtures are small-app, medium-app, large-app, 20k and 100k");
        return JIG_ERROR_USAGE;
    }
    const char *slash = strrchr(subject->path, '/');
    subject->name = slash[1] ? slash + 1 : "root";
    return find_manifest(subject, error);
}

enum jig_status subject_find(struct subject *subject, const char *fixture, const char *within,
                             struct jig_error *error)
{
    *subject = (struct subject){
        .name = fixture, .shape = shape_find(fixture), .within = within ? within : ""};
    if (!subject->shape)
        return find_folder(subject, fixture, error);
    if (*subject->within)
        return jig_fail(error, JIG_ERROR_USAGE, "--in is for projects, and %s is a fixture",
                        fixture);
    return JIG_OK;
}

void subject_free(struct subject *subject)
{
    free(subject->path);
    *subject = (struct subject){0};
}
