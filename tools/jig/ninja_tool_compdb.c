/*
 * `ninja -t compdb` and `ninja -t compdb-targets`: a compilation database
 * (https://clang.llvm.org/docs/JSONCompilationDatabase.html), with ninja's layout to the byte.
 *
 * Strings are written here and not by a JSON library: a path is any bytes, and those that are not
 * UTF-8 have to pass unchanged, which libraries rightly refuse.
 */
#include "tools/jig/ninja_tool.h"
#include "tools/jig/walk.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct database {
    const struct graph *graph;
    char *directory;        /* owned */
    bool expand_rspfiles;   /* -x */
    bool begun;             /* something has been printed */
    uint8_t *only_validate; /* [file_id]: named as a validation and in no other way */
    uint8_t *printed;       /* [job_id]; compdb-targets only */
    struct buf command, rspfile, content;
};

/* ---- JSON -------------------------------------------------------------------------------- */

static void print_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        static const char escaped[] = "\b\f\n\r\t\\\"";
        static const char letters[] = "bfnrt\\\"";
        const char *found = strchr(escaped, *text);
        if (found)
            printf("\\%c", letters[found - escaped]);
        else if ((unsigned char)*text < 0x20)
            printf("\\u%04x", *text);
        else
            putchar(*text);
    }
    putchar('"');
}

static void print_entry(struct database *database, const char *file, const char *output)
{
    printf(database->begun ? ",\n  {\n    \"directory\": " : "\n  {\n    \"directory\": ");
    print_string(database->directory);
    printf(",\n    \"command\": ");
    print_string(buf_cstr(&database->command));
    printf(",\n    \"file\": ");
    print_string(file);
    printf(",\n    \"output\": ");
    print_string(output);
    printf("\n  }");
    database->begun = true;
}

/* ---- commands ---------------------------------------------------------------------------- */

/* How a command names its response file: what stands right before the path. */
static size_t rspfile_flag_before(const char *command, const char *path)
{
    static const char *const flags[] = {"@", "--option-file=", "-f "};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        size_t length = strlen(flags[i]);
        if ((size_t)(path - command) >= length && !memcmp(path - length, flags[i], length))
            return length;
    }
    return 0;
}

/* Puts the response file's content where the command names the file. */
static void expand_rspfile(struct database *database, const struct graph_job *job)
{
    struct buf *command = &database->command;
    buf_clear(&database->rspfile);
    buf_clear(&database->content);
    graph_rope_append(database->graph, job->rspfile, &database->rspfile);
    graph_rope_append(database->graph, job->rspfile_content, &database->content);
    const char *path = strstr(buf_cstr(command), buf_cstr(&database->rspfile));
    size_t flag = path && job->rspfile.count ? rspfile_flag_before(command->data, path) : 0;
    if (!flag)
        return;
    for (size_t i = 0; i < database->content.length; i++) {
        if (database->content.data[i] == '\n')
            database->content.data[i] = ' ';
    }
    struct buf expanded = {0};
    buf_append(&expanded, command->data, (size_t)(path - command->data) - flag);
    buf_append(&expanded, database->content.data, database->content.length);
    buf_append_str(&expanded, path + database->rspfile.length);
    buf_free(command);
    *command = expanded;
}

static bool is_validation_only(const struct database *database, const struct graph_job *job)
{
    for (uint32_t i = 0; i < job->out_count; i++) {
        if (!database->only_validate[graph_outputs(database->graph, job)[i]])
            return false;
    }
    return true;
}

/* One entry for each input of the job. */
static void print_job(struct database *database, job_id id)
{
    const struct graph *graph = database->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    uint32_t inputs = job->in_count + job->order_only_count;
    if (!inputs || is_validation_only(database, job))
        return;
    buf_clear(&database->command);
    graph_rope_append(graph, job->command, &database->command);
    if (database->expand_rspfiles)
        expand_rspfile(database, job);
    const char *output = graph_path(graph, graph_job_key(graph, job));
    for (uint32_t i = 0; i < inputs; i++)
        print_entry(database, graph_path(graph, graph_inputs(graph, job)[i]), output);
}

/* ---- life -------------------------------------------------------------------------------- */

static struct database begin(const struct tool *tool, bool expand_rspfiles)
{
    const struct graph *graph = tool->graph;
    struct database database = {.graph = graph, .expand_rspfiles = expand_rspfiles};
    database.directory = getcwd(NULL, 0);
    database.only_validate = mem_array(graph->files.count, 1);
    database.printed = mem_array(graph->jobs.count, 1);
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; i < job->validation_count; i++)
            database.only_validate[graph_validations(graph, job)[i]] = 1;
    }
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = 0; i < job->in_count + job->order_only_count; i++)
            database.only_validate[graph_inputs(graph, job)[i]] = 0;
    }
    putchar('[');
    return database;
}

static void end(struct database *database)
{
    puts("\n]");
    free(database->directory);
    free(database->only_validate);
    free(database->printed);
    buf_free(&database->command);
    buf_free(&database->rspfile);
    buf_free(&database->content);
}

/* ---- compdb ------------------------------------------------------------------------------ */

int ninja_tool_compdb(struct tool *tool, int argc, char **argv)
{
    bool expand = false;
    int option;
    optind = 0;
    while ((option = getopt(argc, argv, "hx")) != -1) {
        if (option != 'x') {
            printf("usage: ninja -t compdb [options] [rules]\n"
                   "\n"
                   "options:\n"
                   "  -x     expand @rspfile style response file invocations\n");
            return 1;
        }
        expand = true;
    }
    struct database database = begin(tool, expand);
    const struct graph *graph = tool->graph;
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const char *rule = graph_str(graph, graph->jobs.data[id].rule);
        if (optind == argc)
            print_job(&database, id);
        for (int i = optind; i < argc; i++) {
            if (strcmp(rule, argv[i]) == 0)
                print_job(&database, id);
        }
    }
    end(&database);
    return 0;
}

/* ---- compdb-targets ---------------------------------------------------------------------- */

static void print_producer(void *context, file_id file)
{
    struct database *database = context;
    job_id producer = database->graph->files.data[file].producer;
    if (producer == GRAPH_NONE || database->printed[producer]++ ||
        (database->graph->jobs.data[producer].flags & GRAPH_JOB_PHONY))
        return;
    print_job(database, producer);
}

/* All words as files that jobs make. False when one is not; told. */
static bool made_targets(struct tool *tool, int count, char **words, struct file_list *files)
{
    for (int i = 0; i < count; i++) {
        struct jig_error error;
        struct buf text = {0};
        file_id file;
        if (session_find_target(tool->session, words[i], &file, &error)) {
            face_error_text(FACE_NINJA, &error, &text);
            face_wrong_usage(FACE_NINJA, "", "%.*s", (int)text.length - 1, text.data);
            buf_free(&text);
            return false;
        }
        if (tool->graph->files.data[file].producer == GRAPH_NONE) {
            face_wrong_usage(FACE_NINJA, "",
                             "'%s' is not a target (i.e. it is not an output of any `build` "
                             "statement)",
                             graph_path(tool->graph, file));
            return false;
        }
        vec_push(files, file);
    }
    return true;
}

static int show_targets_usage(void)
{
    printf("usage: ninja -t compdb [-hx] target [targets]\n"
           "\n"
           "options:\n"
           "  -h     display this help message\n"
           "  -x     expand @rspfile style response file invocations\n");
    return 1;
}

int ninja_tool_compdb_targets(struct tool *tool, int argc, char **argv)
{
    bool expand = false;
    int option;
    optind = 0;
    while ((option = getopt(argc, argv, "hx")) != -1) {
        if (option != 'x')
            return show_targets_usage();
        expand = true;
    }
    if (optind == argc) {
        face_complain(FACE_NINJA, "compdb-targets expects the name of at least one target");
        return show_targets_usage();
    }
    struct file_list files = {0};
    bool found = made_targets(tool, argc - optind, argv + optind, &files);
    if (found) {
        struct database database = begin(tool, expand);
        struct walk walk = {.graph = tool->graph, .leave = print_producer, .context = &database};
        walk_begin(&walk);
        for (uint32_t i = 0; i < files.count; i++)
            walk_from(&walk, files.data[i]);
        walk_free(&walk);
        end(&database);
    }
    vec_free(&files);
    return !found;
}
