/*
 * jig: which face to show, which command to run.
 */
#include "jig/session.h"
#include "tools/jig/command.h"
#include "tools/jig/face.h"
#include "tools/jig/ninja.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A file opened as descriptor 1 because that was free would get all that is printed. */
static void fill_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static void exit_interrupted(int sig)
{
    (void)sig;
    _exit(EXIT_INTERRUPTED);
}

/*
 * While jobs run, the engine takes these signals and ends in good order. At any other time there is
 * nothing that has to be put in order, and the end is to look the same from outside.
 */
static void make_signals_exit(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) < 0)
            continue;
        if (signals[i] == SIGHUP && action.sa_handler == SIG_IGN)
            continue; /* as nohup asks */
        action = (struct sigaction){.sa_handler = exit_interrupted};
        sigaction(signals[i], &action, NULL);
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* `jig -C DIR build …`, as in make and git, is `jig build -C DIR …`. */
static void put_command_first(int argc, char **argv)
{
    bool apart = argc > 3 && strcmp(argv[1], "-C") == 0;
    bool joined = argc > 2 && strncmp(argv[1], "-C", 2) == 0 && argv[1][2];
    if (!apart && !joined)
        return;
    int at = apart ? 3 : 2;
    char *name = argv[at];
    memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
    argv[1] = name;
}

static int run_command(int argc, char **argv)
{
    put_command_first(argc, argv);
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--version") == 0) {
        printf("jig %s\n", jig_version());
        return EXIT_DONE;
    }
    if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
        name = "help";
    const struct command *command = command_find(name);
    if (!command)
        return command_unknown(name);
    /* What getopt prints before its own messages. */
    char title[64];
    snprintf(title, sizeof title, "jig %s", command->name);
    char *none[] = {title, NULL};
    if (argc < 2)
        return command->run(1, none);
    argv[1] = title;
    return command->run(argc - 1, argv + 1);
}

/* Gives out what is left to print; output that gets lost makes a good end a bad one. */
static int finish(enum face face, int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (errno == EPIPE)
        return 128 + SIGPIPE;
    if (code != EXIT_DONE)
        return code; /* the reason has been told */
    face_complain(face, "cannot write to standard output: %s",
                  errno ? strerror(errno) : "an earlier write failed");
    return face_exit_code(face, JIG_ERROR_IO, 0);
}

int main(int argc, char **argv)
{
    enum { OUTPUT_BYTES = 1 << 16 };
    fill_standard_descriptors();
    make_signals_exit();
    /* Whoever prints something that somebody waits for flushes: one write an event. */
    setvbuf(stdout, NULL, _IOFBF, OUTPUT_BYTES);
    bool is_ninja = argc > 0 && strcmp(base_name(argv[0]), "ninja") == 0;
    if (is_ninja)
        return finish(FACE_NINJA, ninja_main(argc, argv));
    return finish(FACE_JIG, run_command(argc, argv));
}
