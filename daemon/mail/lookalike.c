#include "mail/lookalike.h"

#include "base/list.h"
#include "mail/script.h"

#include <string.h>

struct lookalike {
	int32_t letter;
	char latin;
	bool alike; /* passes for the Latin letter anywhere; the others do so only amid Latin letters */
};

/* Lower-case letters, as they are after case folding; ordered. Chosen by eye from Unicode's confusables.txt. */
static const struct lookalike lookalikes[] = {
    {0x03b1, 'a', true},  {0x03b2, 'b', false}, {0x03b3, 'y', false}, {0x03b5, 'e', false}, {0x03b6, 'z', false},
    {0x03b7, 'n', false}, {0x03b9, 'i', true},  {0x03ba, 'k', true},  {0x03bd, 'v', true},  {0x03bf, 'o', true},
    {0x03c1, 'p', true},  {0x03c4, 't', false}, {0x03c5, 'u', true},  {0x03c7, 'x', true},  {0x03c9, 'w', false},
    {0x03f2, 'c', true},  {0x03f3, 'j', true},  {0x0430, 'a', true},  {0x0432, 'b', false}, {0x0433, 'r', false},
    {0x0435, 'e', true},  {0x043a, 'k', false}, {0x043c, 'm', false}, {0x043d, 'h', false}, {0x043e, 'o', true},
    {0x043f, 'n', false}, {0x0440, 'p', true},  {0x0441, 'c', true},  {0x0442, 't', false}, {0x0443, 'y', true},
    {0x0445, 'x', true},  {0x044c, 'b', false}, {0x0454, 'e', false}, {0x0455, 's', true},  {0x0456, 'i', true},
    {0x0458, 'j', true},  {0x0475, 'v', true},  {0x04af, 'y', true},  {0x04bb, 'h', true},  {0x04cf, 'l', true},
    {0x0501, 'd', true},  {0x051b, 'q', true},  {0x051d, 'w', true},
};

enum run_kind {
	RUN_LATIN,     /* Latin, or counted as such */
	RUN_FOREIGN,   /* a word of another script */
	RUN_UNDECIDED, /* nothing but look-alikes: its neighbours decide */
	RUN_MIXED      /* Latin with look-alikes among it */
};

/* A run of European letters in the folded text. */
struct run {
	uint32_t start;
	uint32_t end;
	enum run_kind kind;
	bool map;
};

static const struct lookalike *lookalike_find(int32_t c)
{
	size_t low = 0, high = sizeof lookalikes / sizeof lookalikes[0];

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > lookalikes[middle].letter)
			low = middle + 1;
		else if (c < lookalikes[middle].letter)
			high = middle;
		else
			return &lookalikes[middle];
	}
	return NULL;
}

/*
 * The kinds are chosen so that mapping a run never changes how its neighbours are judged: folding the result again
 * must change nothing.
 */
static enum run_kind kind_of(size_t latin, size_t foreign, size_t amid, size_t alike, bool lone_greek)
{
	if (!foreign)
		return RUN_LATIN;
	if (latin)
		return amid == foreign || latin > foreign ? RUN_MIXED : RUN_FOREIGN;
	return alike == foreign && !lone_greek ? RUN_UNDECIDED : RUN_FOREIGN;
}

/* Reads the run that begins at `at`; returns false when no letter of a European script stands there. */
static bool read_run(const char *text, size_t at, size_t n, struct run *ret_run)
{
	size_t start = at, latin = 0, foreign = 0, amid = 0, alike = 0, greek = 0;

	while (at < n) {
		const struct lookalike *lookalike;
		enum script script;
		int32_t c;
		size_t length = script_read(text + at, n - at, &c);

		script = script_of(c);
		if (!script_is_european(script))
			break;
		at += length;
		if (script == SCRIPT_LATIN) {
			latin++;
			continue;
		}
		lookalike = lookalike_find(c);
		foreign++;
		greek += script == SCRIPT_GREEK;
		amid += lookalike != NULL;
		alike += lookalike && lookalike->alike;
	}
	*ret_run = (struct run){
	    .start = (uint32_t)start,
	    .end = (uint32_t)at,
	    .kind = kind_of(latin, foreign, amid, alike, greek == 1 && foreign == 1),
	};
	ret_run->map = ret_run->kind == RUN_MIXED;
	return at > start;
}

/* Decides a group of undecided runs [first, end) by the words beside it. */
static void decide(struct list *runs, size_t first, size_t end)
{
	const struct run *left = first ? list_at(runs, first - 1) : NULL;
	const struct run *right = end < runs->count ? list_at(runs, end) : NULL;
	bool map = left || right;

	if ((left && left->kind == RUN_FOREIGN) || (right && right->kind == RUN_FOREIGN))
		map = false;
	for (size_t i = first; i < end; i++)
		((struct run *)list_at(runs, i))->map = map;
}

static void decide_all(struct list *runs)
{
	size_t first = 0;

	for (size_t i = 0; i <= runs->count; i++) {
		const struct run *run = i < runs->count ? list_at(runs, i) : NULL;

		if (run && run->kind == RUN_UNDECIDED)
			continue;
		if (first < i)
			decide(runs, first, i);
		first = i + 1;
	}
}

static bool collect(const struct fold_draft *draft, struct list *runs)
{
	size_t at = 0;

	while (at < draft->n) {
		struct run run, *kept;
		int32_t c;

		if (!read_run(draft->text, at, draft->n, &run)) {
			at += script_read(draft->text + at, draft->n - at, &c);
			continue;
		}
		kept = list_push(runs);
		if (!kept)
			return false;
		*kept = run;
		at = run.end;
	}
	return true;
}

/* Copies the text over itself with the chosen runs mapped, and moves the words along. */
static void rewrite(struct fold_draft *draft, const struct list *runs)
{
	size_t at = 0, to = 0, word = 0, index = 0;

	while (at < draft->n) {
		const struct run *run = index < runs->count ? list_at(runs, index) : NULL;
		const struct lookalike *lookalike = NULL;
		int32_t c;
		size_t length = script_read(draft->text + at, draft->n - at, &c);

		if (run && at >= run->end) {
			index++;
			continue;
		}
		if (word < draft->word_count && draft->words[word].folded == at)
			draft->words[word++].folded = (uint32_t)to;
		if (run && run->map && at >= run->start)
			lookalike = lookalike_find(c);
		if (lookalike) {
			draft->text[to++] = lookalike->latin;
		} else {
			memmove(draft->text + to, draft->text + at, length);
			to += length;
		}
		at += length;
	}
	draft->n = to;
}

bool lookalike_map(struct fold_draft *draft, struct arena *arena)
{
	struct list runs = list_make(sizeof(struct run), arena);
	bool latin = false;

	for (size_t i = 0; i < draft->n && !latin; i++)
		latin = draft->text[i] >= 'a' && draft->text[i] <= 'z';
	if (!latin)
		return true;
	if (!collect(draft, &runs))
		return false;
	decide_all(&runs);
	rewrite(draft, &runs);
	return true;
}
