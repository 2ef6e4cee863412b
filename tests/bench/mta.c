#include "mta.h"

#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Postfix cuts a longer field for a milter, because a packet of more than 65535 bytes ends the connection. */
enum { FIELD_MAX = 60000 };

enum { PACKET_MAX = 64 << 20, FAMILY_AND_PORT = 3, HEADER_INDEX_BYTES = 4, TEXT_MAX = 1024 };

static int dial_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

static int dial_inet(const char *text)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	const int on = 1;
	char host[64] = "127.0.0.1";
	unsigned short port = 0;
	int fd;

	if (sscanf(text, "%hu@%63s", &port, host) < 1)
		return -1;
	address.sin_port = htons(port);
	if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &address.sin_addr) != 1)
		return -1;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
	    connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

static int dial(const char *socket_name)
{
	if (strncmp(socket_name, "unix:", 5) == 0)
		return dial_unix(socket_name + 5);
	if (strncmp(socket_name, "inet:", 5) == 0)
		return dial_inet(socket_name + 5);
	return -1;
}

static bool flush(struct mta *mta)
{
	for (size_t sent = 0; sent < mta->out.n;) {
		ssize_t n = send(mta->fd, mta->out.p + sent, mta->out.n - sent, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		sent += (size_t)n;
	}
	buf_clear(&mta->out);
	return true;
}

static void put(struct mta *mta, char command, const void *data, size_t n)
{
	const uint32_t length = htonl((uint32_t)n + 1);

	buf_add(&mta->out, &length, sizeof length);
	buf_add_byte(&mta->out, command);
	buf_add(&mta->out, data, n);
}

static bool receive(int fd, void *data, size_t n)
{
	for (char *p = data; n;) {
		ssize_t got = recv(fd, p, n, 0);

		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

/* Reads one packet: mta->reply and mta->in. */
static bool get(struct mta *mta)
{
	uint32_t length;

	if (!receive(mta->fd, &length, sizeof length) || !receive(mta->fd, &mta->reply, 1))
		return false;
	length = ntohl(length) - 1;
	buf_clear(&mta->in);
	if (length > PACKET_MAX || !buf_reserve(&mta->in, length) || !receive(mta->fd, mta->in.p, length))
		return false;
	mta->in.n = length;
	mta->in.p[length] = '\0';
	return true;
}

/* Sends a step, unless the filter wants none (`skip`), and waits for its reply, unless it gives none (`no_reply`). */
static bool step(struct mta *mta, char command, const void *data, size_t n, unsigned long skip, unsigned long no_reply)
{
	mta->reply = SMFIR_CONTINUE;
	if (mta->protocol & skip)
		return true;
	put(mta, command, data, n);
	if (mta->protocol & no_reply)
		return true;
	if (!flush(mta))
		return false;
	do
		if (!get(mta))
			return false;
	while (mta->reply == SMFIR_PROGRESS);
	return true;
}

/* Sends macros: names and values in turn, NULL at the end. */
static void put_macros(struct mta *mta, char command, const char *const *pairs)
{
	struct buf data = buf_make(NULL);

	buf_add_byte(&data, command);
	for (; *pairs; pairs++)
		buf_add(&data, *pairs, strlen(*pairs) + 1);
	put(mta, SMFIC_MACRO, data.p, data.n);
	buf_free(&data);
}

static bool negotiate(struct mta *mta)
{
	const uint32_t offer[] = {htonl(SMFI_PROT_VERSION), htonl(SMFI_CURR_ACTS), htonl(SMFI_CURR_PROT)};
	uint32_t protocol;

	put(mta, SMFIC_OPTNEG, offer, sizeof offer);
	if (!flush(mta) || !get(mta) || mta->reply != SMFIC_OPTNEG || mta->in.n < sizeof offer)
		return false;
	memcpy(&protocol, mta->in.p + 2 * sizeof protocol, sizeof protocol);
	mta->protocol = ntohl(protocol);
	return true;
}

static bool send_connect(struct mta *mta)
{
	static const char name[] = "client.test.example";
	const char *const macros[] = {
	    "j", "mx.test.example", "{daemon_name}", mta->settings->daemon_name, "v", "Postfix 3.7.11", NULL};
	const unsigned char family_and_port[FAMILY_AND_PORT] = {SMFIA_INET, 0x30, 0x39};
	struct buf data = buf_make(NULL);
	bool sent;

	put_macros(mta, SMFIC_CONNECT, macros);
	buf_add(&data, name, sizeof name);
	buf_add(&data, family_and_port, sizeof family_and_port);
	buf_add(&data, mta->settings->client_address, strlen(mta->settings->client_address) + 1);
	sent = step(mta, SMFIC_CONNECT, data.p, data.n, SMFIP_NOCONNECT, SMFIP_NR_CONN) &&
	       step(mta, SMFIC_HELO, name, sizeof name, SMFIP_NOHELO, SMFIP_NR_HELO);
	buf_free(&data);
	return sent;
}

bool mta_open(struct mta *mta, const struct mta_settings *settings)
{
	mta->settings = settings;
	mta->protocol = 0;
	buf_clear(&mta->out);
	mta->fd = dial(settings->socket);
	if (mta->fd >= 0 && negotiate(mta) && send_connect(mta))
		return true;
	close(mta->fd);
	mta->fd = -1;
	return false;
}

static bool send_sender(struct mta *mta, const char *sender, const char *queue_id)
{
	const char *user = mta->settings->auth_user;
	const char *const macros[] = {"i",  queue_id,      "{mail_addr}", sender, user ? "{auth_authen}" : NULL,
				      user, "{auth_type}", "PLAIN",       NULL};
	char argument[TEXT_MAX];
	int n = snprintf(argument, sizeof argument, "<%s>", sender);

	put_macros(mta, SMFIC_MAIL, macros);
	return step(mta, SMFIC_MAIL, argument, (size_t)n + 1, SMFIP_NOMAIL, SMFIP_NR_MAIL);
}

static bool send_recipients(struct mta *mta, const char *queue_id, size_t *ret_accepted)
{
	*ret_accepted = 0;
	for (size_t i = 0; i < mta->settings->recipient_count; i++) {
		const char *recipient = mta->settings->recipients[i];
		const char *const macros[] = {"i", queue_id, "{rcpt_addr}", recipient, NULL};
		char argument[TEXT_MAX];
		int n = snprintf(argument, sizeof argument, "<%s>", recipient);

		put_macros(mta, SMFIC_RCPT, macros);
		if (!step(mta, SMFIC_RCPT, argument, (size_t)n + 1, SMFIP_NORCPT, SMFIP_NR_RCPT))
			return false;
		*ret_accepted += mta->reply == SMFIR_CONTINUE || mta->reply == SMFIR_ACCEPT;
	}
	if (*ret_accepted)
		mta->reply = SMFIR_CONTINUE;
	return true;
}

static bool send_field(struct mta *mta, const struct mail_field *field, struct buf *scratch)
{
	const char *value = field->value;

	if (!(mta->protocol & SMFIP_HDR_LEADSPC) && *value == ' ')
		value++;
	buf_clear(scratch);
	buf_add(scratch, field->name, strlen(field->name) + 1);
	buf_add(scratch, value, strnlen(value, FIELD_MAX));
	buf_add_byte(scratch, '\0');
	return step(mta, SMFIC_HEADER, scratch->p, scratch->n, SMFIP_NOHDRS, SMFIP_NR_HDR);
}

/* True also when the filter ended the message early: then mta->reply says how. */
static bool send_header(struct mta *mta, const struct mail_file *file)
{
	struct buf scratch = buf_make(NULL);
	bool sent = true;

	for (size_t i = 0; i < file->fields.count && sent && mta->reply == SMFIR_CONTINUE; i++)
		sent = send_field(mta, list_at(&file->fields, i), &scratch);
	buf_free(&scratch);
	if (sent && mta->reply == SMFIR_CONTINUE)
		sent = step(mta, SMFIC_EOH, "", 0, SMFIP_NOEOH, SMFIP_NR_EOH);
	return sent;
}

static bool send_body(struct mta *mta, struct str body)
{
	while (body.n && mta->reply == SMFIR_CONTINUE) {
		struct str chunk = str_sub(body, 0, MILTER_CHUNK_SIZE);

		if (!step(mta, SMFIC_BODY, chunk.p, chunk.n, SMFIP_NOBODY, SMFIP_NR_BODY))
			return false;
		body = str_sub(body, chunk.n, body.n);
	}
	if (mta->reply == SMFIR_SKIP)
		mta->reply = SMFIR_CONTINUE;
	return true;
}

static void note_edit(const struct mta *mta, struct buf *edits)
{
	bool is_header =
	    mta->reply == SMFIR_ADDHEADER || mta->reply == SMFIR_INSHEADER || mta->reply == SMFIR_CHGHEADER;
	size_t skip = is_header && mta->reply != SMFIR_ADDHEADER ? HEADER_INDEX_BYTES : 0;
	const char *text = mta->in.n > skip ? mta->in.p + skip : "";

	if (is_header)
		buf_add_format(edits, "%c:%s:%s|", mta->reply, text, text + strlen(text) + 1);
	else
		buf_add_format(edits, "%c:%s|", mta->reply, mta->reply == SMFIR_REPLBODY ? "body" : text);
}

static bool is_edit(char reply)
{
	return reply && strchr("himq+-2eb", reply);
}

/* Sends the end of the message and gathers edits until the verdict. */
static bool send_end(struct mta *mta, const char *queue_id, struct buf *edits)
{
	const char *const macros[] = {"i", queue_id, NULL};

	put_macros(mta, SMFIC_BODYEOB, macros);
	put(mta, SMFIC_BODYEOB, "", 0);
	if (!flush(mta))
		return false;
	do {
		if (!get(mta))
			return false;
		if (is_edit(mta->reply))
			note_edit(mta, edits);
	} while (mta->reply == SMFIR_PROGRESS || is_edit(mta->reply));
	return true;
}

/* Everything up to the body; the message is over when mta->reply is not "continue". */
static bool send_before_end(struct mta *mta, const struct mail_file *file, const char *queue_id)
{
	const char *sender = mta->settings->sender ? mta->settings->sender : file->from;
	size_t accepted = 1;

	return send_sender(mta, sender, queue_id) &&
	       (mta->reply != SMFIR_CONTINUE || send_recipients(mta, queue_id, &accepted)) &&
	       (mta->reply != SMFIR_CONTINUE || step(mta, SMFIC_DATA, "", 0, SMFIP_NODATA, SMFIP_NR_DATA)) &&
	       (mta->reply != SMFIR_CONTINUE || send_header(mta, file)) &&
	       (mta->reply != SMFIR_CONTINUE || send_body(mta, file->body));
}

bool mta_send(struct mta *mta, const struct mail_file *file, const char *queue_id, char *ret_verdict, struct buf *edits)
{
	bool sent = send_before_end(mta, file, queue_id);

	if (sent && mta->reply == SMFIR_CONTINUE) {
		sent = send_end(mta, queue_id, edits);
	} else if (sent) {
		put(mta, SMFIC_ABORT, "", 0);
		sent = flush(mta);
	}
	if (sent && mta->reply == SMFIR_REPLYCODE)
		buf_add_format(edits, "y:%s", mta->in.p);
	*ret_verdict = mta->reply;
	return sent;
}

void mta_close(struct mta *mta)
{
	if (mta->fd >= 0) {
		put(mta, SMFIC_QUIT, "", 0);
		(void)flush(mta);
		close(mta->fd);
	}
	mta->fd = -1;
	buf_free(&mta->out);
	buf_free(&mta->in);
}
