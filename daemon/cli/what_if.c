#include "cli/what_if.h"

#include "engine/rule.h"

#include <string.h>

enum { CANDIDATES_MAX = 26, SET_MAX = 3, SHOWN_MAX = 3, LABEL_MAX = 96 };

static const double interesting_share = 0.3; /* of the threshold: below it nobody wonders */

/* One thing that could have been different. */
struct candidate {
	enum { WITHOUT_RULE, WITH_RULE, WITH_FACT } kind;
	size_t rule;
	enum fact_id fact;
	int64_t value;
	char label[LABEL_MAX];
};

struct what_if {
	const struct generation *generation;
	const struct judgement *judgement;
	const struct decision *decision;
	const struct policy *policy;
	struct arena *arena; /* for one trial */
	struct candidate candidates[CANDIDATES_MAX];
	size_t count;
	bool tagged; /* as it is */
};

/* A fact that a person can imagine to be different, and how to say it. */
static const struct {
	enum fact_id fact;
	int64_t value;
	bool for_tagged; /* makes mail more welcome; else less */
	const char *label;
} imaginable[] = {
    {FACT_RELATION, RELATION_KNOWN, true, "you had written to the sender before"},
    {FACT_REPLY_TO_OURS, 1, true, "it answered a message of yours"},
    {FACT_ANSWERED, 1, true, "somebody here had written back before"},
    {FACT_LIST, 1, true, "it came by a mailing list"},
    {FACT_AUTO, 1, true, "it were automatic mail"},
    {FACT_TEMPLATE_LEARNED, 0, true, "its template were not reported"},
    {FACT_TEMPLATE_SENDERS, 0, true, "no others had sent this text"},
    {FACT_OFFENCES, 0, true, "the sender had no offences"},
    {FACT_FOLLOWUP, 0, true, "it were the first message, not a follow-up"},
    {FACT_LINKEDIN, LINKEDIN_NONE, true, "it were not LinkedIn's"},
    {FACT_RELATION, RELATION_STRANGER, false, "the sender were a stranger"},
    {FACT_REPLY_TO_OURS, 0, false, "it did not answer a message of yours"},
    {FACT_REPLY, 0, false, "it were no reply"},
    {FACT_ANSWERED, 0, false, "nobody here had written back before"},
    {FACT_LIST, 0, false, "it did not come by a mailing list"},
    {FACT_BULK, 0, false, "it were not marked as bulk mail"},
    {FACT_AUTO, 0, false, "it were not automatic mail"},
    {FACT_FOLLOWUP, 1, false, "it followed up on a message that nobody answered"},
    {FACT_TEMPLATE_LEARNED, 1, false, "its template had been reported (coldshoulder learn template)"},
};

static struct candidate *add(struct what_if *what)
{
	struct candidate *candidate = what->count < CANDIDATES_MAX ? &what->candidates[what->count++] : NULL;

	return candidate;
}

static void add_facts(struct what_if *what)
{
	for (size_t i = 0; i < sizeof imaginable / sizeof *imaginable; i++) {
		struct candidate *candidate;

		if (imaginable[i].for_tagged != what->tagged ||
		    what->decision->facts.value[imaginable[i].fact] == imaginable[i].value)
			continue;
		if (imaginable[i].fact == FACT_RELATION && what->tagged &&
		    what->decision->facts.value[FACT_RELATION] > RELATION_KNOWN)
			continue;
		candidate = add(what);
		if (!candidate)
			return;
		*candidate =
		    (struct candidate){.kind = WITH_FACT, .fact = imaginable[i].fact, .value = imaginable[i].value};
		snprintf(candidate->label, sizeof candidate->label, "if %s", imaginable[i].label);
	}
}

/* Text rules that counted for something: what the author could have left out. */
static void add_removals(struct what_if *what)
{
	const struct verdict *verdict = &what->decision->verdict;

	for (size_t i = 0; i < verdict->hit_count; i++) {
		const struct rule *rule = verdict->hits[i].rule;
		struct candidate *candidate;

		if (rule->when || verdict->hits[i].score <= 0)
			continue;
		candidate = add(what);
		if (!candidate)
			return;
		*candidate = (struct candidate){.kind = WITHOUT_RULE, .rule = rule->index};
		snprintf(candidate->label, sizeof candidate->label, "without %s", rule->id);
	}
}

static bool has_fired(const struct what_if *what, const struct rule *rule)
{
	const struct text_hits *hits = judgement_hits(what->judgement);

	for (size_t i = 0; i < hits->count; i++)
		if (hits->items[i].rule == rule->index)
			return true;
	return false;
}

static bool is_spoken(const struct rule *rule, const char *language)
{
	return !rule->language[0] || strcmp(rule->language, language) == 0;
}

/* The weightiest text rule of each family that has not fired: one more phrase of that kind. */
static void add_additions(struct what_if *what, const char *language)
{
	const struct ruleset *ruleset = what->generation->ruleset;
	size_t begin = what->count;

	for (size_t i = 0; i < ruleset_rule_count(ruleset); i++) {
		const struct rule *rule = ruleset_rule_at(ruleset, i);
		struct candidate *same = NULL;

		if (rule->when || rule->shadow || rule->score <= 0 || rule->scope == RULE_OUTBOUND ||
		    !is_spoken(rule, language) || has_fired(what, rule))
			continue;
		for (size_t k = begin; k < what->count && !same; k++)
			if (strcmp(ruleset_rule_at(ruleset, what->candidates[k].rule)->family, rule->family) == 0)
				same = &what->candidates[k];
		if (same && ruleset_rule_at(ruleset, same->rule)->score >= rule->score)
			continue;
		same = same ? same : add(what);
		if (!same)
			return;
		*same = (struct candidate){.kind = WITH_RULE, .rule = rule->index};
		snprintf(same->label, sizeof same->label, "with one more phrase of family %s, such as %s", rule->family,
			 rule->id);
	}
}

/* The language of the first text rule that fired and has one. */
static const char *language_of(const struct decision *decision)
{
	for (size_t i = 0; i < decision->verdict.hit_count; i++)
		if (decision->verdict.hits[i].rule->language[0])
			return decision->verdict.hits[i].rule->language;
	return "en";
}

static bool would_be_tagged(const struct what_if *what, const struct verdict *verdict)
{
	const struct threshold *tag =
	    policy_threshold(what->policy, verdict->mail_class, offsetof(struct thresholds, tag));

	return verdict->mail_class != CLASS_CLEAN && !what->policy->classes_off[verdict->mail_class] && tag->set &&
	       verdict->score >= tag->at;
}

/* The hits with rules taken out and put in. NULL when out of memory. */
static struct text_hit *changed_hits(const struct what_if *what, const size_t *set, size_t size, size_t *ret_count)
{
	const struct text_hits *hits = judgement_hits(what->judgement);
	struct text_hit *changed = arena_calloc(what->arena, hits->count + size + 1, sizeof *changed);
	size_t count = 0;

	for (size_t i = 0; changed && i < hits->count; i++) {
		bool kept = true;

		for (size_t k = 0; k < size; k++)
			kept &= what->candidates[set[k]].kind != WITHOUT_RULE ||
				what->candidates[set[k]].rule != hits->items[i].rule;
		if (kept)
			changed[count++] = hits->items[i];
	}
	for (size_t k = 0; changed && k < size; k++)
		if (what->candidates[set[k]].kind == WITH_RULE)
			changed[count++] = (struct text_hit){.rule = what->candidates[set[k]].rule, .count = 1};
	*ret_count = count;
	return changed;
}

/* True when these changes together turn the verdict round. */
static bool turns(const struct what_if *what, const size_t *set, size_t size)
{
	struct facts facts = what->decision->facts;
	struct text_hits hits = *judgement_hits(what->judgement);
	struct verdict verdict;
	bool turned;

	for (size_t k = 0; k < size; k++)
		if (what->candidates[set[k]].kind == WITH_FACT)
			facts.value[what->candidates[set[k]].fact] = what->candidates[set[k]].value;
	hits.items = changed_hits(what, set, size, &hits.count);
	turned = hits.items && judge_suppose(what->judgement, &hits, &facts, what->arena, &verdict) == STATUS_OK &&
		 would_be_tagged(what, &verdict) != what->tagged;
	arena_reset(what->arena);
	return turned;
}

static void print_set(FILE *out, const struct what_if *what, const size_t *set, size_t size)
{
	fputs("    ", out);
	for (size_t k = 0; k < size; k++)
		fprintf(out, "%s%s", k ? ", and " : "", what->candidates[set[k]].label);
	fputc('\n', out);
}

/* The next set of `size` of `count` things in their order; false behind the last. */
static bool next_set(size_t *set, size_t size, size_t count)
{
	size_t k = size;

	while (k > 0 && set[k - 1] == count - (size - (k - 1)))
		k--;
	if (!k)
		return false;
	set[k - 1]++;
	for (; k < size; k++)
		set[k] = set[k - 1] + 1;
	return true;
}

static size_t print_sets(FILE *out, const struct what_if *what, size_t size)
{
	size_t set[SET_MAX], found = 0;

	if (what->count < size)
		return 0;
	for (size_t k = 0; k < size; k++)
		set[k] = k;
	do {
		if (!turns(what, set, size))
			continue;
		if (!found++)
			fprintf(out, "  it would %s tagged\n", what->tagged ? "not have been" : "have been");
		print_set(out, what, set, size);
	} while (found < SHOWN_MAX && next_set(set, size, what->count));
	return found;
}

void what_if_print(FILE *out, const struct generation *generation, const struct judgement *judgement,
		   const struct decision *decision)
{
	struct what_if what = {.generation = generation, .judgement = judgement, .decision = decision};

	if (!decision->judged || decision->direction != DIRECTION_INBOUND || decision->outcome.list ||
	    !decision->recipients.count)
		return;
	what.policy = decision->recipients.items[0].policy;
	what.tagged = would_be_tagged(&what, &decision->verdict);
	if (!what.tagged && decision->verdict.score < interesting_share * what.policy->at.tag.at)
		return;
	what.arena = arena_create(0);
	if (!what.arena)
		return;
	add_facts(&what);
	if (what.tagged)
		add_removals(&what);
	else
		add_additions(&what, language_of(decision));
	for (size_t size = 1; size <= SET_MAX; size++)
		if (print_sets(out, &what, size))
			break;
	arena_destroy(what.arena);
}
