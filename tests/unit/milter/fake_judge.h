/*
 * fake_judge - stands in for judge/ and what is below it: one generation that counts its users, and a judgement that a
 * test decides on beforehand.
 */
#ifndef COLDSHOULDER_TEST_FAKE_JUDGE_H
#define COLDSHOULDER_TEST_FAKE_JUDGE_H

#include "judge/judge.h"

struct fake_judge {
	struct decision decision; /* what judge_message() decides */
	enum status status;       /* what it returns */
	struct decision_header headers[DECISION_HEADERS_MAX];
	size_t header_count;
	int references;  /* of the one generation */
	int judged;      /* calls of judge_message() */
	char raw[65536]; /* what it was given last */
	uint32_t limits;
	struct envelope envelope; /* only as long as the message lives */
	char sender[256];
	char queue_id[64];
	size_t recipient_count;
};

extern struct fake_judge fake_judge;
extern struct config fake_config;

/* Everything as at the beginning: accept, no headers, wide limits. */
void fake_judge_reset(void);

/* A slot, which is never looked into. */
struct generation_slot *fake_judge_slot(void);

#endif
