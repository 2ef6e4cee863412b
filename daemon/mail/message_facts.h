/*
 * message_facts - what the header fields alone tell about a message: list, bulk, automatic, reply.
 */
#ifndef COLDSHOULDER_MAIL_MESSAGE_FACTS_H
#define COLDSHOULDER_MAIL_MESSAGE_FACTS_H

#include "mail/message.h"

/*
 * Sets facts->list (RFC 2369, RFC 2919, the marks of list managers), bulk (Precedence, senders' campaign marks),
 * automatic (RFC 3834, trackers and other machines), has_unsubscribe (RFC 2369, RFC 8058) and reply.
 */
void message_facts_read(const struct header_list *headers, struct str subject, struct message_facts *facts);

#endif
