/*
 * An update over pipelines.
 */
#include "engine/session/internal.h"

#include <stdio.h>

enum jig_status session_update_pipelines(struct build *build, const struct jig_change_set *changes,
                                         char *why, size_t size, struct jig_error *error)
{
    (void)build;
    (void)changes;
    (void)error;
    snprintf(why, size, "pipelines");
    return JIG_OK;
}
