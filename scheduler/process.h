/*
 * One child process: how it is started, and what it leaves behind.
 *
 * A child is started with posix_spawn, which on Linux shares the parent's memory until the exec
 * (as vfork does), so that starting costs the same however large the parent is. Its end shows on a
 * pidfd, and it is waited for by its own id, never as "any child": a host program's other children
 * are not touched. Until it is waited for, its id is its own. Needs Linux 5.3.
 *
 * A captured child reads /dev/null, writes standard output and standard error into one pipe, and
 * leads a process group of its own, so that a signal to it reaches what it started too. A console
 * child shares the standard streams, the terminal and the process group of this process.
 * Either starts with the signal mask that its spawner was given, and with all signals at their
 * default but those that were ignored when the spawner was made; SIGPIPE always is. Every
 * descriptor opened here is close-on-exec; descriptors that this process inherited without that
 * flag are passed on, as a jobserver's must be.
 *
 * Functions that return int return 0 or an errno value. Nothing here is thread-safe.
 */
#ifndef SCHEDULER_PROCESS_H
#define SCHEDULER_PROCESS_H

#include "engine/base/buf.h"

#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What to run. The caller keeps all of it, and may change it after the start. */
struct process_spec {
    const char *path;         /* the program; a relative path starts at `directory` */
    char *const *arguments;   /* NULL-terminated, the program's name first */
    char *const *environment; /* NULL-terminated */
    const char *directory;    /* where it starts; NULL: where this process is */
    bool console;             /* shares this process' terminal; its output is not captured */
};

/* A running child. */
struct process {
    pid_t pid;
    int pidfd;
    int output;       /* the pipe's reading end; -1 for a console child */
    int output_guard; /* our copy of its writing end: as long as it is open the pipe cannot hang up,
                         and a child that ends is one event and not two */
    bool console;
    struct buf text;   /* what was read so far */
    uint64_t start_ns; /* monotonic */
};

/* The exit code of a child whose status another part of the program took (waited for any child). */
enum { PROCESS_EXIT_UNKNOWN = 255 };

/* How a child ended. */
struct process_end {
    int exit_code;       /* 0 to 255; 128 + signal when a signal killed it */
    int signal;          /* the signal that killed it, else 0 */
    bool core_dumped;    /* the signal left a core file */
    uint64_t start_ns;   /* monotonic */
    uint64_t end_ns;     /* monotonic, when its end was noticed */
    uint64_t user_ns;    /* processor time, its own and that of descendants it waited for */
    uint64_t system_ns;  /* the same, in the kernel */
    uint64_t peak_rss;   /* bytes, the largest of those; Linux counts the parent's own memory up to
                            the exec, so nothing below that is seen */
    uint64_t read_bytes; /* that had to come from a disk, not from a cache */
    uint64_t written_bytes; /* that are to go to a disk */
};

/* What all starts have in common. */
struct spawner {
    posix_spawnattr_t captured; /* attributes of captured children */
    posix_spawnattr_t console;  /* and of console children */
    int null_device;            /* /dev/null, for standard input */
    int spare;                  /* a descriptor held back so that a child that exists can always
                                   have its pidfd; -1 after it was needed */
};

/* `mask` is the signal mask children start with. */
int spawner_init(struct spawner *spawner, const sigset_t *mask);
void spawner_free(struct spawner *spawner);

/*
 * Starts a child and fills `process`. When this returns 0 the program is executing; a program that
 * cannot be executed, or a directory that cannot be entered, is an error here and leaves nothing
 * behind. EAGAIN, ENOMEM, EMFILE and ENFILE mean a shortage that may pass. Three descriptors, one
 * for a console child. O(environment and arguments).
 */
int process_spawn(struct spawner *spawner, const struct process_spec *spec,
                  struct process *process);

/*
 * Moves what is in the pipe now to `text`. Never waits, whoever holds the other end: it asks how
 * much there is and reads that much.
 */
void process_read(struct process *process);

/*
 * For a child whose pidfd is readable: reads the rest of its output, takes its exit status from
 * the system and closes its descriptors. What the child wrote before it ended is all there; what
 * a descendant that outlives it writes later finds the pipe closed. `text` stays the process'.
 */
void process_reap(struct process *process, struct process_end *end);

/* Kills a child not yet reaped, its group too, waits for its end, and releases all it has. */
void process_discard(struct process *process);

/* Sends `sig` to the child's group, or to a console child alone. For children not yet reaped. */
void process_signal(const struct process *process, int sig);

/* True for errors of process_spawn that say nothing about the program. */
bool process_is_shortage(int errnum);

#endif
