#!/usr/bin/env python3
"""Writes what PyTorch's OneCycleLR gives at every step of some runs, into tests/golden/onecycle.txt.

    python3 -m venv torch && torch/bin/pip install torch
    torch/bin/python scripts/make/golden_onecycle.py

The rate at the top is 1, so that the figures are what a learning rate is multiplied by.
"""
import os
import warnings

import torch

# steps in all, share of the steps until the top, divisor of the first rate, divisor of that for the last
RUNS = [(20, 0.3, 25, 1e4), (60, 0.3, 25, 1e4), (2, 0.3, 25, 1e4), (1, 0.3, 25, 1e4), (37, 0.25, 10, 100), (101, 0.9, 3, 1e6),
        (10, 0.01, 25, 1e4), (10, 0.99, 25, 1e4)]


def rates(total, rise, start, end):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.9)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=total, pct_start=rise, div_factor=start, final_div_factor=end)
    for step in range(total):
        yield step, optimizer.param_groups[0]["lr"]
        optimizer.step()
        if step + 1 < total:
            schedule.step()


def main():
    warnings.simplefilter("ignore")
    path = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "golden", "onecycle.txt")
    with open(path, "w") as table:
        table.write(f"# PyTorch {torch.__version__}, torch.optim.lr_scheduler.OneCycleLR; written by scripts/make/golden_onecycle.py\n")
        table.write("# steps in all, rise, start, end, step, rate where the highest is 1\n")
        for total, rise, start, end in RUNS:
            for step, rate in rates(total, rise, start, end):
                table.write(f"{total} {rise} {start} {end:g} {step} {rate!r}\n")


if __name__ == "__main__":
    main()
