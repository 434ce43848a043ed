#include "tools/jig/daemon_serve.h"

#include "engine/base/io.h"
#include "tools/jig/command.h"
#include "tools/jig/daemon_door.h"
#include "tools/jig/daemon_start.h"
#include "tools/jig/daemon_warm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    STOP_FD = 5, /* an eventfd at a number that signal handlers know */
    MOST_LOG_BYTES = 1 << 20,
    USUAL_IDLE_S = 3 * 60 * 60,
};

struct server {
    const struct place *place;
    struct daemon_address address;
    struct daemon_ground ground;
    struct daemon_door *door;
    struct daemon_warm *warm;
    struct buf build;
    int log;                 /* descriptor */
    pthread_mutex_t mutex;   /* guards what follows */
    struct jig_error notice; /* of the watch, to be told to the next client */
    bool has_notice;
};

/* ---- the log ----------------------------------------------------------------------------- */

static void write_log(const struct server *server, const char *format, ...) JIG_PRINTF(2, 3);

static void write_log(const struct server *server, const char *format, ...)
{
    struct buf line = {0};
    char stamp[32], text[4096];
    struct tm parts;
    time_t now = time(NULL);
    va_list args;
    localtime_r(&now, &parts);
    strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &parts);
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_printf(&line, "%s [%ld] %s\n", stamp, (long)getpid(), text);
    (void)!write(server->log, line.data, line.length);
    buf_free(&line);
}

/* Standard output and error go there as well, for what may be said while no client is in. */
static void open_log(struct server *server)
{
    struct stat st;
    server->log = openat(server->address.folder, server->address.log_name,
                         O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (server->log < 0)
        return;
    if (fstat(server->log, &st) == 0 && st.st_size > MOST_LOG_BYTES)
        (void)!ftruncate(server->log, 0);
    dup2(server->log, STDOUT_FILENO);
    dup2(server->log, STDERR_FILENO);
}

static void take_notice(void *context, const struct jig_error *what)
{
    struct server *server = context;
    write_log(server, "warning: %s%s%s", what->message, *what->advice ? "; " : "", what->advice);
    pthread_mutex_lock(&server->mutex);
    server->notice = *what;
    server->has_notice = true;
    pthread_mutex_unlock(&server->mutex);
}

/* Tells the client that is in what there is to tell, once. */
static void tell_notice(struct server *server)
{
    pthread_mutex_lock(&server->mutex);
    struct jig_error notice = server->notice;
    bool has_notice = server->has_notice;
    server->has_notice = false;
    pthread_mutex_unlock(&server->mutex);
    if (has_notice)
        face_notice(FACE_JIG, &notice);
}

/* ---- signals ----------------------------------------------------------------------------- */

static void note_nothing(int sig)
{
    (void)sig;
}

static void ask_to_stop(int sig)
{
    const uint64_t one = 1;
    int saved = errno;
    (void)sig;
    (void)!write(STOP_FD, &one, sizeof one);
    errno = saved;
}

/*
 * Handlers, not SIG_IGN, which jobs would inherit. INT is what the door sends to have a build's
 * jobs killed: at any other time it means nothing.
 */
static void set_signals(void)
{
    static const struct {
        int sig;
        void (*handler)(int);
    } handlers[] = {{SIGTERM, ask_to_stop},
                    {SIGHUP, ask_to_stop},
                    {SIGINT, note_nothing},
                    {SIGPIPE, note_nothing}};
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++) {
        struct sigaction action = {.sa_handler = handlers[i].handler, .sa_flags = SA_RESTART};
        sigaction(handlers[i].sig, &action, NULL);
    }
}

/* ---- what the door and the session ask for ------------------------------------------------ */

static bool begin(void *context, struct jig_session *session)
{
    struct server *server = context;
    return daemon_door_begin(server->door, session);
}

static void end(void *context)
{
    struct server *server = context;
    daemon_door_end(server->door);
}

static void kept(void *context, const char *state_directory)
{
    struct server *server = context;
    daemon_ground_keep_state(&server->ground, state_directory);
}

/* Bytes of memory that this process has. */
static uint64_t own_memory(void)
{
    struct buf text = {0};
    uint64_t all = 0, pages = 0;
    if (io_read_file(AT_FDCWD, "/proc/self/statm", &text) == 0)
        (void)!sscanf(text.data, "%" SCNu64 " %" SCNu64, &all, &pages);
    buf_free(&text);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void describe(void *context, struct daemon_state *state)
{
    struct server *server = context;
    state->root = server->place->root;
    state->manifest = server->place->manifest;
    state->rss = own_memory();
    daemon_warm_describe(server->warm, state);
}

/* ---- a build ----------------------------------------------------------------------------- */

static uint64_t idle_of(const struct server *server, char *const *variables)
{
    static const char name[] = "JIG_DAEMON_IDLE=";
    for (; *variables; variables++) {
        uint32_t seconds;
        if (strncmp(*variables, name, sizeof name - 1) == 0 &&
            options_parse_failures(*variables + sizeof name - 1, &seconds) &&
            seconds != JIG_UNLIMITED)
            return (uint64_t)seconds * 1000;
    }
    uint64_t configured = daemon_warm_idle_ms(server->warm);
    return configured ? configured : (uint64_t)USUAL_IDLE_S * 1000;
}

/* The request that the client's arguments make; its place is the one that the client found. */
static int build_as(struct server *server, const struct daemon_order *order)
{
    struct build_request request;
    const struct place place = {
        .manifest = (char *)order->manifest,
        .state_dir = *order->state_dir ? (char *)order->state_dir : NULL,
        .pipelines = order->pipelines,
        .root = (char *)order->root,
        .here = (char *)order->here,
        .package = (char *)order->package,
    };
    int code = EXIT_UNABLE;
    if (options_parse(&command_build, (int)order->argument_count, order->arguments, &request) ==
        OPTIONS_GO)
        code = daemon_warm_build(server->warm, &request, &place, order->environment);
    build_request_free(&request);
    return code;
}

/* What was printed and could not be written is the client's loss, not the next one's. */
static void finish_output(void)
{
    fflush(stdout);
    fflush(stderr);
    clearerr(stdout);
    clearerr(stderr);
}

static void build_for_client(struct server *server, const struct daemon_order *order)
{
    char **own = environ;
    mode_t mask = umask(order->mask);
    environ = order->environment;
    int code = build_as(server, order);
    tell_notice(server);
    finish_output();
    environ = own;
    umask(mask);
    /* A signal that stopped the build was meant for us, if it was not the client's. */
    if (code == EXIT_INTERRUPTED && !daemon_door_was_cancelled(server->door))
        ask_to_stop(SIGTERM);
    daemon_door_answer(server->door, code, idle_of(server, order->environment));
}

static void serve(struct server *server)
{
    const struct daemon_order *order;
    write_log(server, "jig %s serves '%s' in '%s'", jig_version(), server->place->manifest,
              server->place->root);
    while (daemon_door_next(server->door, &order))
        build_for_client(server, order);
    write_log(server, "ends");
}

/* ---- begin and end ----------------------------------------------------------------------- */

/* Tells the client that waits, and lets others look for us. */
static void tell_ready(void)
{
    (void)!write(DAEMON_READY_FD, "R", 1);
    close(DAEMON_READY_FD);
    close(DAEMON_LOCK_FD);
}

static bool open_door(struct server *server)
{
    struct jig_error error;
    int listener;
    if (daemon_address_listen(&server->address, &listener, &error)) {
        write_log(server, "error: %s", error.message);
        return false;
    }
    daemon_ground_init(&server->ground, &server->address, server->place->root);
    const struct daemon_door_options options = {
        .listener = listener,
        .stop = STOP_FD,
        .build = buf_cstr(&server->build),
        .ground = &server->ground,
        .idle_ms = (uint64_t)USUAL_IDLE_S * 1000,
        .describe = describe,
        .context = server,
    };
    server->door = daemon_door_open(&options);
    return server->door != NULL;
}

/* Nobody's descriptors are to be kept open, least of all a pipe that somebody reads to its end. */
static bool set_descriptors(void)
{
    closefrom(STOP_FD);
    int stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (int fd = DAEMON_LOCK_FD; fd <= DAEMON_READY_FD; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return stop == STOP_FD;
}

int daemon_serve(const struct place *place)
{
    struct server server = {.place = place, .log = -1};
    struct jig_error error;
    if (!set_descriptors())
        return EXIT_UNABLE;
    pthread_mutex_init(&server.mutex, NULL);
    set_signals();
    prctl(PR_SET_NAME, "jig");
    daemon_build_id(&server.build);
    const struct daemon_warm_options options = {
        .begin = begin,
        .end = end,
        .log = take_notice,
        .kept = kept,
        .context = &server,
    };
    server.warm = daemon_warm_create(&options);
    int code = EXIT_UNABLE;
    if (daemon_address_find(place, &server.address, &error) == JIG_OK) {
        open_log(&server);
        if (open_door(&server)) {
            tell_ready();
            serve(&server);
            code = EXIT_DONE;
        }
    }
    daemon_door_close(server.door);
    daemon_warm_destroy(server.warm, server.door && daemon_ground_has_state(&server.ground));
    daemon_door_free(server.door);
    daemon_ground_free(&server.ground);
    daemon_address_free(&server.address);
    buf_free(&server.build);
    pthread_mutex_destroy(&server.mutex);
    return code;
}
