"""`python -m tests.oracle SIZE FIRST LAST [FACTOR ...]`: many seeds, outside the suite; a line a disagreement.

With factors (0.001 1 1000, say) each instance is first rescaled by them. SIZE `extreme` gives tiny ones with figures
from one end of what is legal to the other, `hedge` two-stage plans of such and of ordinary ones; those with more
plans than can be looked at are left out.
"""

from __future__ import annotations

import sys

from allocator.errors import BadInput
from tests.oracle import brute, hedged
from tests.oracle.check import check
from tests.oracle.extremes import extreme_instance
from tests.oracle.random_instances import random_instance, random_model, rescaled

if __name__ == "__main__":
    size, first, last, *factors = sys.argv[1:]
    bad = 0
    for seed in range(int(first), int(last)):
        extreme = size == "extreme"
        if size == "hedge":
            found = hedged.random_check(seed)
            if found:
                bad += 1
                print(size, seed, found, flush=True)
            continue
        obj, model = random_instance(seed, "tiny" if extreme else size), random_model(seed)
        if extreme:
            obj = extreme_instance(obj, seed)
            try:
                brute.solve(obj, model, 1500)
            except brute.TooMany:
                continue
        if factors:
            obj = rescaled(obj, seed, tuple(map(float, factors)))
        try:
            found = check(obj, model, enumerate_up_to=3000 if size in ("tiny", "extreme") else 0)
        except BadInput as fault:
            found = [] if extreme else [str(fault)]
        except Exception as error:
            found = [repr(error)]
        if found:
            bad += 1
            print(size, seed, found, {k: v for k, v in model.items() if k not in ("title", "description")}, flush=True)
    print(f"{bad} of {int(last) - int(first)} seeds disagree")
