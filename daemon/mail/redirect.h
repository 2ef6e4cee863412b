/*
 * redirect - links that only pass the reader on, and carry the place they lead to in themselves.
 */
#ifndef COLDSHOULDER_MAIL_REDIRECT_H
#define COLDSHOULDER_MAIL_REDIRECT_H

#include "mail/link.h"

/*
 * The URL that a link carries, decoded, in `arena`; the empty slice when it carries none. *ret_known: the host is known
 * to do nothing else, so that the link itself is of no interest.
 */
struct str redirect_target(const struct link_target *link, struct arena *arena, bool *ret_known);

#endif
