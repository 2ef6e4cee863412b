#include "cli/check_print.h"

#include "engine/rule.h"

enum { PRINTED_VIEW_MAX = 4000 };

static const char bold[] = "\033[1m", dim[] = "\033[2m", red[] = "\033[31m", green[] = "\033[32m", plain[] = "\033[0m";

static const char *colour(bool colours, const char *code)
{
	return colours ? code : "";
}

void print_safely(FILE *out, struct str text, bool keep_lines)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool c1 = c == 0xc2 && i + 1 < text.n && (unsigned char)text.p[i + 1] < 0xa0;

		if (c == '\n' && keep_lines)
			fputs("\n    ", out);
		else if (c < ' ' || c == 0x7f || c1)
			fputc(' ', out);
		else
			fputc(c, out);
		i += c1;
	}
}

static void print_hit(FILE *out, const struct rule_hit *hit, bool colours)
{
	double worth = hit->shadow ? hit->rule->score : hit->score;

	fprintf(out, "  %s%+6.2f%s  %s%-28s%s %s", colour(colours, worth < 0 ? green : red), worth,
		colour(colours, plain), colour(colours, bold), hit->rule->id, colour(colours, plain),
		hit->rule->describe);
	if (hit->shadow)
		fputs(" (shadow: counts nothing)", out);
	else if (hit->score > -0.005 && hit->score < 0.005 && hit->rule->score != 0)
		fputs(" (its family counts no more)", out);
	fputc('\n', out);
	if (!hit->evidence.n)
		return;
	fprintf(out, "          %s", colour(colours, dim));
	if (!hit->rule->when)
		fprintf(out, "%s: \"", view_kind_name(hit->rule->view));
	print_safely(out, hit->evidence, false);
	fprintf(out, "%s%s\n", hit->rule->when ? "" : "\"", colour(colours, plain));
}

/* What the author is told, or would be where the site rejects. */
static void print_advice(FILE *out, const struct decision *decision, bool colours)
{
	struct arena *arena = arena_create(0);
	struct advice advice;

	if (arena && decision_advice(decision, arena, &advice) == STATUS_OK) {
		fprintf(out, "  %s%s%s\n", colour(colours, bold),
			action_blocks(decision->outcome.action) ? "The author is told:" : "What a rejection would say:",
			colour(colours, plain));
		for (size_t i = 0; i < advice.count; i++) {
			fputs("    ", out);
			print_safely(out, str_of(advice.lines[i]), false);
			fputc('\n', out);
		}
	}
	arena_destroy(arena);
}

void check_print_decision(FILE *out, const char *name, const struct decision *decision, bool colours)
{
	struct buf text = buf_make(NULL);
	bool tagged = decision->outcome.action > ACTION_ACCEPT;

	decision_format_sentence(decision, &text);
	fprintf(out, "%s%s%s\n", colour(colours, bold), name, colour(colours, plain));
	fprintf(out, "  %s%s%s\n", colour(colours, tagged ? red : green), buf_str(&text).p, colour(colours, plain));
	fprintf(out, "  %sdirection %s, relation %s, auth %s, linkedin %s%s\n", colour(colours, dim),
		fact_value_name(FACT_DIRECTION, decision->direction),
		fact_value_name(FACT_RELATION, decision->facts.value[FACT_RELATION]),
		fact_value_name(FACT_AUTH, decision->auth),
		fact_value_name(FACT_LINKEDIN, decision->facts.value[FACT_LINKEDIN]), colour(colours, plain));
	for (size_t i = 0; i < decision->verdict.hit_count; i++)
		print_hit(out, &decision->verdict.hits[i], colours);
	for (uint32_t bit = 1; bit && bit <= decision->limits; bit <<= 1)
		if (decision->limits & bit && mail_limit_name((enum mail_limit)bit))
			fprintf(out, "  limit reached: %s\n", mail_limit_name((enum mail_limit)bit));
	buf_free(&text);
	if (decision->direction == DIRECTION_OUTBOUND)
		print_advice(out, decision, colours);
}

void check_print_views(FILE *out, struct views *views, bool colours)
{
	for (int kind = 0; kind < VIEW_HEADER; kind++) {
		const struct view *view = views_get(views, (enum view_kind)kind, STR(""));
		struct str original = view_evidence(view, 0, view->text.n);

		fprintf(out, "  %s%s%s (%zu words)\n", colour(colours, bold), view_kind_name((enum view_kind)kind),
			colour(colours, plain), view->word_count);
		if (!view->text.n)
			continue;
		fputs("    ", out);
		print_safely(out, str_sub(view->text, 0, PRINTED_VIEW_MAX), kind == VIEW_LINKS);
		fputs(view->text.n > PRINTED_VIEW_MAX ? " ...\n" : "\n", out);
		if (kind == VIEW_LINKS || str_equal(original, view->text))
			continue;
		fprintf(out, "    %s", colour(colours, dim));
		print_safely(out, str_sub(original, 0, PRINTED_VIEW_MAX), true);
		fprintf(out, "%s%s\n", original.n > PRINTED_VIEW_MAX ? " ..." : "", colour(colours, plain));
	}
}
