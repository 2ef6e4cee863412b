#include "cli/check_print.h"
#include "cli/replay_summary.h"

#include "engine/rule.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { BAR_WIDTH = 30, HITS_SHOWN = 4, SUBJECT_SHOWN = 60 };

static const char bold[] = "\033[1m", dim[] = "\033[2m", red[] = "\033[31m", plain[] = "\033[0m";

struct printer {
	FILE *out;
	const struct summary *summary;
	const struct summary_style *style;
};

static const char *colour(const struct printer *printer, const char *code)
{
	return printer->style->colours ? code : "";
}

static void heading(const struct printer *printer, const char *text)
{
	fprintf(printer->out, "\n%s%s%s\n", colour(printer, bold), text, colour(printer, plain));
}

static const char *date_text(int64_t date, char text[16])
{
	time_t seconds = (time_t)date;
	struct tm when;

	if (!date || !gmtime_r(&seconds, &when))
		return "no date   ";
	strftime(text, 16, "%Y-%m-%d", &when);
	return text;
}

/* At most `max` bytes, cut between characters. */
static struct str shortened(struct str text, size_t max)
{
	size_t n = text.n < max ? text.n : max;

	while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return str_sub(text, 0, n);
}

static void print_bar(const struct printer *printer, unsigned long value, unsigned long most)
{
	unsigned long n = most ? (value * BAR_WIDTH + most - 1) / most : 0;

	for (unsigned long i = 0; i < n; i++)
		fputs(printer->style->utf8 ? "\u2587" : "#", printer->out);
}

static double share(unsigned long part, unsigned long whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_counts(const struct printer *printer)
{
	const struct summary *summary = printer->summary;
	char first[16], last[16];

	fprintf(printer->out, "%s%lu messages received%s", colour(printer, bold), summary->received,
		colour(printer, plain));
	if (summary->sent)
		fprintf(printer->out, ", %lu sent", summary->sent);
	if (summary->first)
		fprintf(printer->out, ", from %s to %s", date_text(summary->first, first),
			date_text(summary->last, last));
	fprintf(printer->out, "\n%lu of them (%.2f %%) would have been tagged at %.2f\n\n", summary->tagged,
		share(summary->tagged, summary->received), summary->tag_at / 100.0);
	for (int i = CLASS_COUNT - 1; i >= 0; i--) {
		if (!summary->by_class[i] && i != CLASS_COLD && i != CLASS_LINKEDIN && i != CLASS_TEMPLATE)
			continue;
		fprintf(printer->out, "  %-9s %8lu %6.2f %%\n", mail_class_name((enum mail_class)i),
			summary->by_class[i], share(summary->by_class[i], summary->received));
	}
	if (summary->not_judged)
		fprintf(printer->out, "  %lu not judged: to mailboxes that must see everything\n", summary->not_judged);
	if (summary->sent)
		fprintf(printer->out, "  %lu of the sent ones are against the outbound policy\n",
			summary->sent_against);
}

static void print_relations(const struct printer *printer)
{
	const struct summary *summary = printer->summary;

	heading(printer, "From whom");
	for (int i = RELATION_MUTUAL; i >= 0; i--)
		if (summary->by_relation[i])
			fprintf(printer->out, "  %-9s %8lu %6.2f %%\n", fact_value_name(FACT_RELATION, i),
				summary->by_relation[i], share(summary->by_relation[i], summary->received));
	if (!summary->sent)
		fprintf(printer->out,
			"  No sent mail was given, so everybody is a stranger: --sent DIR knows better.\n");
}

static void print_thresholds(const struct printer *printer)
{
	const struct summary *summary = printer->summary;
	bool labels = summary->labelled_good || summary->labelled_bad;

	heading(printer, "What other thresholds would do");
	fprintf(printer->out, "      at   tagged   share     cold linkedin template  from known people%s\n",
		labels ? "   good    bad" : "");
	for (size_t i = 0; i < summary->threshold_count; i++) {
		const struct summary_threshold *t = &summary->thresholds[i];
		bool tag = t->at == summary->tag_at, reject = summary->reject_set && t->at == summary->reject_at;

		fprintf(printer->out, "%s%s %6.2f %8lu %6.2f %% %8lu %8lu %8lu %18lu", tag ? colour(printer, bold) : "",
			tag ? " >" : "  ", t->at / 100.0, t->tagged, share(t->tagged, summary->received),
			t->by_class[CLASS_COLD], t->by_class[CLASS_LINKEDIN], t->by_class[CLASS_TEMPLATE],
			t->correspondents);
		if (labels)
			fprintf(printer->out, " %6lu %6lu", t->good, t->bad);
		fprintf(printer->out, "%s%s%s\n", tag ? "  tag_at" : "", reject ? "  reject_at" : "",
			tag ? colour(printer, plain) : "");
	}
}

static unsigned long period_tagged(const struct summary_period *period)
{
	unsigned long tagged = 0;

	for (int i = 0; i < CLASS_COUNT; i++)
		tagged += period->tagged[i];
	return tagged;
}

static void print_periods(const struct printer *printer)
{
	const struct list *periods = &printer->summary->periods;
	unsigned long most = 0;

	if (!periods->count)
		return;
	for (size_t i = 0; i < periods->count; i++) {
		unsigned long tagged = period_tagged(list_at(periods, i));

		most = tagged > most ? tagged : most;
	}
	heading(printer, ((const struct summary_period *)list_at(periods, 0))->month ? "By month" : "By year");
	fputs("            received   cold linkedin template\n", printer->out);
	for (size_t i = 0; i < periods->count; i++) {
		const struct summary_period *p = list_at(periods, i);

		if (p->month)
			fprintf(printer->out, "  %04d-%02d ", p->year, p->month);
		else
			fprintf(printer->out, "  %04d    ", p->year);
		fprintf(printer->out, "%10lu %6lu %8lu %8lu  ", p->received, p->tagged[CLASS_COLD],
			p->tagged[CLASS_LINKEDIN], p->tagged[CLASS_TEMPLATE]);
		print_bar(printer, period_tagged(p), most);
		fputc('\n', printer->out);
	}
}

static void print_top(const struct printer *printer)
{
	const struct summary *summary = printer->summary;

	if (summary->sender_count)
		heading(printer, "Who would have been tagged most often");
	for (size_t i = 0; i < summary->sender_count; i++) {
		const struct summary_sender *sender = &summary->senders[i];

		fprintf(printer->out, "  %6lu  up to %5.2f  ", sender->tagged, sender->highest / 100.0);
		print_safely(printer->out, sender->from, false);
		fputc('\n', printer->out);
	}
	if (summary->template_count)
		heading(printer, "The same text to many: templates");
	for (size_t i = 0; i < summary->template_count; i++) {
		const struct summary_template *found = &summary->templates[i];

		fprintf(printer->out, "  %6lu more copies, %lu tagged, such as \"", found->messages, found->tagged);
		print_safely(printer->out, shortened(found->example->subject, SUBJECT_SHOWN), false);
		fputs("\" from ", printer->out);
		print_safely(printer->out, found->example->from, false);
		fputc('\n', printer->out);
	}
}

static void print_hit(const struct printer *printer, const struct record_hit *hit)
{
	fprintf(printer->out, "           %+5.2f %s", hit->score / 100.0, hit->rule->id);
	if (hit->evidence.n) {
		fprintf(printer->out, "%s %s", colour(printer, dim), hit->rule->when ? "(" : "\"");
		print_safely(printer->out, hit->evidence, false);
		fprintf(printer->out, "%s%s", hit->rule->when ? ")" : "\"", colour(printer, plain));
	}
	fputc('\n', printer->out);
}

static void print_record(const struct printer *printer, const struct record *record)
{
	char date[16], name[4200];
	size_t shown = 0;

	fprintf(printer->out, "  %s%6.2f%s  %-8s  %s  ", colour(printer, red), record->score / 100.0,
		colour(printer, plain), mail_class_name(record->verdict_class), date_text(record->entry->date, date));
	print_safely(printer->out, record->from, false);
	fputs("  \"", printer->out);
	print_safely(printer->out, shortened(record->subject, SUBJECT_SHOWN), false);
	fprintf(printer->out, "\"\n          %s", colour(printer, dim));
	print_safely(printer->out, str_of(replay_entry_name(record->entry, name, sizeof name)), false);
	fprintf(printer->out, "%s\n", colour(printer, plain));
	for (size_t i = 0; i < record->hit_count && shown < HITS_SHOWN; i++) {
		if (record->hits[i].score == 0)
			continue;
		print_hit(printer, &record->hits[i]);
		shown++;
	}
}

static void print_misses(const struct printer *printer)
{
	const struct summary *summary = printer->summary;
	char text[80];

	snprintf(text, sizeof text, "Just below %.2f: not tagged, nearest first", summary->tag_at / 100.0);
	if (summary->below_count)
		heading(printer, text);
	for (size_t i = 0; i < summary->below_count; i++)
		print_record(printer, summary->below[i]);
	snprintf(text, sizeof text, "Just above %.2f: tagged, nearest first", summary->tag_at / 100.0);
	if (summary->above_count)
		heading(printer, text);
	for (size_t i = 0; i < summary->above_count; i++)
		print_record(printer, summary->above[i]);
}

static const struct record_verifier *likely_verifier(const struct records *records)
{
	const struct record_verifier *best = NULL;

	for (size_t i = 0; i < records->verifiers.count; i++) {
		const struct record_verifier *verifier = list_at(&records->verifiers, i);

		if (!best || verifier->count > best->count)
			best = verifier;
	}
	return best;
}

void summary_print_failures(FILE *out, const struct replay_mail *mail)
{
	size_t named = mail->failures.names.count;

	if (!mail->failures.count)
		return;
	fprintf(out, "\n%lu could not be read:\n", mail->failures.count);
	for (size_t i = 0; i < named; i++) {
		const char *name = *(char *const *)list_at(&mail->failures.names, i);

		fputs("  ", out);
		print_safely(out, str_of(name ? name : ""), false);
		fputc('\n', out);
	}
	if (mail->failures.count > named)
		fprintf(out, "  and %lu more\n", mail->failures.count - (unsigned long)named);
}

static void print_notes(const struct printer *printer, const struct records *records, const struct replay_mail *mail)
{
	const struct summary *summary = printer->summary;
	const struct record_verifier *verifier = likely_verifier(records);

	if (summary->linkedin_claimed > summary->linkedin_proved) {
		fprintf(printer->out, "\n%lu messages say that they are LinkedIn's, and nothing proves it.",
			summary->linkedin_claimed - summary->linkedin_proved);
		if (verifier) {
			fputs(" If your mail server wrote their\nAuthentication-Results: --authserv-id ", printer->out);
			print_safely(printer->out, verifier->id, false);
		}
		fputc('\n', printer->out);
	}
	if (records->settings.more_lines)
		fprintf(
		    printer->out,
		    "\nThe configuration has thresholds of their own for some classes or people. The numbers of classes above go\n"
		    "by them; everything else here draws one line for all, at %.2f.\n",
		    summary->tag_at / 100.0);
	if (mail->undated)
		fprintf(printer->out, "\n%lu messages have no date that could be read; they came first.\n",
			mail->undated);
	if (mail->repeated)
		fprintf(printer->out, "\n%lu messages were found twice and counted once.\n", mail->repeated);
	if (mail->too_old)
		fprintf(printer->out, "\n%lu received messages are older than --since and were left out.\n",
			mail->too_old);
	summary_print_failures(printer->out, mail);
}

void summary_print(FILE *out, const struct summary *summary, const struct records *records,
		   const struct replay_mail *mail, const struct summary_style *style)
{
	const struct printer printer = {out, summary, style};

	print_counts(&printer);
	print_relations(&printer);
	print_periods(&printer);
	print_top(&printer);
	print_misses(&printer);
	print_thresholds(&printer);
	print_notes(&printer, records, mail);
}
