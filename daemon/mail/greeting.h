/*
 * greeting - where a text gets to the point: behind "Hi Sam,", "Sehr geehrte Frau ...", "您好",
 * "お世話になっております".
 */
#ifndef COLDSHOULDER_MAIL_GREETING_H
#define COLDSHOULDER_MAIL_GREETING_H

#include "mail/excerpt.h"
#include "mail/names.h"

/* Index of the first word behind the greeting and the addressee's name; 0 when the text begins without. */
size_t greeting_end(const struct excerpt *excerpt, const struct names *recipients);

#endif
