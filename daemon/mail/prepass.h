/*
 * prepass - how much of a MIME body may be handed to the MIME parser.
 *
 * One linear pass that follows multipart boundaries and embedded messages just closely enough to count parts and
 * depth, never fewer than the parser would see, so that no bomb of nested or countless parts reaches it.
 */
#ifndef COLDSHOULDER_MAIL_PREPASS_H
#define COLDSHOULDER_MAIL_PREPASS_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/limits.h"

#include <stdint.h>

/*
 * The number of bytes of `body` in which neither limits->mime_parts nor limits->mime_depth is exceeded;
 * `content_type` is the value of the field that rules the body. What cut it is noted in *limits_hit. Scratch
 * memory in `arena`; without memory the body is cut where that happened.
 */
size_t prepass_length(struct str body, struct str content_type, const struct mail_limits *limits, struct arena *arena,
		      uint32_t *limits_hit);

/*
 * For multiparts whose boundary is missing or wrong: the first line of `body` that looks like a delimiter, because a
 * field named Content-... follows it. *ret_boundary is what stands behind "--"; false when there is none.
 */
bool prepass_guess_boundary(struct str body, struct str *ret_boundary);

#endif
