#include "engine/strain.h"

enum { POINTS_A_FAILURE = 8, POINTS_MAX = STRAIN_MAX * POINTS_A_FAILURE };

bool strain_rests(const struct strain *strain)
{
	return atomic_load_explicit(&strain->points, memory_order_relaxed) >= POINTS_MAX;
}

void strain_note(struct strain *strain, bool gave_up)
{
	unsigned int points = atomic_load_explicit(&strain->points, memory_order_relaxed), next;

	do {
		if (points >= POINTS_MAX || (!gave_up && points == 0))
			return;
		next = gave_up ? points + POINTS_A_FAILURE : points - 1;
	} while (!atomic_compare_exchange_weak(&strain->points, &points, next));
}

bool strain_tell(struct strain *strain)
{
	return strain_rests(strain) && !atomic_exchange(&strain->told, true);
}
