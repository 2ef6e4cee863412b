#include "engine/case_given.h"

static bool read_number(struct str text, int64_t *ret_number)
{
	int64_t number = 0;

	if (!text.n || text.n > 9)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]))
			return false;
		number = number * 10 + (text.p[i] - '0');
	}
	*ret_number = number;
	return true;
}

static void set_flag(struct facts *facts, enum fact_id fact, bool value)
{
	if (fact == FACT_INBOUND && value)
		facts_set_direction(facts, DIRECTION_INBOUND);
	else if (fact == FACT_OUTBOUND && value)
		facts_set_direction(facts, DIRECTION_OUTBOUND);
	else if (fact == FACT_INTERNAL && value)
		facts_set_direction(facts, DIRECTION_INTERNAL);
	else
		facts->value[fact] = value;
}

static bool read_flag(struct str text, struct facts *facts)
{
	bool value = true;
	enum fact_id fact;

	if (str_starts(text, STR("not "))) {
		value = false;
		text = str_trim(str_sub(text, 4, text.n));
	}
	if (!fact_find(text, &fact) || fact_info(fact)->kind != FACT_KIND_BOOL)
		return false;
	set_flag(facts, fact, value);
	return true;
}

static bool read_value(struct str name, struct str text, struct facts *facts)
{
	enum fact_id fact;
	int64_t value;

	if (!fact_find(name, &fact))
		return false;
	switch (fact_info(fact)->kind) {
	case FACT_KIND_BOOL:
		if (!str_equal(text, STR("true")) && !str_equal(text, STR("false")))
			return false;
		set_flag(facts, fact, str_equal(text, STR("true")));
		return true;
	case FACT_KIND_NUMBER:
		return read_number(text, &facts->value[fact]);
	case FACT_KIND_ENUM:
		if (!fact_value_find(fact, text, &value))
			return false;
		if (fact == FACT_DIRECTION)
			facts_set_direction(facts, (enum direction)value);
		facts->value[fact] = value;
		return true;
	}
	return false;
}

bool case_given_read(struct str text, struct facts *facts, struct str *ret_bad)
{
	struct str item;

	while (str_split(&text, ',', &item)) {
		size_t equals;

		item = str_trim(item);
		*ret_bad = item;
		if (!item.n)
			continue;
		equals = str_find_byte(item, 0, '=');
		if (equals == STR_NONE) {
			if (!read_flag(item, facts))
				return false;
		} else {
			struct str name = str_trim(str_sub(item, 0, equals));
			struct str value = str_sub(item, equals + 1, item.n);

			if (str_starts(value, STR("=")))
				value = str_sub(value, 1, value.n);
			if (!read_value(name, str_trim(value), facts))
				return false;
		}
	}
	return true;
}
