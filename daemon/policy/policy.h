/*
 * policy - what one group of people wants done with which mail, and what that makes of one verdict.
 *
 * A policy belongs to one direction. Inbound it is chosen by the recipient, outbound by the sender or the login. It is
 * plain data in the configuration's arena, immutable once loaded, and may be read by any thread.
 */
#ifndef COLDSHOULDER_POLICY_POLICY_H
#define COLDSHOULDER_POLICY_POLICY_H

#include "engine/facts.h"
#include "engine/verdict.h"
#include "policy/action.h"
#include "policy/enforcement.h"
#include "policy/ladder.h"
#include "policy/matcher.h"

/* A score at and above which something is done; one that is not `set` never is. */
struct threshold {
	double at;
	bool set;
	bool given; /* of a class: written down for it, so that it counts instead of the policy's general one */
};

struct thresholds {
	struct threshold tag;
	struct threshold mark_as_spam; /* adds the SpamAssassin pair of headers; not an action of its own */
	struct threshold quarantine;
	struct threshold reject;
	struct threshold tempfail;
	struct threshold discard;
};

/* Senders whose mail is wanted, or unwanted, whatever its score. */
struct sender_list {
	const struct matcher *matcher; /* NULL: nobody */
	const char *file;              /* the first of its files, which the tool edits; NULL: none */
};

/* Where a setting is written, for what can only be checked later. */
struct setting_place {
	const char *path;
	unsigned int line;
};

struct policy {
	const char *name;
	enum direction direction;     /* inbound or outbound */
	const struct matcher *match;  /* recipients (inbound) or senders (outbound); NULL: none */
	const struct matcher *logins; /* outbound: authenticated users; NULL: none */
	struct thresholds at;
	struct thresholds class_at[CLASS_COUNT]; /* only what is `given` */
	bool classes_off[CLASS_COUNT];           /* classes this policy does not act on */
	const struct str *languages;             /* rules of these languages count; none: all */
	size_t language_count;
	const struct setting_place *languages_at; /* NULL: nowhere; inherited with them */
	bool shadow;                              /* nothing is done, everything is logged */
	bool exempt;                              /* not judged at all */
	struct ladder ladder;
	struct sender_list allow; /* counts only when From is proved */
	struct sender_list block;
	enum action block_action;
	const char *reply;              /* what a rejection says; NULL: a text of ours */
	struct enforcement enforcement; /* outbound */
};

/* Why an action that was due was not carried out. */
enum held_back {
	HELD_NOT,
	HELD_SHADOW,    /* the policy only watches */
	HELD_LEARNING,  /* it is not known yet whom the site writes to */
	HELD_LIST,      /* a mailing list's message is never blocked */
	HELD_FORWARD,   /* nor one that somebody forwards to us */
	HELD_NULL,      /* nor one of the null sender */
	HELD_RECIPIENT, /* another recipient's policy lets the message through */
	HELD_EXCEPTION, /* the sender has an exception */
	HELD_COUNT
};

/* "shadow", "learning", ... ; NULL for HELD_NOT. */
const char *held_back_name(enum held_back held);

/* What policies look at besides their own settings. */
struct policy_case {
	enum direction direction;
	const struct verdict *verdict;
	struct str sender;          /* mailbox of From; outbound: the mailbox that writes */
	struct str envelope_sender; /* may be empty */
	struct str login;           /* outbound: the authenticated user; may be empty */
	bool sender_proved;         /* From is authenticated, or the client is one of our networks */
	enum held_back never_block; /* HELD_LIST, HELD_FORWARD, HELD_NULL: at most a tag */
	bool learning;              /* the memory has not seen enough: nobody is blocked for being a stranger */
	bool stranger;              /* inbound: the sender is one */
	unsigned int offences;      /* of the sender, this message not included */
	struct enforcement_facts outbound;
	uint32_t today; /* as matcher_day() */
};

struct policy_outcome {
	enum mail_class mail_class; /* CLASS_CLEAN below the tag threshold */
	enum action action;
	enum action would; /* what would have been done, were it not for `held` */
	enum held_back held;
	bool mark_as_spam;
	bool disconnect;       /* the ladder's last step: rejected without many words */
	double threshold;      /* the one that `action` is measured by: tag's when accepted */
	const char *list;      /* "allow", "block" or "exception": the list that decided; NULL: none */
	struct str list_entry; /* the entry of it */
	enum concern concern;  /* outbound: what was enforced; CONCERN_NONE: nothing */
};

/* The built-in policies: inbound tags at 5.0; outbound only logs (class at 5.0, action accept). */
extern const struct policy policy_default_inbound;
extern const struct policy policy_default_outbound;

/* The threshold that counts for a class. `which` is the offset of a member of struct thresholds. */
const struct threshold *policy_threshold(const struct policy *policy, enum mail_class mail_class, size_t which);

/* True when the policy may ever keep a message from its recipients. */
bool policy_may_block(const struct policy *policy);

/*
 * What the policy makes of the case. Score decides whether, class decides what; lists come first, then the ladder;
 * outbound messages are never tagged. What must not be blocked is taken back to a tag (outbound: accepted), with
 * `would` and `held` saying so. Pure.
 */
struct policy_outcome policy_apply(const struct policy *policy, const struct policy_case *message);

#endif
