/*
 * The tree's parts, for the files of the tree only.
 *
 * Everything known is a *place*: a path and what its fingerprint was. There are three sorts:
 *
 *   folder       has a listing. Its parent is a folder too, up to the root, whose path is "".
 *   ignore file  belongs to the folder it lies in; those from above the root and the repository's
 *                info/exclude have no parent and absolute paths.
 *   probe        a path of which only the kind was asked for, where no listing can answer: outside
 *                the root, or in a folder that may be searched but not read.
 *
 * Places are sorted by path, except during a refresh and when the tree is `unsettled`: then some
 * came after those that are in order, and folders that are gone (FILE_MISSING) and whatever is
 * DROPPED are still among them, and answer as what they are, nothing. While many threads ask
 * (tree_kind), places, entries and text do not move; what they learn goes to `late` (tree_late.c)
 * and is taken in by the next call that has the tree to itself.
 */
#ifndef WALK_TREE_INTERNAL_H
#define WALK_TREE_INTERNAL_H

#include "engine/base/arena.h"
#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "engine/discovery/walk/tree.h"

#include <pthread.h>
#include <stdatomic.h>

#define PLACE_NONE UINT32_MAX

enum place_flag {
    PLACE_PROBE = 1u << 0,
    PLACE_IGNORE_FILE = 1u << 1, /* neither: a folder */
    PLACE_WALKED = 1u << 2,      /* folder: the walk reaches it, its entries are judged */
    PLACE_ASKED = 1u << 3,       /* somebody asked about what is in it, in whatever session */
    PLACE_LISTED = 1u << 4,      /* folder: its listing, perhaps empty, is that of its record */
    PLACE_UNREADABLE = 1u << 5,  /* folder: is there, but its listing is not to be had */
    PLACE_LINKS = 1u << 6,       /* folder: some entry is a symbolic link */
    PLACE_DROPPED = 1u << 7,     /* to be forgotten at the end of this refresh */
    PLACE_NO_IGNORE = 1u << 8,   /* root: verdicts were made without ignore files */
    PLACE_FLAGS = (1u << 9) - 1,
};

struct tree_place {
    /* Folder, ignore file; FILE_MISSING: there is no such folder. Probe: only digest, of the text
     * if it is a symbolic link. */
    struct file_record record;
    uint32_t path; /* in text, NUL-terminated */
    uint32_t path_length;
    uint32_t parent;        /* the folder it lies in, or PLACE_NONE */
    uint32_t entries_begin; /* folder: its listing, sorted by name in byte order */
    uint32_t entries_count;
    uint32_t files;  /* walked folder: entries that are files and not left out */
    uint32_t ignore; /* walked folder: its `.gitignore`, or PLACE_NONE */
    uint16_t flags;
    uint8_t kind;              /* probe: enum tree_kind */
    _Atomic uint8_t asked_now; /* somebody asked in this session; any thread may set it */
};

enum entry_type { ENTRY_FILE, ENTRY_FOLDER, ENTRY_LINK, ENTRY_OTHER, ENTRY_TYPES };

/* What a symbolic link leads to. Looked up when somebody wants to know, and then once a refresh. */
enum entry_target { TARGET_UNKNOWN, TARGET_FILE, TARGET_FOLDER, TARGET_NOTHING, TARGET_KINDS };

struct tree_entry {
    uint32_t name; /* in text, NUL-terminated */
    uint16_t length;
    uint8_t type : 4;
    uint8_t left_out : 4;   /* 0 or 1 */
    _Atomic uint8_t target; /* of a link; any thread may set it once, when it is unknown */
};

struct tree_ends;
struct tree_late;
struct tree_kept_rules;

struct tree {
    const char *root;
    struct fingerprint_clock clock;
    bool no_ignore;
    bool refreshed;   /* in this session */
    bool unsettled;   /* see above */
    bool unrefreshed; /* a partial refresh did not come to its end: the next one is of everything */
    int root_fd;      /* -1 before the first refresh */

    VEC(struct tree_place) places;
    VEC(struct tree_entry) entries;
    VEC(char) text;

    /* Folders and probes by path: open addressing, a slot holds a place's number + 1. */
    uint32_t *slots;
    uint32_t slot_count; /* a power of two; 0: not made yet */
    uint32_t slots_used;

    /* Of no use any more, since the tree was settled. */
    uint64_t wasted_entries, wasted_text;
    uint32_t gone; /* places that the next tree_settle forgets, about */

    /* tree_around.c: the places among the first `around_known` that may be other ones when
     * something changes elsewhere; those in `behind` are folders known by a path through a link. */
    VEC(uint32_t) around, behind;
    uint32_t around_known;
    uint32_t around_ended; /* how many of `around` tree_ends.c knows */
    struct tree_ends *ends;
    _Atomic uint32_t links_followed; /* how often tree_kind followed one that nobody had */

    struct tree_late *late;
    struct tree_kept_rules *kept;
};

static inline const char *place_path(const struct tree *tree, const struct tree_place *place)
{
    return tree->text.data + place->path;
}

static inline bool place_is_folder(const struct tree_place *place)
{
    return !(place->flags & (PLACE_PROBE | PLACE_IGNORE_FILE));
}

static inline bool tree_entry_is_followed_link(const struct tree_entry *entry)
{
    return entry->type == ENTRY_LINK &&
           atomic_load_explicit(&entry->target, memory_order_relaxed) != TARGET_UNKNOWN;
}

/* A folder that was there once: to be forgotten when the tree is settled. */
static inline bool place_is_gone(const struct tree_place *place)
{
    return place_is_folder(place) && (place->record.flags & FILE_MISSING);
}

/* ---- tree_index.c: places by path, their order, garbage ------------------------------------ */

/* The folder or probe with this path, or PLACE_NONE. */
uint32_t tree_find(const struct tree *tree, const char *path, size_t length);
/* A new place; `flags` says of what sort. */
uint32_t tree_add_place(struct tree *tree, const char *path, size_t length, uint32_t parent,
                        uint32_t flags);
/* Appends to text with a NUL; returns where. */
uint32_t tree_add_text(struct tree *tree, const char *bytes, size_t length);
/* Makes the index after the columns were loaded. */
void tree_index(struct tree *tree);
/* The numbers of all places in byte order of their paths; the caller frees them. O(places), and
 * O(n log n) in those that are out of order. */
uint32_t *tree_sorted_places(const struct tree *tree);
/* That the place's listing is not used any more: about to be replaced, or gone. */
void tree_waste_listing(struct tree *tree, const struct tree_place *place);
/* Whether so much is of no use that it is time to settle: as much as is of use. O(1). */
bool tree_is_wasteful(const struct tree *tree);
/* Remembers for later sessions what was asked about in this one. O(places) */
void tree_note_asked(struct tree *tree);
/*
 * Sorts the places and forgets those that are DROPPED, that are gone, and folders that nobody
 * wants: neither walked, nor asked about (in this session, if `this_session`), nor above such.
 * Rewrites entries and text when half of them or more is garbage, or `all_garbage`.
 */
void tree_settle(struct tree *tree, bool this_session, bool all_garbage);

/* ---- tree_list.c: reading one folder ------------------------------------------------------- */

/* What one worker collects; on cache lines of its own. */
struct tree_scratch {
    _Alignas(64) VEC(struct tree_entry) entries; /* of new listings; names in `names` */
    VEC(char) names;
    struct fingerprint_counts stats;
    uint64_t folders_statted, folders_read;
    char *buffer; /* for getdents64 */
};

void tree_scratch_init(struct tree_scratch *scratch);
void tree_scratch_free(struct tree_scratch *scratch);

/*
 * Appends the names in the folder open as `fd` to the scratch, sorted, without `.` and `..`.
 * 0 or errno, with nothing appended.
 */
int tree_read_names(struct tree_scratch *scratch, int fd);

/*
 * Opens the folder `path`, takes its fingerprint and reads its names. 0; ENOENT when there is no
 * such folder, with a record that says so; or an errno, with an empty record.
 */
int tree_read_folder(const struct tree *tree, struct tree_scratch *scratch, const char *path,
                     struct file_record *record);

/* What `name` in the folder `dir` is, links followed; nothing, if it is neither file nor folder. */
enum entry_target tree_look_up(const struct tree *tree, const char *dir, size_t dir_length,
                               const char *name, size_t length);

/* The text of the link `path`, shorter than PATH_MAX; as tree_read_link. */
size_t tree_link_target(const struct tree *tree, const char *path, size_t length, char *target,
                        size_t size);

/* What is at `path`, links followed; *link is the digest of its text if it is a link, or zero. */
enum tree_kind tree_look_at_probe(const struct tree *tree, const char *path, size_t length,
                                  struct digest *link);

/* Of a st_mode. */
enum entry_type tree_type_of_mode(uint32_t mode);

/* The entry called `name`, or NULL. `text` is where the names are. O(log count). */
struct tree_entry *tree_find_entry(struct tree_entry *entries, uint32_t count, const char *text,
                                   const char *name, size_t length);

/* ---- tree_rules.c: which ignore rules hold where ------------------------------------------- */

/* The rules of one ignore file and of those above it. */
struct tree_rules {
    const struct tree_rules *above;
    struct ignore_file *file;
    size_t skip;               /* bytes of a path from the repository's top to this file's folder */
    struct file_record record; /* what was read; taken before reading */
};

/* The ignore files that lie above the root, the strongest last. */
struct tree_outer {
    struct buf lead; /* the root's path from the repository's top, with a slash; "" if it is that */
    struct {
        char *path;
        size_t skip;
    } * files;
    uint32_t count;
};

/*
 * Rules that were read, kept for later partial refreshes: nobody told of an ignore file, so they
 * hold. A full refresh begins without any.
 */
struct tree_kept_rules {
    struct tree_outer outer;
    bool outer_found;
    struct tree_rules **outer_rules; /* [outer.count], or NULL */
    VEC(struct kept_file {
        uint32_t place; /* the ignore file */
        struct tree_rules *rules;
    })
    files; /* by place */
};

/* Those of a known ignore file, or NULL. O(log n) */
const struct tree_rules *tree_kept_rules_find(const struct tree *tree, uint32_t ignore_file);
/* Keeps rules that were not there. */
void tree_keep_rules(struct tree *tree, uint32_t ignore_file, struct tree_rules *rules);
/* Drops those of ignore files that are places: these get other numbers. */
void tree_drop_file_rules(struct tree *tree);
void tree_drop_rules(struct tree *tree);

void tree_outer_find(const struct tree *tree, struct tree_outer *outer);
void tree_outer_free(struct tree_outer *outer);

/* Fingerprints, reads and parses one ignore file. One that cannot be read has no rules. */
struct tree_rules *tree_rules_read(const struct tree *tree, const char *path, size_t skip,
                                   const struct tree_rules *above,
                                   struct fingerprint_counts *stats);
void tree_rules_free(struct tree_rules *rules);

/* Whether the rules leave out `path`, which is from the repository's top. */
bool tree_rules_leave_out(const struct tree_rules *rules, const char *path, size_t length,
                          bool is_folder);

/* ---- tree_ends.c: where links and probes end ----------------------------------------------- */

struct tree_ends *tree_ends_create(void);
void tree_ends_destroy(struct tree_ends *ends);
/* When ways may lead elsewhere than they did. */
void tree_ends_clear(struct tree *tree);
/*
 * Whether some link that was followed, or some probe, may end at `path`, at which there is or was a
 * file, and which leads through no link. O(1) but for what was followed since the last time,
 * which costs some system calls each.
 */
bool tree_ends_at(struct tree *tree, const char *path, size_t length);
/*
 * Whether `dir` is a folder in the root by another path than its real one, which is put in *real:
 * as far as it exists, and one name more.
 */
bool tree_real_folder(struct tree *tree, const char *dir, size_t length, struct buf *real);

/* ---- tree_late.c: what was learned since the last refresh, by any thread -------------------- */

struct tree_late *tree_late_create(void);
void tree_late_destroy(struct tree_late *late);

/* A folder as a reader sees it, wherever it is kept. */
struct tree_view {
    struct tree_entry *entries;
    const char *text;
    uint32_t count;
    bool missing;
    bool unreadable;
};

/* The folder `path`, known since the last refresh or read now: the caller knows that it is one. */
struct tree_view tree_late_folder(struct tree *tree, const char *path, size_t length);
bool tree_late_known(const struct tree *tree, const char *path, size_t length,
                     struct tree_view *view);
/* What is at `path`, where no listing says. */
enum tree_kind tree_late_probe(struct tree *tree, const char *path, size_t length);
/* Moves it all to the columns. */
void tree_late_absorb(struct tree *tree);

#endif
