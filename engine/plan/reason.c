#include "engine/plan/plan.h"

struct wording {
    const char *word; /* machine-readable */
    const char *text; /* a file follows ": " when the reason has one */
};

static const struct wording wordings[] = {
    [REASON_NONE] = {"up-to-date", "up to date"},
    [REASON_NEVER_BUILT] = {"never-built", "never built"},
    [REASON_RECIPE_CHANGED] = {"recipe-changed", "recipe changed"},
    [REASON_INPUT_CHANGED] = {"input-changed", "input changed"},
    [REASON_INPUT_MISSING] = {"input-missing", "input missing"},
    [REASON_INPUTS_DIFFER] = {"inputs-differ", "inputs are not those of the last run"},
    [REASON_INPUT_ALWAYS] = {"input-always", "input never up to date"},
    [REASON_INPUT_REMADE] = {"input-remade", "input made again"},
    [REASON_OUTPUT_MISSING] = {"output-missing", "output missing"},
    [REASON_OUTPUT_CHANGED] = {"output-changed", "output changed"},
    [REASON_INPUT_UNSTEADY] = {"input-unsteady", "an input changed while the last run read it"},
    [REASON_UNFINISHED] = {"unfinished", "its last run did not end"},
    [REASON_REQUESTED] = {"requested", "requested"},
};

void plan_reason_text(const struct graph *graph, struct plan_reason reason, struct buf *out)
{
    buf_append_str(out, wordings[reason.kind].text);
    if (reason.file != GRAPH_NONE) {
        buf_append_str(out, ": ");
        graph_append_path(graph, reason.file, out);
    }
}

const char *plan_reason_word(enum plan_reason_kind kind)
{
    return wordings[kind].word;
}

const char *plan_reason_said(enum plan_reason_kind kind)
{
    return wordings[kind].text;
}
