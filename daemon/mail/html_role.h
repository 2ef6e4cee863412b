/*
 * html_role - the containers in which mail clients wrap quotes, forwarded mail and signatures.
 */
#ifndef COLDSHOULDER_MAIL_HTML_ROLE_H
#define COLDSHOULDER_MAIL_HTML_ROLE_H

#include "mail/message.h"

enum html_container {
	CONTAINER_NONE,
	CONTAINER_QUOTE,      /* all of it is quoted */
	CONTAINER_SOFT_QUOTE, /* a <blockquote> that no client marked */
	CONTAINER_GMAIL,      /* quoted up to the end of a <blockquote> in it; the answer may follow below */
	CONTAINER_MARKER,     /* what follows, up to the end of the parent, is quoted (Outlook) */
	CONTAINER_FORWARD,
	CONTAINER_FOOTER
};

/* What an element is; attributes that are missing are empty. `quote` says that it is a <blockquote>. */
enum html_container html_container_find(bool quote, struct str classes, struct str id, struct str type);

#endif
