/*
 * recipient - mailboxes that must see everything, whatever the policy says (RFC 2142).
 */
#ifndef COLDSHOULDER_POLICY_RECIPIENT_H
#define COLDSHOULDER_POLICY_RECIPIENT_H

#include "base/str.h"

/* True for abuse@ and postmaster@ of any domain, and for a bare "postmaster" (RFC 5321 section 4.5.1). */
bool recipient_is_exempt(struct str mailbox);

#endif
