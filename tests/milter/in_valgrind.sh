#!/bin/sh
# The daemon of $VALGRIND_DAEMON in valgrind's memcheck: an error or a leak of memory nobody points to is exit code 99, which
# every test takes for a failure.
exec valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    --suppressions="$(dirname "$0")/valgrind.supp" --num-callers=30 "$VALGRIND_DAEMON" "$@"
