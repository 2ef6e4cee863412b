/*
 * memory_request - what people ask of the memory and tell it, as JSON: answered by the running daemon (control socket),
 * or by the tool itself when none runs.
 *
 *   {"command": "who", "address": A, "of": M}        what is known of A, and of A beside our mailbox M (may be missing)
 *   {"command": "forget", "address": A, "name": N}   erases A ("@DOMAIN": a domain) and the display name N (may be
 * missing)
 *   {"command": "template", "id": I, "learned": B}   the template I is unwanted, or no longer
 *   {"command": "template", "text": T, "from": F, "from_name": N, "names": [...], "learned": B}
 *                                                    the same for the template of a text (VIEW_BODY); the names are
 * masked
 *   {"command": "relate", "local": M, "remote": A}   our mailbox M knows A, as if it had written
 *   {"command": "unrelate", ...}                     takes that back: erases A, unless "relate" never made it known
 *   {"command": "memory"}                            how much there is, and how long it only learns
 */
#ifndef COLDSHOULDER_JUDGE_MEMORY_REQUEST_H
#define COLDSHOULDER_JUDGE_MEMORY_REQUEST_H

#include "judge/config.h"

#include <jansson.h>

/*
 * Answers a request: {"ok": true, ...}, or {"ok": false, "error": ..., "hint": ...}. What waits to be learned is
 * written first. Any thread. A new reference; NULL when out of memory.
 */
json_t *memory_request_run(struct memory *memory, const struct config *config, const json_t *request);

#endif
