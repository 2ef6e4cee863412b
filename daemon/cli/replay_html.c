#include "cli/replay_html.h"

#include "base/clock.h"
#include "cli/report_page.h"
#include "engine/rule.h"
#include "mail/charset.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLAG_SENT = 1, FLAG_JUDGED = 2, FLAG_ACTED = 4 };

struct page {
	FILE *out;
	const struct summary *summary;
	const struct records *records;
	const struct replay_mail *mail;
	struct list rules;     /* of const struct rule *, in the order of their numbers in the page */
	struct list numbers;   /* of size_t: by index in the ruleset, the number and one; 0: not in the page */
	unsigned long omitted; /* rows */
	int32_t lowest;        /* score of a row that is in the page */
	bool no_memory;
};

/*
 * A JSON string that may stand inside a <script>: nothing in it can end the element. What is not UTF-8 becomes U+FFFD.
 */
static void write_string(FILE *out, struct str text)
{
	fputc('"', out);
	while (text.n) {
		unsigned char c = (unsigned char)text.p[0];
		size_t n = utf8_sequence(text);

		if (c < ' ' || c == 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&')
			fprintf(out, "\\u%04x", c);
		else if (n)
			fwrite(text.p, 1, n, out);
		else
			fputs("\uFFFD", out);
		text = str_sub(text, n ? n : 1, text.n);
	}
	fputc('"', out);
}

static void write_text(FILE *out, const char *text)
{
	write_string(out, str_of(text));
}

/* Where the rule stands in the page's list of rules; it is added when it is first met. */
static size_t rule_number(struct page *page, const struct rule *rule)
{
	size_t *number;

	while (page->numbers.count <= rule->index)
		if (!list_push(&page->numbers)) {
			page->no_memory = true;
			return 0;
		}
	number = list_at(&page->numbers, rule->index);
	if (!*number) {
		const struct rule **slot = list_push(&page->rules);

		if (!slot) {
			page->no_memory = true;
			return 0;
		}
		*slot = rule;
		*number = page->rules.count;
	}
	return *number - 1;
}

static void write_hits(struct page *page, const struct record *record)
{
	fputc('[', page->out);
	for (size_t i = 0; i < record->hit_count; i++) {
		const struct record_hit *hit = &record->hits[i];

		fprintf(page->out, "%s[%zu,%d,", i ? "," : "", rule_number(page, hit->rule), hit->score);
		write_string(page->out, hit->evidence);
		fputc(',', page->out);
		write_string(page->out, hit->before);
		fputc(',', page->out);
		write_string(page->out, hit->after);
		fputs(hit->shadow ? ",1]" : "]", page->out);
	}
	fputc(']', page->out);
}

static void write_row(struct page *page, const struct record *record)
{
	const struct str texts[] = {record->from, record->name, record->subject};
	char name[4200];

	fprintf(page->out, "[%" PRId64 ",%d,%d,%d,%d,", record->entry->date, record->score, (int)record->verdict_class,
		(record->sent ? FLAG_SENT : 0) | (record->judged ? FLAG_JUDGED : 0) |
		    (record->acted_on ? FLAG_ACTED : 0),
		(int)record->relation);
	write_text(page->out, record->language);
	fprintf(page->out, ",%" PRIu64 ",", record->template_id);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		write_string(page->out, texts[i]);
		fputc(',', page->out);
	}
	write_text(page->out, replay_entry_name(record->entry, name, sizeof name));
	fprintf(page->out, ",%d,", (int)record->label);
	write_hits(page, record);
	if (record->text.n) {
		fputc(',', page->out);
		write_string(page->out, record->text);
	}
	fputs("]\n", page->out);
}

static int by_score(const void *a, const void *b)
{
	int32_t one = *(const int32_t *)a, other = *(const int32_t *)b;

	return (one < other) - (one > other);
}

/* The lowest score of a row that still has room. */
static void choose_rows(struct page *page)
{
	size_t count = page->records->items.count;
	int32_t *scores = calloc(count + 1, sizeof *scores);

	page->lowest = INT32_MIN;
	page->no_memory |= !scores;
	if (!scores || count <= REPLAY_HTML_ROWS_MAX) {
		free(scores);
		return;
	}
	for (size_t i = 0; i < count; i++)
		scores[i] = ((const struct record *)list_at(&page->records->items, i))->score;
	qsort(scores, count, sizeof *scores, by_score);
	page->lowest = scores[REPLAY_HTML_ROWS_MAX];
	free(scores);
}

/* Of those with exactly the lowest score as many as there is room for, the earliest first. */
static void write_rows(struct page *page)
{
	const struct list *items = &page->records->items;
	size_t above = 0, room, written = 0;

	for (size_t i = 0; i < items->count; i++)
		above += ((const struct record *)list_at(items, i))->score > page->lowest;
	room = REPLAY_HTML_ROWS_MAX > above ? REPLAY_HTML_ROWS_MAX - above : 0;
	fputs("\"rows\":[", page->out);
	for (size_t i = 0; i < items->count; i++) {
		const struct record *record = list_at(items, i);

		if (record->score <= page->lowest && page->lowest != INT32_MIN) {
			if (!room) {
				page->omitted++;
				continue;
			}
			room--;
		}
		if (written++)
			fputc(',', page->out);
		write_row(page, record);
	}
	fputs("],\n", page->out);
}

static void write_rules(struct page *page)
{
	fputs("\"rules\":[", page->out);
	for (size_t i = 0; i < page->rules.count; i++) {
		const struct rule *rule = *(const struct rule **)list_at(&page->rules, i);

		fputs(i ? ",[" : "[", page->out);
		write_text(page->out, rule->id);
		fputc(',', page->out);
		write_text(page->out, rule->family);
		fputc(',', page->out);
		write_text(page->out, rule->describe);
		fputc(']', page->out);
	}
	fputs("],\n", page->out);
}

static void write_names(struct page *page)
{
	fputs("\"classes\":[", page->out);
	for (int i = 0; i < CLASS_COUNT; i++) {
		fputs(i ? "," : "", page->out);
		write_text(page->out, mail_class_name((enum mail_class)i));
	}
	fputs("],\"relations\":[", page->out);
	for (int i = 0; i <= RELATION_MUTUAL; i++) {
		fputs(i ? "," : "", page->out);
		write_text(page->out, fact_value_name(FACT_RELATION, i));
	}
	fputs("],\"failures\":[", page->out);
	for (size_t i = 0; i < page->mail->failures.names.count; i++) {
		const char *name = *(char *const *)list_at(&page->mail->failures.names, i);

		fputs(i ? "," : "", page->out);
		write_text(page->out, name ? name : "");
	}
	fputs("],\n", page->out);
}

static void write_data(struct page *page)
{
	const struct replay_mail *mail = page->mail;

	fputs("{\n", page->out);
	choose_rows(page);
	write_rows(page);
	write_rules(page);
	write_names(page);
	fprintf(page->out, "\"tagAt\":%d,\"rejectAt\":", page->summary->tag_at);
	if (page->summary->reject_set)
		fprintf(page->out, "%d", page->summary->reject_at);
	else
		fputs("null", page->out);
	fprintf(page->out, ",\"labels\":%s,\"moreLines\":%s,\"interrupted\":%s",
		page->records->settings.labels ? "true" : "false",
		page->records->settings.more_lines ? "true" : "false", mail->interrupted ? "true" : "false");
	fprintf(page->out, ",\"undated\":%lu,\"repeated\":%lu,\"unreadable\":%lu,\"omitted\":%lu", mail->undated,
		mail->repeated, mail->failures.count, page->omitted);
	fprintf(page->out, ",\"version\":\"%s\",\"made\":%" PRId64 "}", COLDSHOULDER_VERSION, clock_wall_seconds());
}

static bool write_page(struct page *page)
{
	fwrite(report_page_head, 1, report_page_head_size, page->out);
	write_data(page);
	fwrite(report_page_tail, 1, report_page_tail_size, page->out);
	list_free(&page->rules);
	list_free(&page->numbers);
	if (page->no_memory)
		errno = ENOMEM;
	return !page->no_memory && fflush(page->out) == 0 && !ferror(page->out);
}

bool replay_html_write(const char *path, const struct summary *summary, const struct records *records,
		       const struct replay_mail *mail)
{
	struct page page = {.summary = summary,
			    .records = records,
			    .mail = mail,
			    .rules = list_make(sizeof(const struct rule *), NULL),
			    .numbers = list_make(sizeof(size_t), NULL)};
	char temporary[PATH_MAX];
	bool written;
	int fd, error;

	if ((size_t)snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= sizeof temporary) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = mkostemp(temporary, O_CLOEXEC);
	page.out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!page.out)
		return false;
	written = write_page(&page);
	error = errno;
	if (fclose(page.out) == 0 && written && rename(temporary, path) == 0)
		return true;
	error = written ? errno : error;
	unlink(temporary);
	errno = error;
	return false;
}
