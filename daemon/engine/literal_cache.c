#include "engine/literal_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CACHE_PREFIX "scan-"
#define CACHE_SUFFIX ".db"

enum { CACHE_PATH_MAX = 4096, CACHE_FILE_MAX = 512 * 1024 * 1024, CACHE_DAYS = 30, DAY_SECONDS = 86400 };

/* What a cache file begins with; key and data follow. */
struct cache_head {
	char magic[8];
	uint64_t key_size;
	uint64_t data_size;
};

static const char cache_magic[8] = {'C', 'S', 'S', 'C', 'A', 'N', '1', '\n'};

/* FNV-1a. It only names the file: the key itself is compared. */
static uint64_t hash(struct str key)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < key.n; i++)
		value = (value ^ (unsigned char)key.p[i]) * UINT64_C(0x100000001b3);
	return value;
}

static bool entry_path(const char *directory, struct str key, char out[CACHE_PATH_MAX])
{
	int n = snprintf(out, CACHE_PATH_MAX, "%s/" CACHE_PREFIX "%016" PRIx64 CACHE_SUFFIX, directory, hash(key));

	return n > 0 && n < CACHE_PATH_MAX;
}

static bool is_trustworthy(const struct stat *info)
{
	return S_ISREG(info->st_mode) && (info->st_uid == geteuid() || info->st_uid == 0) &&
	       !(info->st_mode & (S_IWGRP | S_IWOTH)) && info->st_size > (off_t)sizeof(struct cache_head) &&
	       info->st_size <= CACHE_FILE_MAX;
}

static char *read_all(FILE *stream, size_t size)
{
	char *content = malloc(size);

	if (content && fread(content, 1, size, stream) != size) {
		free(content);
		content = NULL;
	}
	return content;
}

/* Moves the data of a whole and fitting file to the front of `content`. */
static bool unpack(char *content, size_t size, struct str key, struct str *ret_data)
{
	struct cache_head head;

	memcpy(&head, content, sizeof head);
	if (memcmp(head.magic, cache_magic, sizeof head.magic) != 0 || head.key_size != key.n ||
	    size - sizeof head < key.n || head.data_size != size - sizeof head - key.n ||
	    memcmp(content + sizeof head, key.p, key.n) != 0)
		return false;
	memmove(content, content + sizeof head + key.n, (size_t)head.data_size);
	*ret_data = (struct str){content, (size_t)head.data_size};
	return true;
}

bool literal_cache_read(const char *directory, struct str key, struct str *ret_data)
{
	char path[CACHE_PATH_MAX];
	int fd = entry_path(directory, key, path) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;
	struct stat info;
	char *content = NULL;
	bool usable = false;

	if (!stream) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (fstat(fd, &info) == 0 && is_trustworthy(&info))
		content = read_all(stream, (size_t)info.st_size);
	if (content)
		usable = unpack(content, (size_t)info.st_size, key, ret_data);
	if (!usable)
		free(content);
	else if (time(NULL) - info.st_mtime > DAY_SECONDS)
		futimens(fd, NULL); /* used: not to be removed yet; failure does no harm */
	fclose(stream);
	return usable;
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

static bool write_file(int fd, struct str key, struct str data)
{
	struct cache_head head = {.key_size = key.n, .data_size = data.n};
	FILE *stream = fdopen(fd, "w");
	bool written;

	if (!stream) {
		close(fd);
		return false;
	}
	memcpy(head.magic, cache_magic, sizeof head.magic);
	written = fwrite(&head, sizeof head, 1, stream) == 1 && fwrite(key.p, 1, key.n, stream) == key.n &&
		  fwrite(data.p, 1, data.n, stream) == data.n;
	return fclose(stream) == 0 && written;
}

bool literal_cache_write(const char *directory, struct str key, struct str data)
{
	char path[CACHE_PATH_MAX];
	char temporary[CACHE_PATH_MAX + 16];
	int fd;

	if (!entry_path(directory, key, path))
		return false;
	snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return false;
	if (!write_file(fd, key, data) || rename(temporary, path) != 0) {
		unlink(temporary);
		return false;
	}
	remove_old_entries(directory);
	return true;
}
