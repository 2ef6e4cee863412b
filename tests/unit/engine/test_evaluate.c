/* From a message and its facts to a verdict. */
#include "engine/ruleset.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char rules[] =
    "families = ( { name = \"apology\"; cap = 2.5; }, { name = \"context\"; floor = -1; } );\n"
    "rules = (\n"
    "{ id = \"APOLOGY_BOTHER\"; family = \"apology\"; lang = \"en\"; score = 2; describe = \"d\"; view = \"body\";\n"
    "  phrases = [ \"sorry to bother you\" ]; },\n"
    "{ id = \"APOLOGY_COLD\"; family = \"apology\"; score = 1; describe = \"d\"; view = \"body\"; patterns = [ \"\\\\bcold e?mail\\\\b\" ]; },\n"
    "{ id = \"PITCH\"; family = \"pitch\"; lang = \"en\"; score = 1.5; describe = \"d\"; view = \"body\"; phrases = [ \"our agency\" ]; },\n"
    "{ id = \"PITCH_DE\"; family = \"pitch\"; lang = \"de\"; score = 1.5; describe = \"d\"; view = \"body\"; phrases = [ \"unsere Agentur\" ]; },\n"
    "{ id = \"SUBJECT\"; family = \"ask\"; score = 0.5; describe = \"d\"; view = \"subject\"; phrases = [ \"quick call\" ]; },\n"
    "{ id = \"LEADS\"; family = \"other\"; score = 0.1; describe = \"d\"; view = \"body\"; phrases = [ \"leads\" ]; },\n"
    "{ id = \"MANY_LEADS\"; family = \"other\"; score = 0.2; describe = \"d\"; when = \"count(LEADS) >= 3\"; },\n"
    "{ id = \"SHADOW\"; family = \"ask\"; score = 5; describe = \"d\"; view = \"body\"; phrases = [ \"agency\" ]; shadow = true; class = \"policy\"; },\n"
    "{ id = \"AFTER_SHADOW\"; family = \"other\"; score = 9; describe = \"d\"; when = \"SHADOW or families(ask) >= 1\"; },\n"
    "{ id = \"OUT\"; family = \"policy\"; score = 4; describe = \"d\"; view = \"body\"; phrases = [ \"agency\" ]; direction = \"outbound\";\n"
    "  class = \"policy\"; reply = \"Please do not.\"; },\n"
    "{ id = \"KNOWN\"; family = \"context\"; score = -5; describe = \"d\"; when = \"relation == known\"; },\n"
    "{ id = \"COLDER\"; family = \"verdict\"; score = 1; class = \"template\"; describe = \"d\"; when = \"COLD and not list\"; },\n"
    "{ id = \"COLD\"; family = \"verdict\"; score = 3; class = \"cold\"; describe = \"d\";\n"
    "  when = \"inbound and relation == stranger and families(apology, pitch, ask) >= 2\"; }\n"
    ");\n";

static struct ruleset *ruleset;
static struct arena *arena;
static struct facts facts;

static int group_setup(void **state)
{
	char directory[] = "/tmp/evaluate-XXXXXX";
	char path[64];
	const struct ruleset_source source = {.directory = directory};
	const struct ruleset_options options = {.check_examples = true};
	struct error_list errors = error_list_make();
	FILE *stream;

	(void)state;
	message_library_init();
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof path, "%s/a.conf", directory);
	stream = fopen(path, "w");
	if (!stream || fputs(rules, stream) < 0 || fclose(stream) != 0)
		return -1;
	ruleset_load(&source, 1, &options, &errors, &ruleset);
	for (size_t i = 0; !ruleset && i < errors.errors.count; i++)
		print_error("%s: %s\n", error_at(&errors, i)->where, error_at(&errors, i)->what);
	error_list_free(&errors);
	unlink(path);
	rmdir(directory);
	return ruleset ? 0 : -1;
}

static int group_teardown(void **state)
{
	(void)state;
	ruleset_destroy(ruleset);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	facts = facts_default();
	arena = arena_create(0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static void parse(const char *subject, const char *body, struct message *message)
{
	char raw[2048];

	snprintf(raw, sizeof raw, "From: a@example.com\r\nTo: b@example.org\r\nSubject: %s\r\n\r\n%s\r\n", subject,
		 body);
	assert_int_equal(message_parse(str_of(arena_strdup(arena, raw)), &mail_limits_default, arena, message),
			 STATUS_OK);
}

static struct verdict judge(const char *subject, const char *body, const struct ruleset_filter *filter)
{
	struct message message;
	struct verdict verdict;
	struct views *views;

	parse(subject, body, &message);
	views = views_create(&message, &mail_limits_default);
	assert_non_null(views);
	assert_int_equal(ruleset_evaluate(ruleset, views, &facts, filter, arena, &verdict), STATUS_OK);
	return verdict;
}

static const struct rule_hit *hit(const struct verdict *verdict, const char *id)
{
	for (size_t i = 0; i < verdict->hit_count; i++)
		if (strcmp(verdict->hits[i].rule->id, id) == 0)
			return &verdict->hits[i];
	return NULL;
}

static const struct rule_hit *must_hit(const struct verdict *verdict, const char *id)
{
	const struct rule_hit *found = hit(verdict, id);

	if (!found)
		fail_msg("%s has not fired", id);
	return found;
}

static void test_a_cold_mail(void **state)
{
	struct verdict verdict = judge("A quick call?",
				       "Hi,\n\nI'm so Sorry to *bother* you, but sorry to bother you:\n"
				       "this is a cold email from our\nagency.\n",
				       NULL);

	(void)state;
	/* apology 2.5 of 3, pitch 1.5, ask 0.5, AFTER_SHADOW 9, COLD 3, COLDER 1 */
	assert_true(verdict.score == 17.5);
	assert_int_equal(verdict.mail_class, CLASS_COLD);
	assert_true(must_hit(&verdict, "APOLOGY_BOTHER")->score == 2);
	assert_true(must_hit(&verdict, "APOLOGY_COLD")->score == 0.5);
	assert_true(str_equal(must_hit(&verdict, "PITCH")->evidence, STR("our\nagency.")) ||
		    str_equal(must_hit(&verdict, "PITCH")->evidence, STR("our agency.")));
	assert_true(str_equal(must_hit(&verdict, "COLD")->evidence, STR("stranger; apology, pitch, ask")));
	assert_string_equal(verdict.hits[0].rule->id, "AFTER_SHADOW");
	assert_int_equal(verdict.match_errors, 0);
}

static void test_an_ordinary_mail(void **state)
{
	struct verdict verdict = judge("Lunch", "See you at noon.", NULL);

	(void)state;
	assert_true(verdict.score == 0.0);
	assert_int_equal(verdict.hit_count, 0);
	assert_int_equal(verdict.mail_class, CLASS_CLEAN);
	assert_null(verdict.reply);
}

static void test_shadow_rules_count_nothing(void **state)
{
	struct verdict verdict = judge("Hello", "They run an agency.", NULL);

	(void)state;
	assert_true(verdict.score == 0.0);
	assert_int_equal(verdict.hit_count, 1);
	assert_true(verdict.hits[0].shadow);
	assert_true(verdict.hits[0].score == 0.0);
	assert_int_equal(verdict.mail_class, CLASS_CLEAN);
}

static void test_direction(void **state)
{
	struct verdict verdict;

	(void)state;
	facts_set_direction(&facts, DIRECTION_OUTBOUND);
	verdict = judge("Hello", "They run an agency.", NULL);
	assert_true(verdict.score == 4.0);
	assert_int_equal(verdict.mail_class, CLASS_POLICY);
	assert_string_equal(verdict.reply, "Please do not.");
	facts_set_direction(&facts, DIRECTION_INTERNAL);
	assert_true(judge("Hello", "They run an agency.", NULL).score == 0.0);
}

static void test_counts_and_floors(void **state)
{
	struct verdict verdict;

	(void)state;
	assert_null(hit(&(struct verdict){0}, "X"));
	verdict = judge("Hello", "Leads, leads!", NULL);
	assert_null(hit(&verdict, "MANY_LEADS"));
	verdict = judge("Hello", "Leads, leads and leads.", NULL);
	must_hit(&verdict, "MANY_LEADS");
	facts.value[FACT_RELATION] = RELATION_KNOWN;
	verdict = judge("Hello", "Hi", NULL);
	assert_true(verdict.score == -1.0);
	assert_true(str_equal(must_hit(&verdict, "KNOWN")->evidence, STR("known")));
}

static void test_languages(void **state)
{
	const struct str german[] = {{"de", 2}};
	const struct ruleset_filter filter = {.languages = german, .language_count = 1};
	struct verdict verdict = judge("Hello", "Sorry to bother you, unsere Agentur. A cold mail.", &filter);

	(void)state;
	assert_null(hit(&verdict, "APOLOGY_BOTHER"));
	must_hit(&verdict, "APOLOGY_COLD"); /* of no language */
	must_hit(&verdict, "PITCH_DE");
}

static void test_shadowed_by_the_policy(void **state)
{
	const struct str names[] = {{"PITCH", 5}, {"apology", 7}};
	const struct ruleset_filter filter = {.shadowed = names, .shadowed_count = 2};
	struct verdict verdict = judge("Hello", "Sorry to bother you, our agency.", &filter);

	(void)state;
	assert_true(must_hit(&verdict, "PITCH")->shadow);
	assert_true(must_hit(&verdict, "APOLOGY_BOTHER")->shadow);
	assert_true(verdict.score == 0.0);
	assert_null(hit(&verdict, "COLD"));
}

static void test_an_empty_ruleset(void **state)
{
	struct ruleset *saved = ruleset;

	(void)state;
	ruleset = ruleset_create_empty();
	assert_non_null(ruleset);
	assert_int_equal(judge("Hello", "Sorry to bother you", NULL).hit_count, 0);
	assert_non_null(strstr(ruleset_scanner(ruleset), "pcre2"));
	ruleset_destroy(ruleset);
	ruleset = saved;
}

/* One of several threads that share the ruleset; the message is its own. */
struct judging {
	struct message message;
	size_t right;
};

enum { THREADS = 4, ROUNDS = 60 };

static void *judge_often(void *context)
{
	struct judging *judging = context;

	for (int i = 0; i < ROUNDS; i++) {
		struct views *views = views_create(&judging->message, &mail_limits_default);
		struct verdict verdict;

		if (views &&
		    ruleset_evaluate(ruleset, views, &facts, NULL, judging->message.arena, &verdict) == STATUS_OK)
			judging->right += verdict.score == 17.0;
	}
	return NULL;
}

static void test_many_threads(void **state)
{
	struct arena *arenas[THREADS], *own = arena;
	struct judging judgings[THREADS] = {0};
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		arenas[i] = arena_create(0);
		assert_non_null(arenas[i]);
		arena = arenas[i];
		parse("A quick call?", "Sorry to bother you, our agency.", &judgings[i].message);
	}
	arena = own;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, judge_often, &judgings[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(judgings[i].right, ROUNDS);
		arena_destroy(arenas[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_a_cold_mail, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_an_ordinary_mail, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_shadow_rules_count_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_direction, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_counts_and_floors, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_languages, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_shadowed_by_the_policy, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_an_empty_ruleset, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_many_threads, setup, teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
