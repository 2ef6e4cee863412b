/* Which client names count as confirmed, and what counts as local submission. */
#include "fake_judge.h"
#include "milter/session.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct session *session;

static int set_up(void **state)
{
	(void)state;
	fake_judge_reset();
	session = session_create(0, 0);
	return session ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	session_destroy(session);
	return fake_judge.references;
}

static struct sockaddr_in ipv4(const char *address, unsigned short port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};

	inet_pton(AF_INET, address, &in.sin_addr);
	return in;
}

static void connect_from(const char *name, const char *address, unsigned short port, const struct client_macros *macros)
{
	struct sockaddr_in in = ipv4(address, port);

	session_set_client(session, name, (const struct sockaddr *)&in, macros);
}

static void assert_client(const char *name, const char *address)
{
	struct envelope envelope = session_envelope(session);

	assert_string_equal(envelope.client_name.p, name);
	assert_string_equal(envelope.client_address.p, address);
}

static void test_postfix_names(void **state)
{
	const struct client_macros agreeing = {.name = "mail.linkedin.com", .mta_version = "Postfix 3.7.11"};
	const struct client_macros unknown = {.name = "unknown", .mta_version = "Postfix 3.7.11"};
	const struct client_macros silent = {.mta_version = "Postfix 3.7.11"};

	(void)state;
	connect_from("mail.linkedin.com", "203.0.113.9", 4711, &agreeing);
	assert_client("mail.linkedin.com", "203.0.113.9");
	connect_from("MAIL.linkedin.com", "203.0.113.9", 4711, &agreeing);
	assert_client("MAIL.linkedin.com", "203.0.113.9");
	connect_from("other.example", "203.0.113.9", 4711, &agreeing);
	assert_client("", "203.0.113.9");
	connect_from("[203.0.113.9]", "203.0.113.9", 4711, &unknown);
	assert_client("", "203.0.113.9");
	connect_from("unknown", "203.0.113.9", 4711, &unknown);
	assert_client("", "203.0.113.9");
	connect_from("mail.linkedin.com", "203.0.113.9", 4711, &silent);
	assert_client("", "203.0.113.9");
}

static void test_sendmail_names(void **state)
{
	struct client_macros macros = {.name = "mail.linkedin.com", .resolve = "OK", .mta_version = "8.17.1"};

	(void)state;
	connect_from("mail.linkedin.com", "203.0.113.9", 4711, &macros);
	assert_client("mail.linkedin.com", "203.0.113.9");
	macros.resolve = "FORGED";
	connect_from("mail.linkedin.com", "203.0.113.9", 4711, &macros);
	assert_client("", "203.0.113.9");
	macros.resolve = "TEMP";
	connect_from("mail.linkedin.com", "203.0.113.9", 4711, &macros);
	assert_client("", "203.0.113.9");
	macros.resolve = NULL;
	connect_from("mail.linkedin.com", "203.0.113.9", 4711, &macros);
	assert_client("", "203.0.113.9");
}

static void test_addresses(void **state)
{
	const struct client_macros none = {0};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(25)};
	const struct sockaddr local = {.sa_family = AF_UNIX};

	(void)state;
	inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
	session_set_client(session, "x.example", (const struct sockaddr *)&in6, &none);
	assert_client("", "2001:db8::1");
	session_set_client(session, "x.example", &local, &none);
	assert_client("", "");
	session_set_client(session, "x.example", NULL, &none);
	assert_client("", "");
	session_set_client(session, NULL, NULL, &none);
	assert_client("", "");
}

static bool picked_up(const char *queue_id)
{
	session_begin_message(session, generation_slot_acquire(fake_judge_slot()), "a@b.example", queue_id, NULL);
	return session_envelope(session).local_pickup;
}

static void test_local_pickup(void **state)
{
	struct client_macros macros = {.port = "0", .daemon_port = "0", .mta_version = "Postfix 3.7.11"};

	(void)state;
	connect_from("localhost", "127.0.0.1", 0, &macros);
	assert_true(picked_up("4ABC"));
	assert_false(picked_up(NULL));
	assert_false(picked_up(""));
	connect_from("client.example", "203.0.113.9", 0, &macros);
	assert_false(picked_up("4ABC"));
	macros = (struct client_macros){.port = "40000", .daemon_port = "25", .mta_version = "Postfix 3.7.11"};
	connect_from("localhost", "127.0.0.1", 40000, &macros);
	assert_false(picked_up("4ABC"));
	macros = (struct client_macros){.mta_version = "Postfix 3.7.11"};
	connect_from("localhost", "127.0.0.1", 40000, &macros);
	assert_false(picked_up("4ABC"));
	connect_from("localhost", "127.0.0.1", 0, &macros);
	assert_true(picked_up("4ABC"));
}

static void test_user_and_names_by_message(void **state)
{
	const struct client_macros macros = {.daemon_name = "ORIGINATING"};
	struct envelope envelope;

	(void)state;
	connect_from("x.example", "203.0.113.9", 1, &macros);
	session_set_helo(session, "first.example");
	session_set_helo(session, "second.example");
	session_begin_message(session, generation_slot_acquire(fake_judge_slot()), "<a@b.example>", NULL, "alice");
	envelope = session_envelope(session);
	assert_string_equal(envelope.helo.p, "second.example");
	assert_string_equal(envelope.daemon_name.p, "ORIGINATING");
	assert_true(str_equal(envelope.auth_user, STR("alice")));
	session_begin_message(session, generation_slot_acquire(fake_judge_slot()), "<a@b.example>", NULL, NULL);
	assert_int_equal(session_envelope(session).auth_user.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_postfix_names, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_sendmail_names, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_addresses, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_local_pickup, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_user_and_names_by_message, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
