/*
 * decision - everything that is said about one judged message: log line, headers, JSON are made from it.
 *
 * A decision lives in the message's arena.
 */
#ifndef COLDSHOULDER_JUDGE_DECISION_H
#define COLDSHOULDER_JUDGE_DECISION_H

#include "base/buf.h"
#include "engine/facts.h"
#include "engine/verdict.h"
#include "judge/config.h"
#include "mail/auth_results.h"
#include "mail/envelope.h"
#include "policy/advice.h"
#include "policy/recipients.h"

struct recall;
struct key;

/* The steps of a judgement that are timed. */
enum judge_stage { STAGE_PARSE, STAGE_TEXT, STAGE_MEMORY, STAGE_RULES, STAGE_COUNT };

/* "parse", "text", "memory", "rules". */
const char *judge_stage_name(enum judge_stage stage);

struct decision {
	struct facts facts;
	struct verdict verdict;
	struct policy_outcome outcome;
	enum direction direction;
	enum auth_result auth;
	const char *policy; /* names, joined by '+' */
	struct recipients
	    recipients;       /* inbound: each with its policy and that policy's outcome; else one, the sender */
	enum failure failure; /* it was put off because something of ours failed; FAILURE_NONE: not for that */
	struct enforcement_facts outbound; /* what is counted of the user */
	bool near_budget;                  /* outbound: 80 % of the day's first contacts are used */
	uint32_t limits;                   /* enum mail_limit bits */
	int64_t micros;                    /* wall time of the judgement */
	int64_t stage_micros[STAGE_COUNT]; /* and of its steps */
	struct str sender;                 /* From mailbox */
	struct str queue_id;
	struct str subject;           /* decoded */
	struct str linkedin_template; /* LinkedIn's name for the mail when its origin is proved; may be empty */
	bool linkedin_template_new;   /* this version does not know that name */
	size_t recipient_count;
	bool judged;                 /* false: exempt or internal; accepted without a look */
	bool settled;                /* no rule could give it a class: none was asked */
	uint64_t template_id;        /* of the memory; 0: none */
	const struct recall *recall; /* for judge_learn(); NULL: there is no memory */
};

/* "class=cold, action=tag, score=6.20/5.00, rules=..., ..." for the log, without queue id and line end. */
void decision_format_log(const struct decision *decision, struct buf *out);

/* The JSON object of coldshoulder(1), check --json, as one line without line end; `file` is its first member.
 * STATUS_NO_MEMORY. */
enum status decision_format_json(const struct decision *decision, const char *file, struct buf *out);

/* How much of a decision the decision log keeps. */
struct decision_record {
	const struct decision *decision;
	const struct envelope *envelope;
	const struct decision_log_settings *settings;
	const struct key *key; /* for hashes; NULL: what was to be hashed is left out */
	int64_t time_ms;       /* since 1970 */
};

/* One line of the decision log without its end: the members of decision_format_json(), and who, whom and when.
 * STATUS_NO_MEMORY. */
enum status decision_format_record(const struct decision_record *record, struct buf *out);

/* A header that the milter adds. */
struct decision_header {
	const char *name;
	const char *value; /* folded with "\n\t"; printable ASCII; no blank in front */
};

enum { DECISION_HEADERS_MAX = 8 };

/*
 * The headers for this decision under config->add_header, in `arena`; returns how many were filled in (0: none wanted,
 * or outbound).
 */
size_t decision_headers(const struct decision *decision, const struct config *config, struct arena *arena,
			struct decision_header headers[DECISION_HEADERS_MAX]);

/*
 * What the author of a message is told when it is refused, or would be; one of ours also when the site only logs what
 * is wrong with it. In `arena`. STATUS_NO_MEMORY; STATUS_NOT_FOUND: there is nothing to say.
 */
enum status decision_advice(const struct decision *decision, struct arena *arena, struct advice *ret_advice);

/* The verdict in one sentence for people: "Cold outreach from a stranger: tagged (6.2 of 5.0)." */
void decision_format_sentence(const struct decision *decision, struct buf *out);

#endif
