#define PCRE2_CODE_UNIT_WIDTH 8

#include "engine/pattern.h"

#include "base/clock.h"
#include "engine/pattern_split.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MATCH_LIMIT = 100000,
	DEPTH_LIMIT = 10000,
	HEAP_LIMIT_KIB = 8 * 1024,
	JIT_STACK_START = 32 * 1024,
	JIT_STACK_MAX = 512 * 1024,
	/* PCRE2's limits hold for each start of a search by itself, and do not count the characters that a repeat runs
	 * over: what one start costs grows with the square of the length. */
	WHOLE_MAX = 16 * 1024,
	BLOCK = 16 * 1024,
	BLOCK_SLOW = 4 * 1024,
	OVERLAP = 1024,
	/* Machine code costs as much as some dozen matches, and most patterns are seldom candidates. */
	USES_BEFORE_JIT = 16,
	NESTING_MAX = 100
};

struct pattern {
	char *text;
	size_t text_size;
	unsigned int flags;
	bool matches_empty;
	_Atomic(pcre2_code *) slow; /* for the interpreter, and for any bytes, once it is used; never changed again */
	_Atomic(pcre2_code *) fast; /* with machine code, once it is worth it; never changed again */
	atomic_uint uses;           /* until then */
	atomic_bool no_jit;         /* it was tried: the system forbids it, or there was no memory */
};

struct pattern_scratch {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	int64_t wall_deadline_ns; /* 0: there is no budget */
	int64_t cpu_deadline_ns;  /* of the thread; asked only behind the other, because asking takes a system call */
};

/* "{2}" and "{0,2}" are no long way. */
static bool is_short_repeat(struct str text)
{
	return text.n > 2 && (text.p[2] == '}' || (text.n > 4 && text.p[2] == ',' && text.p[4] == '}'));
}

/* Without a repeat every start costs next to nothing, and no search takes long. */
static bool has_repeat(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '*' || text.p[i] == '+' ||
		    (text.p[i] == '{' && !is_short_repeat(str_sub(text, i, text.n))))
			return true;
	return false;
}

/*
 * `text` with a call to watch() at each start, but where no word begins if it has to begin with one; p NULL: it is not
 * wanted, or there is no memory. To be freed.
 */
static struct str watched(struct str text)
{
	static const char border[] = "\\b",
			  before[] = "(?C1)(?:", after[] = "\\E)"; /* an \E without \Q means nothing */
	struct str whole;
	size_t head = str_starts(text, STR("\\b")) && pattern_split(text, &whole, 1) ? sizeof border - 1 : 0;
	size_t n = sizeof before - 1 + text.n + sizeof after - 1;
	char *copy = has_repeat(text) && !str_starts(text, STR("(*")) ? malloc(n + 1) : NULL;

	if (!copy)
		return (struct str){NULL, 0};
	memcpy(copy, border, head);
	memcpy(copy + head, before, sizeof before - 1);
	memcpy(copy + head + sizeof before - 1, text.p + head, text.n - head);
	memcpy(copy + n - (sizeof after - 1), after, sizeof after);
	return (struct str){copy, n};
}

static pcre2_code *compile_plain(struct str text, unsigned int flags, bool any_bytes, int *ret_code, size_t *ret_offset)
{
	uint32_t options = PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code;

	*ret_offset = 0;
	*ret_code = PCRE2_ERROR_NOMEMORY;
	if (!context)
		return NULL;
	if (!(flags & PATTERN_BYTES))
		options |= PCRE2_UTF | (any_bytes ? PCRE2_MATCH_INVALID_UTF : 0);
	if (flags & PATTERN_LINES)
		options |= PCRE2_MULTILINE;
	pcre2_set_parens_nest_limit(context, NESTING_MAX);
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	code = pcre2_compile((PCRE2_SPTR)text.p, text.n, options, ret_code, ret_offset, context);
	pcre2_compile_context_free(context);
	return code;
}

/* A pattern that cannot be put into brackets (it ends in a comment) goes unwatched. */
static pcre2_code *compile(struct str text, unsigned int flags, bool any_bytes)
{
	struct str with_watch = watched(text);
	pcre2_code *code = NULL;
	size_t offset;
	int error;

	if (with_watch.p)
		code = compile_plain(with_watch, flags, any_bytes, &error, &offset);
	free((char *)with_watch.p);
	return code ? code : compile_plain(text, flags, any_bytes, &error, &offset);
}

enum status pattern_compile(struct str text, unsigned int flags, struct pattern **ret_pattern,
			    struct pattern_error *ret_error)
{
	struct pattern *pattern = calloc(1, sizeof *pattern);
	pcre2_code *compiled;
	uint32_t empty = 0;
	int code;

	*ret_pattern = NULL;
	if (!pattern)
		return STATUS_NO_MEMORY;
	pattern->text = malloc(text.n + 1);
	if (!pattern->text) {
		pattern_destroy(pattern);
		return STATUS_NO_MEMORY;
	}
	memcpy(pattern->text, text.p, text.n);
	pattern->text_size = text.n;
	pattern->flags = flags;
	/* Most patterns are never used, and compiled they are many times their text: this is only to see that it can
	 * be. */
	compiled = compile_plain(text, flags, true, &code, &ret_error->offset);
	if (!compiled) {
		pattern_destroy(pattern);
		pcre2_get_error_message(code, (PCRE2_UCHAR *)ret_error->text, sizeof ret_error->text);
		return code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAP_FAILED ? STATUS_NO_MEMORY
										       : STATUS_BAD_INPUT;
	}
	pcre2_pattern_info(compiled, PCRE2_INFO_MATCHEMPTY, &empty);
	pattern->matches_empty = empty != 0;
	pcre2_code_free(compiled);
	*ret_pattern = pattern;
	return STATUS_OK;
}

void pattern_destroy(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_code_free(atomic_load(&pattern->fast));
	pcre2_code_free(atomic_load(&pattern->slow));
	free(pattern->text);
	free(pattern);
}

bool pattern_matches_empty(const struct pattern *pattern)
{
	return pattern->matches_empty;
}

void pattern_scratch_set_budget(struct pattern_scratch *scratch, int64_t ns)
{
	scratch->wall_deadline_ns = clock_monotonic_ns() + ns;
	scratch->cpu_deadline_ns = clock_thread_cpu_ns() + ns;
}

bool pattern_scratch_is_spent(const struct pattern_scratch *scratch, int64_t now_ns)
{
	return scratch->wall_deadline_ns && now_ns >= scratch->wall_deadline_ns &&
	       clock_thread_cpu_ns() >= scratch->cpu_deadline_ns;
}

static int watch(pcre2_callout_block *block, void *context)
{
	(void)block;
	return pattern_scratch_is_spent(context, clock_coarse_ns()) ? PCRE2_ERROR_CALLOUT : 0;
}

struct pattern_scratch *pattern_scratch_create(void)
{
	struct pattern_scratch *scratch = calloc(1, sizeof *scratch);

	if (!scratch)
		return NULL;
	scratch->data = pcre2_match_data_create(1, NULL);
	scratch->context = pcre2_match_context_create(NULL);
	if (!scratch->data || !scratch->context) {
		pattern_scratch_destroy(scratch);
		return NULL;
	}
	pcre2_set_match_limit(scratch->context, MATCH_LIMIT);
	pcre2_set_depth_limit(scratch->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(scratch->context, HEAP_LIMIT_KIB);
	pcre2_set_callout(scratch->context, watch, scratch);
	/* Without a stack of its own JIT code runs on 32 KiB of the machine's stack. */
	scratch->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
	if (scratch->stack)
		pcre2_jit_stack_assign(scratch->context, NULL, scratch->stack);
	return scratch;
}

void pattern_scratch_destroy(struct pattern_scratch *scratch)
{
	if (!scratch)
		return;
	if (scratch->stack)
		pcre2_jit_stack_free(scratch->stack);
	pcre2_match_context_free(scratch->context);
	pcre2_match_data_free(scratch->data);
	free(scratch);
}

/* Compiling is done once and is no fault of the text: it does not count. */
struct pause {
	int64_t wall_ns;
	int64_t cpu_ns;
};

static struct pause pause_budget(void)
{
	return (struct pause){clock_monotonic_ns(), clock_thread_cpu_ns()};
}

static void resume_budget(struct pattern_scratch *scratch, struct pause pause)
{
	if (!scratch->wall_deadline_ns)
		return;
	scratch->wall_deadline_ns += clock_monotonic_ns() - pause.wall_ns;
	scratch->cpu_deadline_ns += clock_thread_cpu_ns() - pause.cpu_ns;
}

/* Publishes `code` unless another thread was first; returns what is published. */
static const pcre2_code *publish(_Atomic(pcre2_code *) *slot, pcre2_code *code)
{
	pcre2_code *known = NULL;

	if (!code || atomic_compare_exchange_strong(slot, &known, code))
		return code;
	pcre2_code_free(code);
	return known;
}

/* NULL when out of memory. */
static const pcre2_code *slow_code(const struct pattern *pattern, struct pattern_scratch *scratch)
{
	struct pattern *owner = (struct pattern *)pattern; /* what changes is atomic */
	const pcre2_code *slow = atomic_load(&owner->slow);
	struct pause pause;

	if (slow)
		return slow;
	pause = pause_budget();
	slow = publish(&owner->slow, compile((struct str){pattern->text, pattern->text_size}, pattern->flags, true));
	resume_budget(scratch, pause);
	return slow;
}

/*
 * Failure is no error: under a W^X policy the interpreter does the same work. Compiled anew without
 * PCRE2_MATCH_INVALID_UTF, with which machine code of PCRE2 before 10.43 finds no multi-byte character for \S, \W and
 * \D (PCRE2 issue 224).
 */
static const pcre2_code *make_fast(struct pattern *pattern)
{
	pcre2_code *fast = compile((struct str){pattern->text, pattern->text_size}, pattern->flags, false);

	if (!fast || pcre2_jit_compile(fast, PCRE2_JIT_COMPLETE) != 0) {
		pcre2_code_free(fast);
		atomic_store(&pattern->no_jit, true);
		return NULL;
	}
	return publish(&pattern->fast, fast);
}

/* The machine code for a search from so many starts, when there is some by now; NULL: use the interpreter. */
static const pcre2_code *fast_code(const struct pattern *pattern, const struct pattern_subject *subject, size_t starts,
				   struct pattern_scratch *scratch)
{
	struct pattern *owner = (struct pattern *)pattern; /* what changes is atomic */
	const pcre2_code *fast = atomic_load(&owner->fast);
	struct pause pause;

	if ((!subject->valid && !(pattern->flags & PATTERN_BYTES)) || (pattern->flags & PATTERN_NO_JIT))
		return NULL;
	if (fast || atomic_load_explicit(&owner->no_jit, memory_order_relaxed))
		return fast;
	if (starts <= BLOCK_SLOW && atomic_fetch_add_explicit(&owner->uses, 1, memory_order_relaxed) < USES_BEFORE_JIT)
		return NULL;
	pause = pause_budget();
	fast = make_fast(owner);
	resume_budget(scratch, pause);
	return fast;
}

static int match(const pcre2_code *pattern, struct str subject, size_t from, uint32_t options,
		 struct pattern_scratch *scratch)
{
	int code =
	    pcre2_match(pattern, (PCRE2_SPTR)subject.p, subject.n, from, options, scratch->data, scratch->context);

	if (code == PCRE2_ERROR_JIT_STACKLIMIT)
		code = pcre2_match(pattern, (PCRE2_SPTR)subject.p, subject.n, from, options | PCRE2_NO_JIT,
				   scratch->data, scratch->context);
	return code;
}

/* The first place at or before `at`, but behind `floor`, where a word begins; `at` itself when there is none. */
static size_t word_start(struct str subject, size_t at, size_t floor)
{
	for (size_t i = at; i > floor; i--)
		if (ascii_is_space(subject.p[i - 1]))
			return i;
	while (at > floor && ((unsigned char)subject.p[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* `code` (NULL: out of memory) and whether it is machine code, for which the subject is known to be valid. */
struct engine {
	const pcre2_code *code;
	bool fast;
};

static struct engine engine_for(const struct pattern *pattern, const struct pattern_subject *subject, size_t starts,
				struct pattern_scratch *scratch)
{
	const pcre2_code *fast = fast_code(pattern, subject, starts, scratch);

	return (struct engine){fast ? fast : slow_code(pattern, scratch), fast != NULL};
}

static enum pattern_result find_in(struct engine engine, struct str text, size_t from, size_t end,
				   struct pattern_scratch *scratch, struct pattern_span *ret_span)
{
	uint32_t options = (end < text.n ? PCRE2_NOTEOL : 0) | (engine.fast ? PCRE2_NO_UTF_CHECK : 0);
	const size_t *offsets;
	int code;

	if (!engine.code)
		return PATTERN_NO_MEMORY;
	code = match(engine.code, str_sub(text, 0, end), from, options, scratch);
	if (code == PCRE2_ERROR_NOMATCH)
		return PATTERN_NO_MATCH;
	if (code < 0)
		return code == PCRE2_ERROR_NOMEMORY ? PATTERN_NO_MEMORY : PATTERN_GAVE_UP;
	offsets = pcre2_get_ovector_pointer(scratch->data);
	ret_span->start = offsets[0];
	ret_span->end = offsets[1] < offsets[0] ? offsets[0] : offsets[1]; /* \K in a lookahead */
	return PATTERN_MATCH;
}

/* The first place from `at` on where a character begins: PCRE2 refuses to begin inside one. */
static size_t character_start(const struct pattern *pattern, struct str text, size_t at)
{
	while (!(pattern->flags & PATTERN_BYTES) && at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80)
		at++;
	return at;
}

enum pattern_result pattern_find(const struct pattern *pattern, struct pattern_subject subject, size_t from,
				 struct pattern_scratch *scratch, struct pattern_span *ret_span)
{
	struct str text = subject.text;
	struct engine engine = engine_for(pattern, &subject, text.n, scratch);
	size_t whole = engine.fast ? WHOLE_MAX : BLOCK_SLOW;
	size_t block = engine.fast ? BLOCK : BLOCK_SLOW;
	enum pattern_result failure = PATTERN_NO_MATCH;

	from = character_start(pattern, text, from);
	if (from > text.n)
		return PATTERN_NO_MATCH;
	if (text.n <= whole)
		return find_in(engine, text, from, text.n, scratch, ret_span);
	for (;;) {
		size_t end = text.n - from <= block ? text.n : word_start(text, from + block, from + block / 4 * 3);
		enum pattern_result result = find_in(engine, text, from, end, scratch, ret_span);

		if (result == PATTERN_MATCH)
			return result;
		if (result != PATTERN_NO_MATCH)
			failure = result;
		if (end == text.n || (failure && pattern_scratch_is_spent(scratch, clock_monotonic_ns())))
			return failure;
		from = character_start(pattern, text, word_start(text, end - OVERLAP, end - OVERLAP / 2 * 3));
	}
}

enum pattern_result pattern_find_between(const struct pattern *pattern, struct pattern_subject subject, size_t first,
					 size_t last, struct pattern_scratch *scratch, struct pattern_span *ret_span)
{
	struct str text = subject.text;
	struct engine engine = engine_for(pattern, &subject, last - first, scratch);
	size_t reach = engine.fast ? WHOLE_MAX : BLOCK_SLOW;
	size_t end = text.n;
	enum pattern_result result;

	if (last < text.n && text.n - last > reach)
		end = word_start(text, last + reach, last);
	first = character_start(pattern, text, first);
	if (first > last || first > text.n)
		return PATTERN_NO_MATCH;
	pcre2_set_offset_limit(scratch->context, last);
	result = find_in(engine, text, first, end, scratch, ret_span);
	pcre2_set_offset_limit(scratch->context, PCRE2_UNSET);
	return result;
}

void pattern_describe_library(char *out, size_t size)
{
	struct pattern *probe;
	struct pattern_error error;
	char version[32] = "";

	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) <= (int)sizeof version)
		pcre2_config(PCRE2_CONFIG_VERSION, version);
	version[strcspn(version, " ")] = '\0';
	if (pattern_compile(STR("a+b"), 0, &probe, &error) != STATUS_OK)
		probe = NULL;
	snprintf(out, size, "pcre2 %s %s", version, probe && make_fast(probe) ? "jit" : "without jit");
	pattern_destroy(probe);
}
