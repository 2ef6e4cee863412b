#include "cli/replay_opinion.h"

#include "cli/check_print.h"
#include "engine/rule.h"

#include <math.h>

enum { GOOD_WEIGHT = 10, STEP = 5, THRESHOLD_MIN = 200, THRESHOLD_MAX = 2000, TEMPLATES_MAX = 10, RULES_MAX = 5 };

/* What putting a rule in shadow would do to the labelled messages. */
struct effect {
	const struct rule *rule;
	unsigned long good_freed; /* good ones that would no longer be tagged */
	unsigned long bad_freed;
};

static const struct record *record_at(const struct records *records, size_t index)
{
	return list_at(&records->items, index);
}

/* A share with its 95 % confidence interval (Wilson). */
struct share {
	double share, low, high;
};

/* `part` of `whole`; all three are 0 to 1, and 0 to 1 when nothing is known. */
static struct share share_of(unsigned long part, unsigned long whole)
{
	const double z = 1.959964;
	double n = (double)whole, p = whole ? (double)part / n : 0;
	double middle, spread;

	if (!whole)
		return (struct share){0, 0, 1};
	middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
	return (struct share){p, fmax(0, middle - spread), fmin(1, middle + spread)};
}

static long worth(const struct summary_threshold *threshold)
{
	return (long)threshold->bad - GOOD_WEIGHT * (long)threshold->good;
}

/*
 * The threshold that the labelled messages are best served by, in hundredths: a good message that is tagged is as bad
 * as ten bad ones that are not. The configured one when no other is better.
 */
static int32_t best_threshold(const struct records *records, int32_t tag_at)
{
	struct summary_threshold best = summary_at(records, tag_at);

	for (int32_t at = THRESHOLD_MIN; at <= THRESHOLD_MAX; at += STEP) {
		struct summary_threshold tried = summary_at(records, at);

		/* Of equals the one nearest to what is configured. */
		if (worth(&tried) > worth(&best) ||
		    (worth(&tried) == worth(&best) && labs(at - tag_at) < labs(best.at - tag_at)))
			best = tried;
	}
	return best.at;
}

static void print_share(FILE *out, const char *name, const char *meaning, unsigned long part, unsigned long whole)
{
	struct share share = share_of(part, whole);

	if (whole)
		fprintf(out, "  %-9s %6.1f %%  (95 %%: %.1f to %.1f)  %lu of %lu %s\n", name, 100 * share.share,
			100 * share.low, 100 * share.high, part, whole, meaning);
	else
		fprintf(out, "  %-9s    not known: no %s\n", name, meaning);
}

static void print_threshold(FILE *out, const struct summary *summary, const struct records *records)
{
	int32_t at = best_threshold(records, summary->tag_at);
	struct summary_threshold now = summary_at(records, summary->tag_at), then = summary_at(records, at);

	if (worth(&then) <= worth(&now)) {
		fprintf(out, "  # No other threshold serves your opinion better than tag_at = %.2f.\n",
			summary->tag_at / 100.0);
		return;
	}
	fprintf(out, "  # %lu of %lu bad ones tagged instead of %lu, %lu of %lu good ones instead of %lu.\n", then.bad,
		summary->labelled_bad, now.bad, then.good, summary->labelled_good, now.good);
	fprintf(out, "  inbound = { tag_at = %.2f; };\n", at / 100.0);
}

static struct effect *effect_of(struct list *effects, const struct rule *rule)
{
	struct effect *effect;

	for (size_t i = 0; i < effects->count; i++) {
		effect = list_at(effects, i);
		if (effect->rule == rule)
			return effect;
	}
	effect = list_push(effects);
	if (effect)
		effect->rule = rule;
	return effect;
}

/* A rule frees a message when the message would be below the threshold without what the rule counted. */
static bool add_effects(struct list *effects, const struct record *record, int32_t tag_at)
{
	for (size_t i = 0; i < record->hit_count; i++) {
		const struct record_hit *hit = &record->hits[i];
		struct effect *effect;

		if (hit->score <= 0 || record->score - hit->score >= tag_at)
			continue;
		effect = effect_of(effects, hit->rule);
		if (!effect)
			return false;
		effect->good_freed += record->label == LABEL_GOOD;
		effect->bad_freed += record->label == LABEL_BAD;
	}
	return true;
}

static bool print_rules(FILE *out, const struct summary *summary, const struct records *records)
{
	struct list effects = list_make(sizeof(struct effect), NULL);
	unsigned int printed = 0;
	bool good = true;

	for (size_t i = 0; i < records->items.count && good; i++)
		if (record_at(records, i)->label != LABEL_NONE &&
		    record_reaches(record_at(records, i), summary->tag_at))
			good = add_effects(&effects, record_at(records, i), summary->tag_at);
	for (size_t i = 0; i < effects.count && printed < RULES_MAX; i++) {
		const struct effect *effect = list_at(&effects, i);

		if (!effect->good_freed || effect->bad_freed * 2 > effect->good_freed)
			continue;
		if (!printed++)
			fprintf(out, "\n  # Rules that cost you good mail; into a file of local_rules_dir:\n");
		fprintf(out, "  # %lu good ones would no longer be tagged, and %lu bad ones\n", effect->good_freed,
			effect->bad_freed);
		fprintf(out, "  changes = ( { id = \"%s\"; shadow = true; } );\n", effect->rule->id);
	}
	list_free(&effects);
	return good;
}

/* Bad mail that comes in copies and is not tagged: one report is enough for all of them. */
static void print_templates(FILE *out, const struct summary *summary, const struct records *records)
{
	uint64_t printed[TEMPLATES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < records->items.count && count < TEMPLATES_MAX; i++) {
		const struct record *record = record_at(records, i);
		bool again = false;
		char name[4200];

		if (record->label != LABEL_BAD || record->sent || !record->template_id ||
		    record_reaches(record, summary->tag_at))
			continue;
		for (size_t k = 0; k < count; k++)
			again |= printed[k] == record->template_id;
		if (again)
			continue;
		if (!count)
			fprintf(out, "\n  # Texts that come in copies, and are not tagged yet:\n");
		printed[count++] = record->template_id;
		fputs("  coldshoulder learn template '", out);
		print_safely(out, str_of(replay_entry_name(record->entry, name, sizeof name)), false);
		fprintf(out, "'   # seen by %lld mailboxes\n", (long long)record->template_seen);
	}
}

bool opinion_print(FILE *out, const struct summary *summary, const struct records *records)
{
	struct summary_threshold now = summary_at(records, summary->tag_at);
	bool good;

	fprintf(out, "\nBy your own opinion: %lu good and %lu bad messages are here\n", summary->labelled_good,
		summary->labelled_bad);
	if (!summary->labelled_good && !summary->labelled_bad) {
		fprintf(out, "  Say what you think of some: coldshoulder label good|bad FILE...\n");
		return true;
	}
	print_share(out, "precision", "tagged messages that you have an opinion of", now.bad, now.bad + now.good);
	print_share(out, "recall", "messages that you called bad", now.bad, summary->labelled_bad);
	print_share(out, "spared", "messages that you called good", summary->labelled_good - now.good,
		    summary->labelled_good);
	fprintf(out, "\nSuggestions (nothing has been changed)\n");
	print_threshold(out, summary, records);
	good = print_rules(out, summary, records);
	print_templates(out, summary, records);
	return good;
}
