#include "tools/jig/daemon_door.h"

#include "engine/base/io.h"
#include "tools/jig/daemon_visitor.h"
#include "tools/jig/face.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_VISITORS = 128,
    READING_MS = 5000, /* what a client may take to say what it wants */
    FULL_MS = 50,      /* when to try again to take somebody in */
    LOOK_MS = 10000,   /* how often the ground is looked at without a reason */
    NS_A_MS = 1000000,
};

struct daemon_door {
    struct daemon_door_options options;
    pthread_t thread, builder;
    int wake;              /* eventfd; tells the thread to look */
    int own[3];            /* the standard descriptors while nobody is in */
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    VEC(struct visitor *) visitors; /* in the order in which they came */
    struct visitor *current;        /* ENTERED or BUILDING; or NULL */
    struct jig_session *session;    /* to be cancelled; or NULL */
    bool stopping, closing;
    bool full; /* the system has no descriptor for whoever knocks */
    uint64_t builds;
    uint64_t begin_ns, last_ns, idle_ms;
};

/* ---- standard descriptors ---------------------------------------------------------------- */

static void set_standard(const int fds[3])
{
    for (int i = 0; i < 3; i++)
        dup2(fds[i], i);
}

/* ---- who is there ------------------------------------------------------------------------ */

static uint32_t count_at(const struct daemon_door *door, enum visitor_point point)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < door->visitors.count; i++)
        count += door->visitors.data[i]->point == point;
    return count;
}

static struct visitor *first_queued(const struct daemon_door *door)
{
    for (uint32_t i = 0; i < door->visitors.count; i++) {
        if (door->visitors.data[i]->point == VISITOR_QUEUED)
            return door->visitors.data[i];
    }
    return NULL;
}

static bool tell(struct daemon_door *door, struct visitor *visitor, enum daemon_kind kind,
                 uint64_t number)
{
    const struct daemon_message message = {
        .kind = kind, .build = door->options.build, .number = number};
    return visitor_tell(visitor, &message);
}

/* Its connection tells when we have gone. */
static void send_on(struct daemon_door *door, struct visitor *visitor)
{
    tell(door, visitor, DAEMON_LEAVING, 0);
    visitor->point = VISITOR_LEAVING;
    visitor_close_fds(visitor);
}

/* Nobody else is taken in. The socket goes at once, so that whoever comes starts another daemon. */
static void begin_to_stop(struct daemon_door *door)
{
    if (door->stopping)
        return;
    door->stopping = true;
    daemon_ground_leave(door->options.ground);
    close(door->options.listener);
    door->options.listener = -1;
    for (uint32_t i = 0; i < door->visitors.count; i++) {
        struct visitor *visitor = door->visitors.data[i];
        if (visitor->point == VISITOR_TAKEN || visitor->point == VISITOR_QUEUED)
            send_on(door, visitor);
    }
    pthread_cond_signal(&door->changed);
}

/* ---- what they want ---------------------------------------------------------------------- */

static void cancel(struct daemon_door *door, struct visitor *visitor)
{
    bool again = visitor->cancelled;
    visitor->cancelled = true;
    if (visitor->point < VISITOR_BUILDING) {
        if (!again)
            tell(door, visitor, DAEMON_DONE, EXIT_INTERRUPTED);
        if (visitor->point == VISITOR_ENTERED)
            set_standard(door->own); /* so that it has these for itself again */
        else
            visitor->point = VISITOR_LEAVING;
    } else if (visitor->point == VISITOR_BUILDING) {
        if (!again)
            jig_session_cancel(door->session);
        else
            pthread_kill(door->builder, SIGINT); /* the engine takes it, and kills */
    }
}

static void queue(struct daemon_door *door, struct visitor *visitor)
{
    const struct visitor *holder = door->current ? door->current : first_queued(door);
    visitor->point = VISITOR_QUEUED;
    if (holder)
        tell(door, visitor, DAEMON_WAITING, (uint64_t)(holder->gone ? getpid() : holder->pid));
    pthread_cond_signal(&door->changed);
}

static void describe(struct daemon_door *door, struct visitor *visitor)
{
    uint64_t now_ns = clock_monotonic_ns();
    struct daemon_message message = {.kind = DAEMON_STATE, .build = door->options.build};
    message.state = (struct daemon_state){
        .version = jig_version(),
        .pid = (uint64_t)getpid(),
        .uptime_ms = (now_ns - door->begin_ns) / NS_A_MS,
        .idle_ms = door->current ? 0 : (now_ns - door->last_ns) / NS_A_MS,
        .idle_limit_ms = door->idle_ms,
        .builds = door->builds,
        .waiting = count_at(door, VISITOR_QUEUED),
        .building = door->current != NULL,
    };
    door->options.describe(door->options.context, &message.state);
    visitor_tell(visitor, &message);
    visitor->gone = true;
}

static void hear_order(struct daemon_door *door, struct visitor *visitor)
{
    /* Another place by the same name is not ours. */
    if (strcmp(visitor->message.build, door->options.build) != 0 ||
        !daemon_ground_stands(door->options.ground))
        begin_to_stop(door);
    if (door->stopping) {
        send_on(door, visitor);
    } else {
        visitor->point = VISITOR_TAKEN;
        tell(door, visitor, DAEMON_TAKEN, 0);
    }
}

static void hear_standard(struct daemon_door *door, struct visitor *visitor)
{
    if (visitor->fd_count != 3)
        visitor->gone = true;
    else
        queue(door, visitor);
}

static void hear(struct daemon_door *door, struct visitor *visitor)
{
    enum daemon_kind kind = visitor->heard;
    bool first = visitor->point == VISITOR_READING;
    if (kind == DAEMON_CANCEL && !first) {
        cancel(door, visitor);
    } else if (kind == DAEMON_STANDARD && visitor->point == VISITOR_TAKEN) {
        hear_standard(door, visitor);
    } else if (kind == DAEMON_BUILD && first) {
        hear_order(door, visitor);
    } else if (kind == DAEMON_STATUS && first) {
        describe(door, visitor);
    } else if (kind == DAEMON_STOP && first) {
        tell(door, visitor, DAEMON_STOPPING, 0);
        visitor->point = VISITOR_LEAVING; /* its connection ends with us: that is the answer */
        begin_to_stop(door);
    } else {
        visitor->gone = true;
    }
}

static void listen_to(struct daemon_door *door, struct visitor *visitor)
{
    while (!visitor->gone && visitor_read(visitor, door->options.build))
        hear(door, visitor);
}

/* ---- coming and going -------------------------------------------------------------------- */

static void take_in(struct daemon_door *door)
{
    for (;;) {
        int fd = accept4(door->options.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        door->full = fd < 0 && (errno == EMFILE || errno == ENFILE);
        if (fd < 0)
            return;
        if (door->visitors.count >= MOST_VISITORS || !daemon_address_is_own_peer(fd))
            close(fd);
        else
            vec_push(&door->visitors, visitor_create(fd, READING_MS));
    }
}

/* The current one's order is in use until it is answered. */
static void let_out(struct daemon_door *door)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < door->visitors.count; i++) {
        struct visitor *visitor = door->visitors.data[i];
        bool late = visitor_is_pressed(visitor) && clock_monotonic_ns() > visitor->deadline_ns;
        if (visitor->gone && visitor == door->current && !visitor->cancelled)
            cancel(door, visitor);
        if ((visitor->gone || late) && visitor != door->current)
            visitor_destroy(visitor);
        else
            door->visitors.data[kept++] = visitor;
    }
    door->visitors.count = kept;
}

/* ---- the thread -------------------------------------------------------------------------- */

enum { POLL_WAKE, POLL_STOP, POLL_GROUND, POLL_LISTENER, POLL_VISITORS };

static void drain(int wake)
{
    uint64_t count;
    while (read(wake, &count, sizeof count) > 0)
        continue;
}

/* Fills in what to wait for; the number of visitors does not change meanwhile. */
static uint32_t list_descriptors(const struct daemon_door *door,
                                 struct pollfd fds[POLL_VISITORS + MOST_VISITORS], int *timeout_ms)
{
    uint64_t now_ns = clock_monotonic_ns(), wait_ns = (uint64_t)LOOK_MS * NS_A_MS;
    fds[POLL_WAKE] = (struct pollfd){.fd = door->wake, .events = POLLIN};
    fds[POLL_STOP] = (struct pollfd){.fd = door->options.stop, .events = POLLIN};
    fds[POLL_GROUND] = (struct pollfd){.fd = door->options.ground->fd, .events = POLLIN};
    fds[POLL_LISTENER] =
        (struct pollfd){.fd = door->full ? -1 : door->options.listener, .events = POLLIN};
    if (door->full)
        wait_ns = (uint64_t)FULL_MS * NS_A_MS;
    for (uint32_t i = 0; i < door->visitors.count; i++) {
        const struct visitor *visitor = door->visitors.data[i];
        fds[POLL_VISITORS + i] =
            (struct pollfd){.fd = visitor->gone ? -1 : visitor->fd, .events = POLLIN};
        if (!visitor_is_pressed(visitor))
            continue;
        uint64_t left_ns = visitor->deadline_ns > now_ns ? visitor->deadline_ns - now_ns : 0;
        wait_ns = left_ns < wait_ns ? left_ns : wait_ns;
    }
    *timeout_ms = (int)(wait_ns / NS_A_MS) + 1;
    return POLL_VISITORS + door->visitors.count;
}

static void look(struct daemon_door *door, const struct pollfd *fds, uint32_t count, bool timed_out)
{
    if (fds[POLL_WAKE].revents)
        drain(door->wake);
    if (fds[POLL_STOP].revents)
        drain(door->options.stop);
    for (uint32_t i = POLL_VISITORS; i < count; i++) {
        if (fds[i].revents)
            listen_to(door, door->visitors.data[i - POLL_VISITORS]);
    }
    if ((fds[POLL_LISTENER].revents || door->full) && !door->stopping)
        take_in(door);
    if (fds[POLL_STOP].revents ||
        ((fds[POLL_GROUND].revents || timed_out) && !daemon_ground_stands(door->options.ground)))
        begin_to_stop(door);
    let_out(door);
}

static void *keep_door(void *context)
{
    struct daemon_door *door = context;
    struct pollfd fds[POLL_VISITORS + MOST_VISITORS];
    pthread_mutex_lock(&door->mutex);
    while (!door->closing) {
        int timeout_ms;
        uint32_t count = list_descriptors(door, fds, &timeout_ms);
        pthread_mutex_unlock(&door->mutex);
        int ready = poll(fds, count, timeout_ms);
        pthread_mutex_lock(&door->mutex);
        if (ready >= 0)
            look(door, fds, count, ready == 0);
    }
    pthread_mutex_unlock(&door->mutex);
    return NULL;
}

/* ---- life -------------------------------------------------------------------------------- */

static void wake(struct daemon_door *door)
{
    const uint64_t one = 1;
    ssize_t written = write(door->wake, &one, sizeof one); /* fails when it is readable anyway */
    (void)written;
}

void daemon_door_close(struct daemon_door *door)
{
    if (!door)
        return;
    pthread_mutex_lock(&door->mutex);
    begin_to_stop(door);
    door->closing = true;
    pthread_mutex_unlock(&door->mutex);
    wake(door);
    pthread_join(door->thread, NULL);
}

void daemon_door_free(struct daemon_door *door)
{
    if (!door)
        return;
    for (uint32_t i = 0; i < door->visitors.count; i++)
        visitor_destroy(door->visitors.data[i]);
    vec_free(&door->visitors);
    for (int i = 0; i < 3; i++)
        close(door->own[i]);
    close(door->wake);
    pthread_cond_destroy(&door->changed);
    pthread_mutex_destroy(&door->mutex);
    free(door);
}

struct daemon_door *daemon_door_open(const struct daemon_door_options *options)
{
    struct daemon_door *door = mem_zalloc(sizeof *door);
    pthread_condattr_t monotonic;
    sigset_t all, before;
    door->options = *options;
    door->builder = pthread_self();
    door->begin_ns = door->last_ns = clock_monotonic_ns();
    door->idle_ms = options->idle_ms;
    door->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (int i = 0; i < 3; i++)
        door->own[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
    pthread_mutex_init(&door->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&door->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all); /* signals are the business of the build loop's thread */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int errnum = pthread_create(&door->thread, NULL, keep_door, door);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!errnum)
        return door;
    daemon_door_free(door);
    return NULL;
}

/* ---- the build loop ---------------------------------------------------------------------- */

static struct timespec time_at(uint64_t ns)
{
    enum { NS_A_SECOND = 1000000000 };
    return (struct timespec){.tv_sec = (time_t)(ns / NS_A_SECOND),
                             .tv_nsec = (long)(ns % NS_A_SECOND)};
}

bool daemon_door_next(struct daemon_door *door, const struct daemon_order **order)
{
    pthread_mutex_lock(&door->mutex);
    struct timespec end = time_at(door->last_ns + door->idle_ms * NS_A_MS);
    struct visitor *visitor = NULL;
    bool late = false;
    while (!door->stopping && !(visitor = first_queued(door)) && !late)
        late = pthread_cond_timedwait(&door->changed, &door->mutex, &end) == ETIMEDOUT;
    if (!visitor) {
        begin_to_stop(door); /* while nobody can come in between */
    } else {
        visitor->point = VISITOR_ENTERED;
        door->current = visitor;
        set_standard(visitor->fds);
        visitor_close_fds(visitor);
        *order = &visitor->message.order;
    }
    pthread_mutex_unlock(&door->mutex);
    return visitor != NULL;
}

bool daemon_door_begin(struct daemon_door *door, struct jig_session *session)
{
    pthread_mutex_lock(&door->mutex);
    bool wanted = !door->current->cancelled && !door->current->gone;
    if (wanted) {
        door->current->point = VISITOR_BUILDING;
        door->session = session;
    }
    pthread_mutex_unlock(&door->mutex);
    return wanted;
}

void daemon_door_end(struct daemon_door *door)
{
    pthread_mutex_lock(&door->mutex);
    if (door->current->point == VISITOR_BUILDING)
        door->current->point = VISITOR_ENDING;
    door->session = NULL;
    pthread_mutex_unlock(&door->mutex);
}

bool daemon_door_was_cancelled(struct daemon_door *door)
{
    pthread_mutex_lock(&door->mutex);
    bool cancelled = door->current->cancelled;
    pthread_mutex_unlock(&door->mutex);
    return cancelled;
}

void daemon_door_answer(struct daemon_door *door, int exit_code, uint64_t idle_ms)
{
    pthread_mutex_lock(&door->mutex);
    struct visitor *visitor = door->current;
    set_standard(door->own);
    door->current = NULL;
    door->builds++;
    door->idle_ms = idle_ms;
    door->last_ns = clock_monotonic_ns();
    if (visitor->point != VISITOR_ENTERED || !visitor->cancelled)
        tell(door, visitor, DAEMON_DONE, (uint64_t)exit_code);
    visitor->point = VISITOR_LEAVING;
    bool gone = visitor->gone;
    pthread_mutex_unlock(&door->mutex);
    if (gone)
        wake(door);
}
