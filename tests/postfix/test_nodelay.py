#!/usr/bin/env python3
"""What TCP_NODELAY brings through a real Postfix, counted by the kernel: acknowledgements that somebody waited for."""

import pathlib
import sys
import unittest

import postfix_case

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import nodelay  # noqa: E402


class NoDelay(unittest.TestCase):
    def test_fewer_stalls(self):
        try:
            found = nodelay.measure(postfix_case.OPTIONS.build, 15)
        except nodelay.NotHere as error:
            raise unittest.SkipTest(str(error)) from None
        stalls = {kind: one["delayed_acks"] for kind, one in found.items()}
        self.assertEqual(stalls["unix"], 0, found)
        # The answer to the end of a message is two writes: the second waited for the first to be acknowledged.
        self.assertLess(stalls["inet"], stalls["inet without TCP_NODELAY"], found)


if __name__ == "__main__":
    postfix_case.main()
