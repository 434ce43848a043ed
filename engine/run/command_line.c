#include "engine/run/command_line.h"

#include <stdlib.h>
#include <string.h>

/* ---- characters ----------------------------------------------------------------------------- */

/* What a byte outside quotes means to a word. */
enum byte_class {
    BYTE_PLAIN, /* itself */
    BYTE_BLANK, /* ends the word */
    BYTE_QUOTE, /* ' " and \ */
    BYTE_HASH,  /* a comment where a word could begin, else itself */
    BYTE_AND,   /* part of && or nothing we know */
    BYTE_SHELL, /* an expansion, pattern, operator or control character: the shell's business */
};

static enum byte_class classify(unsigned char c)
{
    switch (c) {
    case ' ':
    case '\t':
        return BYTE_BLANK;
    case '\'':
    case '"':
    case '\\':
        return BYTE_QUOTE;
    case '#':
        return BYTE_HASH;
    case '&':
        return BYTE_AND;
    case '|':
    case ';':
    case '<':
    case '>':
    case '(':
    case ')':
    case '$':
    case '`':
    case '*':
    case '?':
    case '[':
    case '~':
    case '{': /* some shells expand {a,b} */
    case '}':
    case '!':
    case 0x7f:
        return BYTE_SHELL;
    default:
        return c < ' ' ? BYTE_SHELL : BYTE_PLAIN;
    }
}

/* ---- words ---------------------------------------------------------------------------------- */

struct reader {
    const char *at;  /* the next byte */
    struct buf *out; /* unquoted words, each with its NUL; never reallocated while reading */
};

/* After the opening ': copies up to the closing one. */
static bool read_single_quoted(struct reader *reader)
{
    const char *end = strchr(reader->at, '\'');
    if (!end)
        return false;
    buf_append(reader->out, reader->at, (size_t)(end - reader->at));
    reader->at = end + 1;
    return true;
}

/* After the opening ": copies up to the closing one. A backslash is itself before most bytes. */
static bool read_double_quoted(struct reader *reader)
{
    while (*reader->at != '"') {
        char c = *reader->at++;
        if (c == '\0' || c == '$' || c == '`')
            return false;
        if (c == '\\') {
            if (*reader->at == '\n')
                return false;
            if (*reader->at != '\0' && strchr("$`\"\\", *reader->at))
                c = *reader->at++;
        }
        buf_append_char(reader->out, c);
    }
    reader->at++;
    return true;
}

static bool read_quoted(struct reader *reader)
{
    char quote = *reader->at++;
    if (quote == '\'')
        return read_single_quoted(reader);
    if (quote == '"')
        return read_double_quoted(reader);
    if (*reader->at == '\0' || *reader->at == '\n')
        return false;
    buf_append_char(reader->out, *reader->at++);
    return true;
}

/* Copies the word that begins here, without its quotes, and a NUL. False: it needs the shell. */
static bool read_word(struct reader *reader)
{
    if (*reader->at == '#')
        return false;
    for (;;) {
        const char *from = reader->at;
        enum byte_class class = classify((unsigned char)*reader->at);
        while (class == BYTE_PLAIN || class == BYTE_HASH)
            class = classify((unsigned char)*++reader->at);
        buf_append(reader->out, from, (size_t)(reader->at - from));
        if (class == BYTE_QUOTE) {
            if (!read_quoted(reader))
                return false;
        } else if (class == BYTE_BLANK || class == BYTE_AND || *reader->at == '\0') {
            buf_append_char(reader->out, '\0');
            return true;
        } else {
            return false;
        }
    }
}

/* ---- programs ------------------------------------------------------------------------------- */

/*
 * Words that a shell does not look for on disk when they come first: reserved words and builtins of
 * POSIX sh, dash, and those that bash, ksh and busybox add. In byte order.
 */
static const char *const shell_words[] = {
    "!",        ".",        ":",       "[",         "[[",       "]]",      "alias",   "bg",
    "bind",     "break",    "builtin", "caller",    "case",     "cd",      "chdir",   "command",
    "compgen",  "complete", "compopt", "continue",  "coproc",   "declare", "dirs",    "disown",
    "do",       "done",     "echo",    "elif",      "else",     "enable",  "esac",    "eval",
    "exec",     "exit",     "export",  "false",     "fc",       "fg",      "fi",      "for",
    "function", "getopts",  "hash",    "help",      "history",  "if",      "in",      "jobs",
    "kill",     "let",      "local",   "logout",    "mapfile",  "popd",    "print",   "printf",
    "pushd",    "pwd",      "read",    "readarray", "readonly", "return",  "select",  "set",
    "shift",    "shopt",    "source",  "suspend",   "test",     "then",    "time",    "times",
    "trap",     "true",     "type",    "typeset",   "ulimit",   "umask",   "unalias", "unset",
    "until",    "wait",     "whence",  "while",     "{",        "}",
};

static int compare_words(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

/* True when the shell would look for a program of this name on disk. */
static bool names_program(const char *word)
{
    if (*word == '\0' || strchr(word, '='))
        return false;
    return strchr(word, '/') ||
           !bsearch(word, shell_words, sizeof shell_words / sizeof *shell_words,
                    sizeof *shell_words, compare_words);
}

/* ---- commands ------------------------------------------------------------------------------- */

/* Appends the words up to && or the end. False when it needs the shell. */
static bool read_words(struct reader *reader, struct command_line *line)
{
    for (;;) {
        while (*reader->at == ' ' || *reader->at == '\t')
            reader->at++;
        if (*reader->at == '\0')
            return true;
        if (*reader->at == '&')
            return reader->at[1] == '&';
        vec_push(&line->words, reader->out->data + reader->out->length);
        if (!read_word(reader))
            return false;
    }
}

/*
 * Takes in the words from `first` on, one command of an && list. Before the program there may be
 * one cd, and commands that only say true may be anywhere; they leave no words.
 */
static bool accept_command(struct command_line *line, uint32_t first)
{
    char *const *words = line->words.data + first;
    uint32_t count = line->words.count - first;
    if (count == 1 && strcmp(words[0], ":") == 0) {
        line->words.count = first;
        return true;
    }
    if (count == 0 || first > 0)
        return false;
    if (count == 2 && !line->directory && strcmp(words[0], "cd") == 0) {
        line->directory = words[1];
        line->words.count = 0;
        return true;
    }
    return names_program(words[0]);
}

bool command_line_parse(struct command_line *line, const char *command)
{
    line->words.count = 0;
    line->directory = NULL;
    buf_clear(&line->text);
    /* A word and its NUL take no more than the word and what ends it: pointers into it stay. */
    buf_reserve(&line->text, strlen(command) + 1);
    struct reader reader = {command, &line->text};
    for (;;) {
        uint32_t first = line->words.count;
        if (!read_words(&reader, line) || !accept_command(line, first))
            return false;
        if (*reader.at == '\0')
            break;
        reader.at += 2; /* && */
    }
    if (line->words.count == 0)
        return false;
    vec_push(&line->words, NULL);
    line->words.count--;
    return true;
}

void command_line_free(struct command_line *line)
{
    vec_free(&line->words);
    buf_free(&line->text);
}
