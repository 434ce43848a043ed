/*
 * A persistent worker for tests: behaves, or misbehaves as the arguments of its requests say. It is
 * as plain as possible and knows no JSON: a request is a line, and its arguments are found by
 * searching. Started as `codegen_probe_worker [OPTION…] --persistent_worker`.
 *
 * Options:  exit-at-once=N   ends before the first request
 *           no-reading       never reads its input
 *           stubborn         ignores the end of its input, and SIGTERM
 *           slow-end         goes on for ever at the end of its input, but not after SIGTERM
 *           deaf-output      closes its output
 *           deaf-input       closes its input
 *           start=FILE       appends its process id to FILE
 *
 * A request's arguments, done in this order:
 *   log=FILE      appends the line to FILE
 *   say=TEXT      writes TEXT to standard error
 *   flood=N       writes N bytes to standard error
 *   once=FILE     the rest is done only if FILE is not there yet; it is then
 *   crash=N       exits with code N
 *   die=N         ends by signal N
 *   garbage       answers with a line that is no JSON
 *   stranger      answers request 424242
 *   twice         answers twice, in one write
 *   again=FIFO    answers, opens FIFO for writing, answers once more, and closes FIFO
 *   endless       answers without ever ending the line
 *   hang          does not answer
 *   cancellable   does not answer before it is told to give it up
 *   quit          closes its output without answering
 *   child=FIFO    leaves a child that holds FIFO open for writing, then crashes
 *   hold          does not answer before another request comes; then answers that one first
 * and then, without those:
 *   burn=N        uses a processor for N ms
 *   touch=FILE    writes FILE
 *   exit=N        answers with this exit code
 *   output=TEXT   … and this output
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The value of argument `key` ("" for a bare word), in static memory; NULL when it is not there. */
static const char *argument(const char *line, const char *key)
{
    static char value[4096];
    char wanted[64];
    size_t length = (size_t)snprintf(wanted, sizeof wanted, "\"%s", key);
    for (const char *at = line; (at = strstr(at, wanted)); at++) {
        const char *rest = at + length;
        if (*rest == '"')
            return "";
        if (*rest != '=')
            continue;
        size_t n = strcspn(++rest, "\"");
        memcpy(value, rest, n);
        value[n] = '\0';
        return value;
    }
    return NULL;
}

static int request_id(const char *line)
{
    const char *id = strstr(line, "\"requestId\":");
    return id ? atoi(id + strlen("\"requestId\":")) : -1;
}

static void append(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (write(fd, text, strlen(text)) < 0)
        exit(99);
    close(fd);
}

/* One write, so that what is answered in a breath arrives so. */
static void answer(const char *text)
{
    if (write(STDOUT_FILENO, text, strlen(text)) < 0)
        exit(98);
}

static void answer_request(const char *line)
{
    static char text[8192];
    const char *burn = argument(line, "burn");
    for (clock_t end = clock() + (burn ? atoi(burn) : 0) * (CLOCKS_PER_SEC / 1000); clock() < end;)
        continue;
    const char *file = argument(line, "touch");
    if (file)
        append(file, "made\n");
    const char *code = argument(line, "exit");
    int exit_code = code ? atoi(code) : 0;
    const char *output = argument(line, "output");
    snprintf(text, sizeof text,
             "{\"exitCode\":%d,\"output\":\"%s\",\"requestId\":%d,\"new\":[1]}\n", exit_code,
             output ? output : "", request_id(line));
    answer(text);
}

static void answer_twice(const char *line)
{
    char text[256];
    int id = request_id(line);
    snprintf(text, sizeof text, "{\"requestId\":%d}\n{\"requestId\":%d}\n", id, id);
    answer(text);
}

static void answer_again(const char *line, const char *fifo)
{
    int fd = open(fifo, O_WRONLY | O_CLOEXEC); /* when somebody reads it */
    answer_request(line);
    close(fd);
}

/* The child holds the pipe open for as long as it lives. */
static void leave_child(const char *fifo)
{
    int fd = open(fifo, O_WRONLY); /* when somebody reads it */
    if (fork() == 0)
        for (;;)
            pause();
    close(fd);
    _exit(3);
}

static void answer_endlessly(void)
{
    static char chunk[1 << 16];
    memset(chunk, 'x', sizeof chunk - 1);
    for (;;)
        answer(chunk);
}

/* What can go wrong; false when nothing was asked for, and the request is to be answered. */
static bool misbehave(const char *line)
{
    const char *value;
    if ((value = argument(line, "crash")))
        _exit(atoi(value));
    if ((value = argument(line, "die")))
        raise(atoi(value));
    if ((value = argument(line, "child")))
        leave_child(value);
    if (argument(line, "garbage"))
        answer("this is no JSON\n");
    else if (argument(line, "stranger"))
        answer("{\"requestId\":424242}\n");
    else if (argument(line, "twice"))
        answer_twice(line);
    else if (argument(line, "endless"))
        answer_endlessly();
    else if (argument(line, "quit"))
        close(STDOUT_FILENO);
    else
        return argument(line, "hang") || argument(line, "cancellable");
    return true;
}

static void speak(const char *line)
{
    const char *value = argument(line, "log");
    if (value)
        append(value, line);
    value = argument(line, "say");
    if (value)
        fprintf(stderr, "%s\n", value);
    value = argument(line, "flood");
    for (int i = value ? atoi(value) : 0; i > 0; i--)
        fputc(i % 64 ? 'f' : '\n', stderr);
    fflush(stderr);
}

static void handle(const char *line)
{
    static char *held; /* a request that waits for another one */
    speak(line);
    if (strstr(line, "\"cancel\":true")) {
        char text[64];
        snprintf(text, sizeof text, "{\"wasCancelled\":true,\"requestId\":%d}\n", request_id(line));
        answer(text);
        return;
    }
    const char *once = argument(line, "once");
    bool behave = once && access(once, F_OK) == 0;
    if (once && !behave)
        append(once, "");
    if (!behave && misbehave(line))
        return;
    if (argument(line, "hold")) {
        held = strdup(line);
        return;
    }
    answer_request(line);
    if (held) {
        answer_request(held);
        free(held);
        held = NULL;
    }
    const char *fifo = argument(line, "again");
    if (fifo)
        answer_again(line, fifo);
}

static void start(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char text[32];
        snprintf(text, sizeof text, "%d\n", (int)getpid());
        if (strncmp(argv[i], "exit-at-once=", 13) == 0)
            exit((fprintf(stderr, "cannot work like this\n"), atoi(argv[i] + 13)));
        if (strncmp(argv[i], "start=", 6) == 0)
            append(argv[i] + 6, text);
        if (strcmp(argv[i], "stubborn") == 0)
            signal(SIGTERM, SIG_IGN);
        if (strcmp(argv[i], "deaf-output") == 0)
            close(STDOUT_FILENO);
        if (strcmp(argv[i], "deaf-input") == 0)
            close(STDIN_FILENO);
        if (strcmp(argv[i], "no-reading") == 0 || strcmp(argv[i], "deaf-input") == 0)
            for (;;)
                pause();
    }
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[argc - 1], "--persistent_worker") != 0)
        return 97;
    setvbuf(stderr, NULL, _IOFBF, 1 << 16); /* flushed after each request */
    start(argc, argv);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0)
        handle(line);
    for (int i = 1; i < argc; i++)
        while (strcmp(argv[i], "stubborn") == 0 || strcmp(argv[i], "slow-end") == 0)
            pause();
    return 0;
}
