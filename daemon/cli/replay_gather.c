#include "cli/replay_gather.h"

#include "base/fd.h"
#include "base/buf.h"
#include "base/clock.h"
#include "cli/mailbox.h"
#include "cli/progress.h"
#include "mail/address.h"
#include "mail/header.h"

#include <errno.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t oldest_date = 315532800; /* 1980: before there was mail to speak of */

enum { DAY_SECONDS = 86400, OWN_MAX = 1000 };

struct gatherer {
	const struct replay_sources *sources;
	struct replay_mail *mail;
	struct arena *scratch;
	struct mailbox_place place;
	struct progress progress;
	const char *path; /* the last one, copied */
	uint64_t inode, device;
	int64_t now;
	uint32_t number;
	int copy_fd; /* standard input goes there; -1: not now */
	uint64_t copied;
	bool sent;
	bool no_memory;
};

void replay_failed(struct replay_failures *failures, struct arena *arena, const char *name, const char *why)
{
	char text[1024];
	char **slot;

	failures->count++;
	if (failures->names.count >= REPLAY_FAILURES_NAMED)
		return;
	snprintf(text, sizeof text, "%s: %s", name, why);
	slot = list_push(&failures->names);
	if (slot)
		*slot = arena_strdup(arena, text);
}

/* A date that can be true, or 0. */
static int64_t read_date(const struct gatherer *gatherer, struct str value)
{
	const char *text = arena_strndup(gatherer->scratch, value.p, value.n);
	GDateTime *date = text && *text ? g_mime_utils_header_decode_date(text) : NULL;
	int64_t seconds = date ? g_date_time_to_unix(date) : 0;

	if (date)
		g_date_time_unref(date);
	return seconds >= oldest_date && seconds <= gatherer->now + DAY_SECONDS ? seconds : 0;
}

/* RFC 5321: the date stands behind the last semicolon. */
static int64_t received_date(const struct gatherer *gatherer, const struct header_list *headers)
{
	const struct header *field = header_first(headers, STR("Received"));
	struct str value = field ? header_unfold(field, gatherer->scratch) : STR("");

	for (size_t i = value.n; i > 0; i--)
		if (value.p[i - 1] == ';')
			return read_date(gatherer, str_sub(value, i, value.n));
	return 0;
}

static int64_t header_date(const struct gatherer *gatherer, const struct header_list *headers)
{
	const struct header *field = header_first(headers, STR("Date"));

	return field ? read_date(gatherer, header_unfold(field, gatherer->scratch)) : 0;
}

/* "From SENDER Thu Jan  3 10:00:00 2019", without a zone: taken as UTC. */
static int64_t mbox_date(const struct gatherer *gatherer, struct str raw)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct str line = str_sub(raw, 0, str_find_byte(raw, 0, '\n'));
	char month[4], rfc[64];
	int day, hour, minute, second = 0, year;
	size_t blank;
	const char *text, *found;

	if (!str_starts(line, STR("From ")))
		return 0;
	blank = str_find_byte(line, 5, ' ');
	text = blank == STR_NONE ? NULL : arena_strndup(gatherer->scratch, line.p + blank, line.n - blank);
	if (!text || (sscanf(text, " %*3s %3s %d %d:%d:%d %d", month, &day, &hour, &minute, &second, &year) != 6 &&
		      sscanf(text, " %*3s %3s %d %d:%d %d", month, &day, &hour, &minute, &year) != 5))
		return 0;
	found = strstr(months, month);
	if (!found)
		return 0;
	snprintf(rfc, sizeof rfc, "%d %s %d %02d:%02d:%02d +0000", day, month, year, hour, minute, second);
	return read_date(gatherer, str_of(rfc));
}

/* Maildir: the name begins with the second of the delivery. */
static int64_t name_date(const struct gatherer *gatherer)
{
	const char *slash = strrchr(gatherer->place.path, '/');
	const char *name = slash ? slash + 1 : gatherer->place.path;
	char *end;
	long long seconds = strtoll(name, &end, 10);

	return *end == '.' && end - name >= 9 && seconds >= oldest_date && seconds <= gatherer->now + DAY_SECONDS
		   ? (int64_t)seconds
		   : 0;
}

static int64_t date_of(const struct gatherer *gatherer, const struct header_list *headers, struct str raw)
{
	int64_t date = gatherer->sent ? header_date(gatherer, headers) : received_date(gatherer, headers);

	if (!date)
		date = gatherer->sent ? received_date(gatherer, headers) : header_date(gatherer, headers);
	if (!date)
		date = mbox_date(gatherer, raw);
	return date ? date : name_date(gatherer);
}

static void note_own(struct gatherer *gatherer, const struct header_list *headers)
{
	const struct header *field = header_first(headers, STR("From"));
	struct address_list from = {NULL, 0};
	struct list *own = &gatherer->mail->own;
	struct replay_own *slot;

	if (field)
		from = address_parse_header(field->raw, gatherer->scratch);
	if (!from.count || !from.items[0].mailbox.n)
		return;
	for (size_t i = 0; i < own->count; i++) {
		slot = list_at(own, i);
		if (str_equal_nocase(slot->mailbox, from.items[0].mailbox)) {
			slot->count++;
			return;
		}
	}
	slot = own->count < OWN_MAX ? list_push(own) : NULL;
	if (!slot)
		return;
	slot->count = 1;
	slot->mailbox.p = arena_strndup(gatherer->mail->arena, from.items[0].mailbox.p, from.items[0].mailbox.n);
	slot->mailbox.n = slot->mailbox.p ? from.items[0].mailbox.n : 0;
}

/* Standard input cannot be read again: a copy is kept in a file. */
static bool put_by(struct gatherer *gatherer, struct str raw)
{
	if (gatherer->copy_fd < 0)
		return true;
	gatherer->place.offset = gatherer->copied;
	if (fd_write(gatherer->copy_fd, raw.p, raw.n) < raw.n)
		return false;
	gatherer->copied += raw.n;
	return true;
}

/* All messages of an mbox share one copy of its path. */
static const char *keep_path(struct gatherer *gatherer)
{
	if (!gatherer->path || strcmp(gatherer->path, gatherer->place.path) != 0)
		gatherer->path = arena_strdup(gatherer->mail->arena, gatherer->place.path);
	return gatherer->path;
}

static void add_entry(struct gatherer *gatherer, const char *name, struct str raw, int64_t date)
{
	const char *hash = strrchr(name, '#');
	struct replay_entry *entry = list_push(&gatherer->mail->entries);
	const char *path = entry ? keep_path(gatherer) : NULL;

	if (!path) {
		gatherer->no_memory = true;
		return;
	}
	*entry = (struct replay_entry){
	    .path = path,
	    .offset = gatherer->place.offset,
	    .length = (uint32_t)(raw.n < gatherer->sources->scan_bytes ? raw.n : gatherer->sources->scan_bytes),
	    .number = strcmp(name, path) != 0 && hash ? (uint32_t)strtoul(hash + 1, NULL, 10) : 0,
	    .date = date,
	    .device = gatherer->place.device,
	    .inode = gatherer->place.inode,
	    .order = (uint32_t)gatherer->mail->entries.count,
	    .sent = gatherer->sent,
	    .cut = raw.n > gatherer->sources->scan_bytes,
	};
	gatherer->mail->bytes += entry->length;
}

static void take_message(void *context, const char *name, struct str raw)
{
	static const struct mail_limits limits = {.headers = 1000, .header_bytes = 1 << 20};
	struct gatherer *gatherer = context;
	struct header_list headers;
	uint32_t hit = 0;
	size_t body;
	int64_t date;

	if (gatherer->no_memory)
		return;
	if (!put_by(gatherer, raw)) {
		replay_failed(&gatherer->mail->failures, gatherer->mail->arena, name, strerror(errno));
		return;
	}
	if (header_block_read(raw, &limits, gatherer->scratch, &headers, &body, &hit) != STATUS_OK) {
		gatherer->no_memory = true;
		return;
	}
	date = date_of(gatherer, &headers, raw);
	if (gatherer->sent)
		note_own(gatherer, &headers);
	if (!gatherer->sent && date && date < gatherer->sources->since) {
		gatherer->mail->too_old++;
	} else {
		gatherer->mail->undated += date == 0;
		add_entry(gatherer, name, raw, date);
	}
	arena_reset(gatherer->scratch);
	progress_step(&gatherer->progress, raw.n);
}

static void take_failure(void *context, const char *name, const char *why)
{
	struct gatherer *gatherer = context;

	replay_failed(&gatherer->mail->failures, gatherer->mail->arena, name, why);
}

static void read_paths(struct gatherer *gatherer, const char *const *paths, size_t count)
{
	const struct mailbox_reader reader = {.message = take_message,
					      .failed = take_failure,
					      .context = gatherer,
					      .place = &gatherer->place,
					      .stop = gatherer->sources->stop};

	for (size_t i = 0; i < count && !*gatherer->sources->stop; i++) {
		gatherer->copy_fd = -1;
		if (strcmp(paths[i], "-") == 0)
			gatherer->copy_fd =
			    open(gatherer->sources->stdin_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		mailbox_read(paths[i], &reader);
		if (gatherer->copy_fd >= 0)
			close(gatherer->copy_fd);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct replay_entry *one = a, *other = b;

	if (one->inode != other->inode)
		return one->inode < other->inode ? -1 : 1;
	if (one->device != other->device)
		return one->device < other->device ? -1 : 1;
	if (one->offset != other->offset)
		return one->offset < other->offset ? -1 : 1;
	return one->order < other->order ? -1 : 1;
}

static int by_date(const void *a, const void *b)
{
	const struct replay_entry *one = a, *other = b;

	if (one->date != other->date)
		return one->date < other->date ? -1 : 1;
	return (one->order > other->order) - (one->order < other->order);
}

static int by_count(const void *a, const void *b)
{
	const struct replay_own *one = a, *other = b;

	if (one->count != other->count)
		return one->count > other->count ? -1 : 1;
	return 0;
}

/* A file that is named twice, or lies under two of the paths, counts once: as what it was called first. */
static void drop_repeated(struct replay_mail *mail)
{
	struct replay_entry *entries = mail->entries.items;
	size_t kept = 0;

	qsort(entries, mail->entries.count, sizeof *entries, by_place);
	for (size_t i = 0; i < mail->entries.count; i++) {
		bool again = kept > 0 && entries[i].inode && entries[kept - 1].inode == entries[i].inode &&
			     entries[kept - 1].device == entries[i].device &&
			     entries[kept - 1].offset == entries[i].offset && strcmp(entries[i].path, "-") != 0;

		if (again)
			mail->repeated++;
		else
			entries[kept++] = entries[i];
	}
	mail->entries.count = kept;
	qsort(entries, kept, sizeof *entries, by_date);
}

bool replay_gather(const struct replay_sources *sources, struct arena *arena, struct replay_mail *ret_mail)
{
	struct gatherer gatherer = {.sources = sources,
				    .mail = ret_mail,
				    .scratch = arena_create(0),
				    .now = clock_wall_seconds(),
				    .copy_fd = -1};

	*ret_mail = (struct replay_mail){.arena = arena,
					 .entries = list_make(sizeof(struct replay_entry), NULL),
					 .own = list_make(sizeof(struct replay_own), NULL)};
	ret_mail->failures.names = list_make(sizeof(char *), NULL);
	if (!gatherer.scratch)
		return false;
	gatherer.progress = progress_start(0);
	gatherer.sent = true;
	read_paths(&gatherer, sources->sent, sources->sent_count);
	gatherer.sent = false;
	read_paths(&gatherer, sources->paths, sources->path_count);
	progress_end(&gatherer.progress);
	ret_mail->interrupted = *sources->stop;
	if (ret_mail->entries.count)
		drop_repeated(ret_mail);
	if (ret_mail->own.count)
		qsort(ret_mail->own.items, ret_mail->own.count, sizeof(struct replay_own), by_count);
	arena_destroy(gatherer.scratch);
	return !gatherer.no_memory;
}

void replay_mail_free(struct replay_mail *mail)
{
	list_free(&mail->entries);
	list_free(&mail->own);
	list_free(&mail->failures.names);
}

const char *replay_entry_name(const struct replay_entry *entry, char *text, size_t size)
{
	if (!entry->number)
		return entry->path;
	snprintf(text, size, "%s#%u", entry->path, entry->number);
	return text;
}

bool replay_entry_read(const struct replay_entry *entry, const char *stdin_path, struct buf *out)
{
	int fd = open(strcmp(entry->path, "-") == 0 ? stdin_path : entry->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	buf_clear(out);
	if (fd < 0)
		return false;
	errno = ENOMEM;
	while (out->n < entry->length && buf_reserve(out, entry->length - out->n)) {
		ssize_t n = pread(fd, out->p + out->n, entry->length - out->n, (off_t)(entry->offset + out->n));

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENODATA;
		if (n <= 0)
			break;
		out->n += (size_t)n;
	}
	close(fd);
	return out->n == entry->length;
}
