/*
 * json_write - JSON written straight into a buffer: with a tree of values made first, a record of the decision log cost
 * more than reading the message.
 *
 * A value stands behind a name in an object, or alone in a list; commas come by themselves. The buffer is empty at
 * first, and says at the end whether there was memory for all (buf_failed()).
 */
#ifndef COLDSHOULDER_JUDGE_JSON_WRITE_H
#define COLDSHOULDER_JUDGE_JSON_WRITE_H

#include "base/buf.h"

#include <stdint.h>

/* '{' and '}', or '[' and ']'. */
void json_open(struct buf *out, char bracket);
void json_close(struct buf *out, char bracket);

/* The name of the member whose value comes next: ASCII, nothing to escape. */
void json_name(struct buf *out, const char *name);

/* A string of any bytes: what is not UTF-8 is escaped as in the log. */
void json_text(struct buf *out, struct str text);

/* A member of that name whose value is a string of UTF-8. */
void json_member(struct buf *out, const char *name, const char *text);

void json_number(struct buf *out, int64_t number);

/* With no more than two decimals, and with one at least. */
void json_score(struct buf *out, double score);

/* true, false or null. */
void json_literal(struct buf *out, const char *word);

#endif
