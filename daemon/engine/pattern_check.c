#include "engine/pattern_check.h"

#include "mail/fold.h"
#include "mail/script.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

enum { DEPTH_MAX = 100 };

enum token_kind {
	TOKEN_LITERAL,   /* one character */
	TOKEN_CLASS,     /* [...] as a whole, \w and the like, the dot */
	TOKEN_ASSERTION, /* ^ $ \b: no width */
	TOKEN_OPEN,      /* an opening bracket with what belongs to it */
	TOKEN_CLOSE,
	TOKEN_ALTERNATIVE,
	TOKEN_UNBOUNDED, /* * + {n,} */
	TOKEN_BOUNDED,   /* ? {n} {n,m} */
	TOKEN_NOTHING    /* comments, options, verbs */
};

/* One open bracket, or the pattern itself. */
struct level {
	unsigned int atoms;
	unsigned int literals; /* atoms that are one certain character: they keep two repeats apart */
	bool holds_unbounded;  /* an unbounded repeat somewhere inside */
	bool last_unbounded;   /* the last atom is one */
	bool atomic;
	bool zero_width; /* a lookaround */
	bool leads;      /* nothing with width stands before it */
};

struct checker {
	struct str pattern;
	size_t at;
	bool folded;
	struct arena *arena;
	pattern_finding *found;
	void *context;
	struct level levels[DEPTH_MAX];
	size_t depth;
	bool has_foreign_letter;
	bool has_ascii_class;
	bool leading;  /* nothing with width has been seen */
	bool may_miss; /* the last bounded repeat takes none as well */
};

static char byte_at(const struct checker *checker, size_t at)
{
	return at < checker->pattern.n ? checker->pattern.p[at] : '\0';
}

static void report_literal(struct checker *checker, struct str letter, int32_t c)
{
	char what[96], hint[96];
	struct str folded = fold_string(letter, checker->arena);

	if (!folded.p || !folded.n || str_equal(folded, letter))
		return;
	if (utf8proc_category(c) == UTF8PROC_CATEGORY_LU) {
		snprintf(what, sizeof what, "the upper-case letter \"%.*s\" never occurs in folded text",
			 STR_ARGS(letter));
		snprintf(hint, sizeof hint, "write \"%.*s\"", STR_ARGS(folded));
		checker->found(checker->context, SEVERITY_ERROR, what, hint);
	} else {
		snprintf(what, sizeof what, "the character \"%.*s\" never occurs in folded text", STR_ARGS(letter));
		snprintf(hint, sizeof hint, "folding makes it \"%.*s\"; only phrases are folded for you",
			 STR_ARGS(folded));
		checker->found(checker->context, SEVERITY_WARNING, what, hint);
	}
}

static void read_literal(struct checker *checker)
{
	struct str rest = str_sub(checker->pattern, checker->at, checker->pattern.n);
	int32_t c;
	size_t n = script_read(rest.p, rest.n, &c);

	if (c >= 0x80 && script_of(c) != SCRIPT_NONE)
		checker->has_foreign_letter = true;
	if (checker->folded)
		report_literal(checker, str_sub(rest, 0, n), c);
	checker->at += n;
}

/* Skips to behind the next `end`. */
static void skip_behind(struct checker *checker, char end)
{
	size_t at = str_find_byte(checker->pattern, checker->at, end);

	checker->at = at == STR_NONE ? checker->pattern.n : at + 1;
}

/* \Q...\E is literal text. */
static void read_quoted(struct checker *checker)
{
	size_t end = str_find(checker->pattern, checker->at, STR("\\E"));

	if (end == STR_NONE)
		end = checker->pattern.n;
	while (checker->at < end)
		read_literal(checker);
	checker->at = end + 2 < checker->pattern.n ? end + 2 : checker->pattern.n;
}

static enum token_kind read_escape(struct checker *checker)
{
	char c = byte_at(checker, checker->at + 1);

	checker->at += 2;
	if (c == 'Q') {
		read_quoted(checker);
		return TOKEN_LITERAL;
	}
	if (strchr("wWbB", c) && c)
		checker->has_ascii_class = true;
	if (strchr("bBAzZG", c) && c)
		return TOKEN_ASSERTION;
	if (strchr("wWdDsShHvVNRX", c) && c)
		return TOKEN_CLASS;
	if (strchr("pPxgkoN", c) && byte_at(checker, checker->at) == '{')
		skip_behind(checker, '}');
	else if (strchr("pPc", c) && c)
		checker->at++;
	else if (strchr("gk", c) && byte_at(checker, checker->at) == '<')
		skip_behind(checker, '>');
	return TOKEN_LITERAL;
}

static void read_class(struct checker *checker)
{
	checker->at++;
	if (byte_at(checker, checker->at) == '^')
		checker->at++;
	if (byte_at(checker, checker->at) == ']')
		checker->at++;
	while (checker->at < checker->pattern.n && byte_at(checker, checker->at) != ']') {
		if (byte_at(checker, checker->at) == '\\')
			read_escape(checker);
		else if (byte_at(checker, checker->at) == '[' && byte_at(checker, checker->at + 1) == ':')
			skip_behind(checker, ']');
		else
			read_literal(checker);
	}
	checker->at++;
}

/* Everything from "(" to where the group's own content begins; comments, verbs and options are no groups. */
static enum token_kind read_open(struct checker *checker, struct level *ret_level)
{
	char next = byte_at(checker, checker->at + 1);
	char kind = byte_at(checker, checker->at + 2);
	char third = byte_at(checker, checker->at + 3);

	*ret_level = (struct level){0};
	checker->at++;
	if (next == '*') {
		skip_behind(checker, ')');
		return TOKEN_NOTHING;
	}
	if (next != '?')
		return TOKEN_OPEN;
	if (kind == '#' || kind == 'R' || kind == '&' || (kind == 'P' && third != '<') || ascii_is_digit(kind)) {
		skip_behind(checker, ')');
		return TOKEN_NOTHING;
	}
	checker->at += 2;
	ret_level->atomic = kind == '>';
	ret_level->zero_width = kind == '=' || kind == '!' || (kind == '<' && (third == '=' || third == '!'));
	if (strchr(":>=!|(", kind) && kind)
		return TOKEN_OPEN;
	if (kind == '<' && ret_level->zero_width) {
		checker->at++;
		return TOKEN_OPEN;
	}
	if (kind == '<' || kind == 'P' || kind == '\'') {
		skip_behind(checker, kind == '\'' ? '\'' : '>');
		return TOKEN_OPEN;
	}
	/* Options: for the rest of the group they stand in, or for a group of their own. */
	while (checker->at < checker->pattern.n && !strchr(":)", byte_at(checker, checker->at)))
		checker->at++;
	return byte_at(checker, checker->at++) == ')' ? TOKEN_NOTHING : TOKEN_OPEN;
}

/* "{2,}" and its kin; a brace that is no quantifier is a literal. */
static enum token_kind read_brace(struct checker *checker)
{
	size_t at = checker->at + 1;
	bool comma = false, upper = false;

	if (!ascii_is_digit(byte_at(checker, at))) {
		checker->at++;
		return TOKEN_LITERAL;
	}
	for (; ascii_is_digit(byte_at(checker, at)) || (byte_at(checker, at) == ',' && !comma); at++) {
		upper = comma;
		comma = comma || byte_at(checker, at) == ',';
	}
	if (byte_at(checker, at) != '}') {
		checker->at++;
		return TOKEN_LITERAL;
	}
	checker->may_miss =
	    byte_at(checker, checker->at + 1) == '0' && !ascii_is_digit(byte_at(checker, checker->at + 2));
	checker->at = at + 1;
	return comma && !upper ? TOKEN_UNBOUNDED : TOKEN_BOUNDED;
}

static enum token_kind read_token(struct checker *checker, struct level *ret_level)
{
	switch (byte_at(checker, checker->at)) {
	case '\\':
		return read_escape(checker);
	case '[':
		read_class(checker);
		return TOKEN_CLASS;
	case '(':
		return read_open(checker, ret_level);
	case '{':
		return read_brace(checker);
	case ')':
		checker->at++;
		return TOKEN_CLOSE;
	case '|':
		checker->at++;
		return TOKEN_ALTERNATIVE;
	case '*':
	case '+':
		checker->at++;
		return TOKEN_UNBOUNDED;
	case '?':
		checker->at++;
		checker->may_miss = true;
		return TOKEN_BOUNDED;
	case '^':
	case '$':
		checker->at++;
		return TOKEN_ASSERTION;
	case '.':
		checker->at++;
		return TOKEN_CLASS;
	default:
		read_literal(checker);
		return TOKEN_LITERAL;
	}
}

static void report_nested(struct checker *checker, const struct level *group)
{
	bool certain = group->atoms == 1 && group->last_unbounded;

	if (group->literals)
		return;
	checker->found(checker->context, certain ? SEVERITY_ERROR : SEVERITY_WARNING,
		       "an unbounded repeat of something that repeats without bound",
		       certain ? "it takes exponential time: remove one of the two repeats"
			       : "it may take very long: bound one of them, as in {0,5}");
}

/* What a repeat stands behind: `closed` is the group, when it was one. */
static void note_repeat(struct checker *checker, const struct level *closed, bool first_atom)
{
	struct level *level = &checker->levels[checker->depth];
	char next = byte_at(checker, checker->at);
	bool possessive = next == '+';

	if (next == '+' || next == '?')
		checker->at++;
	if (possessive)
		return;
	if (closed && closed->holds_unbounded && !closed->atomic)
		report_nested(checker, closed);
	if (first_atom)
		checker->found(
		    checker->context, SEVERITY_WARNING, "the pattern starts with an unbounded repeat",
		    "it is tried at every place of the text: drop it, bound it, or put \\\\b or ^ before it");
	level->holds_unbounded = true;
	level->last_unbounded = true;
}

static void close_level(struct checker *checker, struct level *ret_closed)
{
	*ret_closed = checker->levels[checker->depth];
	if (checker->depth > 0)
		checker->depth--;
	if (!ret_closed->zero_width)
		checker->levels[checker->depth].atoms++;
	if (ret_closed->holds_unbounded && !ret_closed->atomic)
		checker->levels[checker->depth].holds_unbounded = true;
	checker->levels[checker->depth].last_unbounded = false;
	if (ret_closed->literals && !ret_closed->zero_width)
		checker->levels[checker->depth].literals++;
}

/* Whether what comes next stands at the start, behind a token that came when `first_atom` was or was not just read. */
static bool still_leading(const struct checker *checker, enum token_kind kind, bool first_atom, bool was_leading)
{
	switch (kind) {
	case TOKEN_OPEN:
	case TOKEN_NOTHING:
		return was_leading;
	case TOKEN_ALTERNATIVE:
		return checker->levels[checker->depth].leads;
	case TOKEN_BOUNDED:
		return first_atom && checker->may_miss;
	default:
		return false;
	}
}

static void check_structure(struct checker *checker)
{
	struct level closed = {0}, opened;
	bool after_group = false, after_literal = false, first_atom = false;

	while (checker->at < checker->pattern.n) {
		enum token_kind kind = read_token(checker, &opened);
		struct level *level = &checker->levels[checker->depth];
		bool was_leading = checker->leading;

		/* A character or group that may be missing, or repeats, keeps nothing apart. */
		if ((kind == TOKEN_UNBOUNDED || kind == TOKEN_BOUNDED) && after_literal && level->literals)
			level->literals--;
		if (kind == TOKEN_UNBOUNDED) {
			note_repeat(checker, after_group ? &closed : NULL, first_atom);
		} else if (kind == TOKEN_OPEN) {
			if (checker->depth + 1 == DEPTH_MAX)
				return;
			opened.leads = checker->leading;
			checker->levels[++checker->depth] = opened;
		} else if (kind == TOKEN_CLOSE) {
			close_level(checker, &closed);
		} else if (kind == TOKEN_LITERAL || kind == TOKEN_CLASS) {
			level->atoms++;
			level->literals += kind == TOKEN_LITERAL;
			level->last_unbounded = false;
		} else if (kind == TOKEN_ALTERNATIVE) {
			level->atoms++;
		}
		after_group = kind == TOKEN_CLOSE;
		after_literal = kind == TOKEN_LITERAL || (kind == TOKEN_CLOSE && closed.literals && !closed.zero_width);
		checker->leading = still_leading(checker, kind, first_atom, checker->leading);
		first_atom = was_leading && (kind == TOKEN_LITERAL || kind == TOKEN_CLASS);
		if (kind == TOKEN_CLOSE)
			first_atom = closed.leads && !closed.zero_width;
	}
}

void pattern_check(struct str pattern, bool folded, struct arena *arena, pattern_finding *found, void *context)
{
	struct checker checker = {
	    .pattern = pattern, .folded = folded, .arena = arena, .found = found, .context = context, .leading = true};

	checker.levels[0].leads = true;
	check_structure(&checker);
	if (checker.has_ascii_class && checker.has_foreign_letter)
		found(context, SEVERITY_WARNING, "\\w, \\W, \\b and \\B know ASCII letters only",
		      "beside other scripts write (?<!\\\\p{L}) or use phrases");
}
