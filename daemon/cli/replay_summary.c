#include "cli/replay_summary.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MONTHS_SHOWN = 36, MISSES_PER_SENDER = 2 };

static const struct record *record_at(const struct records *records, size_t index)
{
	return list_at(&records->items, index);
}

static bool is_tagged(const struct record *record, const struct summary *summary)
{
	return record_reaches(record, summary->tag_at);
}

static void count_record(struct summary *summary, const struct record *record)
{
	int64_t date = record->entry->date;

	if (record->sent) {
		summary->sent++;
		summary->sent_against += record->mail_class != CLASS_CLEAN;
	} else {
		summary->received++;
		summary->tagged += is_tagged(record, summary);
		summary->by_class[record->mail_class]++;
		summary->not_judged += !record->judged;
		summary->by_relation[record->relation]++;
		summary->linkedin_claimed += record->linkedin_claimed || record->linkedin != LINKEDIN_NONE;
		summary->linkedin_proved += record->linkedin != LINKEDIN_NONE;
	}
	summary->labelled_good += record->label == LABEL_GOOD;
	summary->labelled_bad += record->label == LABEL_BAD;
	if (!date)
		return;
	if (!summary->first)
		summary->first = date;
	summary->last = date;
}

/* Records come in order of date, so a new period is always the last. */
static bool count_period(struct summary *summary, const struct record *record, bool by_year)
{
	time_t date = (time_t)record->entry->date;
	struct summary_period *period = NULL;
	struct tm when;

	if (record->sent || !date || !gmtime_r(&date, &when))
		return true;
	if (summary->periods.count)
		period = list_at(&summary->periods, summary->periods.count - 1);
	if (!period || period->year != when.tm_year + 1900 || (!by_year && period->month != when.tm_mon + 1)) {
		period = list_push(&summary->periods);
		if (!period)
			return false;
		period->year = when.tm_year + 1900;
		period->month = by_year ? 0 : when.tm_mon + 1;
	}
	period->received++;
	if (is_tagged(record, summary))
		period->tagged[record->verdict_class]++;
	return true;
}

static bool count_periods(struct summary *summary, const struct records *records)
{
	bool by_year = summary->last - summary->first > (int64_t)MONTHS_SHOWN * 31 * SECONDS_PER_DAY;

	for (size_t i = 0; i < records->items.count; i++)
		if (!count_period(summary, record_at(records, i), by_year))
			return false;
	return true;
}

static int by_sender(const void *a, const void *b)
{
	const struct record *one = *(const struct record *const *)a, *other = *(const struct record *const *)b;
	size_t n = one->from.n < other->from.n ? one->from.n : other->from.n;
	int order = memcmp(one->from.p, other->from.p, n);

	if (order)
		return order;
	if (one->from.n != other->from.n)
		return one->from.n < other->from.n ? -1 : 1;
	return one < other ? -1 : one > other;
}

static int by_template(const void *a, const void *b)
{
	const struct record *one = *(const struct record *const *)a, *other = *(const struct record *const *)b;

	if (one->template_id != other->template_id)
		return one->template_id < other->template_id ? -1 : 1;
	return one < other ? -1 : one > other;
}

static void add_top_sender(struct summary *summary, const struct summary_sender *sender)
{
	size_t at = summary->sender_count;

	while (at > 0 && summary->senders[at - 1].tagged < sender->tagged)
		at--;
	if (at == SUMMARY_TOP)
		return;
	if (summary->sender_count < SUMMARY_TOP)
		summary->sender_count++;
	memmove(&summary->senders[at + 1], &summary->senders[at],
		(summary->sender_count - at - 1) * sizeof *summary->senders);
	summary->senders[at] = *sender;
}

static void add_top_template(struct summary *summary, const struct summary_template *found)
{
	size_t at = summary->template_count;

	if (found->messages < 2)
		return;
	while (at > 0 && summary->templates[at - 1].messages < found->messages)
		at--;
	if (at == SUMMARY_TOP)
		return;
	if (summary->template_count < SUMMARY_TOP)
		summary->template_count++;
	memmove(&summary->templates[at + 1], &summary->templates[at],
		(summary->template_count - at - 1) * sizeof *summary->templates);
	summary->templates[at] = *found;
}

static void find_senders(struct summary *summary, const struct record **chosen, size_t count)
{
	struct summary_sender sender = {.tagged = 0};

	if (count)
		qsort(chosen, count, sizeof *chosen, by_sender);
	for (size_t i = 0; i < count; i++) {
		if (sender.tagged && !str_equal(sender.from, chosen[i]->from)) {
			add_top_sender(summary, &sender);
			sender.tagged = 0;
		}
		if (!sender.tagged)
			sender = (struct summary_sender){.from = chosen[i]->from};
		sender.tagged++;
		if (chosen[i]->score > sender.highest)
			sender.highest = chosen[i]->score;
	}
	if (sender.tagged)
		add_top_sender(summary, &sender);
}

static void find_templates(struct summary *summary, const struct record **chosen, size_t count)
{
	struct summary_template found = {.id = 0};

	if (count)
		qsort(chosen, count, sizeof *chosen, by_template);
	for (size_t i = 0; i < count; i++) {
		if (found.id && found.id != chosen[i]->template_id) {
			add_top_template(summary, &found);
			found.id = 0;
		}
		if (!found.id)
			found = (struct summary_template){.id = chosen[i]->template_id, .example = chosen[i]};
		found.messages++;
		found.tagged += is_tagged(chosen[i], summary);
	}
	if (found.id)
		add_top_template(summary, &found);
}

static int by_distance(const void *a, const void *b)
{
	const struct record *one = *(const struct record *const *)a, *other = *(const struct record *const *)b;

	if (one->score != other->score)
		return one->score < other->score ? -1 : 1;
	return one < other ? -1 : one > other;
}

/* No sender fills the list alone. */
static void add_miss(const struct record **misses, size_t *count, const struct record *record)
{
	unsigned int same = 0;

	for (size_t i = 0; i < *count; i++)
		same += str_equal(misses[i]->from, record->from);
	if (same < MISSES_PER_SENDER)
		misses[(*count)++] = record;
}

/* `chosen` holds what has a class that is acted on: what the threshold alone decides. */
static void find_misses(struct summary *summary, const struct record **chosen, size_t count)
{
	size_t first = 0;

	if (count)
		qsort(chosen, count, sizeof *chosen, by_distance);
	while (first < count && chosen[first]->score < summary->tag_at)
		first++;
	for (size_t i = first; i < count && summary->above_count < SUMMARY_MISSES; i++)
		add_miss(summary->above, &summary->above_count, chosen[i]);
	for (size_t i = first; i > 0 && summary->below_count < SUMMARY_MISSES; i--)
		add_miss(summary->below, &summary->below_count, chosen[i - 1]);
}

static bool is_candidate(const struct record *record, const struct summary *summary)
{
	(void)summary;
	return !record->sent && record->judged && record->acted_on;
}

static bool has_template(const struct record *record, const struct summary *summary)
{
	(void)summary;
	return !record->sent && record->template_id;
}

/* Those of which `wanted` is true, as `find` is to see them. */
static bool with_chosen(struct summary *summary, const struct records *records,
			bool (*wanted)(const struct record *record, const struct summary *summary),
			void (*find)(struct summary *summary, const struct record **chosen, size_t count))
{
	const struct record **chosen = calloc(records->items.count + 1, sizeof(const struct record *));
	size_t count = 0;

	if (!chosen)
		return false;
	for (size_t i = 0; i < records->items.count; i++)
		if (wanted(record_at(records, i), summary))
			chosen[count++] = record_at(records, i);
	find(summary, chosen, count);
	free(chosen);
	return true;
}

struct summary_threshold summary_at(const struct records *records, int32_t threshold)
{
	struct summary_threshold found = {.at = threshold};

	for (size_t i = 0; i < records->items.count; i++) {
		const struct record *record = record_at(records, i);

		if (!record_reaches(record, threshold))
			continue;
		found.tagged++;
		found.by_class[record->verdict_class]++;
		found.correspondents += record->relation >= RELATION_KNOWN;
		found.good += record->label == LABEL_GOOD;
		found.bad += record->label == LABEL_BAD;
	}
	return found;
}

static void add_threshold(struct summary *summary, const struct records *records, int32_t at)
{
	if (summary->threshold_count < SUMMARY_THRESHOLDS_MAX)
		summary->thresholds[summary->threshold_count++] = summary_at(records, at);
}

/* In even steps, and the configured ones among them. */
static void find_thresholds(struct summary *summary, const struct records *records)
{
	const int32_t own[] = {summary->tag_at, summary->reject_set ? summary->reject_at : summary->tag_at};
	int32_t before = 0;

	for (int32_t at = SUMMARY_THRESHOLD_FIRST; at <= SUMMARY_THRESHOLD_LAST; at += SUMMARY_THRESHOLD_STEP) {
		for (size_t i = 0; i < 2; i++)
			if (own[i] > before && own[i] < at && (i == 0 || own[1] != own[0]))
				add_threshold(summary, records, own[i]);
		add_threshold(summary, records, at);
		before = at;
	}
}

bool summary_make(const struct records *records, struct summary *ret_summary)
{
	const struct policy *inbound = records->settings.inbound;

	*ret_summary = (struct summary){.tag_at = record_hundredths(inbound->at.tag.at),
					.reject_set = inbound->at.reject.set,
					.reject_at = record_hundredths(inbound->at.reject.at),
					.periods = list_make(sizeof(struct summary_period), NULL)};
	if (!inbound->at.tag.set)
		ret_summary->tag_at = record_hundredths(policy_default_inbound.at.tag.at);
	for (size_t i = 0; i < records->items.count; i++)
		count_record(ret_summary, record_at(records, i));
	find_thresholds(ret_summary, records);
	return count_periods(ret_summary, records) && with_chosen(ret_summary, records, is_tagged, find_senders) &&
	       with_chosen(ret_summary, records, has_template, find_templates) &&
	       with_chosen(ret_summary, records, is_candidate, find_misses);
}

void summary_free(struct summary *summary)
{
	list_free(&summary->periods);
}
