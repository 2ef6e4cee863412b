/*
 * matcher - a set of mailboxes and logins: addresses, domains and globs, asked in constant time however many there are.
 *
 * An entry is
 *   "jane@example.org"    this address
 *   "example.org"         every address of this domain ("@example.org" is the same), or the login of that name
 *   ".example.org"        every address of the domains under it
 *   "jobs-*@example.org"  a glob over the address; one without '@' is held against the domain, or against a login
 * Case does not count. Matchers live in an arena, are immutable once filled, and may then be asked by any thread.
 */
#ifndef COLDSHOULDER_POLICY_MATCHER_H
#define COLDSHOULDER_POLICY_MATCHER_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

struct matcher;

/* How closely an entry names what it matched; the closer one decides between lists. */
enum match { MATCH_NONE, MATCH_GLOB, MATCH_DOMAIN, MATCH_ADDRESS };

/* A matcher with room for `entries` entries of `bytes` bytes in all. NULL when out of memory, or over 2 GiB. */
struct matcher *matcher_create(struct arena *arena, size_t entries, size_t bytes);

/*
 * Adds an entry. `until` is the last day (since 1970-01-01) that it counts on, 0: for ever. Returns NULL, or in words
 * what is wrong with the entry. No more may be added than there is room for.
 */
const char *matcher_add(struct matcher *matcher, struct str entry, uint32_t until);

/*
 * The closest entry that matches a mailbox or login on the day `today`; *ret_entry (may be NULL) is the entry in lower
 * case. A matcher of NULL matches nothing. About 100 ns without globs, which are tried one by one.
 */
enum match matcher_find(const struct matcher *matcher, struct str key, uint32_t today, struct str *ret_entry);

/* The day of `seconds` since 1970-01-01, as matcher_find() takes it. */
uint32_t matcher_day(int64_t seconds);

/* True when everything that `entry` could match is matched by one plain entry of `matcher` that counts for ever. */
bool matcher_covers(const struct matcher *matcher, struct str entry);

size_t matcher_count(const struct matcher *matcher);

#endif
