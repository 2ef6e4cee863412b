/* The `when` of a rule: any text is parsed or refused with a reason; what is parsed can be evaluated and described. */
#include "engine/expr.h"
#include "fuzz.h"

enum { NAMES = 4 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

/* Every name is known, as one of a few numbers. */
static bool find_any(void *context, struct str name, size_t *ret_number, const char **ret_nearest)
{
	(void)context;
	(void)ret_nearest;
	*ret_number = name.n % NAMES;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[NAMES] = {"A", "B", "C", "D"};
	static const unsigned int counts[NAMES] = {0, 1, 2, 3};
	const struct expr_scope scope = {.find_rule = find_any, .find_family = find_any};
	struct facts facts = facts_default();
	const struct expr_input input = {&facts, counts, counts, names, names};
	struct arena *arena = arena_create(0);
	const struct expression *expression;
	struct expr_error error = {0};
	struct buf out = buf_make(arena);
	enum status status = expr_parse((struct str){(const char *)data, size}, &scope, arena, &expression, &error);

	if (status == STATUS_OK) {
		if (expr_evaluate(expression, &input))
			expr_describe(expression, &input, &out);
	} else {
		fuzz_check(status == STATUS_BAD_INPUT && error.what[0] && error.offset <= size,
			   "a refusal has a reason");
	}
	arena_destroy(arena);
	return 0;
}
