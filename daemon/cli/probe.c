#include "cli/probe.h"

#include "base/fd.h"
#include "base/buf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The milter protocol, version 6: a packet is its length in four bytes, a command byte, and data. */
enum { ANSWER_SECONDS = 10, PACKET_MAX = 64 * 1024, VERSION = 6, ACTIONS = 0x1ff, PROTOCOL = 0x1fffff };

/* "PORT@HOST", the host perhaps in brackets. */
static int open_inet(const char *text)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char port[8], host[256];
	int fd = -1;

	if (sscanf(text, "%7[0-9]@%255s", port, host) != 2) {
		errno = EINVAL;
		return -1;
	}
	if (host[0] == '[') {
		memmove(host, host + 1, strlen(host));
		host[strcspn(host, "]")] = '\0';
	}
	if (getaddrinfo(host, port, &hints, &found) != 0) {
		errno = EHOSTUNREACH;
		return -1;
	}
	for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

static int open_socket(const char *name)
{
	const char *rest = strchr(name, ':');

	if (!rest || strncmp(name, "unix:", 5) == 0 || strncmp(name, "local:", 6) == 0)
		return fd_connect(rest ? rest + 1 : name);
	return open_inet(rest + 1);
}

static bool send_packet(int fd, char command, const void *data, size_t n)
{
	struct buf packet = buf_make(NULL);
	uint32_t length = htonl((uint32_t)n + 1);
	bool sent;

	buf_add(&packet, &length, sizeof length);
	buf_add_byte(&packet, command);
	buf_add(&packet, data, n);
	sent = !buf_failed(&packet) && fd_send(fd, packet.p, packet.n) == packet.n;
	buf_free(&packet);
	return sent;
}

static bool read_exactly(int fd, void *out, size_t n)
{
	return fd_read(fd, out, n) == (ssize_t)n;
}

/* The command byte of the next answer, 0 when there is none. */
static char read_answer(int fd, unsigned char data[PACKET_MAX], size_t *ret_n)
{
	uint32_t length;
	char command;

	if (!read_exactly(fd, &length, sizeof length))
		return 0;
	length = ntohl(length);
	if (length < 1 || length > PACKET_MAX || !read_exactly(fd, &command, 1) ||
	    !read_exactly(fd, data, (size_t)length - 1))
		return 0;
	*ret_n = (size_t)length - 1;
	return command;
}

struct step {
	char command;
	const char *data;
	size_t n;
	uint32_t no_reply; /* bit of the protocol by which the milter leaves the answer out */
	uint32_t no_send;  /* bit by which it does not want to hear of it */
	const char *name;
};

#define DATA(text) (text), sizeof(text) - 1

/* SMFIP_NR_* and SMFIP_NO* bits, as in mfdef.h. */
static const struct step steps[] = {
    {'C',
     DATA("localhost\0004\xd4\x31"
	  "127.0.0.1\0"),
     0x1000, 0x1, "connect"},
    {'H', DATA("localhost\0"), 0x2000, 0x2, "helo"},
    {'M', DATA("<doctor@coldshoulder.invalid>\0"), 0x4000, 0x4, "mail"},
    {'R', DATA("<postmaster>\0"), 0x8000, 0x8, "rcpt"},
    {'T', DATA(""), 0x10000, 0x200, "data"},
    {'L', DATA("From\0 doctor@coldshoulder.invalid\0"), 0x80, 0x20, "header"},
    {'L', DATA("Subject\0 A probe of coldshoulder doctor\0"), 0x80, 0x20, "header"},
    {'N', DATA(""), 0x40000, 0x40, "end of header"},
    {'B', DATA("This is a probe.\r\n"), 0x80000, 0x10, "body"},
};

static bool negotiate(int fd, uint32_t *ret_protocol)
{
	const uint32_t offer[] = {htonl(VERSION), htonl(ACTIONS), htonl(PROTOCOL)};
	unsigned char data[PACKET_MAX];
	uint32_t protocol;
	size_t n = 0;

	if (!send_packet(fd, 'O', offer, sizeof offer) || read_answer(fd, data, &n) != 'O' || n < 12)
		return false;
	memcpy(&protocol, data + 8, sizeof protocol);
	*ret_protocol = ntohl(protocol);
	return true;
}

static const char *answer_in_words(char answer)
{
	switch (answer) {
	case 0:
		return "no answer";
	case 't':
		return "try again later";
	case 'r':
	case 'y':
		return "a rejection";
	default:
		return "an answer that it should not give";
	}
}

static bool send_message(int fd, uint32_t protocol, const char *queue_id, char *why, size_t size)
{
	unsigned char data[PACKET_MAX];
	char macro[64];
	size_t n = 0;
	char answer;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		const struct step *step = &steps[i];

		if (protocol & step->no_send)
			continue;
		answer = 'c';
		if (!send_packet(fd, step->command, step->data, step->n))
			answer = 0;
		else if (!(protocol & step->no_reply))
			answer = read_answer(fd, data, &n);
		if (answer != 'c' && answer != 's') {
			snprintf(why, size, "at %s: %s", step->name, answer_in_words(answer));
			return false;
		}
	}
	n = (size_t)snprintf(macro, sizeof macro, "Ei%c%s", '\0', queue_id);
	send_packet(fd, 'D', macro, n + 1);
	send_packet(fd, 'E', "", 0);
	do { /* changes come before the answer */
		answer = read_answer(fd, data, &n);
	} while (answer && strchr("hmipbq+-2e", answer));
	if (answer != 'c' && answer != 'a')
		snprintf(why, size, "at the end of the message: %s", answer_in_words(answer));
	return answer == 'c' || answer == 'a';
}

bool probe_milter(const char *socket_name, const char *queue_id, char *why, size_t size)
{
	const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	uint32_t protocol;
	bool passed = false;
	int fd = open_socket(socket_name);

	if (fd < 0) {
		snprintf(why, size, "%s", strerror(errno));
		return false;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (negotiate(fd, &protocol))
		passed = send_message(fd, protocol, queue_id, why, size);
	else
		snprintf(why, size, "it does not speak the milter protocol");
	send_packet(fd, 'Q', "", 0);
	close(fd);
	return passed;
}
