/*
 * linkedin_table - what is known of LinkedIn's mail: the one place to extend when a new template turns up.
 *
 * Every table ends with an entry whose name is NULL. Names are lower case and compared without regard to case.
 */
#ifndef COLDSHOULDER_ENGINE_LINKEDIN_TABLE_H
#define COLDSHOULDER_ENGINE_LINKEDIN_TABLE_H

#include "engine/facts.h"

/* A part of a template's name ("email_m2m_invite_single_01"). */
struct linkedin_stem {
	const char *name;
	enum linkedin_stream stream;
	bool whole; /* must be bounded by "_", "-" or the ends: for short words */
};

/* Streams that are never a solicitation, asked before everything else. */
extern const struct linkedin_stem linkedin_protected_stems[];

/* All others, the first that fits decides. */
extern const struct linkedin_stem linkedin_stems[];

/* Values of X-LinkedIn-Class, compared from the beginning. Those that decide nothing (EMAIL-DEFAULT) are left out. */
struct linkedin_class {
	const char *name;
	enum linkedin_stream stream;
};
extern const struct linkedin_class linkedin_classes[];

/* How much a sender's address says. */
enum linkedin_sender_weight {
	LINKEDIN_SENDER_PROTECTED, /* decides before everything else */
	LINKEDIN_SENDER_DECIDES,   /* decides when no class or template does */
	LINKEDIN_SENDER_MIXED      /* carries several streams: links and reply address must tell which */
};

/* A sender of product mail; `local` NULL with a domain: every local part of that domain. */
struct linkedin_sender {
	const char *local;
	const char *domain;
	enum linkedin_stream stream;
	enum linkedin_sender_weight weight;
};

/* Ends with an entry whose domain is NULL. */
extern const struct linkedin_sender linkedin_senders[];

#endif
