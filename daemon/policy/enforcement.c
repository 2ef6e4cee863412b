#include "policy/enforcement.h"

#include "engine/rule.h"

#include <string.h>

static const struct {
	const char *name;
	const char *rules[4]; /* ids that raise it, NULL at the end */
	bool needs_memory;
} concerns[CONCERN_COUNT] = {
    [CONCERN_RESIDUE] = {"residue", {"OUT_RESIDUE", NULL}, false},
    [CONCERN_APOLOGY] = {"apology", {"OUT_APOLOGY", "OUT_OPENER", NULL}, true},
    [CONCERN_PITCH] = {"pitch", {"OUT_COLD", "OUT_SEQUENCE", NULL}, true},
    [CONCERN_TEMPLATE] = {"template", {NULL}, true},
    [CONCERN_FIRST_CONTACTS] = {"first_contacts", {NULL}, true},
    [CONCERN_TOOLS] = {"tools", {NULL}, true},
};

/* Families whose hits show what a concern is about, in the order in which their words are worth quoting. */
static const char *const families[CONCERN_COUNT][3] = {
    [CONCERN_RESIDUE] = {"residue"},
    [CONCERN_APOLOGY] = {"apology"},
    [CONCERN_PITCH] = {"pitch", "bump", "breakup"},
};

const char *concern_name(enum concern concern)
{
	return concerns[concern].name;
}

bool concern_needs_memory(enum concern concern)
{
	return concerns[concern].needs_memory;
}

bool enforcement_rule_raises(const char *id, enum concern concern)
{
	for (size_t i = 0; concerns[concern].rules[i]; i++)
		if (strcmp(concerns[concern].rules[i], id) == 0)
			return true;
	return false;
}

static bool rule_fired(const struct verdict *verdict, enum concern concern)
{
	for (size_t i = 0; i < verdict->hit_count; i++)
		if (!verdict->hits[i].shadow && enforcement_rule_raises(verdict->hits[i].rule->id, concern))
			return true;
	return false;
}

/* Of a line of the view of links. */
static struct str link_host(struct str link)
{
	size_t end = str_find_byte(link, 0, '/');

	return str_trim(str_sub(link, 0, end == STR_NONE ? link.n : end));
}

static bool is_about_tool_links(const struct rule_hit *hit)
{
	return !hit->shadow && !hit->rule->when && hit->rule->view == VIEW_LINKS &&
	       strcmp(hit->rule->family, "tools") == 0;
}

/* The first link of a tool that is not on the site's list; empty: there is none. */
static struct str foreign_link(const struct enforcement *enforcement, const struct verdict *verdict, uint32_t today)
{
	for (size_t i = 0; i < verdict->hit_count; i++) {
		const struct rule_hit *hit = &verdict->hits[i];

		for (size_t j = 0; j < hit->link_count && is_about_tool_links(hit); j++)
			if (matcher_find(enforcement->tool_links, link_host(hit->links[j]), today, NULL) == MATCH_NONE)
				return hit->links[j];
	}
	return str_of(NULL);
}

static bool is_raised(const struct enforcement *enforcement, enum concern concern,
		      const struct enforcement_facts *facts, const struct verdict *verdict, uint32_t today)
{
	switch (concern) {
	case CONCERN_TEMPLATE:
		return enforcement->template_strangers && facts->stranger &&
		       facts->strangers_of_template > enforcement->template_strangers;
	case CONCERN_FIRST_CONTACTS:
		return enforcement->first_contacts_per_day && facts->first_contacts &&
		       facts->first_contacts_today > enforcement->first_contacts_per_day;
	case CONCERN_TOOLS:
		return facts->stranger && foreign_link(enforcement, verdict, today).n;
	case CONCERN_NONE:
	case CONCERN_RESIDUE:
	case CONCERN_APOLOGY:
	case CONCERN_PITCH:
	case CONCERN_COUNT:
		break;
	}
	return rule_fired(verdict, concern);
}

enum concern enforcement_find(const struct enforcement *enforcement, const struct enforcement_facts *facts,
			      const struct verdict *verdict, uint32_t today, enum action *ret_action)
{
	enum concern gravest = CONCERN_NONE;

	*ret_action = ACTION_ACCEPT;
	for (int i = CONCERN_NONE + 1; i < CONCERN_COUNT; i++) {
		enum concern concern = (enum concern)i;

		if (!is_raised(enforcement, concern, facts, verdict, today))
			continue;
		if (gravest == CONCERN_NONE || enforcement->actions[concern] > *ret_action) {
			gravest = concern;
			*ret_action = enforcement->actions[concern];
		}
	}
	return gravest;
}

struct str enforcement_words(const struct enforcement *enforcement, enum concern concern, const struct verdict *verdict,
			     uint32_t today)
{
	if (concern == CONCERN_TOOLS)
		return foreign_link(enforcement, verdict, today);
	for (size_t f = 0; f < 3 && families[concern][f]; f++)
		for (size_t i = 0; i < verdict->hit_count; i++)
			if (!verdict->hits[i].shadow && !verdict->hits[i].rule->when && verdict->hits[i].evidence.n &&
			    strcmp(verdict->hits[i].rule->family, families[concern][f]) == 0)
				return verdict->hits[i].evidence;
	return str_of(NULL);
}

bool enforcement_near_budget(const struct enforcement *enforcement, const struct enforcement_facts *facts)
{
	return enforcement->first_contacts_per_day && facts->first_contacts &&
	       facts->first_contacts_today * 10ULL >= enforcement->first_contacts_per_day * 8ULL;
}
