# Tests of a pace: a machine that stands still for a moment disturbs one, and needs more tries than one.
# SPDX-License-Identifier: MIT
import functools


def best_of(tries):
    """A decorator: of so many tries, each with what is set up anew, one must hold."""
    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for last in [False] * (tries - 1) + [True]:
                try:
                    return test(self)
                except (AssertionError, TimeoutError) as error:
                    if last:
                        raise
                    print(f"once more, for {error}", flush=True)
                    self.doCleanups()
        return run
    return decorate
