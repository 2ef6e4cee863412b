/* What is said about a message: the log line, the headers, the JSON that scripts depend on. */
#include "engine/rule.h"
#include "judge/decision.h"
#include "memory/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static const struct rule apology = {.id = "APOLOGY_BOTHER", .family = "apology", .score = 2.0, .view = VIEW_OPENER};
static const struct rule pitch = {.id = "COLD_PITCH", .family = "verdict", .score = 4.2, .when = "x"};
static const struct rule quiet = {.id = "QUIET", .family = "tools", .score = 1.0, .shadow = true};

static struct rule_hit hits[3];
static struct config config;

/* Stands in for mail/view.c. */
const char *view_kind_name(enum view_kind kind)
{
	return kind == VIEW_OPENER ? "opener" : "body";
}

static struct decision cold_decision(void)
{
	struct decision decision = {
	    .facts = facts_default(),
	    .verdict = {.score = 6.2, .mail_class = CLASS_COLD, .hits = hits, .hit_count = 3},
	    .outcome = {.mail_class = CLASS_COLD, .action = ACTION_TAG, .would = ACTION_TAG, .threshold = 5.0},
	    .policy = "inbound",
	    .sender = STR("eve@x.example\r\nQ1: class=clean"),
	    .recipient_count = 1,
	    .micros = 1500,
	    .judged = true,
	};

	hits[0] = (struct rule_hit){.rule = &pitch, .score = 4.2, .evidence = STR("stranger")};
	hits[1] = (struct rule_hit){.rule = &apology,
				    .score = 2.0,
				    .evidence = STR("so sorry to \xff"
						    "bother")};
	hits[2] = (struct rule_hit){.rule = &quiet, .shadow = true};
	return decision;
}

static void test_log_line(void **state)
{
	struct decision decision = cold_decision();
	struct buf out = buf_make(NULL);

	(void)state;
	decision_format_log(&decision, &out);
	assert_string_equal(buf_str(&out).p,
			    "class=cold, action=tag, score=6.20/5.00, rules=COLD_PITCH(4.20) APOLOGY_BOTHER(2.00) "
			    "QUIET(shadow 1.00), relation=stranger, direction=inbound, auth=none, policy=inbound, "
			    "recipients=1, from=<eve@x.example\\x0D\\x0AQ1:\\x20class\\x3Dclean>, ms=1.50");
	buf_free(&out);
}

static void test_json_has_the_stable_names(void **state)
{
	struct decision decision = cold_decision();
	struct buf out = buf_make(NULL);
	json_t *object, *rule;

	(void)state;
	decision.limits = MAIL_LIMIT_HEADERS | MAIL_LIMIT_TIME;
	assert_int_equal(decision_format_json(&decision, "a.eml", &out), STATUS_OK);
	assert_null(strchr(buf_str(&out).p, '\n'));
	object = json_loads(buf_str(&out).p, 0, NULL);
	assert_non_null(object);
	assert_string_equal(json_string_value(json_object_get(object, "file")), "a.eml");
	assert_string_equal(json_string_value(json_object_get(object, "class")), "cold");
	assert_string_equal(json_string_value(json_object_get(object, "action")), "tag");
	assert_string_equal(json_string_value(json_object_get(object, "relation")), "stranger");
	assert_string_equal(json_string_value(json_object_get(object, "linkedin")), "none");
	assert_true(json_number_value(json_object_get(object, "score")) == 6.2);
	assert_int_equal(json_array_size(json_object_get(object, "limits")), 2);
	rule = json_array_get(json_object_get(object, "rules"), 1);
	assert_string_equal(json_string_value(json_object_get(rule, "id")), "APOLOGY_BOTHER");
	assert_string_equal(json_string_value(json_object_get(rule, "view")), "opener");
	assert_non_null(strstr(json_string_value(json_object_get(rule, "evidence")), "\\xFF"));
	json_decref(object);
	buf_free(&out);
}

/* A record of a message with all there is to keep or to hide. */
static json_t *record_of(enum decision_log_keep addresses, enum decision_log_keep subject, bool evidence,
			 const struct key *key)
{
	static const struct str recipients[] = {STR_INIT("me@home.example"), STR_INIT("you@home.example")};
	const struct envelope envelope = {.queue_id = STR("4F1"),
					  .sender = STR("bounce@away.example"),
					  .client_address = STR("192.0.2.7"),
					  .recipients = recipients,
					  .recipient_count = 2};
	const struct decision_log_settings settings = {
	    .addresses = addresses, .subject = subject, .evidence = evidence};
	struct decision decision = cold_decision();
	const struct decision_record record = {
	    .decision = &decision, .envelope = &envelope, .settings = &settings, .key = key, .time_ms = 1795819381234};
	struct buf out = buf_make(NULL);
	json_t *object;

	decision.sender = STR("Anna@away.example");
	decision.subject = STR("Quick question");
	assert_int_equal(decision_format_record(&record, &out), STATUS_OK);
	assert_null(strchr(buf_str(&out).p, '\n'));
	object = json_loads(buf_str(&out).p, 0, NULL);
	assert_non_null(object);
	buf_free(&out);
	return object;
}

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "(none)";
}

static void test_record_in_clear(void **state)
{
	json_t *object = record_of(KEEP_CLEAR, KEEP_CLEAR, true, NULL);
	json_t *recipients = json_object_get(object, "recipients");

	(void)state;
	assert_string_equal(member(object, "time"), "2026-11-27T22:43:01.234Z");
	assert_string_equal(member(object, "queue_id"), "4F1");
	assert_string_equal(member(object, "class"), "cold");
	assert_string_equal(member(object, "from"), "Anna@away.example");
	assert_string_equal(member(object, "sender"), "bounce@away.example");
	assert_string_equal(member(object, "client"), "192.0.2.7");
	assert_string_equal(member(object, "subject"), "Quick question");
	assert_string_equal(json_string_value(json_array_get(recipients, 1)), "you@home.example");
	assert_non_null(json_object_get(json_array_get(json_object_get(object, "rules"), 0), "evidence"));
	json_decref(object);
}

static void test_record_hides(void **state)
{
	static const unsigned char secret[32] = "a secret of thirty-two bytes ...";
	struct key key;
	json_t *object;
	char *text;

	(void)state;
	key_derive(secret, &key);
	object = record_of(KEEP_HASHED, KEEP_HASHED, false, &key);
	assert_int_equal(strlen(member(object, "from")), 17);
	assert_int_equal(member(object, "from")[0], '#');
	assert_string_not_equal(member(object, "from"), member(object, "sender"));
	text = json_dumps(object, 0);
	assert_null(strstr(text, "away.example"));
	assert_null(strstr(text, "home.example"));
	assert_null(strstr(text, "Quick"));
	assert_null(strstr(text, "evidence"));
	free(text);
	json_decref(object);
	/* Without a key nothing can be hashed, and nothing is given away. */
	object = record_of(KEEP_HASHED, KEEP_NONE, true, NULL);
	assert_null(json_object_get(object, "from"));
	assert_null(json_object_get(object, "subject"));
	assert_int_equal(json_array_size(json_object_get(object, "recipients")), 0);
	assert_int_equal(json_integer_value(json_object_get(object, "recipient_count")), 2);
	json_decref(object);
}

static void test_headers(void **state)
{
	struct decision decision = cold_decision();
	struct decision_header headers[DECISION_HEADERS_MAX];
	struct arena *arena = arena_create(0);

	(void)state;
	config.add_header = ADD_HEADER_ALL;
	assert_int_equal(decision_headers(&decision, &config, arena, headers), 3);
	assert_string_equal(headers[0].name, "X-Coldshoulder");
	assert_string_equal(headers[0].value,
			    "class=cold; score=6.2/5.0; action=tag; rules=\n\tCOLD_PITCH(4.2),APOLOGY_BOTHER(2.0)");
	assert_string_equal(headers[1].value, "cold");
	assert_string_equal(headers[2].value, "stranger");
	decision.outcome.mark_as_spam = true;
	assert_int_equal(decision_headers(&decision, &config, arena, headers), 5);
	assert_string_equal(headers[3].name, "X-Spam-Flag");
	assert_string_equal(headers[4].value, "Yes, score=6.2 required=5.0 tests=COLD_PITCH,APOLOGY_BOTHER");
	arena_destroy(arena);
}

static void test_when_no_header_is_added(void **state)
{
	struct decision decision = cold_decision();
	struct decision_header headers[DECISION_HEADERS_MAX];
	struct arena *arena = arena_create(0);

	(void)state;
	config.add_header = ADD_HEADER_NONE;
	assert_int_equal(decision_headers(&decision, &config, arena, headers), 0);
	config.add_header = ADD_HEADER_TAGGED;
	assert_int_equal(decision_headers(&decision, &config, arena, headers), 3);
	decision.outcome.action = ACTION_ACCEPT;
	assert_int_equal(decision_headers(&decision, &config, arena, headers), 0);
	config.add_header = ADD_HEADER_ALL;
	decision.direction = DIRECTION_OUTBOUND;
	assert_int_equal(decision_headers(&decision, &config, arena, headers), 0);
	arena_destroy(arena);
}

static void test_many_rules_keep_the_header_short(void **state)
{
	static struct rule_hit many[500];
	struct decision decision = cold_decision();
	struct decision_header headers[DECISION_HEADERS_MAX];
	struct arena *arena = arena_create(0);

	(void)state;
	for (size_t i = 0; i < 500; i++)
		many[i] = hits[1];
	decision.verdict.hits = many;
	decision.verdict.hit_count = 500;
	config.add_header = ADD_HEADER_ALL;
	assert_int_equal(decision_headers(&decision, &config, arena, headers), 3);
	assert_true(strlen(headers[0].value) < 998);
	for (const char *line = headers[0].value; *line;) {
		size_t n = strcspn(line, "\n");

		assert_true(n <= 78);
		line += n + (line[n] == '\n');
	}
	arena_destroy(arena);
}

static void test_a_sentence_for_people(void **state)
{
	struct decision decision = cold_decision();
	struct buf out = buf_make(NULL);

	(void)state;
	decision_format_sentence(&decision, &out);
	assert_string_equal(buf_str(&out).p, "Cold outreach from a stranger: tagged (score 6.20, threshold 5.00).");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_log_line),
	    cmocka_unit_test(test_json_has_the_stable_names),
	    cmocka_unit_test(test_record_in_clear),
	    cmocka_unit_test(test_record_hides),
	    cmocka_unit_test(test_headers),
	    cmocka_unit_test(test_when_no_header_is_added),
	    cmocka_unit_test(test_many_rules_keep_the_header_short),
	    cmocka_unit_test(test_a_sentence_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
