#include "cli/replay_record.h"

#include "engine/rule.h"
#include "judge/recall.h"
#include "mail/charset.h"

#include <math.h>
#include <string.h>

enum { CONTEXT_BYTES = 70, TEXT_BYTES = 6000, FIELD_BYTES = 160, DETAIL_SCORE = 100, VERIFIERS_MAX = 100 };

int32_t record_hundredths(double score)
{
	return (int32_t)lround(score * 100);
}

bool record_reaches(const struct record *record, int32_t threshold)
{
	return !record->sent && record->judged && record->acted_on && record->score >= threshold;
}

struct records records_make(const struct record_settings *settings, struct arena *arena)
{
	return (struct records){.settings = *settings,
				.arena = arena,
				.items = list_make(sizeof(struct record), NULL),
				.verifiers = list_make(sizeof(struct record_verifier), NULL)};
}

void records_free(struct records *records)
{
	list_free(&records->items);
	list_free(&records->verifiers);
}

/* A copy of at most `max` bytes, cut between characters. */
static struct str keep(struct records *records, struct str text, size_t max)
{
	size_t n = text.n < max ? text.n : max;
	const char *copy;

	while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	copy = arena_strndup(records->arena, text.p, n);
	records->no_memory |= !copy;
	return (struct str){copy ? copy : "", copy ? n : 0};
}

/* Up to CONTEXT_BYTES in front of `at`, from the beginning of a word. */
static struct str words_before(struct str text, size_t at)
{
	size_t start = at > CONTEXT_BYTES ? at - CONTEXT_BYTES : 0;

	while (start > 0 && start < at && !ascii_is_space(text.p[start - 1]))
		start++;
	while (start < at && ((unsigned char)text.p[start] & 0xc0) == 0x80)
		start++;
	return str_sub(text, start, at - start);
}

static struct str words_behind(struct str text, size_t at)
{
	size_t end = text.n - at > CONTEXT_BYTES ? at + CONTEXT_BYTES : text.n, whole = end;

	while (whole > at && whole < text.n && !ascii_is_space(text.p[whole]))
		whole--;
	if (whole > at)
		end = whole;
	while (end > at && end < text.n && ((unsigned char)text.p[end] & 0xc0) == 0x80)
		end--;
	return str_sub(text, at, end - at);
}

/* Evidence of a text rule is a slice of what its view was folded from; what stands beside it is its context. */
static void keep_context(struct records *records, const struct rule *rule, struct str evidence, struct views *views,
			 struct record_hit *hit)
{
	const struct view *view = views ? views_get(views, rule->view, rule->view_header) : NULL;
	struct str original = view ? view->original : STR("");
	size_t at;

	if (rule->when || !original.n || evidence.p < original.p || evidence.p + evidence.n > original.p + original.n)
		return;
	at = (size_t)(evidence.p - original.p);
	hit->before = keep(records, words_before(original, at), CONTEXT_BYTES);
	hit->after = keep(records, words_behind(original, at + evidence.n), CONTEXT_BYTES);
}

static void keep_hits(struct records *records, const struct verdict *verdict, struct views *views,
		      struct record *record)
{
	struct record_hit *hits = arena_calloc(records->arena, verdict->hit_count + 1, sizeof *hits);

	if (!hits) {
		records->no_memory = true;
		return;
	}
	for (size_t i = 0; i < verdict->hit_count; i++) {
		const struct rule_hit *hit = &verdict->hits[i];

		hits[i] = (struct record_hit){.rule = hit->rule,
					      .score = record_hundredths(hit->score),
					      .shadow = hit->shadow,
					      .evidence = keep(records, hit->evidence, FIELD_BYTES),
					      .before = STR(""),
					      .after = STR("")};
		keep_context(records, hit->rule, hit->evidence, views, &hits[i]);
	}
	record->hits = hits;
	record->hit_count = verdict->hit_count;
}

static void keep_details(struct records *records, struct judgement *judgement, const struct decision *decision,
			 struct record *record)
{
	const struct message *message = judgement_message(judgement);

	if (message->from.count) {
		record->from = keep(records, message->from.items[0].mailbox, FIELD_BYTES);
		record->name = keep(records, message->from.items[0].display, FIELD_BYTES);
	}
	record->subject = keep(records, message->subject, FIELD_BYTES);
	keep_hits(records, &decision->verdict, judgement_views(judgement), record);
	if (records->settings.with_text)
		record->text = keep(records, message->text, TEXT_BYTES);
}

/* The language that most of the text rules which fired are in. */
static const char *language_of(const struct verdict *verdict)
{
	const char *best = "";
	size_t best_count = 0;

	for (size_t i = 0; i < verdict->hit_count; i++) {
		const char *language = verdict->hits[i].rule->language;
		size_t count = 0;

		for (size_t k = 0; *language && k < verdict->hit_count; k++)
			count += strcmp(verdict->hits[k].rule->language, language) == 0;
		if (count > best_count) {
			best_count = count;
			best = language;
		}
	}
	return best;
}

static void note_verifier(struct records *records, const struct message *message)
{
	const struct header *field = header_first(&message->headers, STR("Authentication-Results"));
	struct str id = field ? str_trim(field->raw) : STR("");
	struct record_verifier *slot;
	size_t end = 0;

	while (end < id.n && !ascii_is_space(id.p[end]) && id.p[end] != ';' && id.p[end] != '/')
		end++;
	id = str_sub(id, 0, end);
	if (!id.n)
		return;
	for (size_t i = 0; i < records->verifiers.count; i++) {
		slot = list_at(&records->verifiers, i);
		if (str_equal_nocase(slot->id, id)) {
			slot->count++;
			return;
		}
	}
	slot = records->verifiers.count < VERIFIERS_MAX ? list_push(&records->verifiers) : NULL;
	if (slot)
		*slot = (struct record_verifier){keep(records, id, FIELD_BYTES), 1};
}

void records_add(struct records *records, const struct replay_entry *entry, struct judgement *judgement,
		 const struct decision *decision)
{
	const struct message *message = judgement_message(judgement);
	const struct policy *policy = entry->sent ? records->settings.outbound : records->settings.inbound;
	const struct verdict *verdict = &decision->verdict;
	struct record *record = list_push(&records->items);

	if (!record) {
		records->no_memory = true;
		return;
	}
	*record = (struct record){
	    .entry = entry,
	    .score = record_hundredths(verdict->score),
	    .sent = entry->sent,
	    .judged = decision->judged,
	    .verdict_class = verdict->mail_class,
	    .mail_class = decision->outcome.mail_class,
	    /* Where a list decides, no threshold does. */
	    .acted_on = verdict->mail_class != CLASS_CLEAN && !policy->classes_off[verdict->mail_class] &&
			!decision->outcome.list,
	    .relation = (enum relation)decision->facts.value[FACT_RELATION],
	    .linkedin = (enum linkedin_stream)decision->facts.value[FACT_LINKEDIN],
	    .linkedin_claimed = decision->facts.value[FACT_LINKEDIN_CLAIMED] != 0,
	    .language = language_of(verdict),
	    .template_id = decision->template_id,
	    .template_seen = decision->facts.value[FACT_TEMPLATE_SEEN],
	    .from = STR(""),
	    .name = STR(""),
	    .subject = STR(""),
	    .text = STR(""),
	};
	if (records->settings.labels)
		record->label = labels_get(records->settings.labels, labels_key(message, message->arena));
	if (!entry->sent)
		note_verifier(records, message);
	if (records->settings.all_details || record->score >= DETAIL_SCORE || record->verdict_class != CLASS_CLEAN ||
	    record->label != LABEL_NONE)
		keep_details(records, judgement, decision, record);
}
