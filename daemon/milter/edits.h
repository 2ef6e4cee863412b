/*
 * edits - carries out a decision at end of message: header fields, quarantine, reply.
 *
 * The last step of a message and the only place that changes one. Outbound mail is never changed. Of inbound and
 * internal mail every X-Coldshoulder* field that came with it is removed, so that no sender can forge our word.
 */
#ifndef COLDSHOULDER_MILTER_EDITS_H
#define COLDSHOULDER_MILTER_EDITS_H

#include "judge/decision.h"
#include "milter/session.h"

#include <libmilter/mfapi.h>

/*
 * Carries out `decision` for the message under way; to be called within xxfi_eom, which returns *ret_answer at once: a
 * reply that is set belongs to the next answer. On failure (STATUS_NO_MEMORY, STATUS_IO: the MTA's connection,
 * STATUS_UNAVAILABLE: the MTA does not offer what is needed) *ret_step says what could not be done, and *ret_answer is
 * not set.
 */
enum status edits_apply(SMFICTX *ctx, struct session *session, const struct decision *decision, sfsistat *ret_answer,
			const char **ret_step);

/*
 * Removes our fields from a message that could not be judged, whatever else becomes of it; `direction` is that of its
 * envelope. Errors as above.
 */
enum status edits_remove_forged(SMFICTX *ctx, struct session *session, enum direction direction);

#endif
