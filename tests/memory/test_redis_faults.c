/*
 * What goes wrong with a server: look-ups keep their deadline, relations are unknown and never strangers', somebody is
 * told once a minute, and all is well again by itself. And what two hosts with one server know of each other.
 */
#include "redis_server.h"
#include "suite.h"

#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* A server that hangs must be told from a machine that is slow. */
enum { DEADLINE_MS = 60, SLACK_MS = 5000, RECOVERY_MS = 20000 };

static struct redis_server server;
static char proxy_socket[128];

static void prepare(struct memory_settings *settings)
{
	settings->backend = MEMORY_REDIS;
	settings->redis_server = server.socket;
	settings->key_file = server.key;
	settings->deadline_ms = DEADLINE_MS;
	settings->batch_interval_ms = 100;
}

static void clean_up(void)
{
}

static const struct suite_backend backend = {"redis", prepare, clean_up};

static int set_up(void **state)
{
	(void)state;
	suite_notices_clear();
	return redis_server_start(&server, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	redis_server_remove(&server);
	return 0;
}

/* What asking waits for is counted where it is asked for, not by a clock: the linker puts this in front of poll(). */
static _Thread_local bool asking;
static _Thread_local int longest_wait;

int __real_poll(struct pollfd *pollers, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *pollers, nfds_t count, int timeout);

int __wrap_poll(struct pollfd *pollers, nfds_t count, int timeout)
{
	if (asking && (timeout > longest_wait || timeout < 0))
		longest_wait = timeout < 0 ? INT_MAX : timeout;
	return __real_poll(pollers, count, timeout);
}

static unsigned int count_lines(const char *text)
{
	unsigned int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* The relation; fails when the answer took longer than the deadline allows. */
static enum relation ask(struct memory *memory, const char *from)
{
	int64_t start = clock_monotonic_ns();
	struct memory_answer answer;
	int64_t ms;

	asking = true;
	answer = suite_ask(memory, from, "jo@ours.test", 0);
	asking = false;
	ms = (clock_monotonic_ns() - start) / 1000000;
	if (ms > DEADLINE_MS + SLACK_MS)
		fail_msg("a look-up took %d ms", (int)ms);
	assert_int_equal(answer.asked, answer.relation != RELATION_UNKNOWN);
	return answer.relation;
}

static void wait_for(struct memory *memory, const char *from, enum relation wanted)
{
	enum relation now = RELATION_UNKNOWN;

	for (unsigned int waited = 0; waited < RECOVERY_MS; waited += 50) {
		now = suite_ask(memory, from, "jo@ours.test", 0).relation;
		if (now == wanted)
			return;
		usleep(50000);
	}
	fail_msg("the relation of %s is %d still, not %d; notices:\n%s", from, (int)now, (int)wanted, suite_notices());
}

/* A memory that knows ann. */
static struct memory *open_with_ann(void)
{
	struct memory *memory = suite_open(&backend, NULL);

	suite_send(memory, "jo@ours.test", "ann@acme.test", 0);
	assert_true(memory_flush(memory, 10000));
	wait_for(memory, "ann@acme.test", RELATION_KNOWN);
	suite_notices_clear();
	return memory;
}

/* The first few may wait for the deadline, then the breaker is open and nobody waits. */
static void expect_unknown(struct memory *memory)
{
	int64_t start;

	for (int i = 0; i < 4; i++)
		assert_int_equal(ask(memory, "ann@acme.test"), RELATION_UNKNOWN);
	start = clock_monotonic_ns();
	for (int i = 0; i < 200; i++)
		assert_int_equal(ask(memory, "ann@acme.test"), RELATION_UNKNOWN);
	/* Rounded up to the next millisecond. */
	assert_in_range(longest_wait, 0, DEADLINE_MS + 1);
	/* Not 200 deadlines. */
	assert_true(clock_monotonic_ns() - start < 200 * DEADLINE_MS * INT64_C(1000000));
	assert_true(memory_counters(memory).unavailable >= 204);
	if (count_lines(suite_notices()) > 2)
		fail_msg("too many lines:\n%s", suite_notices());
	assert_non_null(strstr(suite_notices(), "cannot be asked"));
}

static void test_a_stopped_server(void **state)
{
	struct memory *memory = open_with_ann();

	(void)state;
	redis_server_stop(&server);
	expect_unknown(memory);
	/* What is learned meanwhile waits. */
	suite_send(memory, "jo@ours.test", "bob@other.test", 0);
	assert_false(memory_flush(memory, 300));
	assert_true(redis_server_restart(&server, NULL));
	wait_for(memory, "bob@other.test", RELATION_KNOWN);
	wait_for(memory, "ann@acme.test", RELATION_STRANGER);
	assert_true(memory_flush(memory, 10000));
	assert_non_null(strstr(suite_notices(), "can be asked again"));
	memory_close(memory);
}

static void test_a_paused_server(void **state)
{
	struct memory *memory = open_with_ann();

	(void)state;
	kill(server.pid, SIGSTOP);
	expect_unknown(memory);
	kill(server.pid, SIGCONT);
	wait_for(memory, "ann@acme.test", RELATION_KNOWN);
	memory_close(memory);
}

static void test_a_server_that_was_never_there(void **state)
{
	struct memory *memory;

	(void)state;
	redis_server_stop(&server);
	memory = suite_open(&backend, NULL);
	expect_unknown(memory);
	assert_true(redis_server_restart(&server, NULL));
	wait_for(memory, "ann@acme.test", RELATION_STRANGER);
	memory_close(memory);
}

static void use_password(struct memory_settings *settings)
{
	settings->redis_password_file = server.password;
}

static void write_password(const char *text)
{
	FILE *stream = fopen(server.password, "w");

	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
}

static void test_a_wrong_password(void **state)
{
	struct memory *memory;

	(void)state;
	redis_server_stop(&server);
	assert_true(redis_server_restart(&server, "right"));
	memory = suite_open(&backend, NULL);
	expect_unknown(memory);
	assert_non_null(strstr(suite_notices(), "NOAUTH"));
	memory_close(memory);
	suite_notices_clear();
	write_password("wrong\n");
	memory = suite_open(&backend, use_password);
	expect_unknown(memory);
	assert_non_null(strstr(suite_notices(), "WRONGPASS"));
	memory_close(memory);
	write_password("right\n");
	memory = suite_open(&backend, use_password);
	wait_for(memory, "ann@acme.test", RELATION_STRANGER);
	memory_close(memory);
}

static void test_another_key(void **state)
{
	struct memory *memory = open_with_ann();
	FILE *stream;

	(void)state;
	memory_close(memory);
	stream = fopen(server.key, "w");
	assert_non_null(stream);
	fputs("ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", stream);
	fclose(stream);
	memory = suite_open(&backend, NULL);
	expect_unknown(memory);
	assert_non_null(strstr(suite_notices(), "another key_file"));
	memory_close(memory);
}

static void test_a_forgotten_script(void **state)
{
	struct memory *memory = open_with_ann();
	char answer[64];

	(void)state;
	assert_true(redis_server_ask(&server, "SCRIPT FLUSH", answer, sizeof answer));
	wait_for(memory, "ann@acme.test", RELATION_KNOWN);
	assert_true(memory_counters(memory).unavailable <= 4);
	memory_close(memory);
}

static void test_a_full_server(void **state)
{
	struct memory *memory = open_with_ann();
	char answer[64];

	(void)state;
	assert_true(redis_server_ask(&server, "CONFIG SET maxmemory 1", answer, sizeof answer));
	suite_send(memory, "jo@ours.test", "bob@other.test", 0);
	assert_false(memory_flush(memory, 500));
	assert_non_null(strstr(suite_notices(), "cannot be written"));
	assert_true(redis_server_ask(&server, "CONFIG SET maxmemory 0", answer, sizeof answer));
	assert_true(memory_flush(memory, RECOVERY_MS));
	wait_for(memory, "bob@other.test", RELATION_KNOWN);
	memory_close(memory);
}

/* --- a server that is slow --- */

enum proxy_mode { PROXY_PASS, PROXY_DRIP };

struct proxy {
	pthread_t thread;
	int listener;
	atomic_int mode;
	atomic_uint turns; /* how often the client spoke after the server had */
	atomic_bool stopping;
};

static bool pass_on(struct proxy *proxy, int from, int to, bool from_server)
{
	char bytes[65536];
	ssize_t n = recv(from, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	if (from_server && atomic_load(&proxy->mode) == PROXY_DRIP) {
		for (ssize_t i = 0; i < n && !atomic_load(&proxy->stopping) && atomic_load(&proxy->mode) == PROXY_DRIP;
		     i++) {
			if (send(to, bytes + i, 1, MSG_NOSIGNAL) != 1)
				return false;
			usleep(10000);
		}
		return true;
	}
	return send(to, bytes, (size_t)n, MSG_NOSIGNAL) == n;
}

static void serve(struct proxy *proxy, int client)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int upstream = socket(AF_UNIX, SOCK_STREAM, 0);
	bool open = true, client_last = false;

	snprintf(address.sun_path, sizeof address.sun_path, "%.64s/socket", server.directory);
	open = connect(upstream, (const struct sockaddr *)&address, sizeof address) == 0;
	while (open && !atomic_load(&proxy->stopping)) {
		struct pollfd pollers[] = {{.fd = client, .events = POLLIN}, {.fd = upstream, .events = POLLIN}};

		if (poll(pollers, 2, 50) <= 0)
			continue;
		if (pollers[0].revents) {
			if (!client_last)
				atomic_fetch_add(&proxy->turns, 1);
			client_last = true;
			open = pass_on(proxy, client, upstream, false);
		}
		if (open && pollers[1].revents) {
			client_last = false;
			open = pass_on(proxy, upstream, client, true);
		}
	}
	close(upstream);
	close(client);
}

struct proxied {
	struct proxy *proxy;
	int client;
};

static void *serve_one(void *context)
{
	struct proxied *one = context;

	serve(one->proxy, one->client);
	free(one);
	return NULL;
}

static void *run_proxy(void *context)
{
	struct proxy *proxy = context;
	pthread_t threads[100];
	size_t count = 0;

	while (!atomic_load(&proxy->stopping)) {
		struct pollfd poller = {.fd = proxy->listener, .events = POLLIN};
		struct proxied *one;

		if (poll(&poller, 1, 50) <= 0 || count == sizeof threads / sizeof *threads)
			continue;
		one = malloc(sizeof *one);
		if (!one)
			break;
		*one = (struct proxied){proxy, accept(proxy->listener, NULL, NULL)};
		if (pthread_create(&threads[count], NULL, serve_one, one) == 0)
			count++;
	}
	while (count > 0)
		pthread_join(threads[--count], NULL);
	return NULL;
}

static void start_proxy(struct proxy *proxy)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	*proxy = (struct proxy){.listener = socket(AF_UNIX, SOCK_STREAM, 0)};
	snprintf(proxy_socket, sizeof proxy_socket, "unix:%s/proxy", server.directory);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/proxy", server.directory);
	assert_int_equal(bind(proxy->listener, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(proxy->listener, 50), 0);
	assert_int_equal(pthread_create(&proxy->thread, NULL, run_proxy, proxy), 0);
}

static void stop_proxy(struct proxy *proxy)
{
	atomic_store(&proxy->stopping, true);
	pthread_join(proxy->thread, NULL);
	close(proxy->listener);
	unlink(proxy_socket + strlen("unix:"));
}

static void use_proxy(struct memory_settings *settings)
{
	settings->redis_server = proxy_socket;
	settings->deadline_ms = DEADLINE_MS;
}

static void use_proxy_patiently(struct memory_settings *settings)
{
	settings->redis_server = proxy_socket;
	settings->deadline_ms = 5000;
}

static void test_a_server_that_answers_slowly(void **state)
{
	struct memory *memory;
	struct proxy proxy;

	(void)state;
	start_proxy(&proxy);
	memory = suite_open(&backend, use_proxy);
	suite_send(memory, "jo@ours.test", "ann@acme.test", 0);
	assert_true(memory_flush(memory, 10000));
	wait_for(memory, "ann@acme.test", RELATION_KNOWN);
	suite_notices_clear();
	atomic_store(&proxy.mode, PROXY_DRIP);
	expect_unknown(memory);
	atomic_store(&proxy.mode, PROXY_PASS);
	wait_for(memory, "ann@acme.test", RELATION_KNOWN);
	memory_close(memory);
	stop_proxy(&proxy);
}

static void test_a_look_up_is_one_round_trip(void **state)
{
	struct memory *memory;
	struct proxy proxy;
	unsigned int before;

	(void)state;
	start_proxy(&proxy);
	memory = suite_open(&backend, use_proxy_patiently);
	/* The first connects. */
	assert_int_equal(ask(memory, "ann@acme.test"), RELATION_STRANGER);
	before = atomic_load(&proxy.turns);
	for (int i = 0; i < 10; i++)
		assert_int_equal(ask(memory, "ann@acme.test"), RELATION_STRANGER);
	assert_int_equal(atomic_load(&proxy.turns) - before, 10);
	memory_close(memory);
	stop_proxy(&proxy);
}

/* --- two hosts --- */

static void be_patient(struct memory_settings *settings)
{
	settings->deadline_ms = 5000;
}

static void test_two_hosts_share_what_they_know(void **state)
{
	static const char pitch[] =
	    "i am sorry to bother you on a busy day, but i came across your company and was impressed by what your team has "
	    "built so far. we help firms like yours to win many new customers a month without any cold calls at all. would "
	    "you be open to a quick call?";
	struct memory *hosts[] = {suite_open(&backend, be_patient), suite_open(&backend, be_patient)};
	struct arena *arena = arena_create(0);
	struct memory_answer answer;

	(void)state;
	suite_send(hosts[0], "jo@ours.test", "ann@acme.test", 0);
	assert_true(memory_flush(hosts[0], 10000));
	assert_int_equal(ask(hosts[1], "ann@acme.test"), RELATION_KNOWN);
	assert_int_equal(suite_ask(hosts[1], "bob@acme.test", "kim@ours.test", 0).relation, RELATION_KNOWN);
	/* Four copies of one template, by turns: the fourth host to see one knows of all. */
	for (int i = 0; i < 4; i++) {
		char from[64], to[64], id[64];
		struct str recipient;
		struct memory_query query = {
		    .personal = true, .text = STR(pitch), .recipients = &recipient, .recipient_count = 1};

		snprintf(from, sizeof from, "s%d@sales%d.test", i, i);
		snprintf(to, sizeof to, "u%d@ours.test", i);
		snprintf(id, sizeof id, "%d@sales.test", i);
		recipient = str_of(to);
		query.sender.mailbox = str_of(from);
		query.message_id = str_of(id);
		assert_int_equal(memory_look_up(hosts[i % 2], &query, arena, &answer), STATUS_OK);
		assert_int_equal(answer.template_seen, i + 1);
		assert_int_equal(answer.template_senders, i + 1);
		assert_true(memory_learn(hosts[i % 2], &(struct memory_event){.query = &query, .answer = &answer}));
		assert_true(memory_flush(hosts[i % 2], 10000));
	}
	arena_destroy(arena);
	memory_close(hosts[0]);
	memory_close(hosts[1]);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_a_stopped_server),
	    TEST(test_a_paused_server),
	    TEST(test_a_server_that_was_never_there),
	    TEST(test_a_wrong_password),
	    TEST(test_another_key),
	    TEST(test_a_forgotten_script),
	    TEST(test_a_full_server),
	    TEST(test_a_server_that_answers_slowly),
	    TEST(test_a_look_up_is_one_round_trip),
	    TEST(test_two_hosts_share_what_they_know),
	};
#undef TEST

	signal(SIGPIPE, SIG_IGN);
	if (!redis_server_start(&server, NULL)) {
		fprintf(stderr, "redis-server cannot be started (apt-get install redis-server)\n");
		redis_server_remove(&server);
		return 77;
	}
	redis_server_remove(&server);
	return cmocka_run_group_tests_name("faults of a server", tests, NULL, NULL);
}
