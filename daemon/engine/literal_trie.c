#include "engine/literal_trie.h"

#include "base/list.h"

#include <stdlib.h>
#include <string.h>

#define NO_WORD UINT32_MAX

/*
 * The children of a node stand together, in the order of their bytes. Where only one word is left, the node has no
 * children but the rest of that word.
 */
struct node {
	uint32_t first; /* child; or where the rest of the word stands in `rests` */
	uint32_t word;  /* the number of the one that ends here, behind its rest; NO_WORD: none */
	uint16_t child_count;
	uint16_t rest_size;
};

struct literal_trie {
	const struct node *nodes;   /* the root is the first */
	const unsigned char *bytes; /* by node: what leads to it */
	const char *rests;
	uint32_t by_byte[256]; /* the root's child for each byte; 0: none */
};

/* A trie in the making. */
struct builder {
	struct list nodes; /* of struct node */
	struct list bytes; /* of unsigned char */
	char *rests;
	size_t rest_count;
};

/* The sorted words [from, to) begin alike up to `depth`, and go through this node. */
struct task {
	uint32_t node;
	size_t from;
	size_t to;
	size_t depth;
};

static bool add_node(struct builder *builder, unsigned char byte)
{
	struct node *node = list_push(&builder->nodes);
	unsigned char *slot = node ? list_push(&builder->bytes) : NULL;

	if (!slot)
		return false;
	node->word = NO_WORD;
	*slot = byte;
	return true;
}

static struct node *node_at(struct builder *builder, size_t index)
{
	return list_at(&builder->nodes, index);
}

/* One word is left: false when its rest is too long to be told in a node. */
static bool end_in_rest(struct builder *builder, const struct literal *word, const struct task *task)
{
	struct node *node = node_at(builder, task->node);
	size_t size = word->text.n - task->depth;

	if (!task->node || size > UINT16_MAX)
		return false;
	*node =
	    (struct node){.first = (uint32_t)builder->rest_count, .word = word->number, .rest_size = (uint16_t)size};
	memcpy(builder->rests + builder->rest_count, word->text.p + task->depth, size);
	builder->rest_count += size;
	return true;
}

/* Makes the children of one node, and a task for each. */
static bool branch(struct builder *builder, const struct literal *words, const struct task *task, struct list *tasks)
{
	uint32_t first = (uint32_t)builder->nodes.count;
	size_t at = task->from;

	if (task->to - at == 1 && end_in_rest(builder, &words[at], task))
		return true;
	if (words[at].text.n == task->depth) /* the shortest stands first */
		node_at(builder, task->node)->word = words[at++].number;
	while (at < task->to) {
		char byte = words[at].text.p[task->depth];
		size_t end = at;
		struct task *next = list_push(tasks);

		while (end < task->to && words[end].text.p[task->depth] == byte)
			end++;
		if (!next)
			return false;
		*next = (struct task){(uint32_t)builder->nodes.count, at, end, task->depth + 1};
		if (!add_node(builder, (unsigned char)byte))
			return false;
		at = end;
	}
	node_at(builder, task->node)->first = first;
	node_at(builder, task->node)->child_count = (uint16_t)(builder->nodes.count - first);
	return true;
}

static bool fill(struct builder *builder, const struct literal *words, size_t count)
{
	struct list tasks = list_make(sizeof(struct task), NULL);
	struct task *root = list_push(&tasks);
	bool done = root && add_node(builder, 0);

	if (done)
		*root = (struct task){0, 0, count, 0};
	for (size_t i = 0; i < tasks.count && done; i++) {
		struct task task = *(struct task *)list_at(&tasks, i);

		done = branch(builder, words, &task, &tasks);
	}
	list_free(&tasks);
	return done;
}

/* Memory for the rests, which are not longer than all words. */
static bool make_room(struct builder *builder, const struct literal *words, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += words[i].text.n;
	builder->rests = malloc(size + 1);
	return builder->rests && size < UINT32_MAX && count < NO_WORD;
}

enum status literal_trie_write(const struct literal *words, size_t count, struct buf *out)
{
	struct builder builder = {.nodes = list_make(sizeof(struct node), NULL), .bytes = list_make(1, NULL)};
	enum status status = STATUS_NO_MEMORY;

	if (!count || (make_room(&builder, words, count) && fill(&builder, words, count))) {
		packed_add(out, builder.nodes.items, builder.nodes.count, sizeof(struct node));
		packed_add(out, builder.bytes.items, builder.bytes.count, 1);
		packed_add(out, builder.rests, builder.rest_count, 1);
		status = buf_failed(out) ? STATUS_NO_MEMORY : STATUS_OK;
	}
	list_free(&builder.nodes);
	list_free(&builder.bytes);
	free(builder.rests);
	return status;
}

enum status literal_trie_open(struct packed *packed, struct literal_trie **ret_trie)
{
	struct literal_trie *trie = calloc(1, sizeof *trie);
	size_t count, rest_count;

	*ret_trie = NULL;
	if (!trie)
		return STATUS_NO_MEMORY;
	trie->nodes = packed_take(packed, sizeof *trie->nodes, &count);
	trie->bytes = packed_take_exactly(packed, count, 1);
	trie->rests = packed_take(packed, 1, &rest_count);
	if (packed->failed || !count) {
		free(trie);
		return packed->failed ? STATUS_BAD_INPUT : STATUS_OK;
	}
	for (uint32_t i = 0; i < trie->nodes[0].child_count; i++)
		trie->by_byte[trie->bytes[trie->nodes[0].first + i]] = trie->nodes[0].first + i;
	*ret_trie = trie;
	return STATUS_OK;
}

void literal_trie_destroy(struct literal_trie *trie)
{
	free(trie);
}

static bool rest_stands(const struct literal_trie *trie, const struct node *node, struct str text, size_t at)
{
	return text.n - at >= node->rest_size && memcmp(trie->rests + node->first, text.p + at, node->rest_size) == 0;
}

bool literal_trie_walk(const struct literal_trie *trie, struct str text, size_t start, literal_found *found,
		       void *context)
{
	const struct node *nodes = trie->nodes;
	const unsigned char *bytes = trie->bytes;
	uint32_t at = trie->by_byte[(unsigned char)text.p[start]];

	for (size_t end = start + 1; at; end++) {
		const struct node *node = &nodes[at];
		const unsigned char *child;

		if (node->word != NO_WORD && rest_stands(trie, node, text, end) &&
		    !found(context, node->word, end + node->rest_size))
			return false;
		if (end == text.n || !node->child_count)
			return true;
		child = memchr(bytes + node->first, text.p[end], node->child_count);
		at = child ? (uint32_t)(child - bytes) : 0;
	}
	return true;
}
