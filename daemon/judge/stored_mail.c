#include "judge/stored_mail.h"

/* The word behind " KEYWORD " in an unfolded Received value; empty when it is not there. */
static struct str word_after(struct str received, struct str keyword)
{
	size_t at = str_find_nocase(received, 0, keyword);
	struct str rest;
	size_t end = 0;

	if (at == STR_NONE)
		return (struct str){"", 0};
	rest = str_trim(str_sub(received, at + keyword.n, received.n));
	while (end < rest.n && !ascii_is_space(rest.p[end]) && rest.p[end] != ';' && rest.p[end] != '(')
		end++;
	return str_sub(rest, 0, end);
}

static bool written_by_us(struct str received, const struct str *hosts, size_t count)
{
	struct str by = word_after(received, STR(" by "));

	for (size_t i = 0; i < count; i++)
		if (by.n && str_equal_nocase(by, hosts[i]))
			return true;
	return false;
}

/* Postfix: "from HELO (NAME [ADDRESS]) by ..."; NAME is "unknown" unless it was confirmed forward and back. */
static void read_client(struct str received, struct envelope *envelope)
{
	size_t open = str_find_byte(received, 0, '(');
	size_t bracket = open == STR_NONE ? STR_NONE : str_find_byte(received, open, '[');
	size_t close = bracket == STR_NONE ? STR_NONE : str_find_byte(received, bracket, ']');
	struct str name;

	if (close == STR_NONE || !str_starts_nocase(received, STR("from ")) ||
	    open > str_find_nocase(received, 0, STR(" by ")))
		return;
	name = str_trim(str_sub(received, open + 1, bracket - open - 1));
	if (!envelope->client_name.n && !str_equal_nocase(name, STR("unknown")))
		envelope->client_name = name;
	if (!envelope->client_address.n)
		envelope->client_address = str_sub(received, bracket + 1, close - bracket - 1);
}

void stored_mail_envelope(const struct message *message, const struct str *our_hosts, size_t our_host_count,
			  struct envelope *envelope)
{
	const struct header *header;
	struct str entered = {"", 0};
	size_t position = 0;

	while ((header = header_next(&message->headers, STR("Received"), &position))) {
		struct str received = header_unfold(header, message->arena);

		if (!written_by_us(received, our_hosts, our_host_count))
			break;
		entered = received;
	}
	if (!entered.n)
		return;
	read_client(entered, envelope);
	if (!envelope->queue_id.n)
		envelope->queue_id = word_after(entered, STR(" id "));
}
