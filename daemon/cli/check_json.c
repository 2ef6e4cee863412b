#include "cli/check_json.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *views_object(struct views *views)
{
	json_t *object = json_object();

	for (int kind = 0; object && kind < VIEW_HEADER; kind++) {
		const struct view *view = views_get(views, (enum view_kind)kind, STR(""));

		json_object_set_new(object, view_kind_name((enum view_kind)kind),
				    json_stringn(view->text.p, view->text.n));
	}
	return object;
}

static json_t *fact_json(enum fact_id id, int64_t value)
{
	switch (fact_info(id)->kind) {
	case FACT_KIND_BOOL:
		return json_boolean(value != 0);
	case FACT_KIND_ENUM:
		return json_string(fact_value_name(id, value));
	case FACT_KIND_NUMBER:
		break;
	}
	return json_integer(value);
}

static json_t *facts_object(const struct facts *facts)
{
	json_t *object = json_object();

	for (int id = 0; object && id < FACT_COUNT; id++)
		if (facts->value[id])
			json_object_set_new(object, fact_info((enum fact_id)id)->name,
					    fact_json((enum fact_id)id, facts->value[id]));
	return object;
}

enum status check_format_json(const struct decision *decision, const char *file, struct views *views, struct buf *out)
{
	struct buf plain = buf_make(NULL);
	enum status status = decision_format_json(decision, file, &plain);
	json_t *object = status == STATUS_OK ? json_loads(buf_str(&plain).p, 0, NULL) : NULL;
	char *text = NULL;

	buf_free(&plain);
	if (object && json_object_set_new(object, "views", views_object(views)) == 0 &&
	    json_object_set_new(object, "facts", facts_object(&decision->facts)) == 0)
		text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10));
	json_decref(object);
	if (!text)
		return STATUS_NO_MEMORY;
	buf_add_text(out, text);
	free(text);
	return buf_failed(out) ? STATUS_NO_MEMORY : STATUS_OK;
}
