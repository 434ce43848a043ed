#include "engine/run/environment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- making ---------------------------------------------------------------------------------- */

/* The length of the variable name that `text` begins with: letters, digits, _; no digit first. */
static size_t name_length(const char *text)
{
    size_t n = 0;
    while (text[n] == '_' || (text[n] >= 'a' && text[n] <= 'z') ||
           (text[n] >= 'A' && text[n] <= 'Z') || (n > 0 && text[n] >= '0' && text[n] <= '9'))
        n++;
    return n;
}

/* The index of the variable whose NAME= is the first `length` bytes of `text`, else the count. */
static uint32_t find_variable(const struct environment *environment, const char *text,
                              size_t length)
{
    uint32_t i = 0;
    while (i < environment->variables.count &&
           strncmp(environment->variables.data[i], text, length) != 0)
        i++;
    return i;
}

static const char *variable_value(const struct environment *environment, const char *name_equals)
{
    size_t length = strlen(name_equals);
    uint32_t i = find_variable(environment, name_equals, length);
    return i < environment->variables.count ? environment->variables.data[i] + length : NULL;
}

/* Takes over what the shell would: variables with proper names, the last of several of one name. */
static void import_variables(struct environment *environment, char *const *variables)
{
    for (; *variables; variables++) {
        size_t length = name_length(*variables);
        if (length == 0 || (*variables)[length] != '=')
            continue;
        uint32_t i = find_variable(environment, *variables, length + 1);
        if (i < environment->variables.count)
            environment->variables.data[i] = *variables;
        else
            vec_push(&environment->variables, *variables);
    }
}

/* Whether PWD names the current directory. */
static bool is_current_directory(const char *pwd)
{
    struct stat named, current;
    return pwd && pwd[0] == '/' && stat(pwd, &named) == 0 && stat(".", &current) == 0 &&
           named.st_dev == current.st_dev && named.st_ino == current.st_ino;
}

/* PWD as the shell sets it when it starts. False when the current directory has no name. */
static bool set_directory(struct environment *environment)
{
    const char *inherited = variable_value(environment, "PWD=");
    char *directory = is_current_directory(inherited) ? mem_strndup(inherited, strlen(inherited))
                                                      : getcwd(NULL, 0);
    bool known = directory && directory[0] == '/';
    struct buf text = {0};
    buf_printf(&text, "PWD=%s", known ? directory : "");
    environment->home_pwd = text.data;
    free(directory);
    return known;
}

static void place_directories(struct environment *environment)
{
    uint32_t pwd = find_variable(environment, "PWD=", 4);
    if (pwd == environment->variables.count)
        vec_push(&environment->variables, environment->home_pwd);
    environment->variables.data[pwd] = environment->home_pwd;
    environment->pwd = pwd;
    uint32_t oldpwd = find_variable(environment, "OLDPWD=", 7);
    bool inherited = oldpwd < environment->variables.count;
    environment->oldpwd = oldpwd;
    environment->home_oldpwd = inherited ? environment->variables.data[oldpwd] : NULL;
    vec_reserve(&environment->variables, 2);
    memset(environment->variables.data + environment->variables.count, 0,
           2 * sizeof *environment->variables.data);
}

/* Splits PATH. A % has a meaning of its own to some shells, and without PATH each has its own. */
static void split_path(struct environment *environment)
{
    const char *path = variable_value(environment, "PATH=");
    if (!path || strchr(path, '%'))
        return;
    environment->path_text = mem_strndup(path, strlen(path));
    char *rest = environment->path_text;
    for (char *dir; (dir = strsep(&rest, ":")) && dir[0] == '/';)
        vec_push(&environment->path, dir);
}

void environment_init(struct environment *environment, char *const *variables)
{
    *environment = (struct environment){0};
    import_variables(environment, variables);
    environment->usable = set_directory(environment);
    place_directories(environment);
    split_path(environment);
    environment->has_cdpath = variable_value(environment, "CDPATH=") != NULL;
    /* The shell sets these itself, and exports them if they came in. */
    static const char *const own[] = {"IFS=", "OPTIND=", "PPID="};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (variable_value(environment, own[i]))
            environment->usable = false;
    }
}

void environment_free(struct environment *environment)
{
    vec_free(&environment->variables);
    vec_free(&environment->path);
    free(environment->home_pwd);
    free(environment->path_text);
    buf_free(&environment->pwd_text);
    buf_free(&environment->oldpwd_text);
    buf_free(&environment->program);
}

/* ---- using ---------------------------------------------------------------------------------- */

/* True when no component is empty, "." or "..": the shell keeps such a path as it is. */
static bool is_clean(const char *path)
{
    if (strcmp(path, "/") == 0)
        return true;
    if (*path == '/')
        path++;
    for (;;) {
        size_t length = strcspn(path, "/");
        if (length == 0 || (length <= 2 && strncmp(path, "..", length) == 0))
            return false;
        if (path[length] == '\0')
            return true;
        path += length + 1;
    }
}

/* Makes PWD what it is after `cd directory` (POSIX cd, -L). */
static bool change_directory(struct environment *environment, const char *directory)
{
    const char *home = environment->home_pwd + 4;
    if (directory[0] == '-' || !is_clean(directory) ||
        (directory[0] != '/' && environment->has_cdpath))
        return false;
    struct buf *pwd = &environment->pwd_text;
    buf_clear(pwd);
    buf_append_str(pwd, "PWD=");
    if (directory[0] != '/') {
        /* POSIX tidies all of the joined path, dash only what is added. */
        if (!is_clean(home))
            return false;
        buf_append_str(pwd, strcmp(home, "/") == 0 ? "" : home);
        buf_append_char(pwd, '/');
    }
    buf_append_str(pwd, directory);
    buf_clear(&environment->oldpwd_text);
    buf_printf(&environment->oldpwd_text, "OLDPWD=%s", home);
    return true;
}

char *const *environment_enter(struct environment *environment, const char *directory,
                               const char **resolved)
{
    char **variables = environment->variables.data;
    *resolved = NULL;
    if (!directory) {
        variables[environment->pwd] = environment->home_pwd;
        variables[environment->oldpwd] = environment->home_oldpwd;
        return variables;
    }
    if (!change_directory(environment, directory))
        return NULL;
    variables[environment->pwd] = environment->pwd_text.data;
    variables[environment->oldpwd] = environment->oldpwd_text.data;
    *resolved = environment->pwd_text.data + 4;
    return variables;
}

const char *environment_find(struct environment *environment, const char *name)
{
    if (strchr(name, '/'))
        return name;
    struct buf *program = &environment->program;
    for (uint32_t i = 0; i < environment->path.count; i++) {
        buf_clear(program);
        buf_printf(program, "%s/%s", environment->path.data[i], name);
        /* A directory passes too; executing it fails, and the shell searches on. */
        if (access(program->data, X_OK) == 0)
            return program->data;
    }
    return NULL;
}
