#include "cli/stats_messages.h"

#include <string.h>
#include <time.h>

static void print_messages(const json_t *messages)
{
	size_t i;
	json_t *entry;

	json_array_foreach(messages, i, entry)
	{
		const char *direction, *mail_class, *action;
		json_int_t count;

		if (json_unpack(entry, "{ss ss ss sI}", "direction", &direction, "class", &mail_class, "action",
				&action, "count", &count) == 0)
			printf("  %-9s %-9s %-22s %10lld\n", direction, mail_class, action, (long long)count);
	}
}

static void print_rules(const json_t *rules)
{
	const char *id;
	json_t *entry;

	printf("rules                                          hits     shadow\n");
	json_object_foreach((json_t *)rules, id, entry)
	{
		json_int_t hits, shadow;

		if (json_unpack(entry, "{sI sI}", "hits", &hits, "shadow", &shadow) == 0)
			printf("  %-38s %10lld %10lld\n", id, (long long)hits, (long long)shadow);
	}
}

void stats_print_messages(const struct control_options *options, bool rules)
{
	json_t *reply;
	char span[64];

	if (control_ask(options, json_pack("{ss}", "command", "stats"), true, &reply) == CONTROL_OK) {
		long seconds = (long)time(NULL) - (long)json_integer_value(json_object_get(reply, "started"));

		printf("messages in %s\n", control_span(seconds > 0 ? seconds : 0, span, sizeof span));
		print_messages(json_object_get(reply, "messages"));
		printf("  held back %lld, not judged %lld, failures %lld; %.1f ms a message\n",
		       (long long)json_integer_value(json_object_get(reply, "held_back")),
		       (long long)json_integer_value(json_object_get(reply, "not_judged")),
		       (long long)json_integer_value(json_object_get(reply, "failures")),
		       (double)json_integer_value(json_object_get(reply, "micros")) / 1000);
		if (rules)
			print_rules(json_object_get(reply, "rule_hits"));
	}
	json_decref(reply);
}
