#include "mail/attribution.h"

#include "mail/wording.h"

enum {
	ATTRIBUTION_LINES = 3,
	ATTRIBUTION_WORDS = 36,
	COLON_SLACK = 3 /* blanks and quotation marks that may stand before the colon */
};

/* What a line must hold to be taken for the announcement of a quotation. */
struct evidence {
	bool colon;   /* ends with a colon */
	bool verb;    /* "wrote" directly before it */
	bool verb_in; /* "wrote" anywhere */
	bool time;    /* a time of day */
	bool date;    /* a year or a time of day */
	bool address;
	bool bracket; /* an address in brackets directly before the colon: some programs need no verb */
};

static bool is_digit_at(struct str s, size_t at)
{
	return at < s.n && ascii_is_digit(s.p[at]);
}

static bool is_year_at(struct str s, size_t at)
{
	struct str century = str_sub(s, at, 2);

	return (str_equal(century, STR("19")) || str_equal(century, STR("20"))) && is_digit_at(s, at + 2) &&
	       is_digit_at(s, at + 3) && !is_digit_at(s, at + 4);
}

static bool is_time_at(struct str s, size_t at)
{
	size_t colon = is_digit_at(s, at + 1) ? at + 2 : at + 1;

	return colon < s.n && (s.p[colon] == ':' || s.p[colon] == '.') && is_digit_at(s, colon + 1) &&
	       is_digit_at(s, colon + 2) && !is_digit_at(s, colon + 3) && (colon + 3 >= s.n || s.p[colon + 3] != '.');
}

static void weigh_date(struct str s, struct evidence *evidence)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_is_digit(s.p[i]) || (i && (ascii_is_digit(s.p[i - 1]) || s.p[i - 1] == '.')))
			continue;
		evidence->time |= is_time_at(s, i);
		evidence->date |= evidence->time || is_year_at(s, i);
	}
}

static bool has_address(struct str s)
{
	size_t at = str_find_byte(s, 1, '@');

	return at != STR_NONE && at + 1 < s.n && (ascii_is_alnum(s.p[at - 1]) || s.p[at - 1] == '"') &&
	       ascii_is_alnum(s.p[at + 1]);
}

/* Without what may stand around an announcement: blanks, asterisks, dashes, dots, angle brackets of quoting. */
static struct str strip(struct str s)
{
	while (s.n &&
	       (s.p[0] == ' ' || s.p[0] == '*' || s.p[0] == '-' || s.p[0] == '_' || s.p[0] == '>' || s.p[0] == '|'))
		s = str_sub(s, 1, s.n);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '*' || s.p[s.n - 1] == '-' || s.p[s.n - 1] == '_'))
		s.n--;
	return s;
}

static struct evidence weigh(struct str s)
{
	struct evidence evidence = {.address = has_address(s)};
	struct str before;

	weigh_date(s, &evidence);
	s = strip(s);
	evidence.colon = s.n && s.p[s.n - 1] == ':';
	before = evidence.colon ? strip(str_sub(s, 0, s.n - 1)) : s;
	evidence.bracket =
	    evidence.address && before.n && (before.p[before.n - 1] == '>' || before.p[before.n - 1] == ')');
	evidence.verb = wording_ends(WORDING_WROTE, before);
	evidence.verb_in = evidence.verb || (evidence.colon && wording_contains(WORDING_WROTE, before));
	return evidence;
}

static bool is_strong(const struct evidence *e)
{
	if (!e->colon || !e->date)
		return false;
	return (e->verb && (e->address || e->time)) || (e->verb_in && e->address) || (e->verb_in && e->time) ||
	       (e->bracket && e->time);
}

static bool worth_weighing(const struct lines *lines, size_t last)
{
	struct str s = lines->items[last].folded;
	bool above_quote = last + 1 < lines->count && lines->items[last + 1].part == LINE_QUOTE;

	if (above_quote)
		return true;
	for (size_t i = 0; i <= COLON_SLACK && i < s.n; i++)
		if (s.p[s.n - 1 - i] == ':')
			return true;
	return false;
}

static bool can_begin_above(const struct lines *lines, size_t start, size_t last)
{
	return start && last - start + 1 < ATTRIBUTION_LINES && !lines->items[start].paragraph &&
	       lines->items[start - 1].part == lines->items[last].part;
}

bool attribution_ends_at(const struct lines *lines, size_t last, bool *ret_strong, size_t *ret_start)
{
	struct evidence evidence;

	if (lines->items[last].words > ATTRIBUTION_WORDS || !worth_weighing(lines, last))
		return false;
	evidence = weigh(lines->items[last].folded);
	*ret_start = last;
	*ret_strong = is_strong(&evidence);
	/* "On Mon, 3 Mar 2025 at 10:12, X\n<x@y> wrote:": look at what stands above as well */
	for (size_t start = last; evidence.colon && !*ret_strong && can_begin_above(lines, start, last);) {
		struct evidence wider = weigh(lines_folded(lines, --start, last + 1));

		if (lines_words(lines, start, last + 1, lines->items[last].part) > ATTRIBUTION_WORDS)
			break;
		*ret_strong = is_strong(&wider);
		if (*ret_strong || (wider.verb && wider.date)) {
			*ret_start = start;
			return true;
		}
	}
	return *ret_strong || (evidence.colon && (evidence.verb_in || evidence.address)) ||
	       ((evidence.address || evidence.verb) && evidence.date);
}
