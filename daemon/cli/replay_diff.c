#include "cli/replay_diff.h"

#include "cli/check_print.h"
#include "engine/rule.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct differ {
	FILE *out;
	const struct records *records; /* of both sides */
	int32_t tag_at[REPLAY_SIDES];
	const struct summary_style *style;
};

/* One message under both. */
struct pair {
	const struct record *side[REPLAY_SIDES];
	enum mail_class verdict[REPLAY_SIDES]; /* as it was done with: clean when nothing was */
};

static struct pair pair_at(const struct differ *differ, size_t index)
{
	struct pair pair;

	for (size_t side = 0; side < REPLAY_SIDES; side++) {
		const struct record *record = list_at(&differ->records[side].items, index);
		bool done =
		    record->sent ? record->mail_class != CLASS_CLEAN : record_reaches(record, differ->tag_at[side]);

		pair.side[side] = record;
		pair.verdict[side] = done ? record->verdict_class : CLASS_CLEAN;
	}
	return pair;
}

static const struct record_hit *same_hit(const struct record *record, const char *id)
{
	for (size_t i = 0; i < record->hit_count; i++)
		if (strcmp(record->hits[i].rule->id, id) == 0)
			return &record->hits[i];
	return NULL;
}

/* Calls for each rule that counts differently; a missing one counts 0. */
static void each_difference(const struct pair *pair,
			    void (*visit)(void *context, const struct record_hit *hit, int32_t a, int32_t b),
			    void *context)
{
	for (size_t side = 0; side < REPLAY_SIDES; side++) {
		const struct record *record = pair->side[side], *other = pair->side[1 - side];

		for (size_t i = 0; i < record->hit_count; i++) {
			const struct record_hit *hit = &record->hits[i], *there = same_hit(other, hit->rule->id);
			int32_t counted = there ? there->score : 0;

			if (counted == hit->score || (side == 1 && there))
				continue;
			if (side == 0)
				visit(context, hit, hit->score, counted);
			else
				visit(context, hit, counted, hit->score);
		}
	}
}

static void print_difference(void *context, const struct record_hit *hit, int32_t a, int32_t b)
{
	FILE *out = context;

	fprintf(out, "          %+5.2f -> %+5.2f  %s", a / 100.0, b / 100.0, hit->rule->id);
	if (hit->evidence.n) {
		fputs(hit->rule->when ? "  (" : "  \"", out);
		print_safely(out, hit->evidence, false);
		fputs(hit->rule->when ? ")" : "\"", out);
	}
	fputc('\n', out);
}

static void print_pair(const struct differ *differ, const struct pair *pair)
{
	const struct record *record = pair->side[0];
	char name[4200];

	fprintf(differ->out, "  %5.2f %-8s -> %5.2f %-8s  ", pair->side[0]->score / 100.0,
		mail_class_name(pair->verdict[0]), pair->side[1]->score / 100.0, mail_class_name(pair->verdict[1]));
	print_safely(differ->out, record->from, false);
	fputs("  \"", differ->out);
	print_safely(differ->out, record->subject, false);
	fputs("\"\n          ", differ->out);
	print_safely(differ->out, str_of(replay_entry_name(record->entry, name, sizeof name)), false);
	fputc('\n', differ->out);
	each_difference(pair, print_difference, differ->out);
}

struct rules_json {
	json_t *array;
};

static void add_difference(void *context, const struct record_hit *hit, int32_t a, int32_t b)
{
	struct rules_json *rules = context;

	json_array_append_new(rules->array,
			      json_pack("{s:s, s:f, s:f}", "id", hit->rule->id, "a", a / 100.0, "b", b / 100.0));
}

static json_t *side_json(const struct pair *pair, size_t side)
{
	return json_pack("{s:s, s:f}", "class", mail_class_name(pair->verdict[side]), "score",
			 pair->side[side]->score / 100.0);
}

static bool print_pair_json(const struct differ *differ, const struct pair *pair)
{
	struct rules_json rules = {json_array()};
	char name[4200];
	const char *file = replay_entry_name(pair->side[0]->entry, name, sizeof name);
	json_t *object;
	char *text;

	each_difference(pair, add_difference, &rules);
	object = json_pack("{s:o, s:o, s:o}", "a", side_json(pair, 0), "b", side_json(pair, 1), "rules", rules.array);
	json_object_set_new(object, "file", summary_text_json(str_of(file)));
	json_object_set_new(object, "from", summary_text_json(pair->side[0]->from));
	json_object_set_new(object, "subject", summary_text_json(pair->side[0]->subject));
	text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
	json_decref(object);
	if (text)
		fprintf(differ->out, "%s\n", text);
	free(text);
	return text != NULL;
}

enum difference { SAME, SCORE_ONLY, NEW, GONE, OTHER_CLASS, CHANGES };

static enum difference change_of(const struct pair *pair)
{
	if (pair->verdict[0] == pair->verdict[1])
		return pair->side[0]->score == pair->side[1]->score ? SAME : SCORE_ONLY;
	if (pair->verdict[0] == CLASS_CLEAN)
		return NEW;
	return pair->verdict[1] == CLASS_CLEAN ? GONE : OTHER_CLASS;
}

static void print_kind(const struct differ *differ, enum difference kind, unsigned long count)
{
	static const char *const headings[CHANGES] = {
	    [NEW] = "Tagged by B only", [GONE] = "Tagged by A only", [OTHER_CLASS] = "Tagged as something else"};

	if (!count)
		return;
	fprintf(differ->out, "\n%s: %lu\n", headings[kind], count);
	for (size_t i = 0; i < differ->records[0].items.count; i++) {
		struct pair pair = pair_at(differ, i);

		if (change_of(&pair) == kind)
			print_pair(differ, &pair);
	}
}

static bool print_json(const struct differ *differ)
{
	for (size_t i = 0; i < differ->records[0].items.count; i++) {
		struct pair pair = pair_at(differ, i);

		if (change_of(&pair) >= NEW && !print_pair_json(differ, &pair))
			return false;
	}
	return true;
}

bool replay_diff_print(FILE *out, const struct records records[REPLAY_SIDES], const char *const names[REPLAY_SIDES],
		       const struct replay_mail *mail, bool json, const struct summary_style *style)
{
	struct differ differ = {.out = out, .records = records, .style = style};
	unsigned long counts[CHANGES] = {0};

	for (size_t side = 0; side < REPLAY_SIDES; side++)
		differ.tag_at[side] = record_hundredths(records[side].settings.inbound->at.tag.at);
	if (json)
		return print_json(&differ);
	for (size_t i = 0; i < records[0].items.count; i++) {
		struct pair pair = pair_at(&differ, i);

		counts[change_of(&pair)]++;
	}
	fprintf(out,
		"A: %s\nB: %s\n%zu messages: %lu the same, %lu with another score only, %lu with another verdict\n",
		names[0], names[1], records[0].items.count, counts[SAME], counts[SCORE_ONLY],
		counts[NEW] + counts[GONE] + counts[OTHER_CLASS]);
	for (int kind = NEW; kind < CHANGES; kind++)
		print_kind(&differ, (enum difference)kind, counts[kind]);
	summary_print_failures(out, mail);
	return true;
}
