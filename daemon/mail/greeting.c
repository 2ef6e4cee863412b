#include "mail/greeting.h"

#include "mail/script.h"
#include "mail/sentence.h"
#include "mail/wording.h"

enum {
	GREETINGS_MAX = 6,    /* addressee, company, greeting, second greeting */
	NAME_WORDS = 6,       /* between the greeting and its comma */
	SHORT_LINE_WORDS = 6, /* a line that is a greeting without a comma */
	ADDRESSEE_WORDS = 12,
	NAME_LINE_WORDS = 4,
	SECOND_NAME_WORDS = 3, /* behind the comma: "Hello, Ann Miller!" */
	CLAUSE_WORDS = 14,     /* characters, where there are no blanks: "王先生您好," */
	SENTENCE_WORDS = 30
};

struct position {
	const struct excerpt *excerpt;
	const struct names *recipients;
	size_t word;
	size_t line;
	size_t line_end; /* word behind the line */
};

static struct str word_at(const struct position *p, size_t word)
{
	return folded_slice(&p->excerpt->folded, word, word + 1);
}

static struct str rest_of_line(const struct position *p)
{
	return folded_slice(&p->excerpt->folded, p->word, p->line_end);
}

/* A mark at the end of a word that closes a greeting; a full stop may as well belong to "Dr." */
static bool closes(struct str word)
{
	char last = word.n ? word.p[word.n - 1] : '\0';

	return last == ',' || last == '!' || last == ':' || last == ';' || (last == '-' && word.n == 1) ||
	       str_ends_nocase(word, STR("。")) || str_ends_nocase(word, STR("、"));
}

static struct str without_marks(struct str s)
{
	while (s.n && (closes(s) || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '.'))
		s.n -= (unsigned char)s.p[s.n - 1] >= 0x80 ? 3 : 1;
	return s;
}

static bool is_capitalised(const struct position *p, size_t word)
{
	const struct folded *folded = &p->excerpt->folded;
	struct str original = str_sub(folded->original, folded->words[word].original, folded->original.n);
	int32_t c;

	return original.n && script_read(original.p, original.n, &c) && script_is_capital(c);
}

/* "Hello, Ann!": a name may stand behind the comma as well; returns the word behind it, or `word`. */
static size_t behind_second_name(const struct position *p, size_t word)
{
	for (size_t i = word; i < p->line_end && i < word + SECOND_NAME_WORDS && is_capitalised(p, i); i++)
		if (closes(word_at(p, i)) || i + 1 == p->line_end)
			return i + 1;
	return word;
}

/* "hi sam, ...": behind the mark that closes the name, or behind a short line, or behind the greeting alone. */
static size_t behind_phrase(const struct position *p, size_t phrase_bytes)
{
	size_t start = p->excerpt->folded.words[p->word].folded, behind = p->line_end, i;

	for (i = p->word; i < p->line_end; i++) {
		size_t end = folded_word_end(&p->excerpt->folded, i) - start;

		if (end >= phrase_bytes && behind == p->line_end)
			behind = i + 1;
		if (end >= phrase_bytes && closes(word_at(p, i)))
			return behind_second_name(p, i + 1);
		if (behind < p->line_end && folded_weight(&p->excerpt->folded, behind, i + 1) > NAME_WORDS)
			break;
	}
	if (i == p->line_end && folded_weight(&p->excerpt->folded, p->word, p->line_end) <= SHORT_LINE_WORDS)
		return p->line_end;
	while (behind < p->line_end && names_contain(p->recipients, word_at(p, behind)))
		behind++;
	return behind;
}

static bool is_addressee_line(const struct excerpt *excerpt, size_t line)
{
	size_t first = excerpt->lines[line].first_word, end = excerpt_line_end(excerpt, line);
	struct str s = without_marks(folded_slice(&excerpt->folded, first, end));

	return folded_weight(&excerpt->folded, first, end) <= ADDRESSEE_WORDS && wording_ends(WORDING_ADDRESSEE, s);
}

/* A line that names the addressee, or the company above it. */
static bool skips_addressee(const struct position *p)
{
	const struct excerpt *excerpt = p->excerpt;
	size_t words = folded_weight(&excerpt->folded, p->word, p->line_end);

	if (p->word != excerpt->lines[p->line].first_word || words > ADDRESSEE_WORDS)
		return false;
	if (is_addressee_line(excerpt, p->line))
		return true;
	return (unsigned char)rest_of_line(p).p[0] >= 0xe3 && p->line + 1 < excerpt->line_count &&
	       is_addressee_line(excerpt, p->line + 1);
}

/* "Mohan, I walked past ...", or a line that is a name and a comma; returns the word behind, or p->word. */
static size_t behind_name(const struct position *p)
{
	size_t i = p->word;
	struct str rest = rest_of_line(p);

	while (i < p->line_end && names_contain(p->recipients, word_at(p, i)))
		if (closes(word_at(p, i++)))
			return i;
	if (i > p->word && i == p->line_end)
		return i;
	if ((rest.p[rest.n - 1] == ',' || (rest.p[rest.n - 1] == ':' && (unsigned char)rest.p[0] >= 0xe3)) &&
	    folded_weight(&p->excerpt->folded, p->word, p->line_end) <= NAME_LINE_WORDS)
		return p->line_end;
	return p->word;
}

/* A clause that ends in a greeting ("王先生您好,"), or a sentence that is one. */
static size_t behind_clause(const struct position *p)
{
	const struct folded *folded = &p->excerpt->folded;
	size_t sentence = sentence_end(p->excerpt, p->word);

	if (folded_weight(folded, p->word, sentence) <= SENTENCE_WORDS &&
	    wording_contains(WORDING_GREETING_SENTENCE, folded_slice(folded, p->word, sentence)))
		return sentence;
	if ((unsigned char)word_at(p, p->word).p[0] < 0xe3)
		return p->word;
	for (size_t i = p->word; i < p->line_end && i < p->word + CLAUSE_WORDS; i++) {
		struct str clause = folded_slice(folded, p->word, i + 1);

		if (closes(clause) || i + 1 == p->line_end)
			return wording_ends(WORDING_GREETING, without_marks(clause)) ? i + 1 : p->word;
	}
	return p->word;
}

/* The word behind one greeting at the position, or the position itself. */
static size_t step(const struct position *p)
{
	size_t phrase, next;

	if (skips_addressee(p))
		return p->line_end;
	if (wording_starts(WORDING_GREETING, rest_of_line(p), &phrase))
		return behind_phrase(p, phrase);
	next = behind_name(p);
	return next > p->word ? next : behind_clause(p);
}

size_t greeting_end(const struct excerpt *excerpt, const struct names *recipients)
{
	struct position p = {.excerpt = excerpt, .recipients = recipients};

	for (size_t i = 0; i < GREETINGS_MAX && p.word < excerpt->folded.word_count; i++) {
		size_t next;

		while (excerpt_line_end(excerpt, p.line) <= p.word)
			p.line++;
		p.line_end = excerpt_line_end(excerpt, p.line);
		next = step(&p);
		if (next == p.word)
			break;
		p.word = next;
	}
	return p.word;
}
