#include "mail/author.h"

#include "mail/attribution.h"
#include "mail/footer.h"
#include "mail/names.h"
#include "mail/quote.h"
#include "mail/signature.h"
#include "mail/wording.h"

enum {
	NOTHING_WORDS = 5, /* fewer are almost nothing */
	REMINDER_WORDS =
	    25, /* and so are these, when they point to older mail: "just bumping this up, any thoughts?" */
	DISPLAY_BYTES_MIN = 5 /* shorter display names occur in other people's */
};

/* How the sender is called where a mail program announces a quotation. */
struct self {
	struct str mailbox;
	struct str display;
};

static struct self self_of(const struct message *message, struct arena *arena)
{
	struct self self = {.mailbox = {"", 0}, .display = {"", 0}};

	if (message->from.count) {
		self.mailbox = fold_string(message->from.items[0].mailbox, arena);
		self.display = fold_string(message->from.items[0].display, arena);
	}
	return self;
}

static bool names_self(const struct self *self, struct str folded)
{
	if (self->mailbox.n && str_find(folded, 0, self->mailbox) != STR_NONE)
		return true;
	return self->display.n >= DISPLAY_BYTES_MIN && str_find(folded, 0, self->display) != STR_NONE;
}

/* Marks what stands below announcements of the sender's own older mail; returns the words found. */
static size_t mark_older(struct lines *lines, const struct self *self)
{
	bool own = false;

	for (size_t i = 0; i < lines->count; i++) {
		struct line *line = &lines->items[i];
		bool strong = false, announced, named;
		size_t start, block, from = i;

		if (line->part != LINE_QUOTE && line->part != LINE_FORWARD)
			continue;
		block = quote_header_block(lines, i, &from);
		if (block) {
			own = names_self(self, lines->items[from].folded);
			i += block - 1;
			continue;
		}
		announced = attribution_ends_at(lines, i, &strong, &start);
		named = announced && names_self(self, lines_folded(lines, start, i + 1));
		if (announced && (strong || named)) {
			own = named;
			for (size_t j = start; j < i; j++)
				lines->items[j].part = LINE_QUOTE;
		} else if (own && !line->ruler) {
			line->part = LINE_OLDER;
		}
	}
	return lines_words(lines, 0, lines->count, LINE_OLDER);
}

/* True when the author wrote almost nothing, or only to point to something older. */
static bool points_down(const struct lines *lines)
{
	size_t words = lines_words(lines, 0, lines->count, LINE_BODY);

	if (words < NOTHING_WORDS)
		return true;
	for (size_t i = 0; words <= REMINDER_WORDS && i < lines->count; i++)
		if (lines->items[i].part == LINE_BODY && wording_contains(WORDING_REMINDER, lines->items[i].folded))
			return true;
	return false;
}

enum status author_divide(const struct message *message, const struct folded *folded, struct arena *arena,
			  struct author *ret_author)
{
	struct names sender = names_of(&message->from, arena);
	struct self self = self_of(message, arena);
	struct lines *lines = &ret_author->lines;
	enum status status = lines_split(message, folded, arena, lines);

	ret_author->quoted_only = false;
	if (status != STATUS_OK)
		return status;
	quote_mark(lines);
	footer_mark(lines);
	signature_mark(lines, &sender);
	if (points_down(lines))
		ret_author->quoted_only = mark_older(lines, &self) > 0;
	if (lines_words(lines, 0, lines->count, LINE_BODY) == 0 && !ret_author->quoted_only)
		for (size_t i = 0; i < lines->count; i++)
			lines->items[i].part = LINE_BODY;
	return STATUS_OK;
}
