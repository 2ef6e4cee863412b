"""What a pattern may cost: a rule that keeps exceeding its limits goes into shadow, is named, and comes back by a reload."""

import re

from harness import COLD_BODY, RULES, DaemonTest, free_port, main
from test_control import ask
from test_metrics import get

PORT = free_port()
RULES = RULES.rstrip()[:-2].rstrip() + """,
  { id = "TEST_GREEDY"; family = "test"; score = 6.0; class = "cold"; status = "stable";
    describe = "Costs too much";
    view = "body"; patterns = [ "slow [a-z]+[a-z]+[a-z]+[0-9]" ];
    hits = [ "slow abcd1", "slow aaaa9" ]; misses = [ "slow", "abc1" ]; }
);
"""
SLOW_BODY = COLD_BODY + "\r\nslow " + "a" * 900 + "\r\n"
LINE = r"rule=TEST_GREEDY, shadow=until the next reload"


class Cost(DaemonTest):
    rules = RULES
    extra = f'metrics = "inet:{PORT}@127.0.0.1";'

    def resting(self):
        value = re.search(r"(?m)^coldshoulder_rules_resting (\d+)$", get(PORT)[1]).group(1)
        status = ask(self.daemon, b"status")["resting_rules"]
        self.assertEqual(len(status), int(value))
        return status

    def classes(self, body, count):
        with self.daemon.session() as milter:
            return {milter.message(body).inserted("X-Coldshoulder-Class")[0].strip() for _ in range(count)}

    def test_a_greedy_rule_goes_into_shadow(self):
        self.assertEqual(self.resting(), [])
        self.assertEqual(self.classes(SLOW_BODY, 9), {"cold"})
        self.assertEqual(self.resting(), [])
        self.assertEqual(self.classes(SLOW_BODY, 15), {"cold"})
        self.daemon.wait_log("rule=TEST_GREEDY, shadow=")
        self.assertEqual(self.resting(), ["TEST_GREEDY"])
        self.assertEqual(len(re.findall(LINE, self.daemon.log())), 1)
        self.assertIn("limits=match", self.daemon.log())
        # What it would find does not count any more; the others do.
        self.assertEqual(self.classes("Hi,\r\n\r\nslow abcd1\r\n", 1), {"clean"})
        self.assertTrue(ask(self.daemon, b"reload")["ok"])
        self.assertEqual(self.resting(), [])
        self.assertEqual(self.classes("Hi,\r\n\r\nslow abcd1\r\n", 1), {"cold"})

    def test_who_gives_up_now_and_then_stays(self):
        self.assertTrue(ask(self.daemon, b"reload")["ok"])
        for _ in range(3):
            self.classes(SLOW_BODY, 4)
            self.classes("Hi,\r\n\r\nslow abcd1\r\n", 32)
        self.assertEqual(self.resting(), [])


if __name__ == "__main__":
    main()
