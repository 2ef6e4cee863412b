/* Where a message goes is decided from the envelope alone. */
#include "policy/direction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct str domains[] = {{"example.org", 11}, {".campus.example", 15}};
static const struct str daemons[] = {{"ORIGINATING", 11}};
static struct network networks[2];
static struct direction_settings settings;

static int setup(void **state)
{
	(void)state;
	assert_true(network_parse(STR("192.0.2.0/24"), &networks[0]));
	assert_true(network_parse(STR("2001:db8::/32"), &networks[1]));
	settings = (struct direction_settings){domains, 2, networks, 2, daemons, 1};
	return 0;
}

static enum direction decide(struct envelope envelope, const char *to)
{
	struct str recipient = str_of(to);

	envelope.recipients = &recipient;
	envelope.recipient_count = 1;
	return direction_decide(&settings, &envelope);
}

static void test_authenticated_is_outbound(void **state)
{
	struct envelope e = {.auth_user = STR("alice"), .sender = STR("alice@example.org")};

	(void)state;
	assert_int_equal(decide(e, "x@elsewhere.test"), DIRECTION_OUTBOUND);
	assert_int_equal(decide(e, "bob@example.org"), DIRECTION_INTERNAL);
}

static void test_daemon_name_is_outbound(void **state)
{
	struct envelope e = {.daemon_name = STR("ORIGINATING"), .sender = STR("x@unknown.test")};

	(void)state;
	assert_int_equal(decide(e, "y@elsewhere.test"), DIRECTION_OUTBOUND);
	e.daemon_name = STR("smtpd");
	assert_int_equal(decide(e, "y@elsewhere.test"), DIRECTION_INBOUND);
}

static void test_trusted_network_needs_a_local_sender(void **state)
{
	struct envelope e = {.client_address = STR("192.0.2.77"), .sender = STR("alice@example.org")};

	(void)state;
	assert_int_equal(decide(e, "x@elsewhere.test"), DIRECTION_OUTBOUND);
	e.sender = STR("spoofed@elsewhere.test");
	assert_int_equal(decide(e, "alice@example.org"), DIRECTION_INBOUND);
	e.sender = STR("alice@example.org");
	e.client_address = STR("203.0.113.1");
	assert_int_equal(decide(e, "bob@example.org"), DIRECTION_INBOUND);
	e.client_address = STR("IPv6:2001:db8:1::5");
	assert_int_equal(decide(e, "x@elsewhere.test"), DIRECTION_OUTBOUND);
}

static void test_local_pickup(void **state)
{
	struct envelope e = {.local_pickup = true, .sender = STR("Root@Example.ORG")};

	(void)state;
	assert_int_equal(decide(e, "x@elsewhere.test"), DIRECTION_OUTBOUND);
	e.sender = STR("");
	assert_int_equal(decide(e, "x@example.org"), DIRECTION_INBOUND);
}

static void test_one_remote_recipient_makes_it_outbound(void **state)
{
	struct str to[] = {STR("bob@example.org"), STR("x@elsewhere.test")};
	struct envelope e = {.auth_user = STR("a"), .recipients = to, .recipient_count = 2};

	(void)state;
	assert_int_equal(direction_decide(&settings, &e), DIRECTION_OUTBOUND);
}

static void test_local_domains(void **state)
{
	(void)state;
	assert_true(direction_is_local(&settings, STR("a@EXAMPLE.org.")));
	assert_true(direction_is_local(&settings, STR("a@cs.campus.example")));
	assert_false(direction_is_local(&settings, STR("a@campus.example")));
	assert_false(direction_is_local(&settings, STR("a@notexample.org")));
	assert_false(direction_is_local(&settings, STR("a@sub.example.org")));
	assert_false(direction_is_local(&settings, STR("nobody")));
	assert_false(direction_is_local(&settings, STR("")));
}

static void test_networks(void **state)
{
	struct network n;

	(void)state;
	assert_true(network_parse(STR("203.0.113.7"), &n));
	assert_true(network_contains(&n, 1, STR("203.0.113.7")));
	assert_true(network_contains(&n, 1, STR("::ffff:203.0.113.7")));
	assert_false(network_contains(&n, 1, STR("203.0.113.8")));
	assert_false(network_contains(&n, 1, STR("unknown")));
	assert_false(network_parse(STR("203.0.113.7/24"), &n));
	assert_false(network_parse(STR("203.0.113.0/33"), &n));
	assert_false(network_parse(STR("203.0.113.0/"), &n));
	assert_false(network_parse(STR("example.org"), &n));
	assert_false(network_parse(STR("2001:db8::1/32"), &n));
	assert_true(network_parse(STR("0.0.0.0/0"), &n));
	assert_true(network_contains(&n, 1, STR("8.8.8.8")));
	assert_false(network_contains(&n, 1, STR("2001:db8::1")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_authenticated_is_outbound),
	    cmocka_unit_test(test_daemon_name_is_outbound),
	    cmocka_unit_test(test_trusted_network_needs_a_local_sender),
	    cmocka_unit_test(test_local_pickup),
	    cmocka_unit_test(test_one_remote_recipient_makes_it_outbound),
	    cmocka_unit_test(test_local_domains),
	    cmocka_unit_test(test_networks),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
