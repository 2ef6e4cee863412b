#include "milter/edits.h"

#include "milter/reply.h"

#include <libmilter/mfdef.h>

/* Whether a field that came with the message has to go. */
static bool is_forged(struct str name)
{
	return str_starts_nocase(name, STR("X-Coldshoulder"));
}

static bool is_inserted(struct str name, const struct decision_header *headers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal_nocase(name, str_of(headers[i].name)))
			return true;
	return false;
}

/* Removing one moves the numbers of those behind it: from the last to the first. */
static enum status remove_all(SMFICTX *ctx, const struct tally_entry *entry)
{
	for (int i = entry->count; i > 0; i--)
		if (smfi_chgheader(ctx, (char *)entry->name.p, i, NULL) != MI_SUCCESS)
			return STATUS_IO;
	return STATUS_OK;
}

static enum status remove_headers(SMFICTX *ctx, struct session *session, bool strip_spam,
				  const struct decision_header *headers, size_t header_count)
{
	size_t count;
	const struct tally_entry *entries = tally_entries(&session->transaction.removable, &count);
	enum status status = STATUS_OK;

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		struct str name = entries[i].name;

		if (!is_forged(name) && !strip_spam && !is_inserted(name, headers, header_count))
			continue;
		status = session->actions & SMFIF_CHGHDRS ? remove_all(ctx, &entries[i]) : STATUS_UNAVAILABLE;
	}
	return status;
}

/* With SMFIP_HDR_LEADSPC the blank behind the colon is part of the value, in both directions. */
static enum status insert_header(SMFICTX *ctx, const struct session *session, const struct decision_header *header)
{
	struct buf value = buf_make(session->transaction.arena);

	if (!(session->actions & SMFIF_ADDHDRS))
		return STATUS_UNAVAILABLE;
	if (session->protocol & SMFIP_HDR_LEADSPC)
		buf_add_byte(&value, ' ');
	buf_add_text(&value, header->value);
	if (buf_failed(&value))
		return STATUS_NO_MEMORY;
	/* Number 1 is below the Received that the MTA adds itself; 0 would come above it. */
	if (smfi_insheader(ctx, 1, (char *)header->name, value.p) != MI_SUCCESS)
		return STATUS_IO;
	return STATUS_OK;
}

/* Each is inserted above the one before: from the last to the first. */
static enum status insert_headers(SMFICTX *ctx, const struct session *session, const struct decision_header *headers,
				  size_t count)
{
	enum status status = STATUS_OK;

	while (count-- && status == STATUS_OK)
		status = insert_header(ctx, session, &headers[count]);
	return status;
}

static enum status edit_headers(SMFICTX *ctx, struct session *session, const struct decision *decision,
				const char **ret_step)
{
	const struct config *config = session->transaction.generation->config;
	struct decision_header headers[DECISION_HEADERS_MAX];
	size_t count = decision_headers(decision, config, session->transaction.arena, headers);
	/* What there was no memory for is missing among them. */
	bool complete = !arena_failed(session->transaction.arena);
	bool strip_spam = config->strip_spam_headers && decision->direction == DIRECTION_INBOUND;
	enum status removed, inserted;

	if (decision->direction == DIRECTION_OUTBOUND)
		return STATUS_OK;
	removed = remove_headers(ctx, session, strip_spam, headers, count);
	if (!complete) {
		*ret_step = "write header";
		return STATUS_NO_MEMORY;
	}
	/* An MTA that lets nobody remove fields may still let us add ours, above all others. */
	inserted = insert_headers(ctx, session, headers, count);
	*ret_step = inserted != STATUS_OK ? "insert header" : "remove header";
	return inserted != STATUS_OK ? inserted : removed;
}

static enum status quarantine(SMFICTX *ctx, const struct session *session, const struct decision *decision)
{
	struct buf reason = buf_make(session->transaction.arena);

	if (!(session->actions & SMFIF_QUARANTINE))
		return STATUS_UNAVAILABLE;
	buf_add_format(&reason, "Coldshoulder: class=%s, score=%.2f", mail_class_name(decision->outcome.mail_class),
		       decision->verdict.score);
	if (buf_failed(&reason))
		return STATUS_NO_MEMORY;
	return smfi_quarantine(ctx, reason.p) == MI_SUCCESS ? STATUS_OK : STATUS_IO;
}

static enum status set_reply(SMFICTX *ctx, const struct session *session, const struct decision *decision)
{
	struct reply reply;
	enum status status = reply_make(decision, session->transaction.arena, &reply);
	const char *const *line = reply.lines;
	int result;

	if (status != STATUS_OK)
		return status;
	/* The list of lines ends at the first NULL, so all places can be passed always. */
	result = smfi_setmlreply(ctx, reply.code, reply.enhanced, line[0], line[1], line[2], line[3], line[4], line[5],
				 line[6], line[7], line[8], line[9], (char *)NULL);
	return result == MI_SUCCESS ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status refuse(SMFICTX *ctx, const struct session *session, const struct decision *decision,
			  sfsistat *ret_answer)
{
	enum status status = set_reply(ctx, session, decision);

	if (status == STATUS_OK)
		*ret_answer = decision->outcome.action == ACTION_REJECT ? SMFIS_REJECT : SMFIS_TEMPFAIL;
	return status;
}

enum status edits_apply(SMFICTX *ctx, struct session *session, const struct decision *decision, sfsistat *ret_answer,
			const char **ret_step)
{
	enum status status;

	switch (decision->outcome.action) {
	case ACTION_REJECT:
	case ACTION_TEMPFAIL:
		*ret_step = "reply";
		return refuse(ctx, session, decision, ret_answer);
	case ACTION_DISCARD:
		*ret_answer = SMFIS_DISCARD;
		return STATUS_OK;
	case ACTION_ACCEPT:
	case ACTION_TAG:
	case ACTION_QUARANTINE:
	case ACTION_COUNT:
		break;
	}
	*ret_answer = SMFIS_CONTINUE;
	if (decision->outcome.action == ACTION_QUARANTINE) {
		*ret_step = "quarantine";
		status = quarantine(ctx, session, decision);
		if (status != STATUS_OK)
			return status;
	}
	return edit_headers(ctx, session, decision, ret_step);
}

enum status edits_remove_forged(SMFICTX *ctx, struct session *session, enum direction direction)
{
	return direction == DIRECTION_OUTBOUND ? STATUS_OK : remove_headers(ctx, session, false, NULL, 0);
}
