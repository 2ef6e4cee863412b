/* Our own Received fields tell where a stored message came from, and nobody else's do. */
#include "judge/stored_mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct str raw_values[4];
static size_t raw_count;

/* Stands in for mail/header.c: three plain fields named Received. */
const struct header *header_next(const struct header_list *list, struct str name, size_t *position)
{
	(void)name;
	return *position < list->count ? &list->items[(*position)++] : NULL;
}

struct str header_unfold(const struct header *header, struct arena *arena)
{
	(void)arena;
	return str_trim(header->raw);
}

static struct envelope read_envelope(struct envelope envelope)
{
	static const struct str hosts[] = {{"mx.example.org", 14}};
	struct header items[4];
	struct message message = {0};

	for (size_t i = 0; i < raw_count; i++)
		items[i] = (struct header){STR("Received"), raw_values[i]};
	message.headers = (struct header_list){items, raw_count};
	stored_mail_envelope(&message, hosts, 1, &envelope);
	return envelope;
}

static void test_the_last_of_our_run_is_where_it_entered(void **state)
{
	struct envelope e;

	(void)state;
	raw_values[0] = STR(" from localhost (localhost [127.0.0.1]) by mx.example.org (Postfix) with ESMTP id AAA; x");
	raw_values[1] =
	    STR(" from helo.test (mail.sender.test [203.0.113.9]) by mx.example.org (Postfix) id BBB for <x>");
	raw_values[2] = STR(" from a (b [198.51.100.1]) by mx.example.org.evil.test id CCC; x");
	raw_count = 3;
	e = read_envelope((struct envelope){0});
	assert_true(str_equal(e.queue_id, STR("BBB")));
	assert_true(str_equal(e.client_name, STR("mail.sender.test")));
	assert_true(str_equal(e.client_address, STR("203.0.113.9")));
}

static void test_a_foreign_top_ends_the_run(void **state)
{
	struct envelope e;

	(void)state;
	raw_values[0] = STR(" from x (mailb-ga.linkedin.com [203.0.113.9]) by relay.else.test id AAA; x");
	raw_values[1] = STR(" from x (mailb-ga.linkedin.com [203.0.113.9]) by mx.example.org id BBB; x");
	raw_count = 2;
	e = read_envelope((struct envelope){0});
	assert_int_equal(e.queue_id.n, 0);
	assert_int_equal(e.client_name.n, 0);
}

static void test_unknown_clients_have_no_name_and_what_is_given_stays(void **state)
{
	struct envelope e;

	(void)state;
	raw_values[0] =
	    STR(" from mailb-ga.linkedin.com (unknown [203.0.113.9]) by MX.example.org with SMTP id AAA; x");
	raw_count = 1;
	e = read_envelope((struct envelope){.queue_id = STR("GIVEN")});
	assert_int_equal(e.client_name.n, 0);
	assert_true(str_equal(e.queue_id, STR("GIVEN")));
	raw_values[0] = STR("by mx.example.org (Postfix, from userid 1000) id DDD; x");
	e = read_envelope((struct envelope){0});
	assert_int_equal(e.client_name.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_last_of_our_run_is_where_it_entered),
	    cmocka_unit_test(test_a_foreign_top_ends_the_run),
	    cmocka_unit_test(test_unknown_clients_have_no_name_and_what_is_given_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
