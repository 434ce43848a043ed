#include "tools/perf/machine.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "tools/jig/path_json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

/* ---- the machine ----------------------------------------------------------------------------- */

static json_t *processor_name(void)
{
    static const char *const keys[] = {"model name\t: ", "Model\t\t: "}; /* x86; some others */
    struct buf text = {0};
    json_t *name = NULL;
    io_read_file(AT_FDCWD, "/proc/cpuinfo", &text);
    for (size_t i = 0; !name && i < sizeof keys / sizeof *keys; i++) {
        const char *at = strstr(buf_cstr(&text), keys[i]);
        if (at) {
            at += strlen(keys[i]);
            name = json_stringn(at, strcspn(at, "\n"));
        }
    }
    buf_free(&text);
    return name ? name : json_null();
}

static json_t *file_system(const char *folder)
{
    static const struct {
        long magic; /* statfs(2) */
        const char *name;
    } known[] = {{0xEF53, "ext4"},      {0x58465342, "xfs"},       {0x9123683E, "btrfs"},
                 {0x01021994, "tmpfs"}, {0x794C7630, "overlayfs"}, {0x6969, "nfs"}};
    struct statfs fs;
    char number[32];
    if (statfs(folder, &fs) < 0)
        return json_null();
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].magic == (long)fs.f_type)
            return json_string(known[i].name);
    }
    snprintf(number, sizeof number, "0x%lx", (unsigned long)fs.f_type);
    return json_string(number);
}

json_t *machine_json(const char *folder)
{
    struct utsname name = {0};
    double load = 0;
    uname(&name);
    bool known = getloadavg(&load, 1) == 1;
    json_int_t memory = (json_int_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    return json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:o, s:o}", "system", name.sysname, "release",
                     name.release, "architecture", name.machine, "processor", processor_name(),
                     "processors", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "memory_bytes",
                     memory, "file_system", file_system(folder), "load",
                     known ? json_real(load) : json_null());
}

/* ---- the commit ------------------------------------------------------------------------------ */

/* What a command prints, without the end of the line. */
static enum jig_status ask(const char *const *argv, const char *log, struct interrupt *interrupt,
                           struct buf *out, struct jig_error *error)
{
    const struct child_command command = {.argv = argv, .directory = ".", .log = log};
    struct usage usage;
    enum jig_status status = child_run(&command, interrupt, out, &usage, error);
    if (out && out->length && out->data[out->length - 1] == '\n')
        out->data[--out->length] = '\0';
    return status;
}

char *machine_repository(const char *folder, const char *log, struct interrupt *interrupt)
{
    const char *const top[] = {"git", "-C", folder, "rev-parse", "--show-toplevel", NULL};
    const char *const is_jig[] = {
        "git", "-C", folder, "cat-file", "-e", "HEAD:engine/session/session.c", NULL};
    struct buf root = {0};
    struct jig_error error;
    bool found =
        !ask(top, log, interrupt, &root, &error) && !ask(is_jig, log, interrupt, NULL, &error);
    if (!found)
        buf_free(&root);
    return root.data;
}

/* A jig that was built in a work tree is of what lies there. */
static void add_commit(json_t *object, const char *jig, const char *log,
                       struct interrupt *interrupt)
{
    char *folder = mem_strndup(jig, path_dir_length(jig, strlen(jig)));
    char *repository = machine_repository(folder, log, interrupt);
    struct buf commit = {0}, changes = {0};
    struct jig_error error;
    if (repository) {
        const char *const head[] = {"git", "-C", repository, "rev-parse", "HEAD", NULL};
        const char *const changed[] = {
            "git", "-C", repository, "status", "--porcelain", "--untracked-files=no", NULL};
        if (!ask(head, log, interrupt, &commit, &error) &&
            !ask(changed, log, interrupt, &changes, &error)) {
            json_object_set_new(object, "commit", json_string(buf_cstr(&commit)));
            json_object_set_new(object, "modified", json_boolean(changes.length > 0));
        }
    }
    buf_free(&commit);
    buf_free(&changes);
    free(repository);
    free(folder);
}

enum jig_status machine_jig_json(const char *jig, const char *log, struct interrupt *interrupt,
                                 json_t **object, struct jig_error *error)
{
    const char *const question[] = {jig, "--version", NULL};
    struct buf version = {0};
    *object = NULL;
    enum jig_status status = ask(question, log, interrupt, &version, error);
    const char *text = buf_cstr(&version);
    if (!status && strncmp(text, "jig ", 4) != 0)
        status = jig_fail(error, JIG_ERROR_USAGE, "%s is not jig", jig);
    if (!status) {
        *object = json_pack("{s:o, s:s, s:n, s:n}", "path", path_json(jig), "version", text + 4,
                            "commit", "modified");
        add_commit(*object, jig, log, interrupt);
    }
    buf_free(&version);
    return status;
}
