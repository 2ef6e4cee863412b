/*
 * negotiation - what is agreed with the MTA when a connection begins.
 *
 * Only what the MTA offers may be asked for: one bit too many ends the connection. The same is asked of every MTA,
 * because libmilter keeps some of it for the whole process.
 */
#ifndef COLDSHOULDER_MILTER_NEGOTIATION_H
#define COLDSHOULDER_MILTER_NEGOTIATION_H

#include <libmilter/mfapi.h>
#include <stdbool.h>

struct negotiation {
	unsigned long actions;  /* SMFIF_* */
	unsigned long protocol; /* SMFIP_* */
};

/*
 * What to agree on. No verdict is ever given before MAIL or between MAIL and the body, so those steps go without a
 * reply (SMFIP_NR_*: libmilter answers in our stead when the MTA does not know them). MAIL keeps its reply for the time
 * of a drain, the body for SMFIS_SKIP, and RCPT where recipients may be put off (`split`).
 */
struct negotiation negotiation_choose(unsigned long offered_actions, unsigned long offered_protocol, bool split);

/* Asks for the macros we need, if the MTA lets a filter choose (SMFIF_SETSYMLIST). False when out of memory. */
bool negotiation_ask_macros(SMFICTX *ctx, const struct negotiation *negotiation);

#endif
