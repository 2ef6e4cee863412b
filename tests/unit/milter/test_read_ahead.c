/*
 * What is read ahead comes in the same order and at the same time as without; nothing of one connection comes out of
 * another, and other files are left alone.
 */
#include "milter/read_ahead.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG = 100 * 1000 };

struct pair {
	int listener, mta, filter;
};

static void say(int fd, const char *bytes)
{
	assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
}

static struct pair connect_new(bool read_ahead)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof address;
	struct pair pair;

	pair.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	/* No name at all: the kernel invents one. */
	assert_int_equal(bind(pair.listener, (struct sockaddr *)&address, sizeof address.sun_family), 0);
	assert_int_equal(listen(pair.listener, 1), 0);
	assert_int_equal(getsockname(pair.listener, (struct sockaddr *)&address, &length), 0);
	read_ahead_of(read_ahead ? pair.listener : -1);
	pair.mta = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(pair.mta, (struct sockaddr *)&address, length), 0);
	pair.filter = accept(pair.listener, NULL, NULL);
	assert_true(pair.filter >= 0);
	return pair;
}

static void close_pair(struct pair *pair)
{
	close(pair->filter);
	close(pair->mta);
	close(pair->listener);
}

static int wait_for(int fd, int timeout_ms)
{
	struct pollfd one = {.fd = fd, .events = POLLIN | POLLPRI};
	int answer = poll(&one, 1, timeout_ms);

	assert_true(answer == 0 || one.revents & POLLIN);
	return answer;
}

static void expect(int fd, const char *bytes)
{
	char found[64] = "";

	assert_int_equal(wait_for(fd, 5000), 1);
	assert_int_equal(read(fd, found, strlen(bytes)), strlen(bytes));
	assert_string_equal(found, bytes);
}

enum { HEAD = 5 };

/* A first packet: twelve bytes behind its head. */
static void negotiate(int fd)
{
	static const char packet[] = "\0\0\0\15O............";

	assert_int_equal(write(fd, packet, sizeof packet - 1), sizeof packet - 1);
}

static struct pair connect_pair(bool read_ahead)
{
	struct pair pair = connect_new(read_ahead);
	char bytes[16];

	negotiate(pair.mta);
	assert_int_equal(wait_for(pair.filter, 5000), 1);
	assert_int_equal(read(pair.filter, bytes, HEAD), HEAD);
	assert_int_equal(wait_for(pair.filter, 5000), 1);
	assert_int_equal(read(pair.filter, bytes, 12), 12);
	return pair;
}

/* Bytes that the kernel still has for the reader. */
static int left(int fd)
{
	int n = -1;

	assert_int_equal(ioctl(fd, FIONREAD, &n), 0);
	return n;
}

static void test_one_read_takes_all(void **state)
{
	struct pair pair = connect_pair(true);

	(void)state;
	assert_int_equal(wait_for(pair.filter, 0), 0);
	say(pair.mta, "HeadBody1234");
	expect(pair.filter, "Head");
	assert_int_equal(left(pair.filter), 0);
	say(pair.mta, "later");
	expect(pair.filter, "Body");
	expect(pair.filter, "12");
	expect(pair.filter, "34");
	expect(pair.filter, "later");
	assert_int_equal(wait_for(pair.filter, 0), 0);
	close_pair(&pair);
}

static void test_end_is_told(void **state)
{
	struct pair pair = connect_pair(true);
	char byte;

	(void)state;
	say(pair.mta, "ab");
	close(pair.mta);
	expect(pair.filter, "a");
	expect(pair.filter, "b");
	assert_int_equal(wait_for(pair.filter, 5000), 1);
	assert_int_equal(read(pair.filter, &byte, 1), 0);
	assert_int_equal(read(pair.filter, &byte, 1), 0);
	pair.mta = -1;
	close_pair(&pair);
}

static void test_long_packets(void **state)
{
	struct pair pair = connect_pair(true);
	char *sent = malloc(LONG), *found = malloc(LONG);
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < LONG; i++)
		sent[i] = (char)(i * 31 % 251);
	assert_int_equal(send(pair.mta, sent, LONG, MSG_DONTWAIT), LONG);
	while (n < LONG) {
		/* A head of five bytes, then what belongs to it: as libmilter reads. */
		size_t wanted = n % 3 ? 5 : 65530;
		ssize_t got;

		assert_int_equal(wait_for(pair.filter, 5000), 1);
		got = read(pair.filter, found + n, wanted < LONG - n ? wanted : LONG - n);
		assert_true(got > 0);
		n += (size_t)got;
	}
	assert_memory_equal(sent, found, LONG);
	free(sent);
	free(found);
	close_pair(&pair);
}

static void test_next_connection_gets_nothing_of_the_last(void **state)
{
	struct pair first = connect_pair(true), second;
	int number = first.filter;

	(void)state;
	say(first.mta, "QUIT and secrets");
	expect(first.filter, "QUIT");
	close_pair(&first);
	second = connect_pair(true);
	assert_int_equal(second.filter, number);
	assert_int_equal(wait_for(second.filter, 0), 0);
	say(second.mta, "mine");
	expect(second.filter, "mine");
	close_pair(&second);
}

static void test_others_are_left_alone(void **state)
{
	struct pair pair = connect_pair(false);
	struct pollfd two[2];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	say(pair.mta, "ab");
	say(ends[1], "cd");
	expect(pair.filter, "a");
	expect(ends[0], "c");
	assert_int_equal(left(pair.filter), 1);
	assert_int_equal(left(ends[0]), 1);
	two[0] = (struct pollfd){.fd = pair.filter, .events = POLLIN};
	two[1] = (struct pollfd){.fd = ends[0], .events = POLLIN};
	assert_int_equal(poll(two, 2, -1), 2);
	close(ends[0]);
	close(ends[1]);
	close_pair(&pair);
}

/* A number that was a connection's may become that of anything. */
static void test_number_is_used_again(void **state)
{
	struct pair pair = connect_pair(true);
	int number = pair.filter, ends[2];

	(void)state;
	say(pair.mta, "ab");
	expect(pair.filter, "a");
	assert_int_equal(pipe(ends), 0);
	close(number);
	assert_int_equal(dup2(ends[0], number), number);
	say(ends[1], "cd");
	expect(number, "c");
	assert_int_equal(left(ends[0]), 1);
	close(ends[0]);
	close(ends[1]);
	close_pair(&pair);
}

/* Without poll() in front it is not known that nobody selects another way. */
static void test_read_alone_keeps_nothing(void **state)
{
	struct pair pair = connect_pair(true);
	char byte;

	(void)state;
	say(pair.mta, "ab");
	assert_int_equal(read(pair.filter, &byte, 1), 1);
	assert_int_equal(left(pair.filter), 1);
	close_pair(&pair);
}

/* The negotiation comes in pieces, and is asked for as libmilter asks: for what is missing. */
static void test_first_packet_in_pieces(void **state)
{
	struct pair pair = connect_new(true);
	char bytes[16];

	(void)state;
	assert_int_equal(write(pair.mta, "\0\0", 2), 2);
	assert_int_equal(read(pair.filter, bytes, HEAD), 2);
	assert_int_equal(write(pair.mta, "\0\4Oab", 5), 5);
	assert_int_equal(read(pair.filter, bytes, HEAD - 2), 3);
	assert_int_equal(read(pair.filter, bytes, 3), 2);
	say(pair.mta, "c");
	assert_int_equal(read(pair.filter, bytes, 1), 1);
	say(pair.mta, "Head");
	expect(pair.filter, "H");
	assert_int_equal(left(pair.filter), 0);
	expect(pair.filter, "ead");
	close_pair(&pair);
}

/* Another libmilter: what it reads past us must be there for it. */
static void test_other_readers_are_left_alone(void **state)
{
	char bytes[16];

	(void)state;
	for (int body_past_us = 0; body_past_us < 2; body_past_us++) {
		struct pair pair = connect_new(true);

		negotiate(pair.mta);
		if (body_past_us) {
			assert_int_equal(read(pair.filter, bytes, HEAD), HEAD);
			assert_int_equal(syscall(SYS_read, pair.filter, bytes, 12), 12);
		} else {
			assert_int_equal(syscall(SYS_read, pair.filter, bytes, HEAD), HEAD);
			assert_int_equal(read(pair.filter, bytes, 12), 12);
		}
		for (int packet = 0; packet < 3; packet++) {
			say(pair.mta, "HeadBody");
			expect(pair.filter, "Head");
			assert_int_equal(left(pair.filter), 4);
			assert_int_equal(syscall(SYS_read, pair.filter, bytes, 4), 4);
		}
		close_pair(&pair);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_read_takes_all),
	    cmocka_unit_test(test_end_is_told),
	    cmocka_unit_test(test_long_packets),
	    cmocka_unit_test(test_next_connection_gets_nothing_of_the_last),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_number_is_used_again),
	    cmocka_unit_test(test_read_alone_keeps_nothing),
	    cmocka_unit_test(test_first_packet_in_pieces),
	    cmocka_unit_test(test_other_readers_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
