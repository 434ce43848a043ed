/*
 * A program for tests to start: it tells what it was given, or does what its first argument says.
 *
 *   say [exit=N] [die=N] …  arguments and directory to stdout, environment to stderr; then ends so
 *   state                   descriptors, signals, process group, terminal
 *   flood N                 N numbers of four bytes, counting up
 *   wait FD [OUT]           until FD is at its end; before that, writes a byte to OUT
 *   ready FD                writes a byte to FD, then waits for a signal
 *   stubborn FD             the same, ignoring INT, TERM and HUP
 *   family FD               two processes, each as `ready FD`
 *   daemon                  tells the id of a process it leaves behind, which waits for a signal
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

/* One line, with bytes that are not printable ASCII as \xx. */
static void tell(FILE *out, const char *key, const char *value)
{
    fprintf(out, "%s ", key);
    for (; *value; value++) {
        if (*value >= ' ' && *value <= '~' && *value != '\\')
            fputc(*value, out);
        else
            fprintf(out, "\\%02x", (unsigned char)*value);
    }
    fputc('\n', out);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int say(char **arguments)
{
    int code = 0;
    int sig = 0;
    char directory[4096];
    tell(stdout, "directory", getcwd(directory, sizeof directory) ? directory : "?");
    for (; *arguments; arguments++) {
        tell(stdout, "argument", *arguments);
        sscanf(*arguments, "exit=%d", &code);
        sscanf(*arguments, "die=%d", &sig);
    }
    fflush(stdout);
    size_t count = 0;
    while (environ[count])
        count++;
    qsort(environ, count, sizeof *environ, compare);
    for (size_t i = 0; i < count; i++)
        tell(stderr, "variable", environ[i]);
    if (sig)
        kill(getpid(), sig);
    return code;
}

static void tell_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    for (struct dirent *entry; (entry = readdir(dir));) {
        char target[4096];
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);
        if (n < 0 || atoi(entry->d_name) == dirfd(dir))
            continue;
        target[n] = '\0';
        printf("descriptor %s %s\n", entry->d_name, strncmp(target, "pipe:", 5) ? target : "pipe");
    }
    closedir(dir);
}

static int state(void)
{
    tell_descriptors();
    FILE *status = fopen("/proc/self/status", "re");
    for (char line[256]; fgets(line, sizeof line, status);) {
        if (strncmp(line, "SigBlk:", 7) == 0 || strncmp(line, "SigIgn:", 7) == 0)
            fputs(line, stdout);
    }
    fclose(status);
    printf("leads-group %d\n", getpgrp() == getpid());
    printf("terminal %d\n", isatty(0) && isatty(1) && isatty(2));
    char byte;
    if (!isatty(0))
        printf("stdin-bytes %zd\n", read(0, &byte, 1));
    return 0;
}

static int flood(uint32_t count)
{
    static char buffer[1 << 16];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    for (uint32_t i = 0; i < count; i++)
        fwrite(&i, sizeof i, 1, stdout);
    return 0;
}

static int ready(int fd)
{
    if (write(fd, "r", 1) != 1)
        return 1;
    pause();
    return 1;
}

static int wait_for_end(int fd, int out)
{
    char byte = 'w';
    if (out >= 0 && write(out, &byte, 1) != 1)
        return 1;
    while (read(fd, &byte, 1) > 0)
        continue;
    return 0;
}

static int stubborn(int fd)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    return ready(fd);
}

static int leave_daemon(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        pause();
        return 0;
    }
    printf("%d\n", (int)pid);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int number = argc > 2 ? atoi(argv[2]) : 0;
    if (strcmp(what, "say") == 0)
        return say(argv);
    if (strcmp(what, "state") == 0)
        return state();
    if (strcmp(what, "flood") == 0)
        return flood((uint32_t)number);
    if (strcmp(what, "ready") == 0)
        return ready(number);
    if (strcmp(what, "stubborn") == 0)
        return stubborn(number);
    if (strcmp(what, "family") == 0) {
        fork();
        return ready(number);
    }
    if (strcmp(what, "daemon") == 0)
        return leave_daemon();
    if (strcmp(what, "wait") == 0)
        return wait_for_end(number, argc > 3 ? atoi(argv[3]) : -1);
    return 2;
}
