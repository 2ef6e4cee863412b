#include "judge/decision.h"

#include "engine/rule.h"

#include <string.h>

enum { HEADER_LINE_MAX = 76, HEADER_VALUE_MAX = 900 };

/* A header value that folds itself: RFC 5322 section 2.1.1 wants lines of at most 78 characters. */
struct folding {
	struct buf text;
	size_t column;
};

/* Adds a piece that is not broken inside; a new line begins when it would not fit. */
static void fold_add(struct folding *folding, const char *piece)
{
	size_t n = strlen(piece);

	if (folding->column + n > HEADER_LINE_MAX && folding->text.n) {
		buf_add_text(&folding->text, "\n\t");
		folding->column = 8;
		if (*piece == ' ')
			piece++;
	}
	buf_add_text(&folding->text, piece);
	folding->column += strlen(piece);
}

static size_t count_visible(const struct verdict *verdict)
{
	size_t visible = 0;

	for (size_t i = 0; i < verdict->hit_count; i++)
		visible += !verdict->hits[i].shadow;
	return visible;
}

static void fold_rules(struct folding *folding, const struct verdict *verdict, bool with_scores, struct arena *arena)
{
	size_t left = count_visible(verdict);

	if (!left)
		fold_add(folding, "none");
	for (size_t i = 0; i < verdict->hit_count && left; i++) {
		const struct rule_hit *hit = &verdict->hits[i];
		struct buf piece = buf_make(arena);

		if (hit->shadow)
			continue;
		if (folding->text.n > HEADER_VALUE_MAX) {
			fold_add(folding, "...");
			return;
		}
		buf_add_text(&piece, hit->rule->id);
		if (with_scores)
			buf_add_format(&piece, "(%.1f)", hit->score);
		if (--left)
			buf_add_byte(&piece, ',');
		fold_add(folding, buf_str(&piece).p);
	}
}

static const char *main_value(const struct decision *decision, struct arena *arena)
{
	const struct policy_outcome *outcome = &decision->outcome;
	struct folding folding = {.text = buf_make(arena), .column = sizeof "X-Coldshoulder: " - 1};
	struct buf start = buf_make(arena);

	buf_add_format(&start, "class=%s; score=%.1f/%.1f; action=%s;", mail_class_name(outcome->mail_class),
		       decision->verdict.score, outcome->threshold, action_name(outcome->action));
	fold_add(&folding, buf_str(&start).p);
	fold_add(&folding, " rules=");
	fold_rules(&folding, &decision->verdict, true, arena);
	return buf_failed(&folding.text) ? NULL : buf_str(&folding.text).p;
}

/* The form that Thunderbird and Sieve spamtest know from SpamAssassin. */
static const char *spam_status_value(const struct decision *decision, struct arena *arena)
{
	struct folding folding = {.text = buf_make(arena), .column = sizeof "X-Spam-Status: " - 1};
	struct buf start = buf_make(arena);

	buf_add_format(&start, "Yes, score=%.1f required=%.1f", decision->verdict.score, decision->outcome.threshold);
	fold_add(&folding, buf_str(&start).p);
	fold_add(&folding, " tests=");
	fold_rules(&folding, &decision->verdict, false, arena);
	return buf_failed(&folding.text) ? NULL : buf_str(&folding.text).p;
}

size_t decision_headers(const struct decision *decision, const struct config *config, struct arena *arena,
			struct decision_header headers[DECISION_HEADERS_MAX])
{
	bool tagged = decision->outcome.action >= ACTION_TAG;
	size_t n = 0;

	if (!decision->judged || decision->direction != DIRECTION_INBOUND)
		return 0;
	if (config->add_header == ADD_HEADER_ALL || (config->add_header == ADD_HEADER_TAGGED && tagged)) {
		headers[n++] = (struct decision_header){"X-Coldshoulder", main_value(decision, arena)};
		headers[n++] = (struct decision_header){
		    "X-Coldshoulder-Class", mail_class_name(tagged ? decision->outcome.mail_class : CLASS_CLEAN)};
		headers[n++] = (struct decision_header){
		    "X-Coldshoulder-Relation", fact_value_name(FACT_RELATION, decision->facts.value[FACT_RELATION])};
	}
	if (decision->outcome.mark_as_spam) {
		headers[n++] = (struct decision_header){"X-Spam-Flag", "YES"};
		headers[n++] = (struct decision_header){"X-Spam-Status", spam_status_value(decision, arena)};
	}
	for (size_t i = 0; i < n; i++)
		if (!headers[i].value)
			return 0;
	return n;
}
