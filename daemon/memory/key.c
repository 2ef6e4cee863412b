#include "memory/key.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_BYTES = crypto_kdf_KEYBYTES, HEX_BYTES = 2 * SECRET_BYTES };

/* Written into every derived key: changing it makes all stored memory unreadable. */
static const char kdf_context[crypto_kdf_CONTEXTBYTES] = {'c', 'o', 'l', 'd', 's', 'h', 'l', 'd'};
enum { KDF_FINGERPRINT = 100 };

_Static_assert(crypto_shorthash_KEYBYTES == sizeof((struct key *)0)->subkey[0], "SipHash takes 16-byte keys");

void key_derive(const unsigned char secret[32], struct key *ret_key)
{
	unsigned char fingerprint[crypto_kdf_BYTES_MIN];

	for (unsigned int use = 0; use < KEY_USES; use++)
		crypto_kdf_derive_from_key(ret_key->subkey[use], sizeof ret_key->subkey[use], use + 1, kdf_context,
					   secret);
	crypto_kdf_derive_from_key(fingerprint, sizeof fingerprint, KDF_FINGERPRINT, kdf_context, secret);
	memcpy(&ret_key->fingerprint, fingerprint, sizeof ret_key->fingerprint);
}

static enum status fail(struct error_list *errors, const char *path, enum status status, const char *hint,
			const char *what)
{
	error_add_at(errors, SEVERITY_ERROR, path, 0, hint, "%s", what);
	return status;
}

static enum status fail_errno(struct error_list *errors, const char *path, const char *hint)
{
	int error = errno;
	enum status status = error == ENOENT || error == ENOTDIR                   ? STATUS_NOT_FOUND
			     : error == EACCES || error == EPERM || error == EROFS ? STATUS_PERMISSION
										   : STATUS_IO;

	return fail(errors, path, status, hint, strerror(error));
}

/* Linked into place when complete: another process sees no key or the whole key. */
static enum status create_key(const char *path, struct error_list *errors)
{
	unsigned char secret[SECRET_BYTES];
	char text[HEX_BYTES + 2], temporary[4096];
	int fd;
	bool written;

	if ((size_t)snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid()) >= sizeof temporary)
		return fail(errors, path, STATUS_BAD_INPUT, NULL, "the path is too long");
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail_errno(errors, path, "the daemon's user must be able to write here");
	randombytes_buf(secret, sizeof secret);
	sodium_bin2hex(text, sizeof text, secret, sizeof secret);
	memcpy(text + HEX_BYTES, "\n", 2);
	written = fd_write(fd, text, HEX_BYTES + 1) == HEX_BYTES + 1 && fsync(fd) == 0;
	sodium_memzero(secret, sizeof secret);
	sodium_memzero(text, sizeof text);
	close(fd);
	if (written && link(temporary, path) != 0 && errno != EEXIST)
		written = false;
	if (!written) {
		enum status status = fail_errno(errors, path, "the key could not be written");

		unlink(temporary);
		return status;
	}
	unlink(temporary);
	return STATUS_OK;
}

static enum status parse_key(const char *path, const char *text, size_t n, struct error_list *errors,
			     struct key *ret_key)
{
	unsigned char secret[SECRET_BYTES];
	struct str hex = str_trim((struct str){text, n});
	size_t bytes = 0;

	if (hex.n != HEX_BYTES || sodium_hex2bin(secret, sizeof secret, hex.p, hex.n, NULL, &bytes, NULL) != 0 ||
	    bytes != sizeof secret)
		return fail(errors, path, STATUS_BAD_INPUT, "restore it from a backup, or copy it from the other host",
			    "this is no key: a key file holds 64 hexadecimal digits");
	key_derive(secret, ret_key);
	sodium_memzero(secret, sizeof secret);
	return STATUS_OK;
}

enum status key_read(const char *path, bool create, struct error_list *errors, struct key *ret_key)
{
	char text[HEX_BYTES + 64];
	struct stat info;
	enum status status;
	ssize_t n;
	int fd;

	if (sodium_init() < 0)
		return fail(errors, path, STATUS_INTERNAL, NULL, "libsodium could not be initialised");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && create) {
		status = create_key(path, errors);
		if (status != STATUS_OK)
			return status;
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return fail_errno(errors, path,
				  errno == ENOENT ? "the key was lost: restore it from a backup"
				  : errno == EACCES && !create && geteuid() != 0
				      ? "run it with sudo"
				      : "key_file must be readable by the daemon's user");
	n = fstat(fd, &info) == 0 ? fd_read(fd, text, sizeof text) : -1;
	close(fd);
	if (n < 0)
		return fail_errno(errors, path, NULL);
	if (info.st_mode & 077)
		return fail(errors, path, STATUS_PERMISSION, "chmod 600, and owned by the daemon's user",
			    "the key must not be open to group or others");
	status = parse_key(path, text, (size_t)n, errors, ret_key);
	sodium_memzero(text, sizeof text);
	return status;
}

static uint64_t short_hash(const struct key *key, enum key_use use, const void *p, size_t n)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t value;

	crypto_shorthash(out, p, n, key->subkey[use]);
	memcpy(&value, out, sizeof value);
	return value ? value : 1;
}

uint64_t key_hash(const struct key *key, enum key_use use, struct str text)
{
	return short_hash(key, use, text.p, text.n);
}

uint64_t key_hash_values(const struct key *key, enum key_use use, const uint64_t *values, size_t count)
{
	return short_hash(key, use, values, count * sizeof *values);
}
