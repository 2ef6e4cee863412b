#include "engine/literal_trie.h"

#include "base/list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NO_WORD UINT32_MAX

/* The children of a node stand together, in the order of their bytes. */
struct node {
	uint32_t first_child;
	uint32_t child_count;
	uint32_t word; /* that ends here; NO_WORD: none */
};

struct literal_trie {
	struct list nodes;     /* of struct node; the root is the first */
	struct list bytes;     /* of unsigned char, by node: what leads to it */
	uint32_t by_byte[256]; /* the root's child for each byte; 0: none */
};

/* The sorted words [from, to) begin alike up to `depth`, and go through this node. */
struct task {
	uint32_t node;
	size_t from;
	size_t to;
	size_t depth;
};

static bool add_node(struct literal_trie *trie, unsigned char byte)
{
	struct node *node = list_push(&trie->nodes);
	unsigned char *slot = node ? list_push(&trie->bytes) : NULL;

	if (!slot)
		return false;
	node->word = NO_WORD;
	*slot = byte;
	return true;
}

/* Makes the children of one node, and a task for each. */
static bool branch(struct literal_trie *trie, const struct str *words, const struct task *task, struct list *tasks)
{
	uint32_t first = (uint32_t)trie->nodes.count;
	size_t at = task->from;

	if (words[at].n == task->depth) /* the shortest stands first */
		((struct node *)list_at(&trie->nodes, task->node))->word = (uint32_t)at++;
	while (at < task->to) {
		char byte = words[at].p[task->depth];
		size_t end = at;
		struct task *next = list_push(tasks);

		while (end < task->to && words[end].p[task->depth] == byte)
			end++;
		if (!next)
			return false;
		*next = (struct task){(uint32_t)trie->nodes.count, at, end, task->depth + 1};
		if (!add_node(trie, (unsigned char)byte))
			return false;
		at = end;
	}
	((struct node *)list_at(&trie->nodes, task->node))->first_child = first;
	((struct node *)list_at(&trie->nodes, task->node))->child_count = (uint32_t)trie->nodes.count - first;
	return true;
}

static bool fill(struct literal_trie *trie, const struct str *words, size_t count)
{
	struct list tasks = list_make(sizeof(struct task), NULL);
	struct task *root = list_push(&tasks);
	bool done = root && add_node(trie, 0);

	if (done)
		*root = (struct task){0, 0, count, 0};
	for (size_t i = 0; i < tasks.count && done; i++) {
		struct task task = *(struct task *)list_at(&tasks, i);

		done = branch(trie, words, &task, &tasks);
	}
	list_free(&tasks);
	return done;
}

enum status literal_trie_create(const struct str *words, size_t count, struct literal_trie **ret_trie)
{
	struct literal_trie *trie = calloc(1, sizeof *trie);
	const struct node *root;

	*ret_trie = trie;
	if (!trie)
		return STATUS_NO_MEMORY;
	trie->nodes = list_make(sizeof(struct node), NULL);
	trie->bytes = list_make(1, NULL);
	if (count >= NO_WORD || !fill(trie, words, count)) {
		literal_trie_destroy(trie);
		*ret_trie = NULL;
		return STATUS_NO_MEMORY;
	}
	root = list_at(&trie->nodes, 0);
	for (uint32_t i = 0; i < root->child_count; i++)
		trie->by_byte[*(unsigned char *)list_at(&trie->bytes, root->first_child + i)] = root->first_child + i;
	return STATUS_OK;
}

void literal_trie_destroy(struct literal_trie *trie)
{
	if (!trie)
		return;
	list_free(&trie->nodes);
	list_free(&trie->bytes);
	free(trie);
}

/* All words that begin at `start`. */
static bool walk(const struct literal_trie *trie, struct str text, size_t start, literal_found *found, void *context)
{
	const struct node *nodes = trie->nodes.items;
	const unsigned char *bytes = trie->bytes.items;
	uint32_t at = trie->by_byte[(unsigned char)text.p[start]];

	for (size_t end = start + 1; at; end++) {
		const struct node *node = &nodes[at];
		const unsigned char *child;

		if (node->word != NO_WORD && !found(context, node->word, end))
			return false;
		if (end == text.n || !node->child_count)
			return true;
		child = memchr(bytes + node->first_child, text.p[end], node->child_count);
		at = child ? (uint32_t)(child - bytes) : 0;
	}
	return true;
}

bool literal_trie_scan(const struct literal_trie *trie, struct str text, literal_found *found, void *context)
{
	for (size_t start = 0; start < text.n; start++)
		if (!walk(trie, text, start, found, context))
			return false;
	return true;
}
