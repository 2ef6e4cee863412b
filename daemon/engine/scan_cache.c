#include "engine/scan_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CACHE_PREFIX "scan-"
#define CACHE_SUFFIX ".db"

enum {
	CACHE_PATH_MAX = 4096,
	CACHE_FILE_MAX = 512 * 1024 * 1024,
	CACHE_DAYS = 30,
	DAY_SECONDS = 86400,
	DIGEST_BYTES = 32
};

/* What a cache file begins with; the data follow. */
struct cache_head {
	char magic[8];
	uint64_t size; /* of the data */
	unsigned char key[DIGEST_BYTES];
	unsigned char data[DIGEST_BYTES];
};

static const char cache_magic[8] = {'C', 'S', 'S', 'C', 'A', 'N', '2', '\n'};

static void digest(struct str bytes, unsigned char out[DIGEST_BYTES])
{
	crypto_generichash(out, DIGEST_BYTES, (const unsigned char *)bytes.p, bytes.n, NULL, 0);
}

static struct cache_head make_head(struct str key)
{
	struct cache_head head = {.size = 0};

	memcpy(head.magic, cache_magic, sizeof head.magic);
	digest(key, head.key);
	return head;
}

static bool entry_path(const char *directory, const struct cache_head *head, char out[CACHE_PATH_MAX])
{
	uint64_t name;
	int n;

	memcpy(&name, head->key, sizeof name);
	n = snprintf(out, CACHE_PATH_MAX, "%s/" CACHE_PREFIX "%016" PRIx64 CACHE_SUFFIX, directory, name);
	return n > 0 && n < CACHE_PATH_MAX;
}

static bool is_trustworthy(const struct stat *info)
{
	return S_ISREG(info->st_mode) && (info->st_uid == geteuid() || info->st_uid == 0) &&
	       !(info->st_mode & (S_IWGRP | S_IWOTH)) && info->st_size > (off_t)sizeof(struct cache_head) &&
	       info->st_size <= CACHE_FILE_MAX;
}

/* The data of a whole and fitting file; p NULL: it is none, or there is no memory. */
static struct str read_data(FILE *stream, size_t file_size, const struct cache_head *wanted)
{
	struct cache_head head;
	struct str data = {NULL, file_size - sizeof head};
	unsigned char found[DIGEST_BYTES];
	char *content;

	if (fread(&head, sizeof head, 1, stream) != 1 || memcmp(head.magic, wanted->magic, sizeof head.magic) != 0 ||
	    memcmp(head.key, wanted->key, DIGEST_BYTES) != 0 || head.size != data.n)
		return data;
	content = malloc(data.n + 1);
	if (!content || fread(content, 1, data.n, stream) != data.n) {
		free(content);
		return data;
	}
	data.p = content;
	digest(data, found);
	if (memcmp(found, head.data, DIGEST_BYTES) == 0)
		return data;
	free(content);
	return (struct str){NULL, 0};
}

bool scan_cache_read(const char *directory, struct str key, struct str *ret_data)
{
	const struct cache_head head = make_head(key);
	char path[CACHE_PATH_MAX];
	int fd = entry_path(directory, &head, path) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;
	struct stat info;

	ret_data->p = NULL;
	if (!stream) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (fstat(fd, &info) == 0 && is_trustworthy(&info))
		*ret_data = read_data(stream, (size_t)info.st_size, &head);
	if (ret_data->p && time(NULL) - info.st_mtime > DAY_SECONDS)
		futimens(fd, NULL); /* used: not to be removed yet; failure does no harm */
	fclose(stream);
	return ret_data->p != NULL;
}

static void remove_old_entries(const char *directory)
{
	DIR *entries = opendir(directory);
	const struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		struct str name = str_of(entry->d_name);
		struct stat info;

		if (str_starts(name, STR(CACHE_PREFIX)) && str_find(name, 0, STR(CACHE_SUFFIX)) != STR_NONE &&
		    fstatat(dirfd(entries), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) &&
		    time(NULL) - info.st_mtime > CACHE_DAYS * DAY_SECONDS)
			unlinkat(dirfd(entries), entry->d_name, 0);
	}
	if (entries)
		closedir(entries);
}

static bool write_file(int fd, const struct cache_head *head, struct str data)
{
	FILE *stream = fdopen(fd, "w");
	bool written;

	if (!stream) {
		close(fd);
		return false;
	}
	written = fwrite(head, sizeof *head, 1, stream) == 1 && fwrite(data.p, 1, data.n, stream) == data.n;
	return fclose(stream) == 0 && written;
}

bool scan_cache_write(const char *directory, struct str key, struct str data)
{
	struct cache_head head = make_head(key);
	char path[CACHE_PATH_MAX];
	char temporary[CACHE_PATH_MAX + 16];
	int fd;

	head.size = data.n;
	digest(data, head.data);
	if (!entry_path(directory, &head, path))
		return false;
	snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return false;
	if (!write_file(fd, &head, data) || rename(temporary, path) != 0) {
		unlink(temporary);
		return false;
	}
	remove_old_entries(directory);
	return true;
}
