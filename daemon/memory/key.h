/*
 * key - the secret behind everything the memory keeps: addresses, names and Message-IDs are stored only as keyed
 * hashes.
 *
 * The key file holds 32 random bytes as 64 hexadecimal digits, so that it can be copied to another host by hand. One
 * sub-key for each use is derived from it (BLAKE2b), and SipHash-2-4 makes 64-bit values that nobody can aim at without
 * the key. Immutable once read; any thread may use it.
 */
#ifndef COLDSHOULDER_MEMORY_KEY_H
#define COLDSHOULDER_MEMORY_KEY_H

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

enum key_use { KEY_MAILBOX, KEY_DOMAIN, KEY_PERSON, KEY_MESSAGE, KEY_SHINGLE, KEY_USES };

struct key {
	unsigned char subkey[KEY_USES][16];
	uint64_t fingerprint; /* tells keys apart and gives nothing of them away */
};

/*
 * Reads the key file; when it is not there and `create` is set, makes one (mode 0600, owned by the directory's owner
 * when we are root). STATUS_NOT_FOUND, STATUS_PERMISSION (others can read it, or we cannot), STATUS_BAD_INPUT,
 * STATUS_IO: one error with a hint has been added.
 */
enum status key_read(const char *path, bool create, struct error_list *errors, struct key *ret_key);

/* The key made of these 32 bytes. For tests, and for keys that are kept elsewhere. */
void key_derive(const unsigned char secret[32], struct key *ret_key);

/* The keyed hash of `text`; never 0. */
uint64_t key_hash(const struct key *key, enum key_use use, struct str text);

/* The keyed hash of `count` values in their order; never 0. */
uint64_t key_hash_values(const struct key *key, enum key_use use, const uint64_t *values, size_t count);

#endif
