/*
 * author - tells the author's own words from quotations, forwarded mail, signatures and footers, line by line.
 */
#ifndef COLDSHOULDER_MAIL_AUTHOR_H
#define COLDSHOULDER_MAIL_AUTHOR_H

#include "mail/line.h"

struct author {
	struct lines lines; /* each with the part it was found to be */
	bool quoted_only;   /* almost nothing new stands above older text of the same author, which is LINE_OLDER */
};

/*
 * Divides message->text, which `folded` is the folding of. When nothing at all is left of the author's own, every line
 * is LINE_BODY. In `arena`; reads only spans, text and From of the message. STATUS_NO_MEMORY.
 */
enum status author_divide(const struct message *message, const struct folded *folded, struct arena *arena,
			  struct author *ret_author);

#endif
