#include "tools/jig/tool.h"

static void on_event(void *context, const struct jig_event *event)
{
    const struct tool *tool = context;
    if (event->kind == JIG_EVENT_NOTICE)
        face_notice(tool->face, event->notice);
}

bool tool_open(struct tool *tool)
{
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    struct jig_error error;
    options.manifest = tool->place->manifest;
    options.state_dir = tool->place->state_dir;
    options.read_only = true;
    options.phony_cycle_error = tool->request->phony_cycle_error;
    options.on_event = on_event;
    options.context = tool;
    if (jig_session_open(&options, &tool->session, &error)) {
        face_error(tool->face, &error);
        return false;
    }
    tool->graph = tool->session->graph;
    tool->history = tool->session->history;
    return true;
}

void tool_close(struct tool *tool)
{
    jig_session_close(tool->session);
    tool->session = NULL;
}

bool tool_targets(struct tool *tool, int count, char **words, struct file_list *files)
{
    struct jig_error error;
    enum jig_status status = JIG_OK;
    for (int i = 0; !status && i < count; i++) {
        file_id file;
        struct buf path = {0};
        place_spell(tool->place, words[i], &path);
        status = session_find_target(tool->session, buf_cstr(&path), &file, &error);
        buf_free(&path);
        if (!status)
            vec_push(files, file);
    }
    if (!status && !count)
        status = graph_default_targets(tool->graph, files, &error);
    if (status)
        face_error(tool->face, &error);
    return !status;
}
