#include "policy/matcher.h"

#include <string.h>

/* RFC 5321 section 4.5.3.1: 64 bytes of local part, 255 of domain. Of anything longer only the domain is looked at. */
enum { KEY_MAX = 512, LABELS_MAX = 16, SECONDS_A_DAY = 86400 };

/* An entry's place in `text`: its last day, then its bytes and a NUL. Domains are kept as "@domain", "@.domain". */
struct slot {
	uint32_t hash;
	uint32_t at; /* 1 + the offset; 0: free */
};

struct matcher {
	struct arena *arena;
	struct slot *slots;
	size_t slot_mask;
	char *text;
	size_t text_n;
	size_t text_size;
	uint32_t *globs; /* offsets in `text` */
	size_t glob_count;
	size_t count;
	size_t capacity;
};

enum { ENTRY_OVERHEAD = sizeof(uint32_t) + 2 }; /* the day, the '@' of a domain, the NUL */

struct matcher *matcher_create(struct arena *arena, size_t entries, size_t bytes)
{
	struct matcher *matcher = arena_calloc(arena, 1, sizeof *matcher);
	size_t slots = 8;

	if (!matcher || entries > INT32_MAX / 16 || bytes > INT32_MAX)
		return NULL;
	while (slots < 2 * entries)
		slots *= 2;
	matcher->arena = arena;
	matcher->capacity = entries;
	matcher->slot_mask = slots - 1;
	matcher->slots = arena_calloc(arena, slots, sizeof *matcher->slots);
	matcher->text_size = bytes + entries * ENTRY_OVERHEAD;
	matcher->text = arena_alloc(arena, matcher->text_size);
	return matcher->slots && matcher->text ? matcher : NULL;
}

/* FNV-1a; the lists are the site's own, so that nobody can choose entries that collide. */
static uint32_t hash_of(struct str key)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < key.n; i++)
		hash = (hash ^ (unsigned char)key.p[i]) * 0x100000001b3U;
	return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t day_at(const struct matcher *matcher, uint32_t at)
{
	uint32_t day;

	memcpy(&day, matcher->text + at, sizeof day);
	return day;
}

static struct str text_at(const struct matcher *matcher, uint32_t at)
{
	return str_of(matcher->text + at + sizeof(uint32_t));
}

/* The slot of `key`, or the free one where it would be. */
static struct slot *slot_of(const struct matcher *matcher, struct str key, uint32_t hash)
{
	size_t i = hash & matcher->slot_mask;

	while (matcher->slots[i].at) {
		if (matcher->slots[i].hash == hash && str_equal(text_at(matcher, matcher->slots[i].at - 1), key))
			break;
		i = (i + 1) & matcher->slot_mask;
	}
	return &matcher->slots[i];
}

static bool is_glob(struct str entry)
{
	return str_find_byte(entry, 0, '*') != STR_NONE || str_find_byte(entry, 0, '?') != STR_NONE;
}

/* In words, what keeps `entry` from being one; NULL when nothing does. */
static const char *problem_of(struct str entry)
{
	size_t at = str_find_byte(entry, 0, '@');

	if (!entry.n)
		return "is empty";
	if (entry.n >= KEY_MAX)
		return "is too long";
	for (size_t i = 0; i < entry.n; i++)
		if ((unsigned char)entry.p[i] <= ' ' || entry.p[i] == 0x7f || strchr("<>,;\"", entry.p[i]))
			return "has a character that no address has";
	if (at != STR_NONE && str_find_byte(entry, at + 1, '@') != STR_NONE)
		return "has two @";
	if (at != STR_NONE && at + 1 == entry.n)
		return "has no domain behind the @";
	if (str_equal(entry, STR(".")) || str_find(entry, 0, STR("..")) != STR_NONE)
		return "is no domain";
	return NULL;
}

/* Writes the entry's text and returns its offset. */
static uint32_t keep(struct matcher *matcher, struct str entry, uint32_t until)
{
	uint32_t at = (uint32_t)matcher->text_n;
	char *out = matcher->text + at;
	bool whole = str_find_byte(entry, 0, '@') != STR_NONE;

	memcpy(out, &until, sizeof until);
	out += sizeof until;
	if (!whole)
		*out++ = '@';
	for (size_t i = 0; i < entry.n; i++)
		*out++ = ascii_lower(entry.p[i]);
	if (out[-1] == '.')
		out--;
	*out++ = '\0';
	matcher->text_n = (size_t)(out - matcher->text);
	return at;
}

static const char *add_glob(struct matcher *matcher, uint32_t at)
{
	if (!matcher->globs)
		matcher->globs = arena_calloc(matcher->arena, matcher->capacity, sizeof *matcher->globs);
	if (!matcher->globs)
		return "did not fit into memory";
	matcher->globs[matcher->glob_count++] = at;
	return NULL;
}

const char *matcher_add(struct matcher *matcher, struct str entry, uint32_t until)
{
	const char *problem = problem_of(entry);
	struct slot *slot;
	struct str key;
	uint32_t at, hash;

	if (problem)
		return problem;
	/* "*@example.org" is the domain, and found as fast. */
	if (str_starts(entry, STR("*@")))
		entry = str_sub(entry, 1, entry.n);
	if (matcher->count == matcher->capacity || matcher->text_size - matcher->text_n < entry.n + ENTRY_OVERHEAD)
		return "did not fit into memory";
	at = keep(matcher, entry, until);
	matcher->count++;
	if (is_glob(entry))
		return add_glob(matcher, at);
	key = text_at(matcher, at);
	hash = hash_of(key);
	slot = slot_of(matcher, key, hash);
	/* Of two equal entries the one that counts longer. */
	if (!slot->at || (day_at(matcher, slot->at - 1) && (!until || until > day_at(matcher, slot->at - 1))))
		*slot = (struct slot){hash, at + 1};
	return NULL;
}

static bool counts(const struct matcher *matcher, uint32_t at, uint32_t today)
{
	uint32_t until = day_at(matcher, at);

	return !until || today <= until;
}

static bool find_plain(const struct matcher *matcher, struct str key, uint32_t today, struct str *ret_entry)
{
	const struct slot *slot = slot_of(matcher, key, hash_of(key));

	if (!slot->at || !counts(matcher, slot->at - 1, today))
		return false;
	*ret_entry = text_at(matcher, slot->at - 1);
	return true;
}

/* `glob` with '*' (any bytes) and '?' (one); both in lower case. Linear but for the last star. */
static bool glob_fits(struct str glob, struct str text)
{
	size_t g = 0, t = 0, star = STR_NONE, resume = 0;

	while (t < text.n) {
		if (g < glob.n && glob.p[g] == '*') {
			star = g++;
			resume = t;
		} else if (g < glob.n && (glob.p[g] == '?' || glob.p[g] == text.p[t])) {
			g++;
			t++;
		} else if (star != STR_NONE) {
			g = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (g < glob.n && glob.p[g] == '*')
		g++;
	return g == glob.n;
}

/* `key` has its domain at `at`: "jane@example.org", or "@login". */
static bool find_glob(const struct matcher *matcher, struct str key, size_t at, uint32_t today, struct str *ret_entry)
{
	struct str domain = str_sub(key, at, key.n);

	for (size_t i = 0; i < matcher->glob_count; i++) {
		struct str glob = text_at(matcher, matcher->globs[i]);

		if (counts(matcher, matcher->globs[i], today) && glob_fits(glob, glob.p[0] == '@' ? domain : key)) {
			*ret_entry = glob;
			return true;
		}
	}
	return false;
}

/* ".example.org" and ".org" for mail.example.org, as they are kept: with '@' in front. */
static bool find_parent(const struct matcher *matcher, struct str domain, uint32_t today, struct str *ret_entry)
{
	char parent[KEY_MAX + 2] = "@";
	size_t dot = str_find_byte(domain, 1, '.');

	for (int labels = 0; dot != STR_NONE && labels < LABELS_MAX; labels++) {
		memcpy(parent + 1, domain.p + dot, domain.n - dot);
		if (find_plain(matcher, (struct str){parent, 1 + domain.n - dot}, today, ret_entry))
			return true;
		dot = str_find_byte(domain, dot + 1, '.');
	}
	return false;
}

/* `key` in lower case in `out` (of KEY_MAX + 1 bytes), without the dot at its end; a key without '@' gets one. */
static struct str normal(struct str key, char *out, size_t *ret_at)
{
	struct str copy = {out, 0};

	if (key.n && key.p[key.n - 1] == '.')
		key.n--;
	if (key.n > KEY_MAX)
		key = str_sub(key, key.n - KEY_MAX, KEY_MAX);
	if (!memchr(key.p ? key.p : "", '@', key.n))
		out[copy.n++] = '@';
	for (size_t i = 0; i < key.n; i++)
		out[copy.n++] = ascii_lower(key.p[i]);
	*ret_at = (size_t)((char *)memrchr(out, '@', copy.n) - out);
	return copy;
}

static struct str without_at(struct str entry)
{
	return entry.n && entry.p[0] == '@' ? str_sub(entry, 1, entry.n) : entry;
}

enum match matcher_find(const struct matcher *matcher, struct str key, uint32_t today, struct str *ret_entry)
{
	char copy[KEY_MAX + 1];
	struct str entry = STR(""), domain;
	enum match match = MATCH_NONE;
	size_t at;

	if (!matcher || !matcher->count || !key.n)
		return MATCH_NONE;
	key = normal(key, copy, &at);
	domain = str_sub(key, at, key.n);
	if (at > 0 && find_plain(matcher, key, today, &entry))
		match = MATCH_ADDRESS;
	else if (find_plain(matcher, domain, today, &entry) || find_parent(matcher, domain, today, &entry))
		match = at ? MATCH_DOMAIN : MATCH_ADDRESS;
	else if (find_glob(matcher, key, at, today, &entry))
		match = MATCH_GLOB;
	if (ret_entry)
		*ret_entry = without_at(entry);
	return match;
}

uint32_t matcher_day(int64_t seconds)
{
	return (uint32_t)(seconds / SECONDS_A_DAY);
}

bool matcher_covers(const struct matcher *matcher, struct str entry)
{
	enum match match;

	if (is_glob(entry) || str_starts(entry, STR(".")))
		return false;
	/* On a day that no date reaches only entries without one count. */
	match = matcher_find(matcher, entry, UINT32_MAX, NULL);
	return match != MATCH_NONE;
}

size_t matcher_count(const struct matcher *matcher)
{
	return matcher ? matcher->count : 0;
}
