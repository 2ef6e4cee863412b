#include "mail/view.h"

#include "base/buf.h"
#include "mail/author.h"
#include "mail/excerpt.h"
#include "mail/greeting.h"
#include "mail/link.h"
#include "mail/opener.h"

#include <string.h>

/* A view of one header field's name; they form a list, for pointers to them must stay valid. */
struct header_view {
	struct header_view *next;
	enum view_kind kind;
	struct str name;
	struct view view;
};

struct views {
	struct message *message;
	const struct mail_limits *limits;
	struct view made[VIEW_HEADER];
	bool is_made[VIEW_HEADER];
	struct header_view *headers;
	struct folded text;
	struct author author;
	struct excerpt body;
	bool text_done;
	bool body_done;
	bool failed;
};

static const char *const kind_names[VIEW_KINDS] = {
    [VIEW_SUBJECT] = "subject", [VIEW_FROM_NAME] = "from_name", [VIEW_OPENER] = "opener", [VIEW_BODY] = "body",
    [VIEW_CLOSING] = "closing", [VIEW_SIGNATURE] = "signature", [VIEW_TEXT] = "text",     [VIEW_LINKS] = "links",
    [VIEW_HEADER] = "header",   [VIEW_RAW_HEADER] = "raw",
};

const char *view_kind_name(enum view_kind kind)
{
	return (size_t)kind < VIEW_KINDS ? kind_names[kind] : NULL;
}

static bool is_header_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7f || name.p[i] == ':')
			return false;
	return name.n > 0;
}

bool view_kind_parse(struct str text, enum view_kind *ret_kind, struct str *ret_header)
{
	size_t colon = str_find_byte(text, 0, ':');
	struct str name = str_sub(text, 0, colon == STR_NONE ? text.n : colon);

	*ret_header = colon == STR_NONE ? (struct str){"", 0} : str_sub(text, colon + 1, text.n);
	for (size_t i = 0; i < VIEW_KINDS; i++) {
		bool named = i == VIEW_HEADER || i == VIEW_RAW_HEADER;

		if (!str_equal(name, str_of(kind_names[i])))
			continue;
		*ret_kind = (enum view_kind)i;
		return named ? is_header_name(*ret_header) : colon == STR_NONE;
	}
	return false;
}

static const struct view empty_view = {.text = {"", 0}, .original = {"", 0}};

static struct view view_of_folded(const struct folded *folded)
{
	return (struct view){
	    .text = folded->text,
	    .words = folded->words,
	    .word_count = folded->word_count,
	    .original = folded->original,
	};
}

/* A copy of `text`, as it is, that ends in NUL. */
static enum status view_of_bytes(struct str text, struct arena *arena, struct view *ret_view)
{
	char *copy = arena_strndup(arena, text.p, text.n);

	*ret_view = empty_view;
	if (!copy)
		return STATUS_NO_MEMORY;
	ret_view->text = ret_view->original = (struct str){copy, text.n};
	return STATUS_OK;
}

/* Notes a failure, and tells whether there was none. */
static bool succeeded(struct views *views, enum status status)
{
	if (status != STATUS_OK)
		views->failed = true;
	return status == STATUS_OK;
}

static bool fold_limited(struct views *views, struct str text, struct folded *ret_folded)
{
	enum status status = fold_text(text, views->limits->view_words, views->message->arena, ret_folded);

	if (ret_folded->cut)
		views->message->facts.limits |= MAIL_LIMIT_VIEW_WORDS;
	return succeeded(views, status);
}

static const struct folded *text_of(struct views *views)
{
	if (!views->text_done) {
		views->text_done = true;
		fold_limited(views, views->message->text, &views->text);
	}
	return &views->text;
}

/* The author's excerpt, and what else the division of the text brings to light. */
static const struct excerpt *body_of(struct views *views)
{
	struct message *message = views->message;

	if (views->body_done)
		return &views->body;
	views->body_done = true;
	if (!succeeded(views, author_divide(message, text_of(views), message->arena, &views->author)))
		return &views->body;
	message->facts.quoted_only = views->author.quoted_only;
	succeeded(views, excerpt_make(&views->author.lines, LINE_BODY, LINE_OLDER, message->arena, &views->body));
	return &views->body;
}

static struct view cut_view(struct views *views, const struct excerpt *excerpt, size_t first, size_t end)
{
	struct folded folded;

	if (!succeeded(views, excerpt_cut(excerpt, first, end, views->message->arena, &folded)))
		return empty_view;
	return view_of_folded(&folded);
}

static struct view make_opener(struct views *views)
{
	const struct excerpt *body = body_of(views);
	struct names recipients = names_of(&views->message->to, views->message->arena);
	size_t first, end;

	opener_find(body, &recipients, &first, &end);
	return cut_view(views, body, first, end);
}

/* Index behind the words of the excerpt that stand above the author's signature and are not from an older mail. */
static size_t end_before_signature(const struct author *author, const struct excerpt *body)
{
	for (size_t i = 1; i < body->line_count; i++) {
		if (author->lines.items[body->lines[i].source].part == LINE_OLDER)
			return body->lines[i].first_word;
		for (size_t j = body->lines[i - 1].source + 1; j < body->lines[i].source; j++)
			if (author->lines.items[j].part == LINE_SIGNATURE)
				return body->lines[i].first_word;
	}
	return body->folded.word_count;
}

static struct view make_closing(struct views *views)
{
	const struct excerpt *body = body_of(views);
	struct names recipients = names_of(&views->message->to, views->message->arena);
	size_t limit = end_before_signature(&views->author, body), start = greeting_end(body, &recipients), first, end;

	closing_find(body, start < limit ? start : 0, limit, &first, &end);
	return cut_view(views, body, first, end);
}

static struct view make_signature(struct views *views)
{
	struct excerpt excerpt;

	body_of(views);
	if (!succeeded(views, excerpt_make(&views->author.lines, LINE_SIGNATURE, LINE_SIGNATURE, views->message->arena,
					   &excerpt)))
		return empty_view;
	return view_of_folded(&excerpt.folded);
}

static struct view make_folded(struct views *views, struct str text)
{
	struct folded folded;

	return fold_limited(views, text, &folded) ? view_of_folded(&folded) : empty_view;
}

static struct view make_links(struct views *views)
{
	struct view view = empty_view;
	bool cut = false;

	if (succeeded(views, links_list(views->message, views->limits->links, views->message->arena, &view.text, &cut)))
		view.original = view.text;
	if (cut)
		views->message->facts.limits |= MAIL_LIMIT_LINKS;
	return view;
}

static struct view make(struct views *views, enum view_kind kind)
{
	const struct message *message = views->message;

	switch (kind) {
	case VIEW_SUBJECT:
		return make_folded(views, message->subject);
	case VIEW_FROM_NAME:
		return message->from.count ? make_folded(views, message->from.items[0].display) : empty_view;
	case VIEW_OPENER:
		return make_opener(views);
	case VIEW_BODY:
		return view_of_folded(&body_of(views)->folded);
	case VIEW_CLOSING:
		return make_closing(views);
	case VIEW_SIGNATURE:
		return make_signature(views);
	case VIEW_TEXT:
		return view_of_folded(text_of(views));
	case VIEW_LINKS:
		return make_links(views);
	case VIEW_HEADER:
	case VIEW_RAW_HEADER:
	case VIEW_KINDS:
		break;
	}
	return empty_view;
}

/* All instances of a field, decoded or as bytes, one a line. */
static struct str header_lines(struct views *views, enum view_kind kind, struct str name)
{
	struct arena *arena = views->message->arena;
	struct buf out = buf_make(arena);
	const struct header *header;
	size_t position = 0, count = 0;

	while ((header = header_next(&views->message->headers, name, &position)) != NULL) {
		if (count++)
			buf_add_byte(&out, '\n');
		buf_add_str(&out, kind == VIEW_HEADER ? header_decode(header, arena) : header_unfold(header, arena));
	}
	views->failed |= buf_failed(&out);
	return buf_str(&out);
}

/* Folds `text` line by line, so that the lines stay lines. */
static struct view fold_lines(struct views *views, struct str text)
{
	struct arena *arena = views->message->arena;
	struct buf out = buf_make(arena);
	struct list words = list_make(sizeof(struct fold_word), arena);
	struct str rest = text, line;

	while (str_split(&rest, '\n', &line)) {
		struct folded folded;
		size_t base;

		if (!fold_limited(views, line, &folded))
			return empty_view;
		if (out.n && folded.text.n)
			buf_add_byte(&out, '\n');
		base = out.n;
		buf_add_str(&out, folded.text);
		for (size_t i = 0; i < folded.word_count; i++) {
			struct fold_word *word = list_push(&words);
			uint32_t offset = (uint32_t)(line.p - text.p);

			if (!word) {
				views->failed = true;
				return empty_view;
			}
			*word = folded.words[i];
			word->folded += (uint32_t)base;
			word->original += offset;
			word->original_end += offset;
		}
	}
	views->failed |= buf_failed(&out);
	return (struct view){.text = buf_str(&out), .words = words.items, .word_count = words.count, .original = text};
}

static const struct view *header_view(struct views *views, enum view_kind kind, struct str name)
{
	struct header_view *entry;
	struct str text;

	for (entry = views->headers; entry; entry = entry->next)
		if (entry->kind == kind && str_equal_nocase(entry->name, name))
			return &entry->view;
	entry = arena_calloc(views->message->arena, 1, sizeof *entry);
	if (!entry) {
		views->failed = true;
		return &empty_view;
	}
	text = header_lines(views, kind, name);
	*entry = (struct header_view){.next = views->headers, .kind = kind, .name = name};
	entry->view = kind == VIEW_HEADER ? fold_lines(views, text) : (struct view){.text = text, .original = text};
	views->headers = entry;
	return &entry->view;
}

struct views *views_create(struct message *message, const struct mail_limits *limits)
{
	struct views *views = arena_calloc(message->arena, 1, sizeof *views);

	if (!views)
		return NULL;
	views->message = message;
	views->limits = limits;
	views->text.text = views->body.folded.text = (struct str){"", 0};
	links_examine(message);
	return views;
}

const struct view *views_get(struct views *views, enum view_kind kind, struct str header)
{
	if (kind == VIEW_HEADER || kind == VIEW_RAW_HEADER)
		return header_view(views, kind, header);
	if ((size_t)kind >= VIEW_HEADER)
		return &empty_view;
	if (!views->is_made[kind]) {
		views->made[kind] = make(views, kind);
		views->is_made[kind] = true;
	}
	return &views->made[kind];
}

bool views_failed(const struct views *views)
{
	return views->failed;
}

size_t views_body_words(struct views *views)
{
	const struct excerpt *body = body_of(views);

	return folded_weight(&body->folded, 0, body->folded.word_count);
}

/* The links in `text`; the text itself when there are none. */
static enum status view_of_links(struct str text, struct arena *arena, struct view *ret_view)
{
	struct message message = {.arena = arena, .text = text};
	enum status status;
	bool cut;

	*ret_view = empty_view;
	status = links_list(&message, mail_limits_default.links, arena, &ret_view->text, &cut);
	ret_view->original = ret_view->text;
	return status == STATUS_OK && !ret_view->text.n ? view_of_bytes(text, arena, ret_view) : status;
}

enum status view_of_text(enum view_kind kind, struct str text, struct arena *arena, struct view *ret_view)
{
	struct folded folded;
	enum status status;

	if (kind == VIEW_LINKS)
		return view_of_links(text, arena, ret_view);
	if (kind == VIEW_RAW_HEADER)
		return view_of_bytes(text, arena, ret_view);
	*ret_view = empty_view;
	status = fold_text(text, 0, arena, &folded);
	if (status == STATUS_OK)
		*ret_view = view_of_folded(&folded);
	return status;
}

struct str view_evidence(const struct view *view, size_t start, size_t end)
{
	struct folded folded = {view->text, view->words, view->word_count, view->original, false};

	return view->words ? fold_original(&folded, start, end) : str_sub(view->text, start, end - start);
}
