#include "base/words.h"

#include "base/status.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 40 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The number of letters to insert, delete, replace or swap with the next one to make b of a; case does not
 * count. Source: optimal string alignment, the three-row form of Wagner and Fischer 1974. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST + 1], n_a = strlen(a), n_b = strlen(b);
    if (n_a > LONGEST || n_b > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            row[j] = least(above[j - 1] + !same(a[i - 1], b[j - 1]), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[n_a % 3][n_b];
}

/* Whether a word is the first letters of the parts of another, two at least. */
static bool is_initials(const char *word, const char *candidate)
{
    size_t n = 0;
    word += strspn(word, "-");
    candidate += strspn(candidate, "-");
    for (const char *part = candidate; *part; n++) {
        if (!same(word[n], *part)) /* also where word ends */
            return false;
        part += strcspn(part, "-_");
        part += strspn(part, "-_");
    }
    return n > 1 && word[n] == '\0';
}

const char *word_nearest(const char *word, const char *const *candidates, size_t n_candidates)
{
    const char *nearest = NULL;
    size_t length = strlen(word + strspn(word, "-")),
           best = length / 3 + 2; /* a third of the letters, and one */
    const char *begun = NULL;     /* the one that begins so */
    size_t n_begun = 0;
    for (size_t i = 0; i < n_candidates; i++) {
        size_t distance = edit_distance(word, candidates[i]);
        if (is_initials(word, candidates[i]) || words_alike(word, candidates[i]))
            return candidates[i];
        if (distance < best && distance < strlen(candidates[i])) {
            best = distance;
            nearest = candidates[i];
        }
        if (length > 2 && strncasecmp(candidates[i], word, strlen(word)) == 0) {
            begun = candidates[i];
            n_begun++;
        }
    }
    return nearest || n_begun != 1 ? nearest : begun;
}

bool words_alike(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, "-_");
        b += strspn(b, "-_");
        if (!same(*a, *b))
            return false;
        if (!*a)
            return true;
    }
}

size_t words_of(const struct cnn_word *(*row)(size_t i), const char **known, size_t n)
{
    const struct cnn_word *word;
    for (size_t i = 0; n < MAX_KNOWN_WORDS && (word = row(i)); i++)
        known[n++] = word->word;
    return n;
}

enum cnn_status cnn_unknown_word(const char *what, const char *word, const char *const *known, size_t n_known,
                                 struct cnn_error *error)
{
    char list[512] = "";
    for (size_t i = 0, used = 0; i < n_known && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", known[i]);
    error_set(error, CNN_ERROR_USAGE, "unknown %s '%.40s'; expected one of: %s", what, word, list);
    const char *nearest = word_nearest(word, known, n_known);
    return nearest ? error_hint(error, CNN_ERROR_USAGE, "did you mean %s?", nearest) : CNN_ERROR_USAGE;
}
