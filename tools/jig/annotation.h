/*
 * Failures as GitHub Actions shows them on the page of a run:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
#ifndef JIG_TOOL_ANNOTATION_H
#define JIG_TOOL_ANNOTATION_H

#include "engine/base/buf.h"

/* Appends the line that tells that the job which makes `output` failed. */
void annotation_append(struct buf *out, const char *output, int exit_code);

#endif
