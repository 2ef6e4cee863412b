/*
 * reply - what the SMTP client is told when a message is refused, and how long a line of it may be.
 *
 * What it says is policy/advice.h's; a reply to inbound mail never repeats the sender's words. All text is printable
 * ASCII (RFC 5321 section 4.2), broken into lines that leave room for code and line end within 512 bytes
 * (section 4.5.3.1.5), with every percent sign doubled: Sendmail takes the text for a format, and Postfix turns a
 * doubled one back.
 */
#ifndef COLDSHOULDER_MILTER_REPLY_H
#define COLDSHOULDER_MILTER_REPLY_H

#include "judge/decision.h"

enum { REPLY_LINES_MAX = ADVICE_LINES_MAX, REPLY_LINE_BYTES = 400 };

struct reply {
	const char *code;                   /* "550", "451" */
	const char *enhanced;               /* RFC 3463, of the same class: the MTA drops a reply of another */
	const char *lines[REPLY_LINES_MAX]; /* NULL behind the last; at least one */
};

/*
 * The reply for ACTION_REJECT or ACTION_TEMPFAIL of this decision; text beyond the last line is cut. Lines are in
 * `arena`. STATUS_NO_MEMORY.
 */
enum status reply_make(const struct decision *decision, struct arena *arena, struct reply *ret_reply);

/*
 * Breaks each of `texts` into lines as described above; what does not fit into REPLY_LINES_MAX lines is cut.
 * STATUS_NO_MEMORY.
 */
enum status reply_break_lines(const char *const *texts, size_t count, struct arena *arena,
			      const char *lines[REPLY_LINES_MAX]);

#endif
