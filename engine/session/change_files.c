/*
 * Which files of the graph a change set is about. The graph spells a path as its manifest does, and
 * whoever tells of changes as it pleases; all ways to spell it that are alike as text are tried.
 */
#include "engine/base/path.h"
#include "engine/session/internal.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct finding {
    struct jig_session *session;
    struct buf here; /* the current directory, with a slash at the end */
    struct buf path; /* scratch */
    uint8_t *listed; /* [file_id] */
    struct file_list *out;
};

static void list_file(struct finding *finding, file_id file)
{
    if (graph_is_virtual(finding->session->graph, file) || finding->listed[file])
        return;
    finding->listed[file] = 1;
    vec_push(finding->out, file);
}

/* ---- spellings --------------------------------------------------------------------------------
 */

/* The absolute path from the current directory, into `path`; with `..` where that is above. */
static void make_relative(struct finding *finding, const char *absolute)
{
    const char *here = finding->here.data;
    size_t common = 0; /* up to and with the last slash that both have */
    size_t same = 0;
    for (; here[same] && here[same] == absolute[same]; same++)
        common = here[same] == '/' ? same + 1 : common;
    const char *rest = absolute + common;
    if (!absolute[same] && here[same] == '/') { /* a folder around this one */
        common = same + 1;
        rest = "";
    }
    buf_clear(&finding->path);
    for (const char *at = here + common; *at; at++) {
        if (*at == '/')
            buf_append_str(&finding->path, "../");
    }
    buf_append_str(&finding->path, rest);
    if (!finding->path.length)
        buf_append_char(&finding->path, '.');
    finding->path.length = path_canonicalize(finding->path.data, finding->path.length);
}

static void make_absolute(struct finding *finding, const char *relative)
{
    buf_clear(&finding->path);
    buf_printf(&finding->path, "%s%s", finding->here.data, relative);
    finding->path.length = path_canonicalize(finding->path.data, finding->path.length);
}

/* Calls for the path in each way in which a file of the graph may be spelt. */
static bool find_spellings(struct finding *finding, const char *path,
                           bool (*find)(struct finding *finding, const char *path))
{
    bool found = find(finding, path);
    if (path[0] == '/')
        make_relative(finding, path);
    else
        make_absolute(finding, path);
    char *other = mem_strndup(finding->path.data, finding->path.length);
    found |= find(finding, other);
    if (path[0] != '/') {
        /* `../x` may be spelt in another way by who is in the same directory. */
        make_relative(finding, other);
        char *shortest = mem_strndup(finding->path.data, finding->path.length);
        found |= find(finding, shortest);
        free(shortest);
    }
    free(other);
    return found;
}

static bool find_file(struct finding *finding, const char *path)
{
    file_id file = graph_find_file(finding->session->graph, path, strlen(path));
    if (file == GRAPH_NONE)
        return false;
    list_file(finding, file);
    return true;
}

/* ---- folders ----------------------------------------------------------------------------------
 */

/* How often a relative path goes up, and what is left of it then: nothing, if that is all. */
static size_t climbs_of(const char *path, const char **rest)
{
    size_t count = 0;
    for (; path[0] == '.' && path[1] == '.' && (path[2] == '/' || !path[2]); count++)
        path += path[2] ? 3 : 2;
    *rest = path;
    return count;
}

/* Of canonical paths, both absolute or both relative. */
static bool is_below(const char *path, const char *folder, size_t length)
{
    const char *rest;
    size_t up = climbs_of(folder, &rest);
    if (!*rest || strcmp(folder, ".") == 0)
        return path[0] != '/' && climbs_of(path, &rest) <= up;
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || folder[length - 1] == '/');
}

/* All files in a folder, however far down. O(files), or O(1) when there are none. */
static bool find_below(struct finding *finding, const char *folder)
{
    const struct graph *graph = finding->session->graph;
    size_t length = strlen(folder);
    if (!around_may_have(&finding->session->around, folder))
        return false;
    for (file_id file = 0; file < graph->files.count; file++) {
        if (is_below(graph_path(graph, file), folder, length))
            list_file(finding, file);
    }
    return true;
}

static bool may_be_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) < 0 || S_ISDIR(st.st_mode);
}

/* A folder that is itself an input counts by its mtime, which changes with what is in it. */
static void find_folder_around(struct finding *finding, const char *path)
{
    size_t length = path_dir_length(path, strlen(path));
    char *folder = length ? mem_strndup(path, length) : mem_strndup(".", 1);
    find_spellings(finding, folder, find_file);
    free(folder);
}

static bool is_folder_elsewhere(struct finding *finding, const char *path)
{
    return links_folder_moved(&finding->session->links, path);
}

/* Folders that are links now, or were, or lead elsewhere: files that are reached through them have
 * other ways. O(files) when there are any. */
static void renew_links(struct finding *finding, const struct jig_change_set *changes)
{
    struct jig_session *session = finding->session;
    bool moved = false;
    for (uint32_t i = 0; i < jig_change_set_count(changes) && !moved; i++)
        moved = find_spellings(finding, jig_change_set_at(changes, i).path, is_folder_elsewhere);
    if (!moved)
        return;
    links_free(&session->links);
    session->links.anew = true;
    links_fit(&session->links, session->graph);
    session->links.anew = false;
    session->folders_changed = true;
}

static void list_linked(void *context, file_id file)
{
    list_file(context, file);
}

void change_files(struct jig_session *session, const struct jig_change_set *changes,
                  struct file_list *out)
{
    uint32_t count = jig_change_set_count(changes);
    if (!count)
        return;
    struct finding finding = {.session = session, .listed = session_marks(session), .out = out};
    links_fit(&session->links, session->graph);
    around_fit(&session->around, session->graph);
    char *here = getcwd(NULL, 0);
    buf_printf(&finding.here, "%s/", here && strcmp(here, "/") != 0 ? here : "");
    free(here);
    renew_links(&finding, changes);
    for (uint32_t i = 0; i < count; i++) {
        struct jig_change change = jig_change_set_at(changes, i);
        bool known = find_spellings(&finding, change.path, find_file);
        links_find(&session->links, change.path, list_linked, &finding);
        if (!known && may_be_folder(change.path))
            find_spellings(&finding, change.path, find_below);
        if (change.kind != JIG_CHANGE_UPDATED)
            find_folder_around(&finding, change.path);
    }
    for (uint32_t i = 0; i < out->count; i++) {
        finding.listed[out->data[i]] = 0;
        links_look_again(&session->links, session->graph, out->data[i]);
    }
    buf_free(&finding.here);
    buf_free(&finding.path);
}
