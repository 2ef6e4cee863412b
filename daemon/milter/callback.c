#include "milter/callback.h"

#include "judge/judge.h"
#include "milter/edits.h"
#include "milter/negotiation.h"
#include "milter/session.h"

#include <libmilter/mfdef.h>

static struct callback_state *shared;

/* Every callback begins with enter() and ends with leave(), so that the process knows when none is running. */
static struct session *enter(SMFICTX *ctx)
{
	atomic_fetch_add(&shared->running, 1);
	return smfi_getpriv(ctx);
}

/* The answer "go on" of a step: none at all when the step was negotiated to have no reply. */
static sfsistat leave(const struct session *session, unsigned long no_reply)
{
	bool silent = session && (session->protocol & no_reply);

	atomic_fetch_sub(&shared->running, 1);
	return silent ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat leave_with(sfsistat answer)
{
	atomic_fetch_sub(&shared->running, 1);
	return answer;
}

static void count_in_data(struct session *session)
{
	if (session && session->in_transaction && !session->in_data) {
		session->in_data = true;
		atomic_fetch_add(&shared->in_data, 1);
	}
}

/* May be called at any time, and twice. */
static void end_message(struct session *session)
{
	if (session->in_data)
		atomic_fetch_sub(&shared->in_data, 1);
	if (session->in_transaction)
		atomic_fetch_sub(&shared->transactions, 1);
	session->in_data = false;
	session->in_transaction = false;
	transaction_reset(&session->transaction);
}

static struct session *open_session(SMFICTX *ctx, const struct negotiation *negotiation)
{
	struct session *session = session_create(negotiation->actions, negotiation->protocol);

	if (session && smfi_setpriv(ctx, session) != MI_SUCCESS) {
		session_destroy(session);
		session = NULL;
	}
	if (!session)
		return NULL;
	atomic_fetch_add(&shared->sessions, 1);
	if (shared->observer.session_opened)
		shared->observer.session_opened(shared->observer.context);
	return session;
}

static void close_session(SMFICTX *ctx, struct session *session)
{
	end_message(session);
	session_destroy(session);
	/* libmilter would report a pointer that is left behind; taking it away cannot fail. */
	(void)smfi_setpriv(ctx, NULL);
	atomic_fetch_sub(&shared->sessions, 1);
	if (shared->observer.session_closed)
		shared->observer.session_closed(shared->observer.context);
}

static void tell_failure(struct str queue_id, enum status why, const char *step, const char *answer)
{
	if (shared->observer.failed)
		shared->observer.failed(shared->observer.context, queue_id, why, step, answer);
}

/* By the configuration of the generation, or by today's where the failure left the message without one (NULL). */
static bool puts_off(const struct generation *generation, enum status why)
{
	struct generation *current = generation ? NULL : generation_slot_acquire(shared->slot);
	bool tempfail = (generation ? generation : current)->config->failure.tempfail[failure_of(why)];

	generation_release(current);
	return tempfail;
}

/*
 * The one place that decides what becomes of a message that could not be judged, or not dealt with as decided; by the
 * configuration of its generation (NULL: there is none).
 */
static sfsistat failure_answer(SMFICTX *ctx, const struct generation *generation, struct str queue_id, enum status why,
			       const char *step)
{
	bool tempfail = puts_off(generation, why);

	tell_failure(queue_id, why, step, tempfail ? "tempfail" : "accept");
	if (!tempfail)
		return SMFIS_CONTINUE;
	/* Should the text not be accepted, the MTA has one of its own. */
	(void)smfi_setreply(ctx, "451", "4.3.0", "The filter could not look at this message, please try again later");
	return SMFIS_TEMPFAIL;
}

static bool wants_split(void)
{
	struct generation *generation = generation_slot_acquire(shared->slot);
	bool split = generation->config->policies.split;

	generation_release(generation);
	return split;
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long offered_actions, unsigned long offered_protocol,
			     unsigned long offered_2, unsigned long offered_3, unsigned long *ret_actions,
			     unsigned long *ret_protocol, unsigned long *ret_2, unsigned long *ret_3)
{
	struct negotiation chosen = negotiation_choose(offered_actions, offered_protocol, wants_split());
	struct session *session = enter(ctx);

	(void)offered_2;
	(void)offered_3;
	if (session)
		close_session(ctx, session);
	if (!open_session(ctx, &chosen)) {
		/* Without a session nobody remembers what was agreed: then every step has its reply. */
		chosen.protocol = 0;
	}
	if (!negotiation_ask_macros(ctx, &chosen))
		tell_failure(str_of(NULL), STATUS_NO_MEMORY, "ask for macros", "accept");
	*ret_actions = chosen.actions;
	*ret_protocol = chosen.protocol;
	*ret_2 = 0;
	*ret_3 = 0;
	return leave_with(SMFIS_CONTINUE);
}

static sfsistat on_connect(SMFICTX *ctx, char *host_name, _SOCK_ADDR *address)
{
	struct session *session = enter(ctx);
	const struct client_macros macros = {
	    .name = smfi_getsymval(ctx, "{client_name}"),
	    .resolve = smfi_getsymval(ctx, "{client_resolve}"),
	    .port = smfi_getsymval(ctx, "{client_port}"),
	    .daemon_name = smfi_getsymval(ctx, "{daemon_name}"),
	    .daemon_port = smfi_getsymval(ctx, "{daemon_port}"),
	    .mta_version = smfi_getsymval(ctx, "v"),
	};

	/* An MTA that goes on with a new connection (SMFIC_QUIT_NC) does not negotiate again: what was agreed stays. */
	if (!session) {
		/* A reply too many is dropped, one too few would be waited for: as if recipients were put off. */
		const struct negotiation agreed = negotiation_choose(~0UL, ~0UL, true);

		session = open_session(ctx, &agreed);
	}
	if (session)
		session_set_client(session, host_name, address, &macros);
	return leave(session, SMFIP_NR_CONN);
}

static sfsistat on_helo(SMFICTX *ctx, char *name)
{
	struct session *session = enter(ctx);

	if (session)
		session_set_helo(session, name);
	return leave(session, SMFIP_NR_HELO);
}

static sfsistat refuse_message(SMFICTX *ctx)
{
	/* Should the text not be accepted, the MTA has one of its own. */
	(void)smfi_setreply(ctx, "451", "4.3.2", "Filter is restarting, please try again in a moment");
	return leave_with(SMFIS_TEMPFAIL);
}

static sfsistat on_envfrom(SMFICTX *ctx, char **argv)
{
	struct session *session = enter(ctx);

	if (session)
		end_message(session);
	if (atomic_load(&shared->refusing) || atomic_load(&shared->stopping))
		return refuse_message(ctx);
	if (session) {
		session_begin_message(session, generation_slot_acquire(shared->slot), argv[0], smfi_getsymval(ctx, "i"),
				      smfi_getsymval(ctx, "{auth_authen}"));
		session->in_transaction = true;
		atomic_fetch_add(&shared->transactions, 1);
	}
	return leave(session, SMFIP_NR_MAIL);
}

static sfsistat put_off_recipient(SMFICTX *ctx)
{
	(void)smfi_setreply(ctx, "452", "4.5.3", "This recipient wants a copy of its own, please send it again");
	return leave_with(SMFIS_TEMPFAIL);
}

static sfsistat on_envrcpt(SMFICTX *ctx, char **argv)
{
	struct session *session = enter(ctx);

	if (session && !(session->protocol & SMFIP_NR_RCPT)) {
		const struct envelope envelope = session_envelope(session);

		if (transaction_splits(&session->transaction, &envelope, argv[0]))
			return put_off_recipient(ctx);
	}
	if (session)
		transaction_add_recipient(&session->transaction, argv[0]);
	return leave(session, SMFIP_NR_RCPT);
}

/* Postfix sends header and body only when it has the whole message: that DATA was reached must be known before. */
static sfsistat on_data(SMFICTX *ctx)
{
	struct session *session = enter(ctx);

	count_in_data(session);
	return leave(session, SMFIP_NR_DATA);
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *session = enter(ctx);

	count_in_data(session);
	if (session)
		transaction_add_header(&session->transaction, name, value, session->protocol & SMFIP_HDR_LEADSPC);
	return leave(session, SMFIP_NR_HDR);
}

static sfsistat on_eoh(SMFICTX *ctx)
{
	struct session *session = enter(ctx);

	count_in_data(session);
	if (session)
		transaction_end_header(&session->transaction);
	return leave(session, SMFIP_NR_EOH);
}

/*
 * True when what becomes of the message is known without its body, which then need not be sent. When that cannot be
 * found out, the end of the message will tell.
 */
static bool is_settled(SMFICTX *ctx, struct session *session)
{
	struct transaction *transaction = &session->transaction;
	struct envelope envelope;
	struct str header;

	if (transaction->header_judged || !(session->protocol & SMFIP_SKIP) ||
	    transaction_failure(transaction) != STATUS_OK)
		return transaction->settled;
	transaction->header_judged = true;
	envelope = session_envelope(session);
	envelope.queue_id = transaction_keep(transaction, smfi_getsymval(ctx, "i"));
	/* A copy: the body may move the whole. */
	header = transaction_keep(transaction, transaction_raw(transaction).p);
	return transaction_failure(transaction) == STATUS_OK &&
	       judge_early(transaction->generation, &envelope, header, transaction->limits, transaction->arena,
			   &transaction->judgement, &transaction->settled) == STATUS_OK &&
	       transaction->settled;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *bytes, size_t n)
{
	struct session *session = enter(ctx);
	bool more = true;

	count_in_data(session);
	if (session && is_settled(ctx, session))
		return leave_with(SMFIS_SKIP);
	if (session)
		more = transaction_add_body(&session->transaction, bytes, n);
	if (!more && (session->protocol & SMFIP_SKIP))
		return leave_with(SMFIS_SKIP);
	return leave(session, SMFIP_NR_BODY);
}

static sfsistat carry_out(SMFICTX *ctx, struct session *session, const struct decision *decision,
			  const struct envelope *envelope)
{
	const char *step = "answer";
	sfsistat answer;
	enum status status = edits_apply(ctx, session, decision, &answer, &step);

	if (status == STATUS_OK)
		judge_learn(decision);
	if (shared->observer.decided)
		shared->observer.decided(shared->observer.context, session->transaction.generation, decision, envelope);
	return status == STATUS_OK
		   ? answer
		   : failure_answer(ctx, session->transaction.generation, envelope->queue_id, status, step);
}

static enum status judge(struct transaction *transaction, const struct envelope *envelope,
			 struct decision *ret_decision)
{
	if (transaction->settled)
		return judge_conclude(transaction->judgement, ret_decision);
	if (transaction->judgement)
		return judge_rest(transaction->judgement, envelope, transaction_raw(transaction), transaction->limits,
				  ret_decision);
	return judge_message(transaction->generation, envelope, transaction_raw(transaction), transaction->limits, NULL,
			     transaction->arena, ret_decision, NULL);
}

static sfsistat judge_and_answer(SMFICTX *ctx, struct session *session)
{
	struct transaction *transaction = &session->transaction;
	struct envelope envelope = session_envelope(session);
	struct decision decision;
	enum status status = transaction_failure(transaction);

	envelope.queue_id = str_of(smfi_getsymval(ctx, "i"));
	if (status != STATUS_OK)
		return failure_answer(ctx, session->transaction.generation, envelope.queue_id, status, "collect");
	status = judge(transaction, &envelope, &decision);
	if (status == STATUS_OK) {
		decision.queue_id = envelope.queue_id;
		return carry_out(ctx, session, &decision, &envelope);
	}
	if (edits_remove_forged(ctx, session,
				direction_decide(&transaction->generation->config->direction, &envelope)) != STATUS_OK)
		failure_answer(ctx, session->transaction.generation, envelope.queue_id, STATUS_IO, "remove header");
	return failure_answer(ctx, session->transaction.generation, envelope.queue_id, status, "judge");
}

static sfsistat on_eom(SMFICTX *ctx)
{
	struct session *session = enter(ctx);
	sfsistat answer;

	if (atomic_load(&shared->stopping)) {
		if (session)
			end_message(session);
		return refuse_message(ctx);
	}
	if (!session)
		return leave_with(
		    failure_answer(ctx, NULL, str_of(smfi_getsymval(ctx, "i")), STATUS_NO_MEMORY, "collect"));
	answer = judge_and_answer(ctx, session);
	end_message(session);
	return leave_with(answer);
}

static sfsistat on_abort(SMFICTX *ctx)
{
	struct session *session = enter(ctx);

	if (session)
		end_message(session);
	return leave_with(SMFIS_CONTINUE);
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct session *session = enter(ctx);

	if (session)
		close_session(ctx, session);
	return leave_with(SMFIS_CONTINUE);
}

struct smfiDesc callback_table(struct callback_state *state)
{
	shared = state;
	return (struct smfiDesc){
	    .xxfi_name = "coldshoulder",
	    .xxfi_version = SMFI_VERSION,
	    .xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE,
	    .xxfi_connect = on_connect,
	    .xxfi_helo = on_helo,
	    .xxfi_envfrom = on_envfrom,
	    .xxfi_envrcpt = on_envrcpt,
	    .xxfi_header = on_header,
	    .xxfi_eoh = on_eoh,
	    .xxfi_body = on_body,
	    .xxfi_eom = on_eom,
	    .xxfi_abort = on_abort,
	    .xxfi_close = on_close,
	    .xxfi_data = on_data,
	    .xxfi_negotiate = on_negotiate,
	};
}
