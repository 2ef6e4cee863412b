/* What waits to be written, the work of the tool, and many threads at once. */
#include "suite_mail.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the queue --- */

static void test_what_is_queued_is_known(void **state)
{
	struct memory_answer answer;

	(void)state;
	reopen(nothing_is_written);
	DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "ann@acme.test b@free.test",
		.id = "q@ours.test", .to_name = "Ann Lee");
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("bob@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("c@free.test", "kim@ours.test"), RELATION_STRANGER);
	assert_true(ASK(.from = "z@far.test", .to = "jo@ours.test", .in_reply_to = "<q@ours.test>").reply_to_ours);
	assert_true(ASK(.from = "z@far.test", .to = "jo@ours.test", .cc = "ann@acme.test").cc_known);
	assert_true(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann Lee").person_known);
	DELIVER(.from = "eve@sales.test", .to = "a@ours.test", .text = pitch, .offence = true, .id = "e1@sales.test");
	DELIVER(.from = "eve@sales.test", .to = "b@ours.test", .text = pitch, .offence = true, .id = "e2@sales.test");
	answer = DELIVER(.from = "eve@sales.test", .to = "c@ours.test", .text = pitch_again, .offence = true,
			 .id = "e3@sales.test");
	assert_int_equal(answer.offences, 2);
	assert_int_equal(answer.contacted, 3);
	assert_int_equal(answer.template_seen, 3);
	DELIVER(.from = "eve@sales.test", .to = "c@ours.test");
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "c@ours.test").contacted, 3);
	assert_true(ASK(.from = "eve@sales.test", .to = "a@ours.test").followup);
	assert_true(ASK(.from = "eve@sales.test", .to = "a@ours.test", .id = "e1@sales.test").duplicate);
	assert_int_equal(
	    ASK(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "n@n.test").first_contacts_today, 3);
}

static void test_nothing_is_counted_twice_while_it_is_written(void **state)
{
	struct memory_answer answer;

	(void)state;
	reopen(nothing_is_written);
	for (int round = 0; round < 3; round++) {
		char to[32];

		snprintf(to, sizeof to, "n%d@new.test", round);
		answer = DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = to);
		assert_int_equal(answer.first_contacts_today, round + 1);
		snprintf(to, sizeof to, "r%d@ours.test", round);
		answer = DELIVER(.from = "eve@sales.test", .to = to, .offence = true, .text = pitch);
		assert_int_equal(answer.offences, round);
		assert_int_equal(answer.contacted, round + 1);
		assert_int_equal(answer.template_seen, round + 1);
		if (round)
			flush();
	}
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "r0@ours.test").offences, 3);
	assert_int_equal(
	    ASK(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "n0@new.test").first_contacts_today, 3);
}

static void small_queue(struct memory_settings *settings)
{
	settings->queue_max = 10;
	settings->batch_interval_ms = 3600 * 1000;
}

static void test_a_full_queue_drops_learning_and_says_so(void **state)
{
	struct mail mail = {.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test"};
	bool all = true;

	(void)state;
	reopen(small_queue);
	for (int i = 0; i < 10; i++) {
		struct memory_query query = query_of(&mail);
		struct memory_answer answer;

		assert_int_equal(memory_look_up(memory, &query, arena, &answer), STATUS_OK);
		assert_true(answer.asked);
		all &= memory_learn(memory, &(struct memory_event){.query = &query, .answer = &answer});
	}
	assert_false(all);
	assert_true(memory_counters(memory).dropped > 0);
	assert_true(memory_counters(memory).queued <= 10);
	assert_non_null(strstr(suite_notices(), "queue is full"));
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
}

/* --- the tool's work --- */

static uint64_t key_of(const char *mailbox)
{
	return memory_mailbox_key(memory, str_of(mailbox), arena, NULL);
}

static void test_forgetting_leaves_nothing(void **state)
{
	struct store *store = memory_store(memory);
	struct memory_answer answer;
	uint64_t count;

	(void)state;
	reopen(use_site);
	store = memory_store(memory);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .to_name = "Ann Lee");
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	DELIVER(.from = "one@free.test", .to = "kim@ours.test", .offence = true, .text = pitch);
	flush();
	assert_int_equal(store->operations->forget(store, key_of("ann@acme.test"), &count), STATUS_OK);
	assert_true(count >= 2);
	assert_int_equal(store->operations->forget(store, key_of("one@free.test"), &count), STATUS_OK);
	assert_true(count >= 3);
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_STRANGER);
	answer = ASK(.from = "one@free.test", .to = "kim@ours.test", .text = pitch);
	assert_false(answer.received_before);
	assert_int_equal(answer.offences, 0);
	assert_int_equal(ASK(.from = "two@other.test", .to = "lee@ours.test", .text = pitch).template_senders, 1);
	/* A mailbox of ours likewise. */
	assert_true(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann Lee").person_known);
	assert_int_equal(store->operations->forget(store, key_of("jo@ours.test"), &count), STATUS_OK);
	assert_false(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann Lee").person_known);
	assert_int_equal(store->operations->forget(store, key_of("jo@ours.test"), &count), STATUS_OK);
	assert_int_equal(count, 0);
}

struct dump {
	struct store_record *records;
	size_t count;
};

static enum status collect(void *context, const struct store_record *record)
{
	struct dump *dump = context;

	dump->records = realloc(dump->records, (dump->count + 1) * sizeof *dump->records);
	assert_non_null(dump->records);
	dump->records[dump->count++] = *record;
	return STATUS_OK;
}

static void check_restored(void)
{
	struct memory_answer answer;

	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_MUTUAL);
	assert_int_equal(relation("bob@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_true(ASK(.from = "z@far.test", .to = "jo@ours.test", .in_reply_to = "<dump@ours.test>").reply_to_ours);
	assert_true(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann Lee").person_known);
	answer = ASK(.from = "eve@sales.test", .to = "d@ours.test", .text = pitch_again);
	assert_int_equal(answer.contacted, 3);
	assert_int_equal(answer.offences, 1);
	assert_int_equal(answer.template_seen, 3);
	assert_true(answer.template_learned);
	assert_true(answer.bootstrapped);
}

static void test_a_dump_restores_everything(void **state)
{
	struct dump dump = {NULL, 0};
	struct store *store = memory_store(memory);
	struct sketch sketch;
	uint64_t id;

	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .to_name = "Ann Lee",
		.id = "dump@ours.test");
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	DELIVER(.from = "eve@sales.test", .to = "a@ours.test b@ours.test", .text = pitch, .offence = true);
	memory_set_bootstrapped(memory);
	flush();
	sketch_of(pitch, &sketch);
	assert_int_equal(store->operations->learn_template(store, &sketch, true, &id), STATUS_OK);
	check_restored();
	assert_int_equal(store->operations->dump(store, collect, &dump), STATUS_OK);
	/* Into an empty store, twice: the second time changes nothing. */
	memory_close(memory);
	backend->clean_up();
	memory = suite_open(backend, NULL);
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_STRANGER);
	store = memory_store(memory);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(store->operations->restore(store, dump.records, dump.count), STATUS_OK);
		check_restored();
	}
	free(dump.records);
}

static void test_statistics_count(void **state)
{
	struct store *store = memory_store(memory);
	struct store_statistics statistics;
	struct error_list errors = error_list_make();

	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test bob@free.test");
	DELIVER(.from = "eve@sales.test", .to = "a@ours.test b@ours.test", .text = pitch, .offence = true);
	flush();
	assert_int_equal(store->operations->statistics(store, &statistics), STATUS_OK);
	assert_int_equal(statistics.pairs, 4);
	assert_int_equal(statistics.known, 2);
	assert_int_equal(statistics.sent, 1);
	assert_int_equal(statistics.offences, 1);
	assert_int_equal(statistics.templates, 1);
	assert_int_equal(statistics.learned, 0);
	assert_true(statistics.bytes > 0);
	assert_int_equal(statistics.outbound_days, 1);
	assert_int_equal(store->operations->verify(store, &errors), STATUS_OK);
	error_list_free(&errors);
}

/* --- many threads --- */

enum { THREADS = 6, ROUNDS = 60 };

static void *work(void *context)
{
	const unsigned int number = (unsigned int)(uintptr_t)context;
	struct arena *mine = arena_create(0);

	for (unsigned int i = 0; i < ROUNDS; i++) {
		char remote[48], local[32], id[48];
		struct str recipient;
		struct memory_query query = {.outbound = i % 2 == 0,
					     .personal = true,
					     .now = now,
					     .recipients = &recipient,
					     .recipient_count = 1,
					     .text = str_of(pitch)};
		struct memory_answer answer;

		snprintf(remote, sizeof remote, "p%u@c%u.test", i / 2, number);
		snprintf(local, sizeof local, "u%u@ours.test", number);
		snprintf(id, sizeof id, "%u.%u@thread.test", number, i);
		query.message_id = str_of(id);
		recipient = str_of(query.outbound ? remote : local);
		if (query.outbound)
			query.local = str_of(local);
		else
			query.sender.mailbox = str_of(remote);
		if (memory_look_up(memory, &query, mine, &answer) != STATUS_OK || !answer.asked ||
		    !memory_learn(memory, &(struct memory_event){.query = &query, .answer = &answer}) ||
		    (!query.outbound && answer.relation != RELATION_KNOWN))
			return context;
		arena_reset(mine);
	}
	arena_destroy(mine);
	return NULL;
}

static void test_many_threads_at_once(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)(i + 1)), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	flush();
	assert_int_equal(relation("p0@c1.test", "u1@ours.test"), RELATION_MUTUAL);
	assert_int_equal(memory_counters(memory).dropped, 0);
}

int suite_run_queue(const char *name)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_what_is_queued_is_known),
	    TEST(test_nothing_is_counted_twice_while_it_is_written),
	    TEST(test_a_full_queue_drops_learning_and_says_so),
	    TEST(test_forgetting_leaves_nothing),
	    TEST(test_a_dump_restores_everything),
	    TEST(test_statistics_count),
	    TEST(test_many_threads_at_once),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
