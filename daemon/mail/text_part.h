/*
 * text_part - one leaf of the MIME tree as readable text: transfer encoding, charset, format=flowed, HTML.
 */
#ifndef COLDSHOULDER_MAIL_TEXT_PART_H
#define COLDSHOULDER_MAIL_TEXT_PART_H

#include "mail/readable.h"

#include <gmime/gmime.h>

/* A leaf as it stands in the message. */
struct leaf {
	GMimeContentType *type;               /* NULL: none was given */
	GMimeContentDisposition *disposition; /* NULL: none */
	GMimeContentEncoding encoding;
	struct str bytes; /* still encoded */
	bool has_content_id;
	bool alone; /* there is nothing else in the message: it is shown whatever it is called */
};

enum leaf_kind {
	LEAF_PLAIN,
	LEAF_HTML,
	LEAF_ENRICHED, /* text/enriched, text/richtext */
	LEAF_OTHER     /* not read */
};

/* What a leaf is read as; looks at the content where the type says nothing. */
enum leaf_kind leaf_classify(const struct leaf *leaf);

/* True for a leaf that a reader sees as an attached file. */
bool leaf_is_attachment(const struct leaf *leaf);

/* Adds the readable text of a leaf of this kind to `readable`, in the role that is set there. */
void text_part_add(struct readable *readable, const struct leaf *leaf, enum leaf_kind kind);

#endif
