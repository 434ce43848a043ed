#include "engine/watch/settle.h"

#include "engine/base/io.h"
#include "engine/watch/internal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* How often the lock is looked for while it is there, and for how long it may be. */
static const uint64_t look_ns = 10 * NS_PER_MS;
static const uint64_t longest_hold_ns = 10 * (uint64_t)NS_PER_SECOND;

void settle_init(struct settle *settle, uint64_t quiet_ns, uint64_t max_ns)
{
    *settle = (struct settle){.quiet_ns = quiet_ns, .max_ns = max_ns};
    settle_taken(settle);
}

void settle_happened(struct settle *settle, uint64_t now_ns)
{
    if (settle->first_ns == NEVER)
        settle->first_ns = now_ns;
    settle->last_ns = now_ns;
}

void settle_taken(struct settle *settle)
{
    settle->first_ns = settle->last_ns = settle->held_since_ns = NEVER;
}

uint64_t settle_next_ns(const struct settle *settle)
{
    if (settle->first_ns == NEVER)
        return NEVER;
    if (settle->held_since_ns != NEVER)
        return settle->look_again_ns;
    uint64_t quiet = settle->last_ns + settle->quiet_ns;
    uint64_t late = settle->first_ns + settle->max_ns;
    return quiet < late ? quiet : late;
}

/* ---- git ----------------------------------------------------------------------------------- */

/* Takes the path that a `.git` file leads to, which is relative to where the file is. */
static bool follow_git_file(const char *file, size_t folder_length, struct buf *path)
{
    static const char key[] = "gitdir:";
    struct buf text = {0};
    bool found = io_read_file(AT_FDCWD, file, &text) == 0 && text.length > sizeof key &&
                 memcmp(text.data, key, sizeof key - 1) == 0;
    if (found) {
        const char *leads_to = text.data + sizeof key - 1;
        leads_to += strspn(leads_to, " \t");
        path->length = *leads_to == '/' ? 0 : folder_length;
        buf_append(path, leads_to, strcspn(leads_to, "\r\n"));
    }
    buf_free(&text);
    return found;
}

bool git_index_lock(struct buf *path)
{
    buf_clear(path);
    for (struct stat here, above; stat(path->length ? path->data : ".", &here) == 0; here = above) {
        size_t folder_length = path->length;
        buf_append_str(path, ".git");
        struct stat git;
        if (stat(path->data, &git) == 0 &&
            (S_ISDIR(git.st_mode) || follow_git_file(path->data, folder_length, path))) {
            buf_append_str(path, "/index.lock");
            return true;
        }
        path->length = folder_length;
        buf_append_str(path, "../");
        if (stat(path->data, &above) < 0)
            return false;
        if (above.st_ino == here.st_ino && above.st_dev == here.st_dev)
            return false; /* the root */
    }
    return false;
}

/* The lock that is there now, false if none is. */
static bool look_for_lock(struct stat *st)
{
    struct buf path = {0};
    bool found = git_index_lock(&path) && stat(path.data, st) == 0;
    buf_free(&path);
    return found;
}

/* ---- ready --------------------------------------------------------------------------------- */

static bool is_held(struct settle *settle, uint64_t now_ns)
{
    struct stat st;
    if (!look_for_lock(&st)) {
        if (settle->held_since_ns == NEVER)
            return false;
        settle->held_since_ns = NEVER;
        settle->first_ns = settle->last_ns = now_ns;
        return true;
    }
    int64_t made_ns = (int64_t)st.st_mtim.tv_sec * NS_PER_SECOND + st.st_mtim.tv_nsec;
    if (settle->given_up_inode == st.st_ino && settle->given_up_ns == made_ns)
        return false;
    if (settle->held_since_ns == NEVER)
        settle->held_since_ns = now_ns;
    settle->look_again_ns = now_ns + look_ns;
    if (now_ns - settle->held_since_ns < longest_hold_ns)
        return true;
    settle->given_up_inode = st.st_ino;
    settle->given_up_ns = made_ns;
    return false;
}

bool settle_is_ready(struct settle *settle, uint64_t now_ns)
{
    return settle_next_ns(settle) <= now_ns && !is_held(settle, now_ns);
}
